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
TDSL_ROUTINE void k0(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3, const float *p4, const float *p5, float *p6) {
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
                const float t17 = tdsl::sigmoid(((t0 * t10) + (t2 * t11)) + t15);
                p3[2 * i0] = tdsl::sigmoid(((t0 * t1) + (t2 * t3)) + t7);
                p3[2 * i0 + 1] = t17;
            };
        });
        tdsl::map_strided({last - first}, [=]() {
            const float t1 = p4[0];
            const float t3 = p4[1];
            const float t7 = p5[0];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                p6[i0] = tdsl::sigmoid(((p3[2 * i0] * t1) + (p3[2 * i0 + 1] * t3)) + t7);
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
            const float t17 = tdsl::sigmoid(((t0 * t10) + (t2 * t11)) + t15);
            p3[2 * i0] = tdsl::sigmoid(((t0 * t1) + (t2 * t3)) + t7);
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
            p3[i0] = tdsl::sigmoid(((p0[2 * i0] * t1) + (p0[2 * i0 + 1] * t3)) + t7);
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
            return ((-t0) * tdsl::log(t2)) - ((0x1p+0f - t0) * tdsl::log(0x1p+0f - t2));
        };
    });
}

TDSL_ROUTINE void k2(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t5 = 0x1p+0f / t2;
    p1[0] = t3;
    p2[0] = t5;
}

TDSL_ROUTINE void k3(int64_t n0, const float *p0, const float *p1, const float *p2, const float *p3, const float *p4, float *p5, float *p6) {
    tdsl::map_strided({n0}, [=]() {
        const float t0 = p0[0];
        const float t6 = -t0;
        const float t15 = p3[0];
        const float t21 = p3[1];
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            const float t4 = p2[i0];
            const float t10 = 0x1p+0f - t4;
            const float t14 = (((t0 * (-t1)) / t4) - ((t6 * (0x1p+0f - t1)) / t10)) * (t4 * t10);
            const float t17 = p4[2 * i0];
            const float t20 = (t14 * t15) * (t17 * (0x1p+0f - t17));
            const float t23 = p4[2 * i0 + 1];
            const float t26 = (t14 * t21) * (t23 * (0x1p+0f - t23));
            p5[i0] = t14;
            p6[2 * i0] = t20;
            p6[2 * i0 + 1] = t26;
        };
    });
}

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
#if TDSL_IN_PART(2)
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
            const float t17 = tdsl::sigmoid(((t0 * t10) + (t2 * t11)) + t15);
            p3[2 * i0] = tdsl::sigmoid(((t0 * t1) + (t2 * t3)) + t7);
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
            p3[i0] = tdsl::sigmoid(((p0[2 * i0] * t1) + (p0[2 * i0 + 1] * t3)) + t7);
        };
    });
}

TDSL_INLINE void few1_k2(int64_t n0, float *p0, const float *p1, const float *p2) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            const float t2 = p2[i0];
            return ((-t0) * tdsl::log(t2)) - ((0x1p+0f - t0) * tdsl::log(0x1p+0f - t2));
        };
    });
}

TDSL_INLINE void few1_k3(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t5 = 0x1p+0f / t2;
    p1[0] = t3;
    p2[0] = t5;
}

