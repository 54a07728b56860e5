// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_copy(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, float *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p1[i0] = p0[i0];
        };
    });
}

TDSL_KERNEL gemm(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, p2, n1);
}

TDSL_KERNEL gemm_tanh(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n1 * i0 + i1] = tdsl::tanh(p2[n1 * i0 + i1] + value);
    });
}

TDSL_KERNEL map_gather(const tdsl_launch call, int64_t n0, int64_t n1, const int64_t *__restrict__ p0,
        const float *__restrict__ p1, float *p2, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n1);
        const bool t2 = tdsl::in_bounds(0, n1);
        return [=](int64_t i0) {
            p2[i0] = t2 ? p1[i0 + n0 * t1] : 0.0f;
        };
    });
}

TDSL_KERNEL map_copy_2(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        float *p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            p2[i0] = p0[i0];
            p3[i0] = t1;
        };
    });
}

TDSL_KERNEL map_copy_3(const tdsl_launch call, int64_t n0, const float *p0, float *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p1[i0] = p0[i0];
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

TDSL_KERNEL map_add(const tdsl_launch call, int64_t n0, const float *p0, float *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            p1[i0] = t0 + t0;
        };
    });
}

TDSL_KERNEL map_mul_sub(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t2 = p1[i0];
            p2[i0] = p0[i0] * (1.0f - t2 * t2);
        };
    });
}

TDSL_KERNEL gemm_2(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, n0, n1, n1, {p0, n1, 1}, {p1, 1, n1}, p2, n1);
}

TDSL_KERNEL gemm_3(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, p2, n0);
}

}  // namespace tdsl_unit
