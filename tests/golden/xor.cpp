#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

#if TDSL_IN_PART(1)
TDSL_ROUTINE void run1(tdsl_call *call);
TDSL_ROUTINE void run2(tdsl_call *);
TDSL_ROUTINE void update2(tdsl_call *call);
TDSL_ROUTINE int64_t workspace1(const int64_t *dims);
TDSL_ROUTINE int64_t workspace2(const int64_t *);
TDSL_ROUTINE void k0(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3, const float *p4,
        const float *p5, float *p6) {
    tdsl::for_row_blocks(n0, {1}, [=](int64_t first, int64_t last) {
        tdsl::map_strided({last - first}, [=]() {
            const float t1 = p1[0];
            const float t3 = p1[2];
            const float t7 = p2[0];
            const float t10 = p1[1];
            const float t11 = p1[3];
            const float t15 = p2[1];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                const float t0 = p0[2 * i0];
                const float t2 = p0[2 * i0 + 1];
                const float t17 = tdsl::sigmoid(t0 * t10 + t2 * t11 + t15);
                p3[2 * i0] = tdsl::sigmoid(t0 * t1 + t2 * t3 + t7);
                p3[2 * i0 + 1] = t17;
            };
        });
        tdsl::map_strided({last - first}, [=]() {
            const float t1 = p4[0];
            const float t3 = p4[1];
            const float t7 = p5[0];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                p6[i0] = tdsl::sigmoid(p3[2 * i0] * t1 + p3[2 * i0 + 1] * t3 + t7);
            };
        });
    });
}

TDSL_ROUTINE void run0_any(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[1];
    tdsl::place_slots(w, call->workspace, {8 * d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    const float *const b3 = static_cast<const float *>(call->variables[2]);
    const float *const b4 = static_cast<const float *>(call->variables[3]);
    float *const b5 = static_cast<float *>(call->results[0]);
    float *const b6 = reinterpret_cast<float *>(w[0]);
    k0(d0, b0, b1, b2, b6, b3, b4, b5);
}

TDSL_INLINE void few0_k0(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[2];
        const float t7 = p2[0];
        const float t10 = p1[1];
        const float t11 = p1[3];
        const float t15 = p2[1];
        return [=](int64_t i0) {
            const float t0 = p0[2 * i0];
            const float t2 = p0[2 * i0 + 1];
            const float t17 = tdsl::sigmoid(t0 * t10 + t2 * t11 + t15);
            p3[2 * i0] = tdsl::sigmoid(t0 * t1 + t2 * t3 + t7);
            p3[2 * i0 + 1] = t17;
        };
    });
}

TDSL_INLINE void few0_k1(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t7 = p2[0];
        return [=](int64_t i0) {
            p3[i0] = tdsl::sigmoid(p0[2 * i0] * t1 + p0[2 * i0 + 1] * t3 + t7);
        };
    });
}

TDSL_INLINE void few0(tdsl_call *call, void *memory, int64_t d0) {
    char *w[1];
    tdsl::place_slots(w, memory, {8 * d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    const float *const b3 = static_cast<const float *>(call->variables[2]);
    const float *const b4 = static_cast<const float *>(call->variables[3]);
    float *const b5 = static_cast<float *>(call->results[0]);
    float *const b6 = reinterpret_cast<float *>(w[0]);
    few0_k0(d0, b0, b1, b2, b6);
    few0_k1(d0, b6, b3, b4, b5);
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    if (call->dims[0] == 1) {
        alignas(64) char memory[64];
        return few0(call, memory, 1);
    }
    if (call->dims[0] == 4) {
        alignas(64) char memory[64];
        return few0(call, memory, 4);
    }
    if (call->dims[0] == 8) {
        alignas(64) char memory[64];
        return few0(call, memory, 8);
    }
    run0_any(call);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{2} * tdsl::SaturatingSize{dims[0]}, 4, 1}});
}

TDSL_ROUTINE void k1(int64_t n0, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            const float t2 = p2[i0];
            return -t0 * tdsl::log(t2) - (1.0f - t0) * tdsl::log(1.0f - t2);
        };
    });
}

TDSL_ROUTINE void k2(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t5 = 1.0f / t2;
    p1[0] = t3;
    p2[0] = t5;
}

TDSL_ROUTINE void k3(int64_t n0, const float *p0, const float *p1, const float *p2, const float *p3, const float *p4,
        float *p5, float *p6) {
    tdsl::map_strided({n0}, [=]() {
        const float t0 = p0[0];
        const float t6 = -t0;
        const float t15 = p3[0];
        const float t21 = p3[1];
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            const float t4 = p2[i0];
            const float t10 = 1.0f - t4;
            const float t14 = (t0 * -t1 / t4 - t6 * (1.0f - t1) / t10) * (t4 * t10);
            const float t17 = p4[2 * i0];
            const float t20 = t14 * t15 * (t17 * (1.0f - t17));
            const float t23 = p4[2 * i0 + 1];
            const float t26 = t14 * t21 * (t23 * (1.0f - t23));
            p5[i0] = t14;
            p6[2 * i0] = t20;
            p6[2 * i0 + 1] = t26;
        };
    });
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void k0(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3, const float *p4,
        const float *p5, float *p6);
