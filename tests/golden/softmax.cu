// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL gemm(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, n0, n1, 4, {p0, 4, 1}, {p1, n1, 1}, p2, n1);
}

TDSL_KERNEL max_rows(const tdsl_launch call, int64_t n0, int64_t n1, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Max<float>>(call, {n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_KERNEL map_exp(const tdsl_launch call, int64_t n0, int64_t n1, const float *p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = tdsl::exp(p0[n1 * i0 + i1] - t1);
        };
    });
}

TDSL_KERNEL sum_rows(const tdsl_launch call, int64_t n0, int64_t n1, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_KERNEL map_div(const tdsl_launch call, int64_t n0, int64_t n1, const float *p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = p0[n1 * i0 + i1] / t1;
        };
    });
}

TDSL_KERNEL map_exp_2(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = tdsl::exp(p0[n1 * i0 + i1] - t1);
        };
    });
}

TDSL_KERNEL map_log(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, float *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p1[i0] = tdsl::log(p0[i0]);
        };
    });
}

TDSL_KERNEL sum_columns_of_gather(const tdsl_launch call, int64_t n0, float *p0, const int64_t *__restrict__ p1,
        const float *__restrict__ p2, const float *__restrict__ p3, const float *__restrict__ p4, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_columns<tdsl::Sum<float>>(call, {n0}, {10}, p0, [=](int64_t i1) {
        const int64_t t2 = i1;
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], 10);
            return tdsl::select(t1 == t2, p2[10 * i0 + i1] - p3[i0] - p4[i0], 0.0f);
        };
    });
}

TDSL_KERNEL sum_all_of_neg(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return -p1[i0];
        };
    });
}

TDSL_KERNEL scalar_div_neg(const tdsl_launch call, int64_t n0, const float *p0, float *p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const float t2 = tdsl::cast<float>(n0);
    const float t6 = -(1.0f / t2);
    p1[0] = p0[0] / t2;
    p2[0] = t6;
}

TDSL_KERNEL sum_columns_of_gather_2(const tdsl_launch call, int64_t n0, int64_t n1, float *p0,
        const int64_t *__restrict__ p1, const float *__restrict__ p2, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_columns<tdsl::Sum<float>>(call, {n0}, {n1}, p0, [=](int64_t i1) {
        const int64_t t2 = i1;
        const float t5 = -p2[0];
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n1);
            return tdsl::select(t1 == t2, t5, 0.0f);
        };
    });
}

TDSL_KERNEL map_div_2(const tdsl_launch call, int64_t n0, const float *p0, const float *__restrict__ p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] / p1[i0];
        };
    });
}

TDSL_KERNEL map_gather(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0, const float *p1,
        const int64_t *__restrict__ p2, const float *__restrict__ p3, float *p4, int32_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[i0];
        const int64_t t4 = tdsl::checked_label(call, c0, p2[i0], n1);
        const float t7 = p3[0];
        return [=](int64_t i1) {
            p4[n1 * i0 + i1] = t0 * p1[n1 * i0 + i1] + tdsl::select(t4 == i1, t7, 0.0f);
        };
    });
}

TDSL_KERNEL gemm_sub_mul(const tdsl_launch call, int64_t n0, int64_t n1, const float *__restrict__ p0,
        const float *__restrict__ p1, const float *__restrict__ p2, float *p3) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm_epilogue<float>(call, 4, n0, n1, {p0, 1, 4}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
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
