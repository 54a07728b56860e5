#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(tdsl_call *call, int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, int64_t n5, const int64_t *p0, const float *p1, float *p2, int32_t c0) {
    tdsl::map_strided({n0}, [=]() {
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_index(call, c0, p0[i0], n1);
            const float t3 = p1[n2 * t1 + 1];
            const float t4 = p1[n2 * t1 + 2];
            const float t5 = p1[n2 * t1 + 3];
            const float t6 = p1[n2 * t1 + 4];
            const float t7 = p1[n2 * t1 + n3];
            const float t8 = p1[n2 * t1 + n4];
            const float t9 = p1[n2 * t1 + n5];
            p2[8 * i0] = p1[n2 * t1];
            p2[8 * i0 + 1] = t3;
            p2[8 * i0 + 2] = t4;
            p2[8 * i0 + 3] = t5;
            p2[8 * i0 + 4] = t6;
            p2[8 * i0 + n3] = t7;
            p2[8 * i0 + n4] = t8;
            p2[8 * i0 + n5] = t9;
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

TDSL_ROUTINE void k2(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t5 = 0x1p+0f / t2;
    p1[0] = t3;
    p2[0] = t5;
}

TDSL_ROUTINE void k3(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k4(tdsl_call *call, int64_t n0, int64_t n1, int64_t n2, const float *p0, const float *p1, const int64_t *p2, float *p3, int32_t c0) {
    tdsl::scatter_add_rows<0>({n2, n0}, [=](int64_t i0) {
        const float t0 = p0[0];
        const int64_t t5 = tdsl::checked_index(call, c0, p2[i0], n1);
        return [=](int64_t i1) {
            const float t2 = t0 * p1[n0 * i0 + i1];
            p3[i1 + n0 * t5] = tdsl::add(p3[i1 + n0 * t5], t2 + t2);
        };
    });
}

TDSL_ROUTINE void k5(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - (0x1.99999ap-4f * p1[i0]);
        };
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {32 * d0, 4});
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    float *const b2 = static_cast<float *>(call->results[0]);
    float *const b3 = static_cast<float *>(call->updates[0]);
    float *const b4 = static_cast<float *>(call->updates[0]);
    float *const b5 = reinterpret_cast<float *>(w[1]);
    float *const b6 = reinterpret_cast<float *>(w[1]);
    float *const b7 = reinterpret_cast<float *>(w[0]);
    k0(call, d0, 100, 8, 5, 6, 7, b0, b1, b7, 0);
    k1(8 * d0, b6, b7);
    k2(8 * d0, b6, b2, b5);
    k3(800, b4, 0x0p+0f);
    k4(call, 8, 100, d0, b5, b7, b0, b4, 1);
    k5(800, b1, b4, b3);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]}, 4, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE int64_t memory0(const int64_t *dims) {
    return (tdsl::SaturatingSize{32} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{3204}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{32} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{3200}).value;
}

TDSL_ROUTINE void run1(tdsl_call *) {
}

TDSL_ROUTINE void k6(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1) {
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
    k6(800, b0, b1, 1, 0x0p+0f);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory1(const int64_t *) {
    return (tdsl::SaturatingSize{3200}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *) {
    return (tdsl::SaturatingSize{3200}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\164\162\141\151\156";
const char x1[] = "";
const char x2[] = "\147\141\164\150\145\162\056\164\144\163\154\072\061\060";
const char x3[] = "\151\144\163";
const char x4[] = "\147\141\164\150\145\162\056\164\144\163\154\072\065";
const char x5[] = "\102";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_I64, 1, a1, 0, 0, int64_t{0}}};
const char x6[] = "\103";
const char x7[] = "\147\141\164\150\145\162\056\164\144\163\154\072\061\060\072\062\061";
const tdsl_result a3[] = {{TDSL_RETURN, 0, x6, x1, x7, TDSL_F32, 0, nullptr}};
const int32_t a4[] = {0};
const char x8[] = "\063\062\040\052\040\102\040\053\040\063\062\060\064";
const char x9[] = "\063\062\040\052\040\144\133\060\135\040\053\040\063\062\060\064";
const char x10[] = "\063\062\040\052\040\102\040\053\040\063\062\060\060";
const char x11[] = "\063\062\040\052\040\144\133\060\135\040\053\040\063\062\060\060";
const char x12[] = "\151\156\151\164\151\141\154\151\163\145";
const char x13[] = "\163\145\145\144";
const tdsl_argument a5[] = {{x13, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a6[] = {0};
const char x14[] = "\063\062\060\060";
const int32_t a7[] = {1};
const char x15[] = "\147\141\164\150\145\162";
const char x16[] = "\122\157\167\163\040\157\146\040\141\040\164\141\142\154\145\040\141\164\040\160\157\163\151\164\151\157\156\163\040\164\150\141\164\040\141\040\143\141\154\154\040\147\151\166\145\163\073\040\164\150\145\040\165\160\144\141\164\145\040\141\144\144\163\040\164\157\040\164\150\157\163\145\040\162\157\167\163\040\141\154\157\156\145\056";
const char x17[] = "\147\141\164\150\145\162\056\164\144\163\154";
const char x18[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\147\141\164\150\145\162\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\065\143\064\145\061\066\064\061\071\143\066\063\062\142\065\143\070\063\064\060\144\146\064\066\060\146\143\144\065\146\144\144\060\066\141\065\146\067\067\061\142\145\063\067\146\143\142\145\060\063\061\063\061\065\144\143\064\141\141\061\145\141\143\141\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\164\162\141\151\156\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\063\062\040\052\040\102\040\053\040\064\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\063\062\060\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\063\062\040\052\040\102\040\053\040\063\062\060\064\042\054\040\042\146\154\157\160\042\072\040\042\064\060\040\052\040\102\040\053\040\061\066\060\062\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\062\060\070\040\052\040\102\040\053\040\061\062\070\062\060\042\175\054\040\042\151\156\151\164\151\141\154\151\163\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\063\062\060\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\063\062\060\060\042\054\040\042\146\154\157\160\042\072\040\042\070\060\060\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\070\060\060\042\054\040\042\142\171\164\145\163\042\072\040\042\063\062\060\070\042\175\175\175";
const char *const a8[] = {x5};
const char x19[] = "\164\141\142\154\145";
const char x20[] = "\147\141\164\150\145\162\056\164\144\163\154\072\066";
const int64_t a9[] = {100, 8};
const tdsl_variable a10[] = {{x19, x1, x20, TDSL_SHARED, TDSL_F32, 2, a9}};
const tdsl_entry a11[] = {{x0, x1, x2, 1, a2, 1, a3, x1, 1, a4, 0, nullptr, workspace0, memory0, x8, x9, largest0, x10, x11, run0, nullptr, nullptr}};
const tdsl_entry a12[] = {{x12, x1, x1, 1, a5, 0, nullptr, x1, 1, a6, 0, nullptr, workspace1, memory1, x14, x14, largest1, x14, x14, run1, update1, a7}};
const char x21[] = "\147\141\164\150\145\162\056\164\144\163\154\072\070\072\061\065";
const char x22[] = "\164\141\142\154\145\133\151\144\163\135";
const tdsl_site a13[] = {{TDSL_FAULT_INDEX, x21, x22}, {TDSL_FAULT_INDEX, x21, x22}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x15, x16, x17, x18, 0, nullptr, 1, 1, a8, 1, a10, 1, a11, a12, 2, a13, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