TDSL_ROUTINE void k1(int64_t n0, float *p0, const float *p1, const float *p2);
TDSL_ROUTINE void k2(int64_t n0, const float *p0, float *p1, float *p2);
TDSL_ROUTINE void k3(int64_t n0, const float *p0, const float *p1, const float *p2, const float *p3, const float *p4,
        float *p5, float *p6);
TDSL_ROUTINE void k4(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void k5(const float *p0, const float *p1, float *p2) {
    const float t2 = p0[0] - p1[0];
    p2[0] = t2;
}

TDSL_ROUTINE void k6(const float *p0, const float *p1, float *p2) {
    tdsl::map({2}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - p1[i0];
        };
    });
}

TDSL_ROUTINE void k7(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({2}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 2 * i1];
        };
    });
}

TDSL_ROUTINE void k8(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(2, 2, n0, {p0, 1, 2}, {p1, 2, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[2 * i0 + i1] = p2[2 * i0 + i1] - value;
    });
}

TDSL_ROUTINE void run1_any(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[5];
    tdsl::place_slots(w, call->workspace, {8 * d0, 4 * d0, 4, 8 * d0, 4 * d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->variables[0]);
    const float *const b3 = static_cast<const float *>(call->variables[1]);
    const float *const b4 = static_cast<const float *>(call->variables[2]);
    const float *const b5 = static_cast<const float *>(call->variables[3]);
    float *const b6 = static_cast<float *>(call->results[0]);
    float *const b7 = static_cast<float *>(call->updates[0]);
    float *const b8 = static_cast<float *>(call->updates[1]);
    float *const b9 = static_cast<float *>(call->updates[2]);
    float *const b10 = static_cast<float *>(call->updates[3]);
    float *const b12 = static_cast<float *>(call->updates[1]);
    float *const b13 = reinterpret_cast<float *>(w[3]);
    float *const b14 = static_cast<float *>(call->updates[2]);
    float *const b15 = static_cast<float *>(call->updates[3]);
    float *const b16 = reinterpret_cast<float *>(w[4]);
    float *const b17 = reinterpret_cast<float *>(w[2]);
    float *const b18 = reinterpret_cast<float *>(w[2]);
    float *const b19 = reinterpret_cast<float *>(w[1]);
    float *const b20 = reinterpret_cast<float *>(w[0]);
    k0(d0, b0, b2, b3, b20, b4, b5, b19);
    k1(d0, b18, b1, b19);
    k2(d0, b18, b6, b17);
    k3(d0, b17, b1, b19, b4, b20, b16, b13);
    k4(d0, b15, b16);
    k5(b5, b15, b10);
    tdsl::gemm(1, 2, d0, {b16, 0, 1}, {b20, 2, 1}, b14, 2);
    k6(b4, b14, b9);
    k7(d0, b12, b13);
    k6(b3, b12, b8);
    k8(d0, b0, b13, b2, b7);
}

#endif
#if TDSL_IN_PART(3)
TDSL_ROUTINE void run1_any(tdsl_call *call);
TDSL_INLINE void few1_k0(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[2];
        const float t7 = p2[0];
        const float t10 = p1[1];
        const float t11 = p1[3];
        const float t15 = p2[1];
        return [=](int64_t i0) {
            const float t0 = p0[2 * i0];
            const float t2 = p0[2 * i0 + 1];
            const float t17 = tdsl::sigmoid(t0 * t10 + t2 * t11 + t15);
            p3[2 * i0] = tdsl::sigmoid(t0 * t1 + t2 * t3 + t7);
            p3[2 * i0 + 1] = t17;
        };
    });
}

TDSL_INLINE void few1_k1(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t7 = p2[0];
        return [=](int64_t i0) {
            p3[i0] = tdsl::sigmoid(p0[2 * i0] * t1 + p0[2 * i0 + 1] * t3 + t7);
        };
    });
}

TDSL_INLINE void few1_k2(int64_t n0, float *p0, const float *p1, const float *p2) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            const float t2 = p2[i0];
            return -t0 * tdsl::log(t2) - (1.0f - t0) * tdsl::log(1.0f - t2);
        };
    });
}

TDSL_INLINE void few1_k3(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t5 = 1.0f / t2;
    p1[0] = t3;
    p2[0] = t5;
}

