// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_add_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({3}, [=]() {
        const float t0 = p0[0];
        const float t2 = p0[1];
        const float t4 = p0[2];
        const float t6 = p0[3];
        return [=](int64_t i0) {
            const float t14 = t0 * p1[i0] + t2 * p1[i0 + 3] + t4 * p1[i0 + n0] + t6 * p1[i0 + (n0 + 3)];
            p3[i0] = t14 + p2[i0];
        };
    });
}

TDSL_KERNEL gemm(const tdsl_launch call, const float *__restrict__ p0, const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, 1, 3, 3, {p0, 0, 1}, {p1, 3, 1}, p2, 3);
}

TDSL_KERNEL random_orthogonal(const tdsl_launch call, float *p0, const int64_t *__restrict__ p1, double *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::random_orthogonal<float>(call, 6362559590581229353, 3, 3, p0, p1, p2);
}

TDSL_KERNEL map_floor_unit_interval_random_word(const tdsl_launch call, const int64_t *__restrict__ p0, float *p1,
        int64_t c0, double c1, float c2, float c3, float c4) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({3}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::floor(tdsl::unit_interval(t3) * c1)) * c2 * c3 + c4;
        };
    });
}

TDSL_KERNEL map_standard_normal_random_word(const tdsl_launch call, int64_t n0, const int64_t *__restrict__ p0,
        float *p1, int64_t c0, float c1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::standard_normal(t3)) * c1;
        };
    });
}

}  // namespace tdsl_unit
