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
            const float t14 = t0 * p1[i0] + t2 * p1[i0 + 3] + t4 * p1[i0 + n0] + t6 * p1[i0 + n1];
            p3[i0] = t14 + p2[i0];
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
    alignas(64) char memory[64];
    return few0(call, memory);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{3}, 4, 1}});
}

TDSL_ROUTINE int64_t memory0(const int64_t *) {
    return tdsl::SaturatingSize{24}.value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *) {
    return tdsl::SaturatingSize{48}.value;
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
            p1[i0] = t1 * c1 + c2;
        };
    });
}

TDSL_ROUTINE void k1(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1, float c2) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_normal<float>(t0, c0, i0);
            p1[i0] = t1 * c1 + c2;
        };
    });
}

TDSL_ROUTINE void update1(tdsl_call *call) {
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->updates[0]);
    float *const b2 = static_cast<float *>(call->updates[1]);
    k0(b0, b2, 2, 2.0f, -1.0f);
    k1(12, b0, b1, 1, 0.1f, 0.0f);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory1(const int64_t *) {
    return tdsl::SaturatingSize{96}.value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *) {
    return tdsl::SaturatingSize{48}.value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "f";
const char x1[] = "";
const char x2[] = "initial.tdsl:9";
const char x3[] = "x";
const char x4[] = "initial.tdsl:7";
const char x5[] = "4";
const tdsl_extent a1[] = {{4, -1, nullptr, x5, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 1, a1, 0, 0.0, 0}};
const char x6[] = "initial.tdsl:9:15";
const char x7[] = "3";
const tdsl_extent a3[] = {{3, -1, nullptr, x7, x1}};
const tdsl_result a4[] = {{TDSL_RETURN, 0, x1, x1, x6, TDSL_F32, 1, a3}};
const char x8[] = "24";
const char x9[] = "48";
const char x10[] = "initialise";
const char x11[] = "seed";
const tdsl_argument a5[] = {{x11, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a6[] = {0, 1, 2};
const char x12[] = "96";
const int32_t a7[] = {1, 1, 0};
const char x13[] = "initial";
const char x14[] = "First values that depend on a seed, a stream and a place alone.";
const char x15[] = "initial.tdsl";
const char x16[] = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042initial.tdsl\042, \042source_hash\042: \0428aeff9e7a12b209d8ad049fde4a80e2e6022f301894c389b03dd5359cdadd732\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042f\042: \173\042workspace\042: \04212\042, \042results\042: \04212\042, \042updates\042: \0420\042, \042memory\042: \04224\042, \042flop\042: \04242\042, \042functions\042: \0420\042, \042bytes\042: \042148\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \04296\042, \042memory\042: \04296\042, \042flop\042: \042138\042, \042functions\042: \04224\042, \042bytes\042: \042112\042\175\175\175";
const char x17[] = "N";
const char x18[] = "initial.tdsl:3";
const int64_t a8[] = {4, 3};
const char x19[] = "U";
const char x20[] = "initial.tdsl:4";
const int64_t a9[] = {3};
const char x21[] = "Q";
const char x22[] = "initial.tdsl:5";
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
