// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL batched_gemm_exp(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4,
        const float *__restrict__ p0, const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::parallel_for_each({n4}, [=](int64_t i0) {
        tdsl::gemm_epilogue<float>(call, n0, n0, n1, {p0 + n2 * i0, n1, 1}, {p1 + n2 * i0, 1, n1},
                [=](int64_t i1, int64_t i2, float value) {
            p2[n3 * i0 + n0 * i1 + i2] = tdsl::exp(value / 4.0f);
        });
    });
}

TDSL_KERNEL gemm_maximum(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2, const float *__restrict__ p3, float *p4, float *p5) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue_column_sums<float>(call, n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t2 = value + p3[i1];
        const float t5 = tdsl::maximum(t2, 0.0f);
        const float t7 = tdsl::select(t2 > 0.0f, t5 + t5, 0.0f);
        p4[n1 * i0 + i1] = t2;
        p5[n1 * i0 + i1] = t7;
        return t7;
    });
}

TDSL_KERNEL sum_all_of_maximum(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t2 = tdsl::maximum(p1[i0], 0.0f);
            return t2 * t2;
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

TDSL_KERNEL gemm_sub_mul(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - 0.1f * value;
    });
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

}  // namespace tdsl_unit
