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
TDSL_ROUTINE int64_t largest0(const int64_t *dims);
TDSL_ROUTINE int64_t largest1(const int64_t *dims);
TDSL_ROUTINE int64_t largest2(const int64_t *);
TDSL_ROUTINE int64_t memory0(const int64_t *dims);
TDSL_ROUTINE int64_t memory1(const int64_t *dims);
TDSL_ROUTINE int64_t memory2(const int64_t *);
TDSL_ROUTINE void run0(tdsl_call *call);
TDSL_ROUTINE void run1(tdsl_call *call);
TDSL_ROUTINE void run2(tdsl_call *);
TDSL_ROUTINE void update2(tdsl_call *call);
TDSL_ROUTINE int64_t workspace0(const int64_t *dims);
TDSL_ROUTINE int64_t workspace1(const int64_t *dims);
TDSL_ROUTINE int64_t workspace2(const int64_t *);
TDSL_ROUTINE void k0(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[2 * i0];
        const float t2 = p0[2 * i0 + 1];
        return [=](int64_t i1) {
            p3[n1 * i0 + i1] = tdsl::sigmoid(((t0 * p1[i1]) + (t2 * p1[i1 + n1])) + p2[i1]);
        };
    });
}

TDSL_ROUTINE void k1(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n1 * i0 + i1] = tdsl::sigmoid(value + p2[i1]);
    });
}

TDSL_ROUTINE void k2(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        const float t1 = p1[0];
        return [=](int64_t i0) {
            p2[i0] = tdsl::sigmoid(p0[i0] + t1);
        };
    });
}

TDSL_ROUTINE void k3(int64_t n0, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t2 = p1[i0] - p2[i0];
            return t2 * t2;
        };
    });
}

TDSL_ROUTINE void k4(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t5 = 0x1p+0f / t2;
    p1[0] = t3;
    p2[0] = t5;
}

TDSL_ROUTINE void k5(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            const float t4 = t0 * (t1 - p2[i0]);
            p3[i0] = (t4 + t4) * (t1 * (0x1p+0f - t1));
        };
    });
}

