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
            p1[i0] = (t2 + t2 + t2) * tdsl::tanh_slope(t0);
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
            p1[i0] = (t2 + t2 + t2) * tdsl::tanh_slope(t0);
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
            const float t20 = t0 * (t3 + t3 + t3) * t7 * t2 * -2.0f + (t14 + t14 + t16 + t16) * t7;
            p2[i0] = t20;
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
            const float t20 = t0 * (t3 + t3 + t3) * t7 * t2 * -2.0f + (t14 + t14 + t16 + t16) * t7;
            p2[i0] = t20;
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

const char x0[] = "gradient";
const char x1[] = "";
const char x2[] = "second.tdsl:11";
const char x3[] = "x";
const char x4[] = "second.tdsl:5";
const char x5[] = "N";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 1, a1, 0, 0.0, 0}};
const char x6[] = "g";
const char x7[] = "second.tdsl:11:22";
const tdsl_extent a3[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a4[] = {{TDSL_RETURN, 0, x6, x1, x7, TDSL_F32, 1, a3}};
const char x8[] = "4 * N";
const char x9[] = "4 * d\1330\135";
const char x10[] = "4 * N + 1";
const char x11[] = "4 * d\1330\135 + 1";
const char x12[] = "hessian_times";
const char x13[] = "second.tdsl:12";
const tdsl_extent a5[] = {{-1, 0, nullptr, x5, x1}};
const char x14[] = "v";
const char x15[] = "second.tdsl:6";
const tdsl_extent a6[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a7[] = {{x3, x1, x4, TDSL_F32, 1, a5, 0, 0.0, 0}, {x14, x1, x15, TDSL_F32, 1, a6, 0, 0.0, 0}};
const char x16[] = "dcost_dx";
const char x17[] = "second.tdsl:12:30";
const tdsl_extent a8[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a9[] = {{TDSL_RETURN, 0, x16, x1, x17, TDSL_F32, 1, a8}};
const char x18[] = "4 * N + 4";
const char x19[] = "4 * d\1330\135 + 4";
const char x20[] = "second";
const char x21[] = "A derivative of a derivative.";
const char x22[] = "second.tdsl";
const char x23[] = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042second.tdsl\042, \042source_hash\042: \04283b1369125a52648d3da7a781da420f21fafe2183627fad73ffeb644625dde7a\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042gradient\042: \173\042workspace\042: \0420\042, \042results\042: \0424 * N\042, \042updates\042: \0420\042, \042memory\042: \0424 * N\042, \042flop\042: \0424 * N\042, \042functions\042: \0422 * N\042, \042bytes\042: \0428 * N\042\175, \042hessian_times\042: \173\042workspace\042: \0420\042, \042results\042: \0424 * N\042, \042updates\042: \0420\042, \042memory\042: \0424 * N\042, \042flop\042: \04216 * N\042, \042functions\042: \0422 * N\042, \042bytes\042: \04212 * N\042\175\175\175";
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
