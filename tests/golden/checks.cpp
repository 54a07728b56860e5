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


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"N"};
const tdsl_extent shape_0[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "N", .formula = ""}};
const tdsl_argument arguments_0[] = {
    {
        .name = "a", .doc = "numbers", .place = "checks.tdsl:5", .dtype = TDSL_I64, .rank = 1, .shape = shape_0,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "b", .doc = "a divisor", .place = "checks.tdsl:6", .dtype = TDSL_I64, .rank = 0, .shape = nullptr,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "checks.tdsl:8:24", .dtype = TDSL_I64,
        .rank = 1, .shape = shape_0,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "checks.tdsl:8:33", .dtype = TDSL_I64,
        .rank = 1, .shape = shape_0,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "checks.tdsl:8:40", .dtype = TDSL_I64,
        .rank = 0, .shape = nullptr,
    },
    {
        .role = TDSL_ASSERT, .statement = 1, .name = "", .text = "N \076 0", .place = "checks.tdsl:9:5",
        .dtype = TDSL_BOOL, .rank = 0, .shape = nullptr,
    },
    {
        .role = TDSL_PRINT, .statement = 2, .name = "", .text = "sum", .place = "checks.tdsl:10:5", .dtype = TDSL_I64,
        .rank = 0, .shape = nullptr,
    },
};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[0]}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{8}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "divide", .doc = "", .place = "checks.tdsl:8", .argument_count = 2, .arguments = arguments_0,
        .result_count = 5, .results = results_0, .nesting = ".(..)", .update_count = 0, .updates = nullptr,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "16 * N", .formula = "16 * d\1330\135"},
        .largest = {.value = formula_1, .text = "8 * N + 8", .formula = "8 * d\1330\135 + 8"}, .workspace = workspace0,
        .run = run0, .update = nullptr, .in_place = nullptr,
    },
};
const tdsl_site sites_0[] = {
    {.kind = TDSL_DIVISION, .place = "checks.tdsl:8:24", .text = "a \057\057 b"},
    {.kind = TDSL_DIVISION, .place = "checks.tdsl:8:33", .text = "a \045 b"},
};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "checks",
    .doc = "Integers, conditions, and words for the one who calls.", .source = "checks.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042checks.tdsl\042, \042source_hash\042: \042607c05bac8373f853441f83e15124f9b544bb4ecb"
    "710f2eb495bafcbef72370d\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: "
    "\042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_l"
    "imit\042: 0, \042entries\042: \173\042divide\042: \173\042workspace\042: \0420\042, \042results\042: \04216 * N\042, \042updates\042: \0420\042, \042memory\042: \0421"
    "6 * N\042, \042flop\042: \0420\042, \042functions\042: \0420\042, \042bytes\042: \04232 * N + 33\042\175\175\175",
    .origins = "", .options = {.refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0},
    .dim_count = 1, .dims = dims_0, .variable_count = 0, .variables = nullptr, .entry_count = 1,
    .entries = entries_0, .initialise = nullptr, .site_count = 2, .sites = sites_0,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