TDSL_INLINE void few1_k4(int64_t n0, const float *p0, const float *p1, const float *p2, const float *p3, const float *p4, float *p5, float *p6) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t0 = p0[0];
        const float t6 = -t0;
        const float t15 = p3[0];
        const float t21 = p3[1];
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            const float t4 = p2[i0];
            const float t10 = 0x1p+0f - t4;
            const float t14 = (((t0 * (-t1)) / t4) - ((t6 * (0x1p+0f - t1)) / t10)) * (t4 * t10);
            const float t17 = p4[2 * i0];
            const float t20 = (t14 * t15) * (t17 * (0x1p+0f - t17));
            const float t23 = p4[2 * i0 + 1];
            const float t26 = (t14 * t21) * (t23 * (0x1p+0f - t23));
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
    return tdsl::workspace({{tdsl::SaturatingSize{2} * tdsl::SaturatingSize{dims[0]}, 4, 2}, {tdsl::SaturatingSize{dims[0]}, 4, 2}, {tdsl::SaturatingSize{1}, 4, 1}});
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
    k9(b4, 0x0p+0f);
    k10(b0, b2, b3, 0x0p+0f, 2);
    k11(b0, b1, 1, 0x0p+0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory2(const int64_t *) {
    return (tdsl::SaturatingSize{36}).value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *) {
    return (tdsl::SaturatingSize{16}).value;
}

#endif

}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\156\145\164\167\157\162\153";
const char x1[] = "";
const char x2[] = "\170\157\162\056\164\144\163\154\072\061\070";
const char x3[] = "\170";
const char x4[] = "\170\157\162\056\164\144\163\154\072\065";
const char x5[] = "\102";
const char x6[] = "\062";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {2, -1, nullptr, x6, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 2, a1, 0, 0x0p+0, 0}};
const char x7[] = "\171";
const char x8[] = "\170\157\162\056\164\144\163\154\072\061\070\072\062\061";
const tdsl_extent a3[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a4[] = {{TDSL_RETURN, 0, x7, x1, x8, TDSL_F32, 1, a3}};
const char x9[] = "\061\062\040\052\040\102";
const char x10[] = "\061\062\040\052\040\144\133\060\135";
const char x11[] = "\070\040\052\040\102\040\053\040\061\066";
const char x12[] = "\070\040\052\040\144\133\060\135\040\053\040\061\066";
const char x13[] = "\164\162\141\151\156";
const char x14[] = "\170\157\162\056\164\144\163\154\072\062\060";
const tdsl_extent a5[] = {{-1, 0, nullptr, x5, x1}, {2, -1, nullptr, x6, x1}};
const char x15[] = "\171\137\150\141\164";
const char x16[] = "\170\157\162\056\164\144\163\154\072\066";
const tdsl_extent a6[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a7[] = {{x3, x1, x4, TDSL_F32, 2, a5, 0, 0x0p+0, 0}, {x15, x1, x16, TDSL_F32, 1, a6, 0, 0x0p+0, 0}};
const char x17[] = "\103";
const char x18[] = "\170\157\162\056\164\144\163\154\072\062\060\072\062\066";
const tdsl_result a8[] = {{TDSL_RETURN, 0, x17, x1, x18, TDSL_F32, 0, nullptr}};
const int32_t a9[] = {0, 1, 2, 3};
const char x19[] = "\062\064\040\052\040\102\040\053\040\064\060";
const char x20[] = "\062\064\040\052\040\144\133\060\135\040\053\040\064\060";
const char x21[] = "\151\156\151\164\151\141\154\151\163\145";
const char x22[] = "\163\145\145\144";
const tdsl_argument a10[] = {{x22, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a11[] = {0, 1, 2, 3};
const char x23[] = "\063\066";
const char x24[] = "\061\066";
const int32_t a12[] = {1, 1, 1, 1};
const char x25[] = "\170\157\162";
const char x26[] = "\105\170\143\154\165\163\151\166\145\040\157\162\040\167\151\164\150\040\164\150\162\145\145\040\156\145\165\162\157\156\163\072\040\164\167\157\040\164\150\141\164\040\163\145\145\040\164\150\145\040\151\156\160\165\164\054\040\157\156\145\040\164\150\141\164\040\163\145\145\163\040\164\150\145\040\164\167\157\056";
const char x27[] = "\170\157\162\056\164\144\163\154";
const char x28[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\170\157\162\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\065\065\061\060\071\067\071\066\060\060\144\144\071\067\143\146\064\144\071\146\065\060\071\065\067\064\065\064\146\066\064\067\071\141\060\071\061\144\070\143\061\061\141\063\060\060\061\143\143\063\145\067\071\060\141\141\144\064\063\064\062\063\063\143\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\156\145\164\167\157\162\153\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\070\040\052\040\102\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\064\040\052\040\102\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\061\062\040\052\040\102\042\054\040\042\146\154\157\160\042\072\040\042\061\062\040\052\040\102\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\063\040\052\040\102\042\054\040\042\142\171\164\145\163\042\072\040\042\062\070\040\052\040\102\040\053\040\063\066\042\175\054\040\042\164\162\141\151\156\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\062\064\040\052\040\102\040\053\040\064\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\063\066\042\054\040\042\155\145\155\157\162\171\042\072\040\042\062\064\040\052\040\102\040\053\040\064\060\042\054\040\042\146\154\157\160\042\072\040\042\065\062\040\052\040\102\040\053\040\061\062\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\065\040\052\040\102\042\054\040\042\142\171\164\145\163\042\072\040\042\061\060\064\040\052\040\102\040\053\040\061\067\066\042\175\054\040\042\151\156\151\164\151\141\154\151\163\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\063\066\042\054\040\042\155\145\155\157\162\171\042\072\040\042\063\066\042\054\040\042\146\154\157\160\042\072\040\042\066\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\066\042\054\040\042\142\171\164\145\163\042\072\040\042\065\062\042\175\175\175";
const char *const a13[] = {x5};
const char x29[] = "\127\061";
const char x30[] = "\170\157\162\056\164\144\163\154\072\070";
const int64_t a14[] = {2, 2};
const char x31[] = "\142\061";
const char x32[] = "\170\157\162\056\164\144\163\154\072\071";
const int64_t a15[] = {2};
const char x33[] = "\167\062";
const char x34[] = "\170\157\162\056\164\144\163\154\072\061\060";
const int64_t a16[] = {2};
const char x35[] = "\142\062";
const char x36[] = "\170\157\162\056\164\144\163\154\072\061\061";
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
