// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_sigmoid(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0, 2}, [=](int64_t i0) {
        const float t0 = p0[2 * i0];
        const float t2 = p0[2 * i0 + 1];
        return [=](int64_t i1) {
            p3[2 * i0 + i1] = tdsl::sigmoid(t0 * p1[i1] + t2 * p1[i1 + 2] + p2[i1]);
        };
    });
}

TDSL_KERNEL map_sigmoid_2(const tdsl_launch call, int64_t n0, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t7 = p2[0];
        return [=](int64_t i0) {
            p3[i0] = tdsl::sigmoid(p0[2 * i0] * t1 + p0[2 * i0 + 1] * t3 + t7);
        };
    });
}

TDSL_KERNEL map_add_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t7 = p2[0];
        return [=](int64_t i0) {
            p3[i0] = p0[2 * i0] * t1 + p0[2 * i0 + 1] * t3 + t7;
        };
    });
}

TDSL_KERNEL sum_all_of_softplus(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1,
        const float *__restrict__ p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            const float t2 = p2[i0];
            const float t12 = -t0 * -tdsl::softplus(-t2) - (1.0f - t0) * -tdsl::softplus(t2);
            return t12;
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

TDSL_KERNEL map_sigmoid_3(const tdsl_launch call, int64_t n0, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, const float *__restrict__ p3,
        const float *__restrict__ p4, float *p5, float *p6) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map_strided({n0}, [=]() {
        const float t0 = p0[0];
        const float t1 = -t0;
        const float t17 = p3[0];
        const float t23 = p3[1];
        return [=](int64_t i0) {
            const float t3 = p1[i0];
            const float t7 = p2[i0];
            const float t16 = -(t1 * (1.0f - t3)) * tdsl::sigmoid(t7) - -(t0 * -t3) * tdsl::sigmoid(-t7);
            const float t19 = p4[2 * i0];
            const float t22 = t16 * t17 * (t19 * (1.0f - t19));
            const float t25 = p4[2 * i0 + 1];
            const float t28 = t16 * t23 * (t25 * (1.0f - t25));
            p5[i0] = t16;
            p6[2 * i0] = t22;
            p6[2 * i0 + 1] = t28;
        };
    });
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

TDSL_KERNEL scalar_sub(const tdsl_launch call, const float *__restrict__ p0, const float *p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p2[0] = p0[0] - p1[0];
}

TDSL_KERNEL gemm(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, 1, 2, n0, {p0, 0, 1}, {p1, 2, 1}, p2, 2);
}

TDSL_KERNEL map_sub(const tdsl_launch call, const float *__restrict__ p0, const float *p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({2}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - p1[i0];
        };
    });
}

TDSL_KERNEL sum_columns(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_columns<tdsl::Sum<float>>(call, {2}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 2 * i1];
        };
    });
}

TDSL_KERNEL gemm_sub(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, 2, 2, n0, {p0, 1, 2}, {p1, 2, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[2 * i0 + i1] = p2[2 * i0 + i1] - value;
    });
}

TDSL_KERNEL scalar_fill(const tdsl_launch call, float *p0, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p0[0] = c0;
}

TDSL_KERNEL map_standard_normal_random_word(const tdsl_launch call, const int64_t *__restrict__ p0, float *p1,
        int64_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({2}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::standard_normal(t3));
        };
    });
}

TDSL_KERNEL map_fill(const tdsl_launch call, float *p0, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({2}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_KERNEL map_standard_normal_random_word_2(const tdsl_launch call, const int64_t *__restrict__ p0, float *p1,
        int64_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({4}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::standard_normal(t3));
        };
    });
}

}  // namespace tdsl_unit
