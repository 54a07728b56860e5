#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, const float *p0, const float *p1, float *p2) {
    tdsl::parallel_for_each({n4}, [=](int64_t i0) {
        tdsl::gemm_epilogue<float>(n0, n0, n1, {p0 + (n2 * i0), n1, 1}, {p1 + (n2 * i0), 1, n1}, [=](int64_t i1, int64_t i2, float value) {
            p2[n3 * i0 + n0 * i1 + i2] = tdsl::exp(value / 0x1p+2f);
        });
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    const int64_t d1 = call->dims[1];
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    float *const b2 = static_cast<float *>(call->results[0]);
    k0(d1, 16, 16 * d1, d1 * d1, d0, b0, b1, b2);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[1]}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{64} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{16}).value;
}

TDSL_ROUTINE void k1(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3, float *p4, float *p5) {
    tdsl::gemm_epilogue_column_sums<float>(n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, p2, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = value + p3[i1];
        const float t5 = tdsl::maximum(t2, 0x0p+0f);
        const float t7 = tdsl::select(t2 > 0x0p+0f, t5 + t5, 0x0p+0f);
        p4[n1 * i0 + i1] = value;
        p5[n1 * i0 + i1] = t7;
        return t7;
    });
}

TDSL_ROUTINE void k2(int64_t n0, int64_t n1, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0, n1}, p0, [=](int64_t, int64_t i0) {
        return [=](int64_t i1) {
            const float t4 = tdsl::maximum(p1[n1 * i0 + i1] + p2[i1], 0x0p+0f);
            return t4 * t4;
        };
    });
}

TDSL_ROUTINE void k3(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - (0x1.99999ap-4f * p1[i0]);
        };
    });
}

TDSL_ROUTINE void k4(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - (0x1.99999ap-4f * value);
    });
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    const int64_t d1 = call->dims[1];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {64 * d1, 64 * d1});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = static_cast<float *>(call->updates[0]);
    float *const b5 = static_cast<float *>(call->updates[1]);
    float *const b7 = static_cast<float *>(call->updates[1]);
    float *const b8 = reinterpret_cast<float *>(w[0]);
    float *const b9 = reinterpret_cast<float *>(w[1]);
    k1(d1, 16, b0, b1, b7, b2, b9, b8);
    k2(d1, 16, b3, b9, b2);
    k3(16, b2, b7, b5);
    k4(16, d1, b0, b8, b1, b4);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]}, 4, 2}});
}

