#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(tdsl_call *call, int64_t n0, const int64_t *p0, const int64_t *p1, int64_t *p2, int64_t *p3, int32_t c0, int32_t c1) {
    tdsl::map({n0}, [=]() {
        const int64_t t1 = p1[0];
        return [=](int64_t i0) {
            const int64_t t0 = p0[i0];
            const int64_t t2 = tdsl::floordiv(call, c0, t0, t1);
            const int64_t t3 = tdsl::mod(call, c1, t0, t1);
            p2[i0] = t2;
            p3[i0] = t3;
        };
    });
}

TDSL_ROUTINE void k1(int64_t n0, int64_t *p0, const int64_t *p1) {
    tdsl::reduce_rows<tdsl::Sum<int64_t>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void k2(int64_t n0, const int64_t *p0, uint8_t *p1, int64_t *p2) {
    const bool t2 = n0 > int64_t{0};
    const int64_t t3 = p0[0];
    p1[0] = t2;
    p2[0] = t3;
}

TDSL_ROUTINE void run0_any(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    const int64_t *const b1 = static_cast<const int64_t *>(call->arguments[1]);
    int64_t *const b2 = static_cast<int64_t *>(call->results[0]);
    int64_t *const b3 = static_cast<int64_t *>(call->results[1]);
    int64_t *const b4 = static_cast<int64_t *>(call->results[2]);
    uint8_t *const b5 = static_cast<uint8_t *>(call->results[3]);
    int64_t *const b6 = static_cast<int64_t *>(call->results[4]);
    k0(call, d0, b0, b1, b2, b3, 0, 1);
    k1(d0, b4, b0);
    k2(d0, b4, b5, b6);
}

TDSL_INLINE void few0_k0(tdsl_call *call, int64_t n0, const int64_t *p0, const int64_t *p1, int64_t *p2, int64_t *p3, int32_t c0, int32_t c1) {
    tdsl::fixed_size::map({n0}, [=]() {
        const int64_t t1 = p1[0];
        return [=](int64_t i0) {
            const int64_t t0 = p0[i0];
            const int64_t t2 = tdsl::floordiv(call, c0, t0, t1);
            const int64_t t3 = tdsl::mod(call, c1, t0, t1);
            p2[i0] = t2;
            p3[i0] = t3;
        };
    });
}

TDSL_INLINE void few0_k1(int64_t n0, int64_t *p0, const int64_t *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<int64_t>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_INLINE void few0_k2(int64_t n0, const int64_t *p0, uint8_t *p1, int64_t *p2) {
    const bool t2 = n0 > int64_t{0};
    const int64_t t3 = p0[0];
    p1[0] = t2;
    p2[0] = t3;
}

TDSL_INLINE void few0(tdsl_call *call, int64_t d0) {
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    const int64_t *const b1 = static_cast<const int64_t *>(call->arguments[1]);
    int64_t *const b2 = static_cast<int64_t *>(call->results[0]);
    int64_t *const b3 = static_cast<int64_t *>(call->results[1]);
    int64_t *const b4 = static_cast<int64_t *>(call->results[2]);
    uint8_t *const b5 = static_cast<uint8_t *>(call->results[3]);
    int64_t *const b6 = static_cast<int64_t *>(call->results[4]);
    few0_k0(call, d0, b0, b1, b2, b3, 0, 1);
    few0_k1(d0, b4, b0);
    few0_k2(d0, b4, b5, b6);
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
    return (tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[0]}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{8}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\144\151\166\151\144\145";
const char x1[] = "";
const char x2[] = "\143\150\145\143\153\163\056\164\144\163\154\072\070";
const char x3[] = "\141";
const char x4[] = "\156\165\155\142\145\162\163";
const char x5[] = "\143\150\145\143\153\163\056\164\144\163\154\072\065";
const char x6[] = "\116";
const tdsl_extent a1[] = {{-1, 0, nullptr, x6, x1}};
const char x7[] = "\142";
const char x8[] = "\141\040\144\151\166\151\163\157\162";
const char x9[] = "\143\150\145\143\153\163\056\164\144\163\154\072\066";
const tdsl_argument a2[] = {{x3, x4, x5, TDSL_I64, 1, a1, 0, 0, int64_t{0}}, {x7, x8, x9, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const char x10[] = "\143\150\145\143\153\163\056\164\144\163\154\072\070\072\062\064";
const tdsl_extent a3[] = {{-1, 0, nullptr, x6, x1}};
const char x11[] = "\143\150\145\143\153\163\056\164\144\163\154\072\070\072\063\063";
const tdsl_extent a4[] = {{-1, 0, nullptr, x6, x1}};
const char x12[] = "\143\150\145\143\153\163\056\164\144\163\154\072\070\072\064\060";
const char x13[] = "\116\040\076\040\060";
const char x14[] = "\143\150\145\143\153\163\056\164\144\163\154\072\071\072\065";
const char x15[] = "\163\165\155";
const char x16[] = "\143\150\145\143\153\163\056\164\144\163\154\072\061\060\072\065";
const tdsl_result a5[] = {{TDSL_RETURN, 0, x1, x1, x10, TDSL_I64, 1, a3}, {TDSL_RETURN, 0, x1, x1, x11, TDSL_I64, 1, a4}, {TDSL_RETURN, 0, x1, x1, x12, TDSL_I64, 0, nullptr}, {TDSL_ASSERT, 1, x1, x13, x14, TDSL_BOOL, 0, nullptr}, {TDSL_PRINT, 2, x1, x15, x16, TDSL_I64, 0, nullptr}};
const char x17[] = "\056\050\056\056\051";
const char x18[] = "\061\066\040\052\040\116";
const char x19[] = "\061\066\040\052\040\144\133\060\135";
const char x20[] = "\070\040\052\040\116\040\053\040\070";
const char x21[] = "\070\040\052\040\144\133\060\135\040\053\040\070";
const char x22[] = "\143\150\145\143\153\163";
const char x23[] = "\111\156\164\145\147\145\162\163\054\040\143\157\156\144\151\164\151\157\156\163\054\040\141\156\144\040\167\157\162\144\163\040\146\157\162\040\164\150\145\040\157\156\145\040\167\150\157\040\143\141\154\154\163\056";
const char x24[] = "\143\150\145\143\153\163\056\164\144\163\154";
const char x25[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\143\150\145\143\153\163\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\066\060\067\143\060\065\142\141\143\070\063\067\063\146\070\065\063\064\064\061\146\070\063\145\061\065\061\062\064\146\071\142\065\064\064\142\142\064\145\143\142\067\061\060\146\062\145\142\064\071\065\142\141\146\143\142\145\146\067\062\063\067\060\144\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\144\151\166\151\144\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\061\066\040\052\040\116\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\061\066\040\052\040\116\042\054\040\042\146\154\157\160\042\072\040\042\060\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\063\062\040\052\040\116\040\053\040\063\063\042\175\175\175";
const char *const a6[] = {x6};
const tdsl_entry a7[] = {{x0, x1, x2, 2, a2, 5, a5, x17, 0, nullptr, 0, nullptr, workspace0, memory0, x18, x19, largest0, x20, x21, run0, nullptr, nullptr}};
const char x26[] = "\141\040\057\057\040\142";
const char x27[] = "\141\040\045\040\142";
const tdsl_site a8[] = {{TDSL_FAULT_DIVISION, x10, x26}, {TDSL_FAULT_DIVISION, x11, x27}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x22, x23, x24, x25, 0, nullptr, 1, 1, a6, 0, nullptr, 1, a7, nullptr, 2, a8, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
