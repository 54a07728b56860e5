#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t5 = p1[2];
        return [=](int64_t i0) {
            p3[i0] = (((p0[3 * i0] * t1) + (p0[3 * i0 + 1] * t3)) + (p0[3 * i0 + 2] * t5)) - p2[i0];
        };
    });
}

TDSL_ROUTINE void k1(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            return t0 * t0;
        };
    });
}

TDSL_ROUTINE void k2(int64_t n0, const float *p0, const int64_t *p1, const float *p2, const int64_t *p3, float *p4, int64_t *p5, float *p6, float *p7, float *p8, int64_t *p9) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const int64_t t6 = tdsl::add(p1[0], int64_t{1});
    const float t9 = tdsl::cast<float>(t6);
    const float t12 = tdsl::sqrt(0x1p+0f - tdsl::pow(0x1.ff7ceep-1f, t9));
    const float t18 = (p2[0] * t12) / (0x1p+0f - tdsl::pow(0x1.ccccccp-1f, t9));
    const float t19 = 0x1p+0f / t2;
    const int64_t t21 = tdsl::add(p3[0], int64_t{1});
    p4[0] = t3;
    p5[0] = t6;
    p6[0] = t12;
    p7[0] = t18;
    p8[0] = t19;
    p9[0] = t21;
}

TDSL_ROUTINE void k3(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t2 = t0 * p1[i0];
            p2[i0] = t2 + t2;
        };
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[5];
    tdsl::place_slots(w, call->workspace, {4 * d0, 4, 4, 4, 4});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->arguments[2]);
    const float *const b3 = static_cast<const float *>(call->variables[0]);
    const int64_t *const b4 = static_cast<const int64_t *>(call->variables[1]);
    const int64_t *const b5 = static_cast<const int64_t *>(call->variables[2]);
    float *const b8 = static_cast<float *>(call->results[0]);
    int64_t *const b9 = static_cast<int64_t *>(call->updates[0]);
    int64_t *const b10 = static_cast<int64_t *>(call->updates[1]);
    float *const b14 = static_cast<float *>(call->updates[4]);
    float *const b15 = reinterpret_cast<float *>(w[0]);
    float *const b16 = reinterpret_cast<float *>(w[2]);
    float *const b17 = reinterpret_cast<float *>(w[3]);
    float *const b18 = reinterpret_cast<float *>(w[4]);
    float *const b19 = reinterpret_cast<float *>(w[1]);
    float *const b20 = reinterpret_cast<float *>(w[0]);
    k0(d0, b0, b3, b1, b20);
    k1(d0, b19, b20);
    k2(d0, b19, b5, b2, b4, b8, b10, b18, b17, b16, b9);
    k3(d0, b16, b20, b15);
    tdsl::gemm(1, 3, d0, {b15, 0, 1}, {b0, 3, 1}, b14, 3);
}

TDSL_ROUTINE void k4(const float *p0, const float *p1, const float *p2, const float *p3, const float *p4, const float *p5, float *p6, float *p7, float *p8) {
    tdsl::map_large_body({3}, [=]() {
        const float t15 = p4[0];
        const float t20 = 0x1.5798eep-27f * p5[0];
        return [=](int64_t i0) {
            const float t4 = p1[i0];
            const float t6 = (0x1.ccccccp-1f * p0[i0]) + (0x1.99999ap-4f * t4);
            const float t13 = (0x1.ff7ceep-1f * p2[i0]) + ((0x1.0624dep-10f * t4) * t4);
            const float t23 = p3[i0] - ((t15 * t6) / (tdsl::sqrt(t13) + t20));
            p6[i0] = t6;
            p7[i0] = t13;
            p8[i0] = t23;
        };
    });
}

