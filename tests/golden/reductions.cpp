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
    return
            (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{1}).value;
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
    return
            (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{1}).value;
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
            return p1[i0] > 0.0f;
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
    return tdsl::SaturatingSize{0}.value;
}

TDSL_ROUTINE int64_t largest2(const int64_t *dims) {
    return
            (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{8}).value;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char x0[] = "rows";
const char x1[] = "";
const char x2[] = "reductions.tdsl:8";
const char x3[] = "x";
const char x4[] = "reductions.tdsl:6";
const char x5[] = "M";
const char x6[] = "N";
const tdsl_extent a1[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}};
const tdsl_argument a2[] = {{x3, x1, x4, TDSL_F32, 2, a1, 0, 0.0, 0}};
const char x7[] = "reductions.tdsl:8:19";
const tdsl_extent a3[] = {{-1, 0, nullptr, x5, x1}};
const char x8[] = "reductions.tdsl:8:35";
const tdsl_extent a4[] = {{-1, 0, nullptr, x5, x1}};
const char x9[] = "reductions.tdsl:8:51";
const tdsl_extent a5[] = {{-1, 0, nullptr, x5, x1}};
const tdsl_result a6[] = {{TDSL_RETURN, 0, x1, x1, x7, TDSL_F32, 1, a3}, {TDSL_RETURN, 0, x1, x1, x8, TDSL_F32, 1, a4}, {TDSL_RETURN, 0, x1, x1, x9, TDSL_I64, 1, a5}};
int32_t f0(const int64_t *dims) { return dims[1] - 1 >= 0; }
const char x10[] = "N \076\075 1";
const char x11[] = "d\1331\135 - 1 \076\075 0";
const tdsl_requirement a7[] = {{f0, x10, x11, x8}, {f0, x10, x11, x9}};
const char x12[] = "16 * M";
const char x13[] = "16 * d\1330\135";
const char x14[] = "4 * M * N + 8 * M + N + 1";
const char x15[] = "4 * d\1330\135 * d\1331\135 + 8 * d\1330\135 + d\1331\135 + 1";
const char x16[] = "columns";
const char x17[] = "reductions.tdsl:9";
const tdsl_extent a8[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}};
const tdsl_argument a9[] = {{x3, x1, x4, TDSL_F32, 2, a8, 0, 0.0, 0}};
const char x18[] = "reductions.tdsl:9:22";
const tdsl_extent a10[] = {{-1, 1, nullptr, x6, x1}};
const char x19[] = "reductions.tdsl:9:38";
const tdsl_extent a11[] = {{-1, 1, nullptr, x6, x1}};
const char x20[] = "reductions.tdsl:9:54";
const tdsl_extent a12[] = {{-1, 1, nullptr, x6, x1}};
const tdsl_result a13[] = {{TDSL_RETURN, 0, x1, x1, x18, TDSL_F32, 1, a10}, {TDSL_RETURN, 0, x1, x1, x19, TDSL_F32, 1, a11}, {TDSL_RETURN, 0, x1, x1, x20, TDSL_I64, 1, a12}};
int32_t f1(const int64_t *dims) { return dims[0] - 1 >= 0; }
const char x21[] = "M \076\075 1";
const char x22[] = "d\1330\135 - 1 \076\075 0";
const tdsl_requirement a14[] = {{f1, x21, x22, x19}, {f1, x21, x22, x20}};
const char x23[] = "16 * N";
const char x24[] = "16 * d\1331\135";
const char x25[] = "4 * M * N + M + 8 * N + 1";
const char x26[] = "4 * d\1330\135 * d\1331\135 + d\1330\135 + 8 * d\1331\135 + 1";
const char x27[] = "whole";
const char x28[] = "reductions.tdsl:10";
const tdsl_extent a15[] = {{-1, 0, nullptr, x5, x1}, {-1, 1, nullptr, x6, x1}};
const tdsl_argument a16[] = {{x3, x1, x4, TDSL_F32, 2, a15, 0, 0.0, 0}};
const char x29[] = "reductions.tdsl:10:20";
const char x30[] = "reductions.tdsl:10:29";
const char x31[] = "reductions.tdsl:10:38";
const tdsl_result a17[] = {{TDSL_RETURN, 0, x1, x1, x29, TDSL_F32, 0, nullptr}, {TDSL_RETURN, 0, x1, x1, x30, TDSL_F32, 0, nullptr}, {TDSL_RETURN, 0, x1, x1, x31, TDSL_BOOL, 0, nullptr}};
const char x32[] = "0";
const char x33[] = "4 * M * N + M + N + 8";
const char x34[] = "4 * d\1330\135 * d\1331\135 + d\1330\135 + d\1331\135 + 8";
const char x35[] = "reductions";
const char x36[] = "Sums along rows, along columns, and over everything\073 the largest and its position.";
const char x37[] = "reductions.tdsl";
const char x38[] = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042reductions.tdsl\042, \042source_hash\042: \042794b9105396dc4f1dc14b89b8bc378b16d39ccdff203c51ff0f9c5bd7994b224\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042rows\042: \173\042workspace\042: \0420\042, \042results\042: \04216 * M\042, \042updates\042: \0420\042, \042memory\042: \04216 * M\042, \042flop\042: \0423 * M * N\042, \042functions\042: \0420\042, \042bytes\042: \04212 * M * N + 16 * M\042\175, \042columns\042: \173\042workspace\042: \0420\042, \042results\042: \04216 * N\042, \042updates\042: \0420\042, \042memory\042: \04216 * N\042, \042flop\042: \0423 * M * N\042, \042functions\042: \0420\042, \042bytes\042: \04212 * M * N + 16 * N\042\175, \042whole\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0420\042, \042memory\042: \0420\042, \042flop\042: \0422 * M * N + 1\042, \042functions\042: \0420\042, \042bytes\042: \04212 * M * N + 17\042\175\175\175";
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
