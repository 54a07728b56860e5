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

TDSL_ROUTINE void k1(tdsl_call *call, int64_t n0, const int64_t *p0, const float *p1, const float *p2, float *p3,
        int32_t c0) {
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    const float t5 = (tdsl::in_bounds(0, n0) ? p1[t1] : 0.0f) * p2[0];
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
    return tdsl::SaturatingSize{5}.value;
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
    if (t3) {
        p2[t2] = tdsl::add(p2[t2], t0);
    }
}

TDSL_ROUTINE void k6(const float *p0, float *p1) {
    const float t2 = 1.0f / p0[0];
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
    const float t3 = tdsl::in_bounds(0, n0) ? p1[t1] : 0.0f;
    p2[0] = t3;
}

TDSL_ROUTINE void k9(const float *p0, const float *p1, float *p2) {
    const float t1 = p1[0];
    const float t4 = -(p0[0] / t1) / t1;
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
        k4(d0, b3, 0.0f);
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
    k10(b0, 1.0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory2(const int64_t *) {
    return tdsl::SaturatingSize{4}.value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *) {
    return tdsl::SaturatingSize{8}.value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "value";
const char x1[] = "";
const char x2[] = "branch.tdsl:11";
const char x3[] = "x";
const char x4[] = "branch.tdsl:5";
const char x5[] = "N";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}};
const char x6[] = "i";
const char x7[] = "branch.tdsl:6";
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 1, a1, 0, 0.0, 0}, {x6, x1, x7, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const char x8[] = "y";
const char x9[] = "branch.tdsl:11:22";
const tdsl_result a3[] = {{TDSL_RETURN, 0, x8, x1, x9, TDSL_F32, 0, nullptr}};
const char x10[] = "5";
const char x11[] = "4 * N + 8";
const char x12[] = "4 * d\1330\135 + 8";
const char x13[] = "slope";
const char x14[] = "branch.tdsl:12";
const tdsl_extent a4[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a5[] = {{x3, x1, x4, TDSL_F32, 1, a4, 0, 0.0, 0}, {x6, x1, x7, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const char x15[] = "dy_dx";
const char x16[] = "branch.tdsl:12:23";
const tdsl_extent a6[] = {{-1, 0, nullptr, x5, x1}};
const char x17[] = "dy_dscale";
const char x18[] = "branch.tdsl:12:35";
const tdsl_result a7[] = {{TDSL_RETURN, 0, x15, x1, x16, TDSL_F32, 1, a6}, {TDSL_RETURN, 0, x17, x1, x18, TDSL_F32, 0, nullptr}};
const char x19[] = "4 * N + 5";
const char x20[] = "4 * d\1330\135 + 5";
const char x21[] = "initialise";
const char x22[] = "seed";
const tdsl_argument a8[] = {{x22, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a9[] = {0};
const char x23[] = "4";
const char x24[] = "8";
const int32_t a10[] = {1};
const char x25[] = "branch";
const char x26[] = "A side is computed only if it is taken, faults and derivatives too.";
const char x27[] = "branch.tdsl";
const char x28[] = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042branch.tdsl\042, \042source_hash\042: \042c57bbc9fd9c121780b13ad7e3c213ef5f014ec9e02afabeb6f3613e255b79a0e\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042value\042: \173\042workspace\042: \0425\042, \042results\042: \0420\042, \042updates\042: \0420\042, \042memory\042: \0425\042, \042flop\042: \042N + 1\042, \042functions\042: \0420\042, \042bytes\042: \0424 * N + 30\042\175, \042slope\042: \173\042workspace\042: \0425\042, \042results\042: \0424 * N\042, \042updates\042: \0420\042, \042memory\042: \0424 * N + 5\042, \042flop\042: \042N + 4\042, \042functions\042: \0420\042, \042bytes\042: \0428 * N + 47\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0424\042, \042memory\042: \0424\042, \042flop\042: \0420\042, \042functions\042: \0420\042, \042bytes\042: \0424\042\175\175\175";
const char *const a11[] = {x5};
const char x29[] = "scale";
const char x30[] = "branch.tdsl:7";
const tdsl_variable a12[] = {{x29, x1, x30, TDSL_SHARED, TDSL_F32, 0, nullptr}};
const tdsl_entry a13[] = {{x0, x1, x2, 2, a2, 1, a3, x1, 0, nullptr, 0, nullptr, workspace0, memory0, x10, x10, largest0, x11, x12, run0, nullptr, nullptr}, {x13, x1, x14, 2, a5, 2, a7, x1, 0, nullptr, 0, nullptr, workspace1, memory1, x19, x20, largest1, x11, x12, run1, nullptr, nullptr}};
const tdsl_entry a14[] = {{x21, x1, x1, 1, a8, 0, nullptr, x1, 1, a9, 0, nullptr, workspace2, memory2, x23, x23, largest2, x24, x24, run2, update2, a10}};
const char x31[] = "branch.tdsl:9:24";
const char x32[] = "x\133i\135";
const tdsl_site a15[] = {{TDSL_FAULT_INDEX, x31, x32}, {TDSL_FAULT_INDEX, x31, x32}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x25, x26, x27, x28, 0, nullptr, 1, 1, a11, 1, a12, 2, a13, a14, 2, a15, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
