// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_floordiv_mod(const tdsl_launch call, int64_t n0, const int64_t *__restrict__ p0,
        const int64_t *__restrict__ p1, int64_t *p2, int64_t *p3, int32_t c0, int32_t c1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const int64_t t1 = p1[0];
        return [=](int64_t i0) {
            const int64_t t0 = p0[i0];
            const int64_t t2 = tdsl::floordiv(call, c0, t0, t1);
            const int64_t t3 = tdsl::mod(call, c1, t0, t1);
            p2[i0] = t2;
            p3[i0] = t3;
        };
    });
}

TDSL_KERNEL sum_all(const tdsl_launch call, int64_t n0, int64_t *p0, const int64_t *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<int64_t>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_KERNEL scalar_gt(const tdsl_launch call, int64_t n0, const int64_t *__restrict__ p0, uint8_t *p1, int64_t *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const int64_t t3 = p0[0];
    p1[0] = n0 > int64_t{0};
    p2[0] = t3;
}

}  // namespace tdsl_unit
