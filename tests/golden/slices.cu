// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_tanh_sigmoid(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t n3,
        const float *__restrict__ p0, const float *__restrict__ p1, const float *__restrict__ p2, float *p3,
        float *p4) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map_large_body({n0, 4}, [=](int64_t i0) {
        const float t0 = p0[4 * i0];
        const float t2 = p0[4 * i0 + 1];
        const float t4 = p0[4 * i0 + 2];
        const float t6 = p0[4 * i0 + 3];
        return [=](int64_t i1) {
            const float t14 = t0 * p1[i1] + t2 * p1[i1 + 4] + t4 * p1[i1 + n1] + t6 * p1[i1 + (n1 + 4)];
            const float t28 = t0 * p1[i1 + n2] + t2 * p1[i1 + (n2 + 4)] + t4 * p1[i1 + n3] + t6 * p1[i1 + (n3 + 4)];
            const float t31 = tdsl::sigmoid(t28 + p2[i1 + 4]);
            p3[4 * i0 + i1] = tdsl::tanh(t14 + p2[i1]);
            p4[4 * i0 + i1] = t31;
        };
    });
}

TDSL_KERNEL map_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] * p1[i0];
        };
    });
}

TDSL_KERNEL sum_all_of_add_mul(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, float *p0,
        const float *__restrict__ p1, const float *__restrict__ p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0, 4}, p0, [=](int64_t, int64_t i0) {
        const float t0 = p1[4 * i0];
        const float t2 = p1[4 * i0 + 1];
        const float t4 = p1[4 * i0 + 2];
        const float t6 = p1[4 * i0 + 3];
        return [=](int64_t i1) {
            const float t14 = t0 * p2[i1 + n1] + t2 * p2[i1 + (n1 + 4)] + t4 * p2[i1 + n2] + t6 * p2[i1 + (n2 + 4)];
            return t14;
        };
    });
}

TDSL_KERNEL scalar_fill(const tdsl_launch call, float *p0, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p0[0] = c0;
}

TDSL_KERNEL gemm_sub_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, 4, 4, n0, {p0, 1, 4}, {p1, 0, 0}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1] = p2[4 * i0 + i1] - 0.1f * value;
    });
}

TDSL_KERNEL gemm_mul_sub(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2, const float *p3, const float *__restrict__ p4, float *p5, float *p6) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue_column_sums<float>(call, n0, 4, 4, {p0, 0, 0}, {p1 + n1, 1, 4}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t1 = p3[4 * i0 + i1];
        const float t3 = p4[4 * i0 + i1];
        const float t7 = value * t1 * (t3 * (1.0f - t3));
        const float t11 = value * t3 * (1.0f - t1 * t1);
        p5[4 * i0 + i1] = t7;
        p6[4 * i0 + i1] = t11;
        return t7;
    });
}

TDSL_KERNEL map_sub_mul(const tdsl_launch call, const float *__restrict__ p0, const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({4}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - 0.1f * p1[i0];
        };
    });
}

TDSL_KERNEL gemm_sub_mul_2(const tdsl_launch call, int64_t n0, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, 4, 4, n0, {p0, 1, 4}, {p1, 4, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1] = p2[4 * i0 + i1] - 0.1f * value;
    });
}

TDSL_KERNEL sum_columns(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_columns<tdsl::Sum<float>>(call, {4}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 4 * i1];
        };
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
