#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, int64_t n5, int64_t n6, int64_t n7, int64_t n8, int64_t n9, int64_t n10, int64_t n11, int64_t n12, int64_t n13, int64_t n14, int64_t n15, int64_t n16, int64_t n17, int64_t n18, int64_t n19, int64_t n20, int64_t n21, int64_t n22, int64_t n23, int64_t n24, int64_t n25, int64_t n26, int64_t n27, const float *p0, const float *p1, const float *p2, float *p3, float *p4) {
    tdsl::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[4];
        const float t5 = p1[n1];
        const float t7 = p1[n2];
        const float t15 = p2[0];
        const float t18 = p1[n3];
        const float t19 = p1[n4];
        const float t20 = p1[n5];
        const float t21 = p1[n6];
        const float t29 = p2[4];
        const float t32 = p1[1];
        const float t33 = p1[n7];
        const float t34 = p1[n8];
        const float t35 = p1[n9];
        const float t43 = p2[1];
        const float t46 = p1[n10];
        const float t47 = p1[n11];
        const float t48 = p1[n12];
        const float t49 = p1[n13];
        const float t57 = p2[n7];
        const float t60 = p1[2];
        const float t61 = p1[n14];
        const float t62 = p1[n15];
        const float t63 = p1[n16];
        const float t71 = p2[2];
        const float t74 = p1[n17];
        const float t75 = p1[n18];
        const float t76 = p1[n19];
        const float t77 = p1[n20];
        const float t85 = p2[n14];
        const float t88 = p1[3];
        const float t89 = p1[n21];
        const float t90 = p1[n22];
        const float t91 = p1[n23];
        const float t99 = p2[3];
        const float t102 = p1[n24];
        const float t103 = p1[n25];
        const float t104 = p1[n26];
        const float t105 = p1[n27];
        const float t113 = p2[n21];
        return [=](int64_t i0) {
            const float t0 = p0[4 * i0];
            const float t2 = p0[4 * i0 + 1];
            const float t4 = p0[4 * i0 + 2];
            const float t6 = p0[4 * i0 + 3];
            const float t31 = tdsl::sigmoid(((((t0 * t18) + (t2 * t19)) + (t4 * t20)) + (t6 * t21)) + t29);
            const float t45 = tdsl::tanh(((((t0 * t32) + (t2 * t33)) + (t4 * t34)) + (t6 * t35)) + t43);
            const float t59 = tdsl::sigmoid(((((t0 * t46) + (t2 * t47)) + (t4 * t48)) + (t6 * t49)) + t57);
            const float t73 = tdsl::tanh(((((t0 * t60) + (t2 * t61)) + (t4 * t62)) + (t6 * t63)) + t71);
            const float t87 = tdsl::sigmoid(((((t0 * t74) + (t2 * t75)) + (t4 * t76)) + (t6 * t77)) + t85);
            const float t101 = tdsl::tanh(((((t0 * t88) + (t2 * t89)) + (t4 * t90)) + (t6 * t91)) + t99);
            const float t115 = tdsl::sigmoid(((((t0 * t102) + (t2 * t103)) + (t4 * t104)) + (t6 * t105)) + t113);
            p3[4 * i0] = tdsl::tanh(((((t0 * t1) + (t2 * t3)) + (t4 * t5)) + (t6 * t7)) + t15);
            p4[4 * i0] = t31;
            p3[4 * i0 + 1] = t45;
            p4[4 * i0 + 1] = t59;
            p3[4 * i0 + 2] = t73;
            p4[4 * i0 + 2] = t87;
            p3[4 * i0 + 3] = t101;
            p4[4 * i0 + 3] = t115;
        };
    });
}

TDSL_ROUTINE void k1(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] * p1[i0];
        };
    });
}

TDSL_ROUTINE void k2(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0, 4}, p0, [=](int64_t, int64_t i0) {
        const float t0 = p1[4 * i0];
        const float t2 = p1[4 * i0 + 1];
        const float t4 = p1[4 * i0 + 2];
        const float t6 = p1[4 * i0 + 3];
        return [=](int64_t i1) {
            return (((t0 * p2[i1 + n1]) + (t2 * p2[i1 + n2])) + (t4 * p2[i1 + n3])) + (t6 * p2[i1 + n4]);
        };
    });
}

TDSL_ROUTINE void k3(float *p0, float c0) {
    p0[0] = c0;
}