TDSL_INLINE void few1_k4(int64_t n0, const float *p0, const float *p1, const float *p2, const float *p3,
        const float *p4, float *p5, float *p6) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t0 = p0[0];
        const float t6 = -t0;
        const float t15 = p3[0];
        const float t21 = p3[1];
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            const float t4 = p2[i0];
            const float t10 = 1.0f - t4;
            const float t14 = (t0 * -t1 / t4 - t6 * (1.0f - t1) / t10) * (t4 * t10);
            const float t17 = p4[2 * i0];
            const float t20 = t14 * t15 * (t17 * (1.0f - t17));
            const float t23 = p4[2 * i0 + 1];
            const float t26 = t14 * t21 * (t23 * (1.0f - t23));
            p5[i0] = t14;
            p6[2 * i0] = t20;
            p6[2 * i0 + 1] = t26;
        };
    });
}

TDSL_INLINE void few1_k5(int64_t n0, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_INLINE void few1_k6(const float *p0, const float *p1, float *p2) {
    const float t2 = p0[0] - p1[0];
    p2[0] = t2;
}

TDSL_INLINE void few1_k7(const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({2}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - p1[i0];
        };
    });
}

TDSL_INLINE void few1_k8(int64_t n0, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_columns<tdsl::Sum<float>>({2}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 2 * i1];
        };
    });
}

TDSL_INLINE void few1_k9(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::gemm_epilogue<float>(2, 2, n0, {p0, 1, 2}, {p1, 2, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[2 * i0 + i1] = p2[2 * i0 + i1] - value;
    });
}