TDSL_ROUTINE void update0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[5];
    tdsl::place_slots(w, call->workspace, {4 * d0, 4, 4, 4, 4});
    const float *const b3 = static_cast<const float *>(call->variables[0]);
    const float *const b6 = static_cast<const float *>(call->variables[3]);
    const float *const b7 = static_cast<const float *>(call->variables[4]);
    float *const b11 = static_cast<float *>(call->updates[2]);
    float *const b12 = static_cast<float *>(call->updates[3]);
    float *const b13 = static_cast<float *>(call->updates[4]);
    float *const b14 = static_cast<float *>(call->updates[4]);
    float *const b17 = reinterpret_cast<float *>(w[3]);
    float *const b18 = reinterpret_cast<float *>(w[4]);
    k4(b6, b14, b7, b3, b17, b18, b11, b12, b13);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{dims[0]}, 4, 1}, {tdsl::SaturatingSize{1}, 4, 4}});
}

TDSL_ROUTINE int64_t memory0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{68}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{12} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{12}).value;
}

TDSL_ROUTINE void run1(tdsl_call *) {
}

TDSL_ROUTINE void k5(float *p0, float *p1, float *p2, float c0) {
    tdsl::map({3}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
            p1[i0] = c0;
            p2[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k6(int64_t *p0, int64_t *p1, int64_t c0) {
    p0[0] = c0;
    p1[0] = c0;
}

TDSL_ROUTINE void update1(tdsl_call *call) {
    float *const b0 = static_cast<float *>(call->updates[0]);
    int64_t *const b1 = static_cast<int64_t *>(call->updates[1]);
    int64_t *const b2 = static_cast<int64_t *>(call->updates[2]);
    float *const b3 = static_cast<float *>(call->updates[3]);
    float *const b4 = static_cast<float *>(call->updates[4]);
    k5(b0, b3, b4, 0x0p+0f);
    k6(b1, b2, int64_t{0});
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory1(const int64_t *) {
    return (tdsl::SaturatingSize{52}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *) {
    return (tdsl::SaturatingSize{12}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\164\162\141\151\156";
const char x1[] = "";
const char x2[] = "\141\144\141\155\056\164\144\163\154\072\061\064";
const char x3[] = "\170";
const char x4[] = "\141\144\141\155\056\164\144\163\154\072\067";
const char x5[] = "\102";
const char x6[] = "\063";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {3, -1, nullptr, x6, x1}};
const char x7[] = "\171";
const char x8[] = "\141\144\141\155\056\164\144\163\154\072\070";
const tdsl_extent a2[] = {{-1, 0, nullptr, x5, x1}};
const char x9[] = "\154\162";
const tdsl_argument a3[] = {{x3, x1, x4, TDSL_F32, 2, a1, 0, 0x0p+0, 0}, {x7, x1, x8, TDSL_F32, 1, a2, 0, 0x0p+0, 0}, {x9, x1, x2, TDSL_F32, 0, nullptr, 1, 0x1.0624dd2f1a9fcp-10, 0}};
const char x10[] = "\103";
const char x11[] = "\141\144\141\155\056\164\144\163\154\072\061\064\072\064\060";
const tdsl_result a4[] = {{TDSL_RETURN, 0, x10, x1, x11, TDSL_F32, 0, nullptr}};
const int32_t a5[] = {1, 2, 3, 4, 0};
const char x12[] = "\064\040\052\040\102\040\053\040\066\070";
const char x13[] = "\064\040\052\040\144\133\060\135\040\053\040\066\070";
const char x14[] = "\061\062\040\052\040\102\040\053\040\061\062";
const char x15[] = "\061\062\040\052\040\144\133\060\135\040\053\040\061\062";
const int32_t a6[] = {0, 0, 1, 1, 0};
const char x16[] = "\151\156\151\164\151\141\154\151\163\145";
const char x17[] = "\163\145\145\144";
const tdsl_argument a7[] = {{x17, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a8[] = {0, 1, 2, 3, 4};
const char x18[] = "\065\062";
const char x19[] = "\061\062";
const int32_t a9[] = {1, 1, 1, 1, 1};
const char x20[] = "\141\144\141\155";
const char x21[] = "\101\040\162\165\154\145\040\167\151\164\150\040\163\164\141\164\145\163\040\157\146\040\151\164\163\040\157\167\156\054\040\142\145\163\151\144\145\040\141\040\163\164\141\164\145\040\157\146\040\164\150\145\040\160\162\157\147\162\141\155\056";
const char x22[] = "\141\144\141\155\056\164\144\163\154";
const char x23[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\141\144\141\155\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\066\065\146\141\065\071\066\143\066\142\071\060\145\144\142\141\066\145\141\064\062\064\145\067\070\061\065\062\141\146\060\145\065\070\067\071\067\067\062\145\143\071\067\067\142\065\144\143\146\145\141\062\144\146\145\145\145\066\070\067\065\066\065\060\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\164\162\141\151\156\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\064\040\052\040\102\040\053\040\061\066\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\065\062\042\054\040\042\155\145\155\157\162\171\042\072\040\042\064\040\052\040\102\040\053\040\066\070\042\054\040\042\146\154\157\160\042\072\040\042\061\066\040\052\040\102\040\053\040\064\060\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\066\042\054\040\042\142\171\164\145\163\042\072\040\042\064\070\040\052\040\102\040\053\040\061\070\060\042\175\054\040\042\151\156\151\164\151\141\154\151\163\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\065\062\042\054\040\042\155\145\155\157\162\171\042\072\040\042\065\062\042\054\040\042\146\154\157\160\042\072\040\042\060\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\065\062\042\175\175\175";
const char *const a10[] = {x5};
const char x24[] = "\167";
const char x25[] = "\141\144\141\155\056\164\144\163\154\072\071";
const int64_t a11[] = {3};
const char x26[] = "\163\164\145\160\163";
const char x27[] = "\141\144\141\155\056\164\144\163\154\072\061\060";
const char x28[] = "\167\056\141\144\141\155\056\164";
const char x29[] = "\115\157\155\145\156\164\165\155\040\141\156\144\040\141\040\162\141\164\145\040\146\157\162\040\145\141\143\150\040\145\154\145\155\145\156\164\054\040\142\157\164\150\040\143\157\162\162\145\143\164\145\144\040\146\157\162\040\163\164\141\162\164\151\156\147\040\141\164\040\172\145\162\157\056\012\104\056\040\120\056\040\113\151\156\147\155\141\054\040\112\056\040\102\141\072\040\101\144\141\155\072\040\141\040\155\145\164\150\157\144\040\146\157\162\040\163\164\157\143\150\141\163\164\151\143\040\157\160\164\151\155\151\172\141\164\151\157\156\054\040\111\103\114\122\040\062\060\061\065\054\040\141\162\130\151\166\072\061\064\061\062\056\066\071\070\060\056";
const char x30[] = "\163\164\144\057\157\160\164\151\155\056\164\144\163\154\072\066\064";
const char x31[] = "\167\056\141\144\141\155\056\155";
const char x32[] = "\163\164\144\057\157\160\164\151\155\056\164\144\163\154\072\066\065";
const int64_t a12[] = {3};
const char x33[] = "\167\056\141\144\141\155\056\166";
const char x34[] = "\163\164\144\057\157\160\164\151\155\056\164\144\163\154\072\066\066";
const int64_t a13[] = {3};
const tdsl_variable a14[] = {{x24, x1, x25, TDSL_SHARED, TDSL_F32, 1, a11}, {x26, x1, x27, TDSL_STATE, TDSL_I64, 0, nullptr}, {x28, x29, x30, TDSL_RULE_STATE, TDSL_I64, 0, nullptr}, {x31, x29, x32, TDSL_RULE_STATE, TDSL_F32, 1, a12}, {x33, x29, x34, TDSL_RULE_STATE, TDSL_F32, 1, a13}};
const tdsl_entry a15[] = {{x0, x1, x2, 3, a3, 1, a4, x1, 5, a5, 0, nullptr, workspace0, memory0, x12, x13, largest0, x14, x15, run0, update0, a6}};
const tdsl_entry a16[] = {{x16, x1, x1, 1, a7, 0, nullptr, x1, 5, a8, 0, nullptr, workspace1, memory1, x18, x18, largest1, x19, x19, run1, update1, a9}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x20, x21, x22, x23, 0, nullptr, 1, 1, a10, 5, a14, 1, a15, a16, 0, nullptr, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
