#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(const int64_t *p0, uint8_t *p1) {
    const bool t2 = p0[0] >= int64_t{0};
    p1[0] = t2;
}

TDSL_ROUTINE void k1(tdsl_call *call, int64_t n0, const int64_t *p0, const float *p1, const float *p2, float *p3, int32_t c0) {
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    const float t5 = (tdsl::in_bounds(0, n0) ? p1[t1] : float(0)) * p2[0];
    p3[0] = t5;
}

TDSL_ROUTINE void k2(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void k3(const float *p0, const float *p1, float *p2) {
    const float t2 = p0[0] / p1[0];
    p2[0] = t2;
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {1, 4});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const int64_t *const b1 = static_cast<const int64_t *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->variables[0]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = reinterpret_cast<float *>(w[1]);
    uint8_t *const b5 = reinterpret_cast<uint8_t *>(w[0]);
    k0(b1, b5);
    if (b5[0]) {
        k1(call, d0, b1, b0, b2, b3, 0);
    } else {
        k2(d0, b4, b0);
        k3(b4, b2, b3);
    }
}

TDSL_ROUTINE int64_t workspace0(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{1}, 1, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE int64_t memory0(const int64_t *) {
    return (tdsl::SaturatingSize{5}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{8}).value;
}

TDSL_ROUTINE void k4(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k5(tdsl_call *call, int64_t n0, const float *p0, const int64_t *p1, float *p2, int32_t c0) {
    const float t0 = p0[0];
    const int64_t t2 = tdsl::checked_index(call, c0, p1[0], n0);
    const bool t3 = tdsl::in_bounds(0, n0);
    if (t3) p2[t2] = tdsl::add(p2[t2], t0);
}

TDSL_ROUTINE void k6(const float *p0, float *p1) {
    const float t2 = 0x1p+0f / p0[0];
    p1[0] = t2;
}

TDSL_ROUTINE void k7(int64_t n0, const float *p0, float *p1) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            p1[i0] = t0;
        };
    });
}

TDSL_ROUTINE void k8(tdsl_call *call, int64_t n0, const int64_t *p0, const float *p1, float *p2, int32_t c0) {
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    const float t3 = (tdsl::in_bounds(0, n0) ? p1[t1] : float(0));
    p2[0] = t3;
}

TDSL_ROUTINE void k9(const float *p0, const float *p1, float *p2) {
    const float t1 = p1[0];
    const float t4 = (-(p0[0] / t1)) / t1;
    p2[0] = t4;
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {1, 4});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const int64_t *const b1 = static_cast<const int64_t *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->variables[0]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = static_cast<float *>(call->results[1]);
    float *const b5 = reinterpret_cast<float *>(w[1]);
    float *const b6 = reinterpret_cast<float *>(w[1]);
    uint8_t *const b7 = reinterpret_cast<uint8_t *>(w[0]);
    k0(b1, b7);
    if (b7[0]) {
        k4(d0, b3, 0x0p+0f);
        k5(call, d0, b2, b1, b3, 1);
    } else {
        k6(b2, b6);
        k7(d0, b6, b3);
    }
    if (b7[0]) {
        k8(call, d0, b1, b0, b4, 0);
    } else {
        k2(d0, b5, b0);
        k9(b5, b2, b4);
    }
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{1}, 1, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE int64_t memory1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{5}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{8}).value;
}

TDSL_ROUTINE void run2(tdsl_call *) {
}

TDSL_ROUTINE void k10(float *p0, float c0) {
    p0[0] = c0;
}

