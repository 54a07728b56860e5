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
TDSL_ROUTINE int64_t largest1(const int64_t *dims);
TDSL_ROUTINE int64_t largest2(const int64_t *);
TDSL_ROUTINE int64_t memory1(const int64_t *dims);
TDSL_ROUTINE int64_t memory2(const int64_t *);
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

TDSL_ROUTINE int64_t memory0(const int64_t *dims) {
    return (tdsl::SaturatingSize{12} * tdsl::SaturatingSize{dims[0]}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{16}).value;
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

TDSL_ROUTINE int64_t memory1(const int64_t *dims) {
    return (tdsl::SaturatingSize{24} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{40}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *dims) {
    return (tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{16}).value;
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

TDSL_ROUTINE int64_t memory2(const int64_t *) {
    return tdsl::SaturatingSize{36}.value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *) {
    return tdsl::SaturatingSize{16}.value;
}

#endif

}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "network";
const char x1[] = "";
const char x2[] = "xor.tdsl:18";
const char x3[] = "x";
const char x4[] = "xor.tdsl:5";
const char x5[] = "B";
const char x6[] = "2";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {2, -1, nullptr, x6, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 2, a1, 0, 0.0, 0}};
const char x7[] = "y";
const char x8[] = "xor.tdsl:18:21";
const tdsl_extent a3[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a4[] = {{TDSL_RETURN, 0, x7, x1, x8, TDSL_F32, 1, a3}};
const char x9[] = "12 * B";
const char x10[] = "12 * d\1330\135";
const char x11[] = "8 * B + 16";
const char x12[] = "8 * d\1330\135 + 16";
const char x13[] = "train";
const char x14[] = "xor.tdsl:20";
const tdsl_extent a5[] = {{-1, 0, nullptr, x5, x1}, {2, -1, nullptr, x6, x1}};
const char x15[] = "y_hat";
const char x16[] = "xor.tdsl:6";
const tdsl_extent a6[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a7[] = {{x3, x1, x4, TDSL_F32, 2, a5, 0, 0.0, 0}, {x15, x1, x16, TDSL_F32, 1, a6, 0, 0.0, 0}};
const char x17[] = "C";
const char x18[] = "xor.tdsl:20:26";
const tdsl_result a8[] = {{TDSL_RETURN, 0, x17, x1, x18, TDSL_F32, 0, nullptr}};
const int32_t a9[] = {0, 1, 2, 3};
const char x19[] = "24 * B + 40";
const char x20[] = "24 * d\1330\135 + 40";
const char x21[] = "initialise";
const char x22[] = "seed";
const tdsl_argument a10[] = {{x22, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a11[] = {0, 1, 2, 3};
const char x23[] = "36";
const char x24[] = "16";
const int32_t a12[] = {1, 1, 1, 1};
const char x25[] = "xor";
const char x26[] = "Exclusive or with three neurons: two that see the input, one that sees the two.";
const char x27[] = "xor.tdsl";
const char x28[] = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042xor.tdsl\042, \042source_hash\042: \0425510979600dd97cf4d9f50957454f6479a091d8c11a3001cc3e790aad434233c\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042network\042: \173\042workspace\042: \0428 * B\042, \042results\042: \0424 * B\042, \042updates\042: \0420\042, \042memory\042: \04212 * B\042, \042flop\042: \04212 * B\042, \042functions\042: \0423 * B\042, \042bytes\042: \04228 * B + 36\042\175, \042train\042: \173\042workspace\042: \04224 * B + 4\042, \042results\042: \0420\042, \042updates\042: \04236\042, \042memory\042: \04224 * B + 40\042, \042flop\042: \04252 * B + 12\042, \042functions\042: \0425 * B\042, \042bytes\042: \042104 * B + 176\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \04236\042, \042memory\042: \04236\042, \042flop\042: \0426\042, \042functions\042: \0426\042, \042bytes\042: \04252\042\175\175\175";
const char *const a13[] = {x5};
const char x29[] = "W1";
const char x30[] = "xor.tdsl:8";
const int64_t a14[] = {2, 2};
const char x31[] = "b1";
const char x32[] = "xor.tdsl:9";
const int64_t a15[] = {2};
const char x33[] = "w2";
const char x34[] = "xor.tdsl:10";
const int64_t a16[] = {2};
const char x35[] = "b2";
const char x36[] = "xor.tdsl:11";
const tdsl_variable a17[] = {{x29, x1, x30, TDSL_SHARED, TDSL_F32, 2, a14}, {x31, x1, x32, TDSL_SHARED, TDSL_F32, 1, a15}, {x33, x1, x34, TDSL_SHARED, TDSL_F32, 1, a16}, {x35, x1, x36, TDSL_SHARED, TDSL_F32, 0, nullptr}};
const tdsl_entry a18[] = {{x0, x1, x2, 1, a2, 1, a4, x1, 0, nullptr, 0, nullptr, workspace0, memory0, x9, x10, largest0, x11, x12, run0, nullptr, nullptr}, {x13, x1, x14, 2, a7, 1, a8, x1, 4, a9, 0, nullptr, workspace1, memory1, x19, x20, largest1, x11, x12, run1, nullptr, nullptr}};
const tdsl_entry a19[] = {{x21, x1, x1, 1, a10, 0, nullptr, x1, 4, a11, 0, nullptr, workspace2, memory2, x23, x23, largest2, x24, x24, run2, update2, a12}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x25, x26, x27, x28, 0, nullptr, 1, 1, a13, 4, a17, 2, a18, a19, 0, nullptr, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
