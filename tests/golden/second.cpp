#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(int64_t n0, const float *p0, float *p1) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = tdsl::tanh(t0);
            const float t2 = t1 * t1;
            p1[i0] = ((t2 + t2) + t2) * tdsl::tanh_slope(t0);
        };
    });
}

TDSL_ROUTINE void run0_any(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->results[0]);
    k0(d0, b0, b1);
}

TDSL_INLINE void few0_k0(int64_t n0, const float *p0, float *p1) {
    tdsl::fixed_size::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = tdsl::tanh(t0);
            const float t2 = t1 * t1;
            p1[i0] = ((t2 + t2) + t2) * tdsl::tanh_slope(t0);
        };
    });
}

TDSL_INLINE void few0(tdsl_call *call, int64_t d0) {
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->results[0]);
    few0_k0(d0, b0, b1);
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    if (call->dims[0] == 1) {
        return few0(call, 1);
    }
    if (call->dims[0] == 4) {
        return few0(call, 4);
    }
    if (call->dims[0] == 8) {
        return few0(call, 8);
    }
    run0_any(call);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{1}).value;
}

TDSL_ROUTINE void k1(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = p1[i0];
            const float t2 = tdsl::tanh(t1);
            const float t3 = t2 * t2;
            const float t7 = tdsl::tanh_slope(t1);
            const float t12 = t0 * t7;
            const float t14 = (t12 + t12) * t2;
            const float t16 = t12 * t2;
            p2[i0] = ((((t0 * ((t3 + t3) + t3)) * t7) * t2) * (-0x1p+1f)) + ((((t14 + t14) + t16) + t16) * t7);
        };
    });
}

TDSL_ROUTINE void run1_any(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    float *const b2 = static_cast<float *>(call->results[0]);
    k1(d0, b1, b0, b2);
}

TDSL_INLINE void few1_k0(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = p1[i0];
            const float t2 = tdsl::tanh(t1);
            const float t3 = t2 * t2;
            const float t7 = tdsl::tanh_slope(t1);
            const float t12 = t0 * t7;
            const float t14 = (t12 + t12) * t2;
            const float t16 = t12 * t2;
            p2[i0] = ((((t0 * ((t3 + t3) + t3)) * t7) * t2) * (-0x1p+1f)) + ((((t14 + t14) + t16) + t16) * t7);
        };
    });
}

TDSL_INLINE void few1(tdsl_call *call, int64_t d0) {
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    float *const b2 = static_cast<float *>(call->results[0]);
    few1_k0(d0, b1, b0, b2);
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    if (call->dims[0] == 1) {
        return few1(call, 1);
    }
    if (call->dims[0] == 4) {
        return few1(call, 4);
    }
    if (call->dims[0] == 8) {
        return few1(call, 8);
    }
    run1_any(call);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{4}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\147\162\141\144\151\145\156\164";
const char x1[] = "";
const char x2[] = "\163\145\143\157\156\144\056\164\144\163\154\072\061\061";
const char x3[] = "\170";
const char x4[] = "\163\145\143\157\156\144\056\164\144\163\154\072\065";
const char x5[] = "\116";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 1, a1, 0, 0x0p+0, 0}};
const char x6[] = "\147";
const char x7[] = "\163\145\143\157\156\144\056\164\144\163\154\072\061\061\072\062\062";
const tdsl_extent a3[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a4[] = {{TDSL_RETURN, 0, x6, x1, x7, TDSL_F32, 1, a3}};
const char x8[] = "\064\040\052\040\116";
const char x9[] = "\064\040\052\040\144\133\060\135";
const char x10[] = "\064\040\052\040\116\040\053\040\061";
const char x11[] = "\064\040\052\040\144\133\060\135\040\053\040\061";
const char x12[] = "\150\145\163\163\151\141\156\137\164\151\155\145\163";
const char x13[] = "\163\145\143\157\156\144\056\164\144\163\154\072\061\062";
const tdsl_extent a5[] = {{-1, 0, nullptr, x5, x1}};
const char x14[] = "\166";
const char x15[] = "\163\145\143\157\156\144\056\164\144\163\154\072\066";
const tdsl_extent a6[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a7[] = {{x3, x1, x4, TDSL_F32, 1, a5, 0, 0x0p+0, 0}, {x14, x1, x15, TDSL_F32, 1, a6, 0, 0x0p+0, 0}};
const char x16[] = "\144\143\157\163\164\137\144\170";
const char x17[] = "\163\145\143\157\156\144\056\164\144\163\154\072\061\062\072\063\060";
const tdsl_extent a8[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a9[] = {{TDSL_RETURN, 0, x16, x1, x17, TDSL_F32, 1, a8}};
const char x18[] = "\064\040\052\040\116\040\053\040\064";
const char x19[] = "\064\040\052\040\144\133\060\135\040\053\040\064";
const char x20[] = "\163\145\143\157\156\144";
const char x21[] = "\101\040\144\145\162\151\166\141\164\151\166\145\040\157\146\040\141\040\144\145\162\151\166\141\164\151\166\145\056";
const char x22[] = "\163\145\143\157\156\144\056\164\144\163\154";
const char x23[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\163\145\143\157\156\144\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\070\063\142\061\063\066\071\061\062\065\141\065\062\066\064\070\144\063\144\141\067\141\067\070\061\144\141\064\062\060\146\062\061\146\141\146\145\062\061\070\063\066\062\067\146\141\144\067\063\146\146\145\142\066\064\064\066\062\065\144\144\145\067\141\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\147\162\141\144\151\145\156\164\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\064\040\052\040\116\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\064\040\052\040\116\042\054\040\042\146\154\157\160\042\072\040\042\064\040\052\040\116\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\062\040\052\040\116\042\054\040\042\142\171\164\145\163\042\072\040\042\070\040\052\040\116\042\175\054\040\042\150\145\163\163\151\141\156\137\164\151\155\145\163\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\064\040\052\040\116\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\064\040\052\040\116\042\054\040\042\146\154\157\160\042\072\040\042\061\066\040\052\040\116\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\062\040\052\040\116\042\054\040\042\142\171\164\145\163\042\072\040\042\061\062\040\052\040\116\042\175\175\175";
const char *const a10[] = {x5};
const tdsl_entry a11[] = {{x0, x1, x2, 1, a2, 1, a4, x1, 0, nullptr, 0, nullptr, workspace0, memory0, x8, x9, largest0, x10, x11, run0, nullptr, nullptr}, {x12, x1, x13, 2, a7, 1, a9, x1, 0, nullptr, 0, nullptr, workspace1, memory1, x8, x9, largest1, x18, x19, run1, nullptr, nullptr}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x20, x21, x22, x23, 0, nullptr, 1, 1, a10, 0, nullptr, 2, a11, nullptr, 0, nullptr, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
