#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(int64_t n0, int64_t n1, float *p0, const float *p1, float *p2, int64_t *p3) {
    tdsl::for_row_blocks(n1, {n0}, [=](int64_t first, int64_t last) {
        tdsl::reduce_rows<tdsl::Sum<float>>({last - first}, {n0}, p0 + first, [=](int64_t row) {
            const int64_t i0 = first + row;
            return [=](int64_t i1) {
                return p1[n0 * i0 + i1];
            };
        });
        tdsl::reduce_rows<tdsl::Max<float>>({last - first}, {n0}, p2 + first, [=](int64_t row) {
            const int64_t i0 = first + row;
            return [=](int64_t i1) {
                return p1[n0 * i0 + i1];
            };
        });
        tdsl::arg_reduce<tdsl::Max<float>>({last - first}, {n0}, p3 + first, [=](int64_t row) {
            const int64_t i0 = first + row;
            return [=](int64_t i1) {
                return p1[n0 * i0 + i1];
            };
        });
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    const int64_t d1 = call->dims[1];
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->results[0]);
    float *const b2 = static_cast<float *>(call->results[1]);
    int64_t *const b3 = static_cast<int64_t *>(call->results[2]);
    k0(d1, d0, b1, b0, b2, b3);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory0(const int64_t *dims) {
    return (tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[0]}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{1}).value;
}

TDSL_ROUTINE void k1(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_ROUTINE void k2(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Max<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_ROUTINE void k3(int64_t n0, int64_t n1, int64_t *p0, const float *p1) {
    tdsl::arg_reduce<tdsl::Max<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    const int64_t d1 = call->dims[1];
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->results[0]);
    float *const b2 = static_cast<float *>(call->results[1]);
    int64_t *const b3 = static_cast<int64_t *>(call->results[2]);
    k1(d1, d0, b1, b0);
    k2(d1, d0, b2, b0);
    k3(d1, d0, b3, b0);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory1(const int64_t *dims) {
    return (tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]}).value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{1}).value;
}

TDSL_ROUTINE void k4(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void k5(int64_t n0, const float *p0, float *p1) {
    const float t3 = p0[0] / tdsl::cast<float>(n0);
    p1[0] = t3;
}

TDSL_ROUTINE void k6(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Prod<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void k7(int64_t n0, uint8_t *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Any<bool>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0] > 0x0p+0f;
        };
    });
}