TDSL_INLINE void few1(tdsl_call *call, void *memory, int64_t d0) {
    char *w[5];
    tdsl::place_slots(w, memory, {8 * d0, 4 * d0, 4, 8 * d0, 4 * d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->variables[0]);
    const float *const b3 = static_cast<const float *>(call->variables[1]);
    const float *const b4 = static_cast<const float *>(call->variables[2]);
    const float *const b5 = static_cast<const float *>(call->variables[3]);
    float *const b6 = static_cast<float *>(call->results[0]);
    float *const b7 = static_cast<float *>(call->updates[0]);
    float *const b8 = static_cast<float *>(call->updates[1]);
    float *const b9 = static_cast<float *>(call->updates[2]);
    float *const b10 = static_cast<float *>(call->updates[3]);
    float *const b12 = static_cast<float *>(call->updates[1]);
    float *const b13 = reinterpret_cast<float *>(w[3]);
    float *const b14 = static_cast<float *>(call->updates[2]);
    float *const b15 = static_cast<float *>(call->updates[3]);
    float *const b16 = reinterpret_cast<float *>(w[4]);
    float *const b17 = reinterpret_cast<float *>(w[2]);
    float *const b18 = reinterpret_cast<float *>(w[2]);
    float *const b19 = reinterpret_cast<float *>(w[1]);
    float *const b20 = reinterpret_cast<float *>(w[0]);
    few1_k0(d0, b0, b2, b3, b20);
    few1_k1(d0, b20, b4, b5, b19);
    few1_k2(d0, b18, b1, b19);
    few1_k3(d0, b18, b6, b17);
    few1_k4(d0, b17, b1, b19, b4, b20, b16, b13);
    few1_k5(d0, b15, b16);
    few1_k6(b5, b15, b10);
    tdsl::fixed_size::gemm(1, 2, d0, {b16, 0, 1}, {b20, 2, 1}, b14, 2);
    few1_k7(b4, b14, b9);
    few1_k8(d0, b12, b13);
    few1_k7(b3, b12, b8);
    few1_k9(d0, b0, b13, b2, b7);
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    if (call->dims[0] == 1) {
        alignas(64) char memory[320];
        return few1(call, memory, 1);
    }
    if (call->dims[0] == 4) {
        alignas(64) char memory[320];
        return few1(call, memory, 4);
    }
    if (call->dims[0] == 8) {
        alignas(64) char memory[320];
        return few1(call, memory, 8);
    }
    run1_any(call);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *dims) {
    return
            tdsl::workspace({{tdsl::SaturatingSize{2} * tdsl::SaturatingSize{dims[0]}, 4, 2},
            {tdsl::SaturatingSize{dims[0]}, 4, 2}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE void run2(tdsl_call *) {
}

TDSL_ROUTINE void k9(float *p0, float c0) {
    p0[0] = c0;
}

TDSL_ROUTINE void k10(const int64_t *p0, float *p1, float *p2, float c0, int64_t c1) {
    tdsl::map({2}, [=]() {
        const int64_t t1 = p0[0];
        return [=](int64_t i0) {
            const float t2 = tdsl::random_normal<float>(t1, c1, i0);
            const float t3 = t2 + c0;
            p1[i0] = c0;
            p2[i0] = t3;
        };
    });
}

TDSL_ROUTINE void k11(const int64_t *p0, float *p1, int64_t c0, float c1) {
    tdsl::map({4}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_normal<float>(t0, c0, i0);
            p1[i0] = t1 + c1;
        };
    });
}

TDSL_ROUTINE void update2(tdsl_call *call) {
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->updates[0]);
    float *const b2 = static_cast<float *>(call->updates[1]);
    float *const b3 = static_cast<float *>(call->updates[2]);
    float *const b4 = static_cast<float *>(call->updates[3]);
    k9(b4, 0.0f);
    k10(b0, b2, b3, 0.0f, 2);
    k11(b0, b1, 1, 0.0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

#endif

}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"B"};
const int64_t shape_0[] = {2, 2};
const int64_t shape_1[] = {2};
const tdsl_variable variables_0[] = {
    {
        .name = "W1", .doc = "", .place = "xor.tdsl:8", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_0,
    },
    {
        .name = "b1", .doc = "", .place = "xor.tdsl:9", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
    {
        .name = "w2", .doc = "", .place = "xor.tdsl:10", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
    {
        .name = "b2", .doc = "", .place = "xor.tdsl:11", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 0,
        .shape = nullptr,
    },
};
const tdsl_extent shape_2[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = 2, .dim = -1, .value = nullptr, .text = "2", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "xor.tdsl:5", .dtype = TDSL_F32, .rank = 2, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
};
const tdsl_extent shape_3[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""}};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "y", .text = "", .place = "xor.tdsl:18:21", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_3,
    },
};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{12} * tdsl::SaturatingSize{dims[0]}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{16}).value;
}
const tdsl_argument arguments_1[] = {
    {
        .name = "x", .doc = "", .place = "xor.tdsl:5", .dtype = TDSL_F32, .rank = 2, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "y_hat", .doc = "", .place = "xor.tdsl:6", .dtype = TDSL_F32, .rank = 1, .shape = shape_3,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "xor.tdsl:20:26", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {0, 1, 2, 3};
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{24} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{40}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "network", .doc = "", .place = "xor.tdsl:18", .argument_count = 1, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .update_count = 0, .updates = nullptr,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "12 * B", .formula = "12 * d\1330\135"},
        .largest = {.value = formula_1, .text = "8 * B + 16", .formula = "8 * d\1330\135 + 16"},
        .workspace = workspace0, .run = run0, .update = nullptr, .in_place = nullptr,
    },
    {
        .name = "train", .doc = "", .place = "xor.tdsl:20", .argument_count = 2, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .update_count = 4, .updates = updates_0,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "24 * B + 40", .formula = "24 * d\1330\135 + 40"},
        .largest = {.value = formula_1, .text = "8 * B + 16", .formula = "8 * d\1330\135 + 16"},
        .workspace = workspace1, .run = run1, .update = nullptr, .in_place = nullptr,
    },
};
const tdsl_argument arguments_2[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0,
    },
};
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{36}.value;
}
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{16}.value;
}
const int64_t in_place_0[] = {1, 1, 1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .update_count = 4, .updates = updates_0, .requirement_count = 0,
    .requirements = nullptr, .memory = {.value = formula_3, .text = "36", .formula = "36"},
    .largest = {.value = formula_4, .text = "16", .formula = "16"}, .workspace = workspace2, .run = run2,
    .update = update2, .in_place = in_place_0,
};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "xor",
    .doc = "Exclusive or with three neurons: two that see the input, one that sees the two.", .source = "xor.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042xor.tdsl\042, \042source_hash\042: \0425510979600dd97cf4d9f50957454f6479a091d8c11a3"
    "001cc3e790aad434233c\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042re"
    "lease\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limi"
    "t\042: 0, \042entries\042: \173\042network\042: \173\042workspace\042: \0428 * B\042, \042results\042: \0424 * B\042, \042updates\042: \0420\042, \042memory\042: \042"
    "12 * B\042, \042flop\042: \04212 * B\042, \042functions\042: \0423 * B\042, \042bytes\042: \04228 * B + 36\042\175, \042train\042: \173\042workspace\042: \04224"
    " * B + 4\042, \042results\042: \0420\042, \042updates\042: \04236\042, \042memory\042: \04224 * B + 40\042, \042flop\042: \04252 * B + 12\042, \042functio"
    "ns\042: \0425 * B\042, \042bytes\042: \042104 * B + 176\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042:"
    " \04236\042, \042memory\042: \04236\042, \042flop\042: \0426\042, \042functions\042: \0426\042, \042bytes\042: \04252\042\175\175\175",
    .origins = "", .options = {.refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0},
    .dim_count = 1, .dims = dims_0, .variable_count = 4, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
