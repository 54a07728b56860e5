#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(tdsl_call *call, int64_t n0, const int64_t *p0, const int64_t *p1, int64_t *p2, int64_t *p3,
        int32_t c0, int32_t c1) {
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

TDSL_INLINE void few0_k0(tdsl_call *call, int64_t n0, const int64_t *p0, const int64_t *p1, int64_t *p2, int64_t *p3,
        int32_t c0, int32_t c1) {
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

const char x0[] = "divide";
const char x1[] = "";
const char x2[] = "checks.tdsl:8";
const char x3[] = "a";
const char x4[] = "numbers";
const char x5[] = "checks.tdsl:5";
const char x6[] = "N";
const tdsl_extent a1[] = {{-1, 0, nullptr, x6, x1}};
const char x7[] = "b";
const char x8[] = "a divisor";
const char x9[] = "checks.tdsl:6";
const tdsl_argument a2[] = {{x3, x4, x5, TDSL_I64, 1, a1, 0, 0, int64_t{0}}, {x7, x8, x9, TDSL_I64, 0, nullptr, 0, 0, int64_t{0}}};
const char x10[] = "checks.tdsl:8:24";
const tdsl_extent a3[] = {{-1, 0, nullptr, x6, x1}};
const char x11[] = "checks.tdsl:8:33";
const tdsl_extent a4[] = {{-1, 0, nullptr, x6, x1}};
const char x12[] = "checks.tdsl:8:40";
const char x13[] = "N \076 0";
const char x14[] = "checks.tdsl:9:5";
const char x15[] = "sum";
const char x16[] = "checks.tdsl:10:5";
const tdsl_result a5[] = {{TDSL_RETURN, 0, x1, x1, x10, TDSL_I64, 1, a3}, {TDSL_RETURN, 0, x1, x1, x11, TDSL_I64, 1, a4}, {TDSL_RETURN, 0, x1, x1, x12, TDSL_I64, 0, nullptr}, {TDSL_ASSERT, 1, x1, x13, x14, TDSL_BOOL, 0, nullptr}, {TDSL_PRINT, 2, x1, x15, x16, TDSL_I64, 0, nullptr}};
const char x17[] = ".(..)";
const char x18[] = "16 * N";
const char x19[] = "16 * d\1330\135";
const char x20[] = "8 * N + 8";
const char x21[] = "8 * d\1330\135 + 8";
const char x22[] = "checks";
const char x23[] = "Integers, conditions, and words for the one who calls.";
const char x24[] = "checks.tdsl";
const char x25[] = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042checks.tdsl\042, \042source_hash\042: \042607c05bac8373f853441f83e15124f9b544bb4ecb710f2eb495bafcbef72370d\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042divide\042: \173\042workspace\042: \0420\042, \042results\042: \04216 * N\042, \042updates\042: \0420\042, \042memory\042: \04216 * N\042, \042flop\042: \0420\042, \042functions\042: \0420\042, \042bytes\042: \04232 * N + 33\042\175\175\175";
const char *const a6[] = {x6};
const tdsl_entry a7[] = {{x0, x1, x2, 2, a2, 5, a5, x17, 0, nullptr, 0, nullptr, workspace0, memory0, x18, x19, largest0, x20, x21, run0, nullptr, nullptr}};
const char x26[] = "a \057\057 b";
const char x27[] = "a \045 b";
const tdsl_site a8[] = {{TDSL_FAULT_DIVISION, x10, x26}, {TDSL_FAULT_DIVISION, x11, x27}};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {TDSL_ABI_VERSION, x22, x23, x24, x25, 0, nullptr, 1, 1, a6, 0, nullptr, 1, a7, nullptr, 2, a8, 0, 0};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