TDSL_ROUTINE void run2(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    const int64_t d1 = call->dims[1];
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->results[0]);
    float *const b2 = static_cast<float *>(call->results[1]);
    uint8_t *const b3 = static_cast<uint8_t *>(call->results[2]);
    float *const b4 = static_cast<float *>(call->results[0]);
    k4(d0 * d1, b4, b0);
    k5(d0 * d1, b4, b1);
    k6(d0 * d1, b2, b0);
    k7(d0 * d1, b3, b0);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory2(const int64_t *) {
    return (tdsl::SaturatingSize{0}).value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{8}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "\162\157\167\163";
const char x1[] = "";
const char x2[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\070";
const char x3[] = "\170";
const char x4[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\066";
const char x5[] = "\115";
const char x6[] = "\116";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 2, a1, 0, 0x0p+0, 0}};
const char x7[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\070\072\061\071";
const tdsl_extent a3[] = {{-1, 0, nullptr, x5, x1}};
const char x8[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\070\072\063\065";
const tdsl_extent a4[] = {{-1, 0, nullptr, x5, x1}};
const char x9[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\070\072\065\061";
const tdsl_extent a5[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a6[] = {{TDSL_RETURN, 0, x1, x1, x7, TDSL_F32, 1, a3}, {TDSL_RETURN, 0, x1, x1, x8, TDSL_F32, 1, a4}, {TDSL_RETURN, 0, x1, x1, x9, TDSL_I64, 1, a5}};
int32_t f0(const int64_t *dims) { return dims[1] - 1 >= 0; }
const char x10[] = "\116\040\076\075\040\061";
const char x11[] = "\144\133\061\135\040\055\040\061\040\076\075\040\060";
const tdsl_requirement a7[] = {{f0, x10, x11, x8}, {f0, x10, x11, x9}};
const char x12[] = "\061\066\040\052\040\115";
const char x13[] = "\061\066\040\052\040\144\133\060\135";
const char x14[] = "\064\040\052\040\115\040\052\040\116\040\053\040\070\040\052\040\115\040\053\040\116\040\053\040\061";
const char x15[] = "\064\040\052\040\144\133\060\135\040\052\040\144\133\061\135\040\053\040\070\040\052\040\144\133\060\135\040\053\040\144\133\061\135\040\053\040\061";
const char x16[] = "\143\157\154\165\155\156\163";
const char x17[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\071";
const tdsl_extent a8[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}};
const tdsl_argument a9[] = {{x3, x1, x4, TDSL_F32, 2, a8, 0, 0x0p+0, 0}};
const char x18[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\071\072\062\062";
const tdsl_extent a10[] = {{-1, 1, nullptr, x6, x1}};
const char x19[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\071\072\063\070";
const tdsl_extent a11[] = {{-1, 1, nullptr, x6, x1}};
const char x20[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\071\072\065\064";
const tdsl_extent a12[] = {{-1, 1, nullptr, x6, x1}};
const tdsl_result a13[] = {{TDSL_RETURN, 0, x1, x1, x18, TDSL_F32, 1, a10}, {TDSL_RETURN, 0, x1, x1, x19, TDSL_F32, 1, a11}, {TDSL_RETURN, 0, x1, x1, x20, TDSL_I64, 1, a12}};
int32_t f1(const int64_t *dims) { return dims[0] - 1 >= 0; }
const char x21[] = "\115\040\076\075\040\061";
const char x22[] = "\144\133\060\135\040\055\040\061\040\076\075\040\060";
const tdsl_requirement a14[] = {{f1, x21, x22, x19}, {f1, x21, x22, x20}};
const char x23[] = "\061\066\040\052\040\116";
const char x24[] = "\061\066\040\052\040\144\133\061\135";
const char x25[] = "\064\040\052\040\115\040\052\040\116\040\053\040\115\040\053\040\070\040\052\040\116\040\053\040\061";
const char x26[] = "\064\040\052\040\144\133\060\135\040\052\040\144\133\061\135\040\053\040\144\133\060\135\040\053\040\070\040\052\040\144\133\061\135\040\053\040\061";
const char x27[] = "\167\150\157\154\145";
const char x28[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\061\060";
const tdsl_extent a15[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}};
const tdsl_argument a16[] = {{x3, x1, x4, TDSL_F32, 2, a15, 0, 0x0p+0, 0}};
const char x29[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\061\060\072\062\060";
const char x30[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\061\060\072\062\071";
const char x31[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\072\061\060\072\063\070";
const tdsl_result a17[] = {{TDSL_RETURN, 0, x1, x1, x29, TDSL_F32, 0, nullptr}, {TDSL_RETURN, 0, x1, x1, x30, TDSL_F32, 0, nullptr}, {TDSL_RETURN, 0, x1, x1, x31, TDSL_BOOL, 0, nullptr}};
const char x32[] = "\060";
const char x33[] = "\064\040\052\040\115\040\052\040\116\040\053\040\115\040\053\040\116\040\053\040\070";
const char x34[] = "\064\040\052\040\144\133\060\135\040\052\040\144\133\061\135\040\053\040\144\133\060\135\040\053\040\144\133\061\135\040\053\040\070";
const char x35[] = "\162\145\144\165\143\164\151\157\156\163";
const char x36[] = "\123\165\155\163\040\141\154\157\156\147\040\162\157\167\163\054\040\141\154\157\156\147\040\143\157\154\165\155\156\163\054\040\141\156\144\040\157\166\145\162\040\145\166\145\162\171\164\150\151\156\147\073\040\164\150\145\040\154\141\162\147\145\163\164\040\141\156\144\040\151\164\163\040\160\157\163\151\164\151\157\156\056";
const char x37[] = "\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154";
const char x38[] = "\173\042\164\144\163\154\042\072\040\042\060\056\061\056\060\042\054\040\042\163\157\165\162\143\145\042\072\040\042\162\145\144\165\143\164\151\157\156\163\056\164\144\163\154\042\054\040\042\163\157\165\162\143\145\137\150\141\163\150\042\072\040\042\067\071\064\142\071\061\060\065\063\071\066\144\143\064\146\061\144\143\061\064\142\070\071\142\070\142\143\063\067\070\142\061\066\144\063\071\143\143\144\146\146\062\060\063\143\065\061\146\146\060\146\071\143\065\142\144\067\071\071\064\142\062\062\064\042\054\040\042\146\154\157\141\164\042\072\040\063\062\054\040\042\164\141\162\147\145\164\042\072\040\042\143\160\160\042\054\040\042\144\145\146\151\156\145\163\042\072\040\173\175\054\040\042\157\165\164\163\151\144\145\042\072\040\042\162\145\146\165\163\145\042\054\040\042\155\157\144\145\042\072\040\042\162\145\154\145\141\163\145\042\054\040\042\156\141\156\042\072\040\042\141\154\154\157\167\042\054\040\042\163\165\142\156\157\162\155\141\154\163\042\072\040\042\146\154\165\163\150\042\054\040\042\157\160\164\042\072\040\063\054\040\042\144\145\166\151\143\145\042\072\040\042\143\160\165\042\054\040\042\164\150\162\145\141\144\163\042\072\040\060\054\040\042\155\145\155\157\162\171\137\154\151\155\151\164\042\072\040\060\054\040\042\145\156\164\162\151\145\163\042\072\040\173\042\162\157\167\163\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\061\066\040\052\040\115\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\061\066\040\052\040\115\042\054\040\042\146\154\157\160\042\072\040\042\063\040\052\040\115\040\052\040\116\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\061\062\040\052\040\115\040\052\040\116\040\053\040\061\066\040\052\040\115\042\175\054\040\042\143\157\154\165\155\156\163\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\061\066\040\052\040\116\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\061\066\040\052\040\116\042\054\040\042\146\154\157\160\042\072\040\042\063\040\052\040\115\040\052\040\116\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\061\062\040\052\040\115\040\052\040\116\040\053\040\061\066\040\052\040\116\042\175\054\040\042\167\150\157\154\145\042\072\040\173\042\167\157\162\153\163\160\141\143\145\042\072\040\042\060\042\054\040\042\162\145\163\165\154\164\163\042\072\040\042\060\042\054\040\042\165\160\144\141\164\145\163\042\072\040\042\060\042\054\040\042\155\145\155\157\162\171\042\072\040\042\060\042\054\040\042\146\154\157\160\042\072\040\042\062\040\052\040\115\040\052\040\116\040\053\040\061\042\054\040\042\146\165\156\143\164\151\157\156\163\042\072\040\042\060\042\054\040\042\142\171\164\145\163\042\072\040\042\061\062\040\052\040\115\040\052\040\116\040\053\040\061\067\042\175\175\175";
const char *const a18[] = {x5, x6};
const tdsl_entry a19[] = {{x0, x1, x2, 1, a2, 3, a6, x1, 0, nullptr, 2, a7, workspace0, memory0, x12, x13, largest0, x14, x15, run0, nullptr, nullptr}, {x16, x1, x17, 1, a9, 3, a13, x1, 0, nullptr, 2, a14, workspace1, memory1, x23, x24, largest1, x25, x26, run1, nullptr, nullptr}, {x27, x1, x28, 1, a16, 3, a17, x1, 0, nullptr, 0, nullptr, workspace2, memory2, x32, x32, largest2, x33, x34, run2, nullptr, nullptr}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x35, x36, x37, x38, 0, nullptr, 1, 2, a18, 0, nullptr, 3, a19, nullptr, 0, nullptr, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