TDSL_ROUTINE void k4(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, 4, n0, {p0, 1, 4}, {p1, 0, 0}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1 + n1] = p2[4 * i0 + i1 + n1] - (0x1.99999ap-4f * value);
    });
}

TDSL_ROUTINE void k5(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3, const float *p4, float *p5, float *p6) {
    tdsl::gemm_epilogue_column_sums<float>(n0, 4, 4, {p0, 0, 0}, {p1 + (n1), 1, 4}, p2, [=](int64_t i0, int64_t i1, float value) {
        const float t1 = p3[4 * i0 + i1];
        const float t3 = p4[4 * i0 + i1];
        const float t7 = (value * t1) * (t3 * (0x1p+0f - t3));
        const float t11 = (value * t3) * (0x1p+0f - (t1 * t1));
        p5[4 * i0 + i1] = t7;
        p6[4 * i0 + i1] = t11;
        return t7;
    });
}

TDSL_ROUTINE void k6(const float *p0, const float *p1, float *p2) {
    tdsl::map({4}, [=]() {
        return [=](int64_t i0) {
            p2[i0 + 4] = p0[i0 + 4] - (0x1.99999ap-4f * p1[i0]);
        };
    });
}

TDSL_ROUTINE void k7(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, 4, n0, {p0, 1, 4}, {p1, 4, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1 + n1] = p2[4 * i0 + i1 + n1] - (0x1.99999ap-4f * value);
    });
}

TDSL_ROUTINE void k8(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({4}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 4 * i1];
        };
    });
}

TDSL_ROUTINE void k9(const float *p0, const float *p1, float *p2) {
    tdsl::map({4}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - (0x1.99999ap-4f * p1[i0]);
        };
    });
}

TDSL_ROUTINE void k10(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, 4, n0, {p0, 1, 4}, {p1, 4, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1] = p2[4 * i0 + i1] - (0x1.99999ap-4f * value);
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[5];
    tdsl::place_slots(w, call->workspace, {16 * d0, 16 * d0, 16 * d0, 4, 16});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = static_cast<float *>(call->updates[0]);
    float *const b5 = static_cast<float *>(call->updates[1]);
    float *const b9 = reinterpret_cast<float *>(w[4]);
    float *const b10 = reinterpret_cast<float *>(w[1]);
    float *const b11 = reinterpret_cast<float *>(w[4]);
    float *const b12 = reinterpret_cast<float *>(w[2]);
    float *const b14 = reinterpret_cast<float *>(w[3]);
    float *const b15 = reinterpret_cast<float *>(w[2]);
    float *const b16 = reinterpret_cast<float *>(w[0]);
    float *const b17 = reinterpret_cast<float *>(w[1]);
    k0(d0, 8, 12, 16, 20, 24, 28, 5, 9, 13, 17, 21, 25, 29, 6, 10, 14, 18, 22, 26, 30, 7, 11, 15, 19, 23, 27, 31, b0, b1, b2, b17, b16);
    k1(4 * d0, b17, b16, b15);
    k2(d0, 32, 36, 40, 44, b3, b15, b1);
    k3(b14, 0x1p+0f);
    k4(d0, 32, b15, b14, b1, b4);
    k5(d0, 32, b14, b1, b11, b17, b16, b12, b10);
    k6(b2, b11, b5);
    k7(d0, 16, b0, b12, b1, b4);
    k8(d0, b9, b10);
    k9(b2, b9, b5);
    k10(d0, b0, b10, b1, b4);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]}, 4, 3}, {tdsl::SaturatingSize{1}, 4, 1}, {tdsl::SaturatingSize{4}, 4, 1}});
}

TDSL_ROUTINE int64_t memory0(const int64_t *dims) {
    return (tdsl::SaturatingSize{48} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{244}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{192}).value;
}

TDSL_ROUTINE void run1(tdsl_call *) {
}

TDSL_ROUTINE void k11(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k12(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_normal<float>(t0, c0, i0);
            p1[i0] = t1 + c1;
        };
    });
}

