// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_tanh_slope_tanh(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, float *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = tdsl::tanh(t0);
            const float t2 = t1 * t1;
            p1[i0] = (t2 + t2 + t2) * tdsl::tanh_slope(t0);
        };
    });
}

TDSL_KERNEL map_tanh_slope_tanh_2(const tdsl_launch call, int64_t n0, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = p1[i0];
            const float t2 = tdsl::tanh(t1);
            const float t3 = t2 * t2;
            const float t7 = tdsl::tanh_slope(t1);
            const float t12 = t0 * t7;
            const float t14 = (t12 + t12) * t2;
            const float t16 = t12 * t2;
            const float t20 = t0 * (t3 + t3 + t3) * t7 * t2 * -2.0f + (t14 + t14 + t16 + t16) * t7;
            p2[i0] = t20;
        };
    });
}

}  // namespace tdsl_unit