TDSL_ROUTINE void k6(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void k7(const float *p0, const float *p1, const float *p2, float *p3) {
    const float t4 = p0[0] - (p1[0] * p2[0]);
    p3[0] = t4;
}

TDSL_ROUTINE void k8(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0}, [=]() {
        const float t1 = p1[0];
        return [=](int64_t i0) {
            p3[i0] = p0[i0] - (t1 * p2[i0]);
        };
    });
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void k0(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k1(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k2(int64_t n0, const float *p0, const float *p1, float *p2);
TDSL_ROUTINE void k3(int64_t n0, float *p0, const float *p1, const float *p2);
TDSL_ROUTINE void k4(int64_t n0, const float *p0, float *p1, float *p2);
TDSL_ROUTINE void k5(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k6(int64_t n0, float *p0, const float *p1);
TDSL_ROUTINE void k7(const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k8(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k9(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[i0];
        return [=](int64_t i1) {
            const float t3 = p2[n1 * i0 + i1];
            p3[n1 * i0 + i1] = (t0 * p1[i1]) * (t3 * (0x1p+0f - t3));
        };
    });
}

TDSL_ROUTINE void k10(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_ROUTINE void k11(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, const float *p3, float *p4) {
    tdsl::gemm_epilogue<float>(n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = p3[0];
        p4[n0 * i0 + i1] = p2[n0 * i0 + i1] - (t2 * value);
    });
}

TDSL_ROUTINE void k12(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3, float *p4) {
    tdsl::gemm_epilogue_column_sums<float>(n0, n1, n1, {p0, n1, 1}, {p1, 1, n1}, p2, [=](int64_t i0, int64_t i1, float value) {
        const float t1 = p3[n1 * i0 + i1];
        const float t5 = value * (t1 * (0x1p+0f - t1));
        p4[n1 * i0 + i1] = t5;
        return t5;
    });
}

TDSL_ROUTINE void k13(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, const float *p3, float *p4) {
    tdsl::gemm_epilogue<float>(2, n0, n1, {p0, 1, 2}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = p3[0];
        p4[n0 * i0 + i1] = p2[n0 * i0 + i1] - (t2 * value);
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[4];
    tdsl::place_slots(w, call->workspace, {4000 * d0, 4000 * d0, 4 * d0, 4});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->arguments[2]);
    const float *const b3 = static_cast<const float *>(call->variables[0]);
    const float *const b4 = static_cast<const float *>(call->variables[1]);
    const float *const b5 = static_cast<const float *>(call->variables[2]);
    const float *const b6 = static_cast<const float *>(call->variables[3]);
    const float *const b7 = static_cast<const float *>(call->variables[4]);
    const float *const b8 = static_cast<const float *>(call->variables[5]);
    float *const b9 = static_cast<float *>(call->results[0]);
    float *const b10 = static_cast<float *>(call->updates[0]);
    float *const b11 = static_cast<float *>(call->updates[1]);
    float *const b12 = static_cast<float *>(call->updates[2]);
    float *const b13 = static_cast<float *>(call->updates[3]);
    float *const b14 = static_cast<float *>(call->updates[4]);
    float *const b15 = static_cast<float *>(call->updates[5]);
    float *const b17 = static_cast<float *>(call->updates[1]);
    float *const b18 = reinterpret_cast<float *>(w[0]);
    float *const b21 = static_cast<float *>(call->updates[3]);
    float *const b22 = reinterpret_cast<float *>(w[1]);
    float *const b23 = static_cast<float *>(call->updates[4]);
    float *const b24 = static_cast<float *>(call->updates[5]);
    float *const b25 = reinterpret_cast<float *>(w[2]);
    float *const b26 = reinterpret_cast<float *>(w[3]);
    float *const b27 = reinterpret_cast<float *>(w[3]);
    float *const b28 = reinterpret_cast<float *>(w[2]);
    float *const b29 = reinterpret_cast<float *>(w[2]);
    float *const b30 = reinterpret_cast<float *>(w[1]);
    float *const b32 = reinterpret_cast<float *>(w[0]);
    k0(d0, 1000, b0, b3, b4, b32);
    k1(d0, 1000, b32, b5, b6, b30);
    tdsl::gemm(d0, 1, 1000, {b30, 1000, 1}, {b7, 1, 0}, b29, 1);
    k2(d0, b29, b8, b28);
    k3(d0, b27, b28, b1);
    k4(d0, b27, b9, b26);
    k5(d0, b26, b28, b1, b25);
    k6(d0, b24, b25);
    k7(b8, b2, b24, b15);
    tdsl::gemm(1, 1000, d0, {b25, 0, 1}, {b30, 1000, 1}, b23, 1000);
    k8(1000, b7, b2, b23, b14);
    k9(d0, 1000, b25, b7, b30, b22);
    k10(1000, d0, b21, b22);
    k8(1000, b6, b2, b21, b13);
    k11(1000, d0, b32, b22, b5, b2, b12);
    k12(d0, 1000, b22, b5, b17, b32, b18);
    k8(1000, b4, b2, b17, b11);
    k13(1000, d0, b0, b18, b3, b2, b10);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{1000} * tdsl::SaturatingSize{dims[0]}, 4, 2}, {tdsl::SaturatingSize{dims[0]}, 4, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE int64_t memory0(const int64_t *dims) {
    return (tdsl::SaturatingSize{8004} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{4020008}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4000} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{4000000}).value;
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {4000 * d0, 4000 * d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    const float *const b3 = static_cast<const float *>(call->variables[2]);
    const float *const b4 = static_cast<const float *>(call->variables[3]);
    const float *const b5 = static_cast<const float *>(call->variables[4]);
    const float *const b6 = static_cast<const float *>(call->variables[5]);
    float *const b7 = static_cast<float *>(call->results[0]);
    float *const b8 = static_cast<float *>(call->results[0]);
    float *const b9 = reinterpret_cast<float *>(w[1]);
    float *const b11 = reinterpret_cast<float *>(w[0]);
    k0(d0, 1000, b0, b1, b2, b11);
    k1(d0, 1000, b11, b3, b4, b9);
    tdsl::gemm(d0, 1, 1000, {b9, 1000, 1}, {b5, 1, 0}, b8, 1);
    k2(d0, b8, b6, b7);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{1000} * tdsl::SaturatingSize{dims[0]}, 4, 2}});
}

TDSL_ROUTINE int64_t memory1(const int64_t *dims) {
    return (tdsl::SaturatingSize{8004} * tdsl::SaturatingSize{dims[0]}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4000} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{4000000}).value;
}

TDSL_ROUTINE void run2(tdsl_call *) {
}

TDSL_ROUTINE void k14(float *p0, float c0) {
    p0[0] = c0;
}

