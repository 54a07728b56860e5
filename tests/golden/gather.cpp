#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(tdsl_call *call, int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, int64_t n5,
        const int64_t *p0, const float *p1, float *p2, int32_t c0) {
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
    const float t5 = 1.0f / t2;
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

TDSL_ROUTINE void k4(tdsl_call *call, int64_t n0, int64_t n1, int64_t n2, const float *p0, const float *p1,
        const int64_t *p2, float *p3, int32_t c0) {
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
            p2[i0] = p0[i0] - 0.1f * p1[i0];
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
    k3(800, b4, 0.0f);
    k4(call, 8, 100, d0, b5, b7, b0, b4, 1);
    k5(800, b1, b4, b3);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return
            tdsl::workspace({{tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]}, 4, 1},
            {tdsl::SaturatingSize{1}, 4, 1}});
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
    k6(800, b0, b1, 1, 0.0f);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory1(const int64_t *) {
    return tdsl::SaturatingSize{3200}.value;
}

TDSL_ROUTINE int64_t largest1(const int64_t *) {
    return tdsl::SaturatingSize{3200}.value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "train";
const char x1[] = "";
const char x2[] = "gather.tdsl:10";
const char x3[] = "ids";
const char x4[] = "gather.tdsl:5";
const char x5[] = "B";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_I64, 1, a1, 0, 0, int64_t{0}}};
const char x6[] = "C";
const char x7[] = "gather.tdsl:10:21";
const tdsl_result a3[] = {{TDSL_RETURN, 0, x6, x1, x7, TDSL_F32, 0, nullptr}};
const int32_t a4[] = {0};
const char x8[] = "32 * B + 3204";
const char x9[] = "32 * d\1330\135 + 3204";
const char x10[] = "32 * B + 3200";
const char x11[] = "32 * d\1330\135 + 3200";
const char x12[] = "initialise";
const char x13[] = "seed";
const tdsl_argument a5[] = {{x13, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a6[] = {0};
const char x14[] = "3200";
const int32_t a7[] = {1};
const char x15[] = "gather";
const char x16[] = "Rows of a table at positions that a call gives\073 the update adds to those rows alone.";
const char x17[] = "gather.tdsl";
const char x18[] = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042gather.tdsl\042, \042source_hash\042: \0425c4e16419c632b5c8340df460fcd5fdd06a5f771be37fcbe031315dc4aa1eaca\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042train\042: \173\042workspace\042: \04232 * B + 4\042, \042results\042: \0420\042, \042updates\042: \0423200\042, \042memory\042: \04232 * B + 3204\042, \042flop\042: \04240 * B + 1602\042, \042functions\042: \0420\042, \042bytes\042: \042208 * B + 12820\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0423200\042, \042memory\042: \0423200\042, \042flop\042: \042800\042, \042functions\042: \042800\042, \042bytes\042: \0423208\042\175\175\175";
const char *const a8[] = {x5};
const char x19[] = "table";
const char x20[] = "gather.tdsl:6";
const int64_t a9[] = {100, 8};
const tdsl_variable a10[] = {{x19, x1, x20, TDSL_SHARED, TDSL_F32, 2, a9}};
const tdsl_entry a11[] = {{x0, x1, x2, 1, a2, 1, a3, x1, 1, a4, 0, nullptr, workspace0, memory0, x8, x9, largest0, x10, x11, run0, nullptr, nullptr}};
const tdsl_entry a12[] = {{x12, x1, x1, 1, a5, 0, nullptr, x1, 1, a6, 0, nullptr, workspace1, memory1, x14, x14, largest1, x14, x14, run1, update1, a7}};
const char x21[] = "gather.tdsl:8:15";
const char x22[] = "table\133ids\135";
const tdsl_site a13[] = {{TDSL_FAULT_INDEX, x21, x22}, {TDSL_FAULT_INDEX, x21, x22}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x15, x16, x17, x18, 0, nullptr, 1, 1, a8, 1, a10, 1, a11, a12, 2, a13, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
