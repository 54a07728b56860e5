// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_sub_add_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t5 = p1[2];
        return [=](int64_t i0) {
            const float t12 = p0[3 * i0] * t1 + p0[3 * i0 + 1] * t3 + p0[3 * i0 + 2] * t5 - p2[i0];
            p3[i0] = t12;
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

TDSL_KERNEL scalar_sqrt_pow(const tdsl_launch call, int64_t n0, const float *__restrict__ p0,
        const int64_t *__restrict__ p1, const float *__restrict__ p2, const int64_t *__restrict__ p3, float *p4,
        int64_t *p5, float *p6, float *p7, float *p8, int64_t *p9) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const float t2 = tdsl::cast<float>(n0);
    const int64_t t6 = tdsl::add(p1[0], int64_t{1});
    const float t9 = tdsl::cast<float>(t6);
    const float t12 = tdsl::sqrt(1.0f - tdsl::pow(0.999f, t9));
    const float t18 = p2[0] * t12 / (1.0f - tdsl::pow(0.9f, t9));
    const float t19 = 1.0f / t2;
    const int64_t t21 = tdsl::add(p3[0], int64_t{1});
    p4[0] = p0[0] / t2;
    p5[0] = t6;
    p6[0] = t12;
    p7[0] = t18;
    p8[0] = t19;
    p9[0] = t21;
}

TDSL_KERNEL map_add_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t2 = t0 * p1[i0];
            p2[i0] = t2 + t2;
        };
    });
}

TDSL_KERNEL gemm(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, 1, 3, n0, {p0, 0, 1}, {p1, 3, 1}, p2, 3);
}

TDSL_KERNEL map_sqrt(const tdsl_launch call, const float *p0, const float *p1, const float *p2,
        const float *__restrict__ p3, const float *__restrict__ p4, const float *__restrict__ p5, float *p6, float *p7,
        float *p8) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map_large_body({3}, [=]() {
        const float t15 = p4[0];
        const float t20 = 1e-08f * p5[0];
        return [=](int64_t i0) {
            const float t4 = p1[i0];
            const float t6 = 0.9f * p0[i0] + 0.1f * t4;
            const float t13 = 0.999f * p2[i0] + 0.001f * t4 * t4;
            const float t23 = p3[i0] - t15 * t6 / (tdsl::sqrt(t13) + t20);
            p6[i0] = t6;
            p7[i0] = t13;
            p8[i0] = t23;
        };
    });
}

TDSL_KERNEL map_fill(const tdsl_launch call, float *p0, float *p1, float *p2, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({3}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
            p1[i0] = c0;
            p2[i0] = c0;
        };
    });
}

TDSL_KERNEL scalar_fill(const tdsl_launch call, int64_t *p0, int64_t *p1, int64_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p0[0] = c0;
    p1[0] = c0;
}

}  // namespace tdsl_unit