TDSL_ROUTINE int64_t memory1(const int64_t *dims) {
    return (tdsl::SaturatingSize{128} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{1088}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *dims) {
    return (tdsl::SaturatingSize{64} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{1024}).value;
}

TDSL_ROUTINE void run2(tdsl_call *) {
}

TDSL_ROUTINE void k5(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void update2(tdsl_call *call) {
    float *const b0 = static_cast<float *>(call->updates[0]);
    float *const b1 = static_cast<float *>(call->updates[1]);
    k5(16, b1, 0x0p+0f);
    k5(256, b0, 0x0p+0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory2(const int64_t *) {
    return (tdsl::SaturatingSize{1088}).value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *) {
    return (tdsl::SaturatingSize{1024}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\163\143\157\162\145\163";
const char x1[] = "";
const char x2[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\061\067";
const char x3[] = "\161";
const char x4[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\070";
const char x5[] = "\102";
const char x6[] = "\124";
const char x7[] = "\061\066";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}, {16, -1, nullptr, x7, x1}};
const char x8[] = "\153";
const char x9[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\071";
const tdsl_extent a2[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}, {16, -1, nullptr, x7, x1}};
const tdsl_argument a3[] = {{x3, x1, x4, TDSL_F32, 3, a1, 0, 0x0p+0, 0}, {x8, x1, x9, TDSL_F32, 3, a2, 0, 0x0p+0, 0}};
const char x10[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\061\067\072\062\063";
const tdsl_extent a4[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}, {-1, 1, nullptr, x6, x1}};
const tdsl_result a5[] = {{TDSL_RETURN, 0, x1, x1, x10, TDSL_F32, 3, a4}};
const char x11[] = "\064\040\052\040\102\040\052\040\124\040\052\040\124";
const char x12[] = "\064\040\052\040\144\133\060\135\040\052\040\144\133\061\135\040\052\040\144\133\061\135";
const char x13[] = "\064\040\052\040\102\040\052\040\124\040\052\040\124\040\053\040\066\064\040\052\040\102\040\052\040\124\040\053\040\124\040\052\040\124\040\053\040\102\040\053\040\061\066\040\052\040\124\040\053\040\061\066";
const char x14[] = "\064\040\052\040\144\133\060\135\040\052\040\144\133\061\135\040\052\040\144\133\061\135\040\053\040\066\064\040\052\040\144\133\060\135\040\052\040\144\133\061\135\040\053\040\144\133\061\135\040\052\040\144\133\061\135\040\053\040\144\133\060\135\040\053\040\061\066\040\052\040\144\133\061\135\040\053\040\061\066";
const char x15[] = "\164\162\141\151\156";
const char x16[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\061\070";
const char x17[] = "\170";
const char x18[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\061\060";
const tdsl_extent a6[] = {{-1, 1, nullptr, x6, x1}, {16, -1, nullptr, x7, x1}};
const tdsl_argument a7[] = {{x17, x1, x18, TDSL_F32, 2, a6, 0, 0x0p+0, 0}};
const char x19[] = "\103";
const char x20[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\061\070\072\061\071";
const tdsl_result a8[] = {{TDSL_RETURN, 0, x19, x1, x20, TDSL_F32, 0, nullptr}};
const int32_t a9[] = {0, 1};
const char x21[] = "\061\062\070\040\052\040\124\040\053\040\061\060\070\070";
const char x22[] = "\061\062\070\040\052\040\144\133\061\135\040\053\040\061\060\070\070";
const char x23[] = "\066\064\040\052\040\124\040\053\040\061\060\062\064";
const char x24[] = "\066\064\040\052\040\144\133\061\135\040\053\040\061\060\062\064";
const char x25[] = "\151\156\151\164\151\141\154\151\163\145";
const char x26[] = "\163\145\145\144";
const tdsl_argument a10[] = {{x26, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a11[] = {0, 1};
const char x27[] = "\061\060\070\070";
const char x28[] = "\061\060\062\064";
const int32_t a12[] = {1, 1};
const char x29[] = "\143\157\156\164\162\141\143\164\151\157\156";
const char x30[] = "\120\162\157\144\165\143\164\163\040\157\146\040\163\164\141\143\153\163\054\040\167\151\164\150\040\167\150\141\164\040\146\157\154\154\157\167\163\040\164\150\145\155\040\141\156\144\040\141\040\163\165\155\040\157\146\040\143\157\154\165\155\156\163\056";
const char x31[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154";
const char x32[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\142\142\064\070\063\066\067\146\066\061\143\060\061\060\145\143\144\146\061\067\065\061\067\061\063\141\071\065\143\144\063\063\066\064\064\141\144\064\146\070\065\143\065\142\143\143\060\141\063\141\070\061\062\145\142\064\143\066\141\062\067\143\142\146\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\163\143\157\162\145\163\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\064\040\052\040\102\040\052\040\124\040\052\040\124\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\064\040\052\040\102\040\052\040\124\040\052\040\124\042\054\040\042\146\154\157\160\042\072\040\042\063\063\040\052\040\102\040\052\040\124\040\052\040\124\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\102\040\052\040\124\040\052\040\124\042\054\040\042\142\171\164\145\163\042\072\040\042\064\040\052\040\102\040\052\040\124\040\052\040\124\040\053\040\061\062\070\040\052\040\102\040\052\040\124\042\175\054\040\042\164\162\141\151\156\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\061\062\070\040\052\040\124\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\061\060\070\070\042\054\040\042\155\145\155\157\162\171\042\072\040\042\061\062\070\040\052\040\124\040\053\040\061\060\070\070\042\054\040\042\146\154\157\160\042\072\040\042\061\061\065\062\040\052\040\124\040\053\040\065\064\064\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\063\070\064\040\052\040\124\040\053\040\063\064\066\060\042\175\054\040\042\151\156\151\164\151\141\154\151\163\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\061\060\070\070\042\054\040\042\155\145\155\157\162\171\042\072\040\042\061\060\070\070\042\054\040\042\146\154\157\160\042\072\040\042\060\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\061\060\070\070\042\175\175\175";
const char *const a13[] = {x5, x6};
const char x33[] = "\127";
const char x34[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\061\061";
const int64_t a14[] = {16, 16};
const char x35[] = "\142";
const char x36[] = "\143\157\156\164\162\141\143\164\151\157\156\056\164\144\163\154\072\061\062";
const int64_t a15[] = {16};
const tdsl_variable a16[] = {{x33, x1, x34, TDSL_SHARED, TDSL_F32, 2, a14}, {x35, x1, x36, TDSL_SHARED, TDSL_F32, 1, a15}};
const tdsl_entry a17[] = {{x0, x1, x2, 2, a3, 1, a5, x1, 0, nullptr, 0, nullptr, workspace0, memory0, x11, x12, largest0, x13, x14, run0, nullptr, nullptr}, {x15, x1, x16, 1, a7, 1, a8, x1, 2, a9, 0, nullptr, workspace1, memory1, x21, x22, largest1, x23, x24, run1, nullptr, nullptr}};
const tdsl_entry a18[] = {{x25, x1, x1, 1, a10, 0, nullptr, x1, 2, a11, 0, nullptr, workspace2, memory2, x27, x27, largest2, x28, x28, run2, update2, a12}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x29, x30, x31, x32, 0, nullptr, 1, 2, a13, 2, a16, 2, a17, a18, 0, nullptr, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