TDSL_ROUTINE void k15(int64_t n0, const int64_t *p0, float *p1, float *p2, float *p3, float c0, int64_t c1, float c2) {
    tdsl::map({n0}, [=]() {
        const int64_t t1 = p0[0];
        return [=](int64_t i0) {
            const float t2 = tdsl::random_normal<float>(t1, c1, i0);
            const float t5 = (t2 * c2) + c0;
            p1[i0] = c0;
            p2[i0] = t5;
            p3[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k16(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1, float c2) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_normal<float>(t0, c0, i0);
            p1[i0] = (t1 * c1) + c2;
        };
    });
}

TDSL_ROUTINE void k17(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1) {
    tdsl::map({n0}, [=]() {
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
    float *const b5 = static_cast<float *>(call->updates[4]);
    float *const b6 = static_cast<float *>(call->updates[5]);
    k14(b6, 0x0p+0f);
    k15(1000, b0, b2, b5, b4, 0x0p+0f, 3, 0x1.99999ap-5f);
    k16(1000000, b0, b3, 2, 0x1.99999ap-5f, 0x0p+0f);
    k17(2000, b0, b1, 1, 0x0p+0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory2(const int64_t *) {
    return (tdsl::SaturatingSize{4020004}).value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *) {
    return (tdsl::SaturatingSize{4000000}).value;
}

#endif

}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\164\162\141\151\156";
const char x1[] = "";
const char x2[] = "\155\151\153\165\056\164\144\163\154\072\062\064";
const char x3[] = "\170";
const char x4[] = "\155\151\153\165\056\164\144\163\154\072\070";
const char x5[] = "\102";
const char x6[] = "\062";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {2, -1, nullptr, x6, x1}};
const char x7[] = "\171\137\150\141\164";
const char x8[] = "\155\151\153\165\056\164\144\163\154\072\071";
const tdsl_extent a2[] = {{-1, 0, nullptr, x5, x1}};
const char x9[] = "\154\162";
const tdsl_argument a3[] = {{x3, x1, x4, TDSL_F32, 2, a1, 0, 0x0p+0, 0}, {x7, x1, x8, TDSL_F32, 1, a2, 0, 0x0p+0, 0}, {x9, x1, x2, TDSL_F32, 0, nullptr, 1, 0x1.47ae147ae147bp-7, 0}};
const char x10[] = "\103";
const char x11[] = "\155\151\153\165\056\164\144\163\154\072\062\064\072\064\063";
const tdsl_result a4[] = {{TDSL_RETURN, 0, x10, x1, x11, TDSL_F32, 0, nullptr}};
const int32_t a5[] = {0, 1, 2, 3, 4, 5};
const char x12[] = "\070\060\060\064\040\052\040\102\040\053\040\064\060\062\060\060\060\070";
const char x13[] = "\070\060\060\064\040\052\040\144\133\060\135\040\053\040\064\060\062\060\060\060\070";
const char x14[] = "\064\060\060\060\040\052\040\102\040\053\040\064\060\060\060\060\060\060";
const char x15[] = "\064\060\060\060\040\052\040\144\133\060\135\040\053\040\064\060\060\060\060\060\060";
const char x16[] = "\164\145\163\164";
const char x17[] = "\155\151\153\165\056\164\144\163\154\072\062\070";
const tdsl_extent a6[] = {{-1, 0, nullptr, x5, x1}, {2, -1, nullptr, x6, x1}};
const tdsl_argument a7[] = {{x3, x1, x4, TDSL_F32, 2, a6, 0, 0x0p+0, 0}};
const char x18[] = "\171";
const char x19[] = "\155\151\153\165\056\164\144\163\154\072\062\070\072\061\070";
const tdsl_extent a8[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a9[] = {{TDSL_RETURN, 0, x18, x1, x19, TDSL_F32, 1, a8}};
const char x20[] = "\070\060\060\064\040\052\040\102";
const char x21[] = "\070\060\060\064\040\052\040\144\133\060\135";
const char x22[] = "\151\156\151\164\151\141\154\151\163\145";
const char x23[] = "\163\145\145\144";
const tdsl_argument a10[] = {{x23, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a11[] = {0, 1, 2, 3, 4, 5};
const char x24[] = "\064\060\062\060\060\060\064";
const char x25[] = "\064\060\060\060\060\060\060";
const int32_t a12[] = {1, 1, 1, 1, 1, 1};
const char x26[] = "\155\151\153\165";
const char x27[] = "\124\150\145\040\146\165\156\143\164\151\157\156\040\157\146\040\115\151\153\165\072\040\167\150\151\143\150\040\160\157\151\156\164\163\040\157\146\040\164\150\145\040\160\154\141\156\145\040\154\151\145\040\151\156\163\151\144\145\040\164\150\145\040\160\151\143\164\165\162\145\056";
const char x28[] = "\155\151\153\165\056\164\144\163\154";
const char x29[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\155\151\153\165\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\067\062\146\146\065\071\067\070\065\065\142\070\066\142\063\064\142\061\063\141\065\066\062\064\143\142\065\062\061\143\060\145\065\143\143\065\066\060\142\061\143\146\146\063\062\062\146\141\060\071\146\066\062\071\145\067\063\141\063\142\071\141\141\142\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\164\162\141\151\156\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\070\060\060\064\040\052\040\102\040\053\040\064\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\064\060\062\060\060\060\064\042\054\040\042\155\145\155\157\162\171\042\072\040\042\070\060\060\064\040\052\040\102\040\053\040\064\060\062\060\060\060\070\042\054\040\042\146\154\157\160\042\072\040\042\066\060\062\062\060\061\061\040\052\040\102\040\053\040\062\060\061\060\060\060\064\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\062\060\060\061\040\052\040\102\042\054\040\042\142\171\164\145\163\042\072\040\042\065\066\060\066\060\040\052\040\102\040\053\040\061\066\060\070\070\060\066\064\042\175\054\040\042\164\145\163\164\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\070\060\060\060\040\052\040\102\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\064\040\052\040\102\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\070\060\060\064\040\052\040\102\042\054\040\042\146\154\157\160\042\072\040\042\062\060\060\067\060\060\061\040\052\040\102\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\062\060\060\061\040\052\040\102\042\054\040\042\142\171\164\145\163\042\072\040\042\061\066\060\062\060\040\052\040\102\040\053\040\064\060\062\060\060\060\064\042\175\054\040\042\151\156\151\164\151\141\154\151\163\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\064\060\062\060\060\060\064\042\054\040\042\155\145\155\157\162\171\042\072\040\042\064\060\062\060\060\060\064\042\054\040\042\146\154\157\160\042\072\040\042\062\060\060\064\060\060\060\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\061\060\060\063\060\060\060\042\054\040\042\142\171\164\145\163\042\072\040\042\064\060\062\060\060\062\070\042\175\175\175";
const char *const a13[] = {x5};
const char x30[] = "\127\061";
const char x31[] = "\155\151\153\165\056\164\144\163\154\072\061\061";
const int64_t a14[] = {2, 1000};
const char x32[] = "\142\061";
const char x33[] = "\155\151\153\165\056\164\144\163\154\072\061\062";
const int64_t a15[] = {1000};
const char x34[] = "\127\062";
const char x35[] = "\155\151\153\165\056\164\144\163\154\072\061\063";
const int64_t a16[] = {1000, 1000};
const char x36[] = "\142\062";
const char x37[] = "\155\151\153\165\056\164\144\163\154\072\061\064";
const int64_t a17[] = {1000};
const char x38[] = "\127\063";
const char x39[] = "\155\151\153\165\056\164\144\163\154\072\061\065";
const int64_t a18[] = {1000};
const char x40[] = "\142\063";
const char x41[] = "\155\151\153\165\056\164\144\163\154\072\061\066";
const tdsl_variable a19[] = {{x30, x1, x31, TDSL_SHARED, TDSL_F32, 2, a14}, {x32, x1, x33, TDSL_SHARED, TDSL_F32, 1, a15}, {x34, x1, x35, TDSL_SHARED, TDSL_F32, 2, a16}, {x36, x1, x37, TDSL_SHARED, TDSL_F32, 1, a17}, {x38, x1, x39, TDSL_SHARED, TDSL_F32, 1, a18}, {x40, x1, x41, TDSL_SHARED, TDSL_F32, 0, nullptr}};
const tdsl_entry a20[] = {{x0, x1, x2, 3, a3, 1, a4, x1, 6, a5, 0, nullptr, workspace0, memory0, x12, x13, largest0, x14, x15, run0, nullptr, nullptr}, {x16, x1, x17, 1, a7, 1, a9, x1, 0, nullptr, 0, nullptr, workspace1, memory1, x20, x21, largest1, x14, x15, run1, nullptr, nullptr}};
const tdsl_entry a21[] = {{x22, x1, x1, 1, a10, 0, nullptr, x1, 6, a11, 0, nullptr, workspace2, memory2, x24, x24, largest2, x25, x25, run2, update2, a12}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x26, x27, x28, x29, 0, nullptr, 1, 1, a13, 6, a19, 2, a20, a21, 0, nullptr, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
