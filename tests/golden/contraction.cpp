#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, const float *p0, const float *p1,
        float *p2) {
    tdsl::parallel_for_each({n4}, [=](int64_t i0) {
        tdsl::gemm_epilogue<float>(n0, n0, n1, {p0 + n2 * i0, n1, 1}, {p1 + n2 * i0, 1, n1},
                [=](int64_t i1, int64_t i2, float value) {
            p2[n3 * i0 + n0 * i1 + i2] = tdsl::exp(value / 4.0f);
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
    return
            (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} *
            tdsl::SaturatingSize{dims[1]}).value;
}

TDSL_ROUTINE int64_t largest0(const int64_t *dims) {
    return
            (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} *
            tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{64} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{dims[0]} +
            tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{16}).value;
}

TDSL_ROUTINE void k1(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3, float *p4,
        float *p5) {
    tdsl::gemm_epilogue_column_sums<float>(n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t2 = value + p3[i1];
        const float t5 = tdsl::maximum(t2, 0.0f);
        const float t7 = tdsl::select(t2 > 0.0f, t5 + t5, 0.0f);
        p4[n1 * i0 + i1] = value;
        p5[n1 * i0 + i1] = t7;
        return t7;
    });
}

TDSL_ROUTINE void k2(int64_t n0, int64_t n1, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0, n1}, p0, [=](int64_t, int64_t i0) {
        return [=](int64_t i1) {
            const float t4 = tdsl::maximum(p1[n1 * i0 + i1] + p2[i1], 0.0f);
            return t4 * t4;
        };
    });
}

TDSL_ROUTINE void k3(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - 0.1f * p1[i0];
        };
    });
}

TDSL_ROUTINE void k4(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - 0.1f * value;
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
    k5(16, b1, 0.0f);
    k5(256, b0, 0.0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

TDSL_ROUTINE int64_t memory2(const int64_t *) {
    return tdsl::SaturatingSize{1088}.value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *) {
    return tdsl::SaturatingSize{1024}.value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "scores";
const char x1[] = "";
const char x2[] = "contraction.tdsl:17";
const char x3[] = "q";
const char x4[] = "contraction.tdsl:8";
const char x5[] = "B";
const char x6[] = "T";
const char x7[] = "16";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}, {16, -1, nullptr, x7, x1}};
const char x8[] = "k";
const char x9[] = "contraction.tdsl:9";
const tdsl_extent a2[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}, {16, -1, nullptr, x7, x1}};
const tdsl_argument a3[] = {{x3, x1, x4, TDSL_F32, 3, a1, 0, 0.0, 0}, {x8, x1, x9, TDSL_F32, 3, a2, 0, 0.0, 0}};
const char x10[] = "contraction.tdsl:17:23";
const tdsl_extent a4[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}, {-1, 1, nullptr, x6, x1}};
const tdsl_result a5[] = {{TDSL_RETURN, 0, x1, x1, x10, TDSL_F32, 3, a4}};
const char x11[] = "4 * B * T * T";
const char x12[] = "4 * d\1330\135 * d\1331\135 * d\1331\135";
const char x13[] = "4 * B * T * T + 64 * B * T + T * T + B + 16 * T + 16";
const char x14[] = "4 * d\1330\135 * d\1331\135 * d\1331\135 + 64 * d\1330\135 * d\1331\135 + d\1331\135 * d\1331\135 + d\1330\135 + 16 * d\1331\135 + 16";
const char x15[] = "train";
const char x16[] = "contraction.tdsl:18";
const char x17[] = "x";
const char x18[] = "contraction.tdsl:10";
const tdsl_extent a6[] = {{-1, 1, nullptr, x6, x1}, {16, -1, nullptr, x7, x1}};
const tdsl_argument a7[] = {{x17, x1, x18, TDSL_F32, 2, a6, 0, 0.0, 0}};
const char x19[] = "C";
const char x20[] = "contraction.tdsl:18:19";
const tdsl_result a8[] = {{TDSL_RETURN, 0, x19, x1, x20, TDSL_F32, 0, nullptr}};
const int32_t a9[] = {0, 1};
const char x21[] = "128 * T + 1088";
const char x22[] = "128 * d\1331\135 + 1088";
const char x23[] = "64 * T + 1024";
const char x24[] = "64 * d\1331\135 + 1024";
const char x25[] = "initialise";
const char x26[] = "seed";
const tdsl_argument a10[] = {{x26, x1, x1, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const int32_t a11[] = {0, 1};
const char x27[] = "1088";
const char x28[] = "1024";
const int32_t a12[] = {1, 1};
const char x29[] = "contraction";
const char x30[] = "Products of stacks, with what follows them and a sum of columns.";
const char x31[] = "contraction.tdsl";
const char x32[] = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042contraction.tdsl\042, \042source_hash\042: \042bb48367f61c010ecdf1751713a95cd33644ad4f85c5bcc0a3a812eb4c6a27cbf\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042scores\042: \173\042workspace\042: \0420\042, \042results\042: \0424 * B * T * T\042, \042updates\042: \0420\042, \042memory\042: \0424 * B * T * T\042, \042flop\042: \04233 * B * T * T\042, \042functions\042: \042B * T * T\042, \042bytes\042: \0424 * B * T * T + 128 * B * T\042\175, \042train\042: \173\042workspace\042: \042128 * T\042, \042results\042: \0420\042, \042updates\042: \0421088\042, \042memory\042: \042128 * T + 1088\042, \042flop\042: \0421152 * T + 544\042, \042functions\042: \0420\042, \042bytes\042: \042384 * T + 3460\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0421088\042, \042memory\042: \0421088\042, \042flop\042: \0420\042, \042functions\042: \0420\042, \042bytes\042: \0421088\042\175\175\175";
const char *const a13[] = {x5, x6};
const char x33[] = "W";
const char x34[] = "contraction.tdsl:11";
const int64_t a14[] = {16, 16};
const char x35[] = "b";
const char x36[] = "contraction.tdsl:12";
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