TDSL_ROUTINE void update1(tdsl_call *call) {
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->updates[0]);
    float *const b2 = static_cast<float *>(call->updates[1]);
    k11(8, b2, 0x0p+0f);
    k12(48, b0, b1, 1, 0x0p+0f);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory1(const int64_t *) {
    return (tdsl::SaturatingSize{224}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *) {
    return (tdsl::SaturatingSize{192}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\164\162\141\151\156";
const char x1[] = "";
const char x2[] = "\163\154\151\143\145\163\056\164\144\163\154\072\061\065";
const char x3[] = "\170";
const char x4[] = "\163\154\151\143\145\163\056\164\144\163\154\072\066";
const char x5[] = "\102";
const char x6[] = "\064";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {4, -1, nullptr, x6, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 2, a1, 0, 0x0p+0, 0}};
const char x7[] = "\103";
const char x8[] = "\163\154\151\143\145\163\056\164\144\163\154\072\061\065\072\061\071";
const tdsl_result a3[] = {{TDSL_RETURN, 0, x7, x1, x8, TDSL_F32, 0, nullptr}};
const int32_t a4[] = {0, 1};
const char x9[] = "\064\070\040\052\040\102\040\053\040\062\064\064";
const char x10[] = "\064\070\040\052\040\144\133\060\135\040\053\040\062\064\064";
const char x11[] = "\061\066\040\052\040\102\040\053\040\061\071\062";
const char x12[] = "\061\066\040\052\040\144\133\060\135\040\053\040\061\071\062";
const char x13[] = "\151\156\151\164\151\141\154\151\163\145";
const char x14[] = "\163\145\145\144";
const tdsl_argument a5[] = {{x14, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a6[] = {0, 1};
const char x15[] = "\062\062\064";
const char x16[] = "\061\071\062";
const int32_t a7[] = {1, 1};
const char x17[] = "\163\154\151\143\145\163";
const char x18[] = "\120\141\162\164\163\040\157\146\040\157\156\145\040\163\164\141\143\153\145\144\040\141\162\162\141\171\073\040\164\150\145\151\162\040\144\145\162\151\166\141\164\151\166\145\163\040\141\162\145\040\167\162\151\164\164\145\156\040\160\151\145\143\145\040\142\171\040\160\151\145\143\145\056";
const char x19[] = "\163\154\151\143\145\163\056\164\144\163\154";
const char x20[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\163\154\151\143\145\163\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\143\060\141\142\142\061\060\063\061\071\144\145\063\062\060\067\144\067\142\070\142\066\060\063\066\067\071\062\144\064\144\071\143\064\144\146\065\064\141\142\063\060\067\066\061\065\063\141\066\062\145\064\067\146\066\070\067\066\066\064\071\144\071\070\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\164\162\141\151\156\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\064\070\040\052\040\102\040\053\040\062\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\062\062\064\042\054\040\042\155\145\155\157\162\171\042\072\040\042\064\070\040\052\040\102\040\053\040\062\064\064\042\054\040\042\146\154\157\160\042\072\040\042\062\066\070\040\052\040\102\040\053\040\061\061\062\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\070\040\052\040\102\042\054\040\042\142\171\164\145\163\042\072\040\042\062\067\062\040\052\040\102\040\053\040\070\061\066\042\175\054\040\042\151\156\151\164\151\141\154\151\163\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\062\062\064\042\054\040\042\155\145\155\157\162\171\042\072\040\042\062\062\064\042\054\040\042\146\154\157\160\042\072\040\042\064\070\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\064\070\042\054\040\042\142\171\164\145\163\042\072\040\042\062\063\062\042\175\175\175";
const char *const a8[] = {x5};
const char x21[] = "\127";
const char x22[] = "\163\154\151\143\145\163\056\164\144\163\154\072\067";
const int64_t a9[] = {3, 4, 4};
const char x23[] = "\142";
const char x24[] = "\163\154\151\143\145\163\056\164\144\163\154\072\070";
const int64_t a10[] = {8};
const tdsl_variable a11[] = {{x21, x1, x22, TDSL_SHARED, TDSL_F32, 3, a9}, {x23, x1, x24, TDSL_SHARED, TDSL_F32, 1, a10}};
const tdsl_entry a12[] = {{x0, x1, x2, 1, a2, 1, a3, x1, 2, a4, 0, nullptr, workspace0, memory0, x9, x10, largest0, x11, x12, run0, nullptr, nullptr}};
const tdsl_entry a13[] = {{x13, x1, x1, 1, a5, 0, nullptr, x1, 2, a6, 0, nullptr, workspace1, memory1, x15, x15, largest1, x16, x16, run1, update1, a7}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x17, x18, x19, x20, 0, nullptr, 1, 1, a8, 2, a11, 1, a12, a13, 0, nullptr, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