TDSL_ROUTINE void update2(tdsl_call *call) {
    float *const b0 = static_cast<float *>(call->updates[0]);
    k10(b0, 0x1p+0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory2(const int64_t *) {
    return (tdsl::SaturatingSize{4}).value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *) {
    return (tdsl::SaturatingSize{8}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\166\141\154\165\145";
const char x1[] = "";
const char x2[] = "\142\162\141\156\143\150\056\164\144\163\154\072\061\061";
const char x3[] = "\170";
const char x4[] = "\142\162\141\156\143\150\056\164\144\163\154\072\065";
const char x5[] = "\116";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}};
const char x6[] = "\151";
const char x7[] = "\142\162\141\156\143\150\056\164\144\163\154\072\066";
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 1, a1, 0, 0x0p+0, 0}, {x6, x1, x7, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const char x8[] = "\171";
const char x9[] = "\142\162\141\156\143\150\056\164\144\163\154\072\061\061\072\062\062";
const tdsl_result a3[] = {{TDSL_RETURN, 0, x8, x1, x9, TDSL_F32, 0, nullptr}};
const char x10[] = "\065";
const char x11[] = "\064\040\052\040\116\040\053\040\070";
const char x12[] = "\064\040\052\040\144\133\060\135\040\053\040\070";
const char x13[] = "\163\154\157\160\145";
const char x14[] = "\142\162\141\156\143\150\056\164\144\163\154\072\061\062";
const tdsl_extent a4[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a5[] = {{x3, x1, x4, TDSL_F32, 1, a4, 0, 0x0p+0, 0}, {x6, x1, x7, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const char x15[] = "\144\171\137\144\170";
const char x16[] = "\142\162\141\156\143\150\056\164\144\163\154\072\061\062\072\062\063";
const tdsl_extent a6[] = {{-1, 0, nullptr, x5, x1}};
const char x17[] = "\144\171\137\144\163\143\141\154\145";
const char x18[] = "\142\162\141\156\143\150\056\164\144\163\154\072\061\062\072\063\065";
const tdsl_result a7[] = {{TDSL_RETURN, 0, x15, x1, x16, TDSL_F32, 1, a6}, {TDSL_RETURN, 0, x17, x1, x18, TDSL_F32, 0, nullptr}};
const char x19[] = "\064\040\052\040\116\040\053\040\065";
const char x20[] = "\064\040\052\040\144\133\060\135\040\053\040\065";
const char x21[] = "\151\156\151\164\151\141\154\151\163\145";
const char x22[] = "\163\145\145\144";
const tdsl_argument a8[] = {{x22, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a9[] = {0};
const char x23[] = "\064";
const char x24[] = "\070";
const int32_t a10[] = {1};
const char x25[] = "\142\162\141\156\143\150";
const char x26[] = "\101\040\163\151\144\145\040\151\163\040\143\157\155\160\165\164\145\144\040\157\156\154\171\040\151\146\040\151\164\040\151\163\040\164\141\153\145\156\054\040\146\141\165\154\164\163\040\141\156\144\040\144\145\162\151\166\141\164\151\166\145\163\040\164\157\157\056";
const char x27[] = "\142\162\141\156\143\150\056\164\144\163\154";
const char x28[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\142\162\141\156\143\150\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\143\065\067\142\142\143\071\146\144\071\143\061\062\061\067\070\060\142\061\063\141\144\067\145\063\143\062\061\063\145\146\065\146\060\061\064\145\143\071\145\060\062\141\146\141\142\145\142\066\146\063\066\061\063\145\062\065\065\142\067\071\141\060\145\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\166\141\154\165\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\065\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\065\042\054\040\042\146\154\157\160\042\072\040\042\116\040\053\040\061\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\064\040\052\040\116\040\053\040\063\060\042\175\054\040\042\163\154\157\160\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\065\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\064\040\052\040\116\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\064\040\052\040\116\040\053\040\065\042\054\040\042\146\154\157\160\042\072\040\042\116\040\053\040\064\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\070\040\052\040\116\040\053\040\064\067\042\175\054\040\042\151\156\151\164\151\141\154\151\163\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\064\042\054\040\042\155\145\155\157\162\171\042\072\040\042\064\042\054\040\042\146\154\157\160\042\072\040\042\060\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\064\042\175\175\175";
const char *const a11[] = {x5};
const char x29[] = "\163\143\141\154\145";
const char x30[] = "\142\162\141\156\143\150\056\164\144\163\154\072\067";
const tdsl_variable a12[] = {{x29, x1, x30, TDSL_SHARED, TDSL_F32, 0, nullptr}};
const tdsl_entry a13[] = {{x0, x1, x2, 2, a2, 1, a3, x1, 0, nullptr, 0, nullptr, workspace0, memory0, x10, x10, largest0, x11, x12, run0, nullptr, nullptr}, {x13, x1, x14, 2, a5, 2, a7, x1, 0, nullptr, 0, nullptr, workspace1, memory1, x19, x20, largest1, x11, x12, run1, nullptr, nullptr}};
const tdsl_entry a14[] = {{x21, x1, x1, 1, a8, 0, nullptr, x1, 1, a9, 0, nullptr, workspace2, memory2, x23, x23, largest2, x24, x24, run2, update2, a10}};
const char x31[] = "\142\162\141\156\143\150\056\164\144\163\154\072\071\072\062\064";
const char x32[] = "\170\133\151\135";
const tdsl_site a15[] = {{TDSL_FAULT_INDEX, x31, x32}, {TDSL_FAULT_INDEX, x31, x32}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x25, x26, x27, x28, 0, nullptr, 1, 1, a11, 1, a12, 2, a13, a14, 2, a15, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
