// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL map_sigmoid(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[2 * i0];
        const float t2 = p0[2 * i0 + 1];
        return [=](int64_t i1) {
            p3[n1 * i0 + i1] = tdsl::sigmoid(t0 * p1[i1] + t2 * p1[i1 + n1] + p2[i1]);
        };
    });
}

TDSL_KERNEL gemm_sigmoid(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n1 * i0 + i1] = tdsl::sigmoid(value + p2[i1]);
    });
}

TDSL_KERNEL gemm(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, n0, 1, n1, {p0, n1, 1}, {p1, 1, 0}, p2, 1);
}

TDSL_KERNEL map_sigmoid_2(const tdsl_launch call, int64_t n0, const float *p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const float t1 = p1[0];
        return [=](int64_t i0) {
            p2[i0] = tdsl::sigmoid(p0[i0] + t1);
        };
    });
}

TDSL_KERNEL sum_all_of_mul_sub(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1,
        const float *__restrict__ p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t2 = p1[i0] - p2[i0];
            return t2 * t2;
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

TDSL_KERNEL map_mul_add_sub(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *p1,
        const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            const float t4 = t0 * (t1 - p2[i0]);
            p3[i0] = (t4 + t4) * (t1 * (1.0f - t1));
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

TDSL_KERNEL scalar_sub_mul(const tdsl_launch call, const float *__restrict__ p0, const float *__restrict__ p1,
        const float *p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p3[0] = p0[0] - p1[0] * p2[0];
}

TDSL_KERNEL gemm_2(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, 1, n0, n1, {p0, 0, 1}, {p1, n0, 1}, p2, n0);
}

TDSL_KERNEL map_sub_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        const float *p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const float t1 = p1[0];
        return [=](int64_t i0) {
            p3[i0] = p0[i0] - t1 * p2[i0];
        };
    });
}

TDSL_KERNEL map_mul_sub(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[i0];
        return [=](int64_t i1) {
            const float t3 = p2[n1 * i0 + i1];
            p3[n1 * i0 + i1] = t0 * p1[i1] * (t3 * (1.0f - t3));
        };
    });
}

TDSL_KERNEL sum_columns(const tdsl_launch call, int64_t n0, int64_t n1, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_columns<tdsl::Sum<float>>(call, {n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_KERNEL gemm_sub_mul(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, const float *__restrict__ p3, float *p4) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = p3[0];
        p4[n0 * i0 + i1] = p2[n0 * i0 + i1] - t2 * value;
    });
}

TDSL_KERNEL gemm_mul_sub(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2, const float *p3, float *p4) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue_column_sums<float>(call, n0, n1, n1, {p0, n1, 1}, {p1, 1, n1}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t1 = p3[n1 * i0 + i1];
        const float t5 = value * (t1 * (1.0f - t1));
        p4[n1 * i0 + i1] = t5;
        return t5;
    });
}

TDSL_KERNEL gemm_sub_mul_2(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, const float *__restrict__ p3, float *p4) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, 2, n0, n1, {p0, 1, 2}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = p3[0];
        p4[n0 * i0 + i1] = p2[n0 * i0 + i1] - t2 * value;
    });
}

TDSL_KERNEL scalar_fill(const tdsl_launch call, float *p0, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    p0[0] = c0;
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

TDSL_KERNEL map_fill(const tdsl_launch call, int64_t n0, float *p0, float *p1, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
            p1[i0] = c0;
        };
    });
}

TDSL_KERNEL map_standard_normal_random_word_2(const tdsl_launch call, int64_t n0, const int64_t *__restrict__ p0,
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
