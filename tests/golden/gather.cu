// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_gather(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, const int64_t *__restrict__ p0,
        const float *__restrict__ p1, float *p2, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const int64_t t1 = tdsl::checked_index(call, c0, p0[i0], n2);
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = p1[i1 + n1 * t1];
        };
    });
}

TDSL_KERNEL sum_all_of_mul(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            return t0 * t0;
        };
    });
}

TDSL_KERNEL scalar_div(const tdsl_launch call, int64_t n0, const float *p0, float *p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const float t2 = tdsl::cast<float>(n0);
    const float t5 = 1.0f / t2;
    p1[0] = p0[0] / t2;
    p2[0] = t5;
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

TDSL_KERNEL scatter_add(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, const float *__restrict__ p0,
        const float *__restrict__ p1, const int64_t *__restrict__ p2, float *p3, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::scatter_by_columns<0>({n2, n0}, [=](int64_t i0) {
        const int64_t t5 = tdsl::checked_index(call, c0, p2[i0], n1);
        return [=](int64_t i1) {
            return i1 + n0 * t5;
        };
    }, [=](int64_t i0) {
        const float t0 = p0[0];
        const int64_t t5 = tdsl::checked_index(call, c0, p2[i0], n1);
        return [=](int64_t i1) {
            const float t2 = t0 * p1[n0 * i0 + i1];
            p3[i1 + n0 * t5] = tdsl::add(p3[i1 + n0 * t5], t2 + t2);
        };
    });
}

TDSL_KERNEL map_sub_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - 0.1f * p1[i0];
        };
    });
}

TDSL_KERNEL map_standard_normal_random_word(const tdsl_launch call, int64_t n0, const int64_t *__restrict__ p0,
        float *p1, int64_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::standard_normal(t3));
        };
    });
}

}  // namespace tdsl_unit
