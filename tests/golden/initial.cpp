#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_INLINE void few0_k0(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map({3}, [=]() {
        const float t0 = p0[0];
        const float t2 = p0[1];
        const float t4 = p0[2];
        const float t6 = p0[3];
        return [=](int64_t i0) {
            p3[i0] = ((((t0 * p1[i0]) + (t2 * p1[i0 + 3])) + (t4 * p1[i0 + n0])) + (t6 * p1[i0 + n1])) + p2[i0];
        };
    });
}

TDSL_INLINE void few0(tdsl_call *call, void *memory) {
    char *w[1];
    tdsl::place_slots(w, memory, {12});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    const float *const b3 = static_cast<const float *>(call->variables[2]);
    float *const b4 = static_cast<float *>(call->results[0]);
    float *const b5 = reinterpret_cast<float *>(w[0]);
    few0_k0(6, 9, b0, b1, b2, b5);
    tdsl::fixed_size::gemm(1, 3, 3, {b5, 0, 1}, {b3, 3, 1}, b4, 3);
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    {
        alignas(64) char memory[64];
        return few0(call, memory);
    }
}

TDSL_ROUTINE int64_t workspace0(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{3}, 4, 1}});
}

TDSL_ROUTINE int64_t memory0(const int64_t *) {
    return (tdsl::SaturatingSize{24}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *) {
    return (tdsl::SaturatingSize{48}).value;
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    float *const b3 = static_cast<float *>(call->updates[2]);
    tdsl::random_orthogonal<float>(3, 3, 3, b3, b0);
}

TDSL_ROUTINE void k0(const int64_t *p0, float *p1, int64_t c0, float c1, float c2) {
    tdsl::map({3}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_uniform<float>(t0, c0, i0);
            p1[i0] = (t1 * c1) + c2;
        };
    });
}

TDSL_ROUTINE void k1(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1, float c2) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_normal<float>(t0, c0, i0);
            p1[i0] = (t1 * c1) + c2;
        };
    });
}

TDSL_ROUTINE void update1(tdsl_call *call) {
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->updates[0]);
    float *const b2 = static_cast<float *>(call->updates[1]);
    k0(b0, b2, 2, 0x1p+1f, -0x1p+0f);
    k1(12, b0, b1, 1, 0x1.99999ap-4f, 0x0p+0f);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory1(const int64_t *) {
    return (tdsl::SaturatingSize{96}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *) {
    return (tdsl::SaturatingSize{48}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\146";
const char x1[] = "";
const char x2[] = "\151\156\151\164\151\141\154\056\164\144\163\154\072\071";
const char x3[] = "\170";
const char x4[] = "\151\156\151\164\151\141\154\056\164\144\163\154\072\067";
const char x5[] = "\064";
const tdsl_extent a1[] = {{4, -1, nullptr, x5, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 1, a1, 0, 0x0p+0, 0}};
const char x6[] = "\151\156\151\164\151\141\154\056\164\144\163\154\072\071\072\061\065";
const char x7[] = "\063";
const tdsl_extent a3[] = {{3, -1, nullptr, x7, x1}};
const tdsl_result a4[] = {{TDSL_RETURN, 0, x1, x1, x6, TDSL_F32, 1, a3}};
const char x8[] = "\062\064";
const char x9[] = "\064\070";
const char x10[] = "\151\156\151\164\151\141\154\151\163\145";
const char x11[] = "\163\145\145\144";
const tdsl_argument a5[] = {{x11, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a6[] = {0, 1, 2};
const char x12[] = "\071\066";
const int32_t a7[] = {1, 1, 0};
const char x13[] = "\151\156\151\164\151\141\154";
const char x14[] = "\106\151\162\163\164\040\166\141\154\165\145\163\040\164\150\141\164\040\144\145\160\145\156\144\040\157\156\040\141\040\163\145\145\144\054\040\141\040\163\164\162\145\141\155\040\141\156\144\040\141\040\160\154\141\143\145\040\141\154\157\156\145\056";
const char x15[] = "\151\156\151\164\151\141\154\056\164\144\163\154";
const char x16[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\151\156\151\164\151\141\154\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\070\141\145\146\146\071\145\067\141\061\062\142\062\060\071\144\070\141\144\060\064\071\146\144\145\064\141\070\060\145\062\145\066\060\062\062\146\063\060\061\070\071\064\143\063\070\071\142\060\063\144\144\065\063\065\071\143\144\141\144\144\067\063\062\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\146\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\061\062\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\061\062\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\062\064\042\054\040\042\146\154\157\160\042\072\040\042\064\062\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\061\064\070\042\175\054\040\042\151\156\151\164\151\141\154\151\163\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\071\066\042\054\040\042\155\145\155\157\162\171\042\072\040\042\071\066\042\054\040\042\146\154\157\160\042\072\040\042\061\063\070\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\062\064\042\054\040\042\142\171\164\145\163\042\072\040\042\061\061\062\042\175\175\175";
const char x17[] = "\116";
const char x18[] = "\151\156\151\164\151\141\154\056\164\144\163\154\072\063";
const int64_t a8[] = {4, 3};
const char x19[] = "\125";
const char x20[] = "\151\156\151\164\151\141\154\056\164\144\163\154\072\064";
const int64_t a9[] = {3};
const char x21[] = "\121";
const char x22[] = "\151\156\151\164\151\141\154\056\164\144\163\154\072\065";
const int64_t a10[] = {3, 3};
const tdsl_variable a11[] = {{x17, x1, x18, TDSL_SHARED, TDSL_F32, 2, a8}, {x19, x1, x20, TDSL_SHARED, TDSL_F32, 1, a9}, {x21, x1, x22, TDSL_SHARED, TDSL_F32, 2, a10}};
const tdsl_entry a12[] = {{x0, x1, x2, 1, a2, 1, a4, x1, 0, nullptr, 0, nullptr, workspace0, memory0, x8, x8, largest0, x9, x9, run0, nullptr, nullptr}};
const tdsl_entry a13[] = {{x10, x1, x1, 1, a5, 0, nullptr, x1, 3, a6, 0, nullptr, workspace1, memory1, x12, x12, largest1, x9, x9, run1, update1, a7}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x13, x14, x15, x16, 0, nullptr, 1, 0, nullptr, 3, a11, 1, a12, a13, 0, nullptr, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
