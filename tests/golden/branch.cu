// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL scalar_ge(const tdsl_launch call, const int64_t *__restrict__ p0, uint8_t *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p1[0] = p0[0] >= int64_t{0};
}

TDSL_KERNEL scalar_gather(const tdsl_launch call, int64_t n0, const int64_t *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    p3[0] = (tdsl::in_bounds(0, n0) ? p1[t1] : 0.0f) * p2[0];
}

TDSL_KERNEL sum_all(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_KERNEL scalar_div(const tdsl_launch call, const float *__restrict__ p0, const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p2[0] = p0[0] / p1[0];
}

TDSL_KERNEL map_fill(const tdsl_launch call, int64_t n0, float *p0, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_KERNEL scatter_add(const tdsl_launch call, int64_t n0, const float *__restrict__ p0,
        const int64_t *__restrict__ p1, float *p2, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const int64_t t2 = tdsl::checked_index(call, c0, p1[0], n0);
    if (tdsl::in_bounds(0, n0)) {
        p2[t2] = tdsl::add(p2[t2], p0[0]);
    }
}

TDSL_KERNEL scalar_div_2(const tdsl_launch call, const float *__restrict__ p0, float *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p1[0] = 1.0f / p0[0];
}

TDSL_KERNEL map_copy(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, float *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            p1[i0] = t0;
        };
    });
}

TDSL_KERNEL scalar_gather_2(const tdsl_launch call, int64_t n0, const int64_t *__restrict__ p0,
        const float *__restrict__ p1, float *p2, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    p2[0] = tdsl::in_bounds(0, n0) ? p1[t1] : 0.0f;
}

TDSL_KERNEL scalar_div_neg(const tdsl_launch call, const float *__restrict__ p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const float t1 = p1[0];
    p2[0] = -(p0[0] / t1) / t1;
}

TDSL_KERNEL scalar_fill(const tdsl_launch call, float *p0, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p0[0] = c0;
}

}  // namespace tdsl_unit
