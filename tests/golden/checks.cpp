// The kernels and entries of a tdsl program, and the table by which a binding finds the entries.
//
// An entry places the slots of its workspace and calls kernels.  A comment gives the expression of each call and its
// place in the program.  Kernels with the same operations share one function: p are its arrays, n sizes and strides,
// c numbers, i indices, t values.
#include "tdsl/abi.h"
#include "tdsl/all_reduce.hpp"
#include "tdsl/cumulative.hpp"
#include "tdsl/decompositions.hpp"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/linear_algebra.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"
#include "tdsl/sorting.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void map_floordiv_mod_2(tdsl_call *call, int64_t n0, const int64_t *p0, const int64_t *p1, int64_t *p2,
        int64_t *p3, int32_t c0, int32_t c1) {
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

TDSL_ROUTINE void sum_all_2(int64_t n0, int64_t *p0, const int64_t *p1) {
    tdsl::reduce_rows<tdsl::Sum<int64_t>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void scalar_gt_2(int64_t n0, const int64_t *p0, uint8_t *p1, int64_t *p2) {
    const int64_t t3 = p0[0];
    p1[0] = n0 > int64_t{0};
    p2[0] = t3;
}

TDSL_ROUTINE void run_divide_any(tdsl_call *call) {
    const int64_t N = call->dims[0];
    const int64_t *const a = tdsl::argument<int64_t>(call, 0);
    const int64_t *const b = tdsl::argument<int64_t>(call, 1);
    int64_t *const result = tdsl::result<int64_t>(call, 0);
    int64_t *const result_2 = tdsl::result<int64_t>(call, 1);
    int64_t *const result_3 = tdsl::result<int64_t>(call, 2);
    uint8_t *const condition = tdsl::result<uint8_t>(call, 3);
    int64_t *const printed = tdsl::result<int64_t>(call, 4);

    // result = a // b                                                                              checks.tdsl:8
    // result_2 = a % b                                                                             checks.tdsl:8
    map_floordiv_mod_2(call, N, a, b, result, result_2, 0, 1);
    sum_all_2(N, result_3, a);                          // result_3 = sum(a)                        checks.tdsl:10
    // condition = N > 0                                                                            checks.tdsl:9
    // printed = result_3                                                                           checks.tdsl:10
    scalar_gt_2(N, result_3, condition, printed);
}

TDSL_INLINE void map_floordiv_mod(tdsl_call *call, int64_t n0, const int64_t *p0, const int64_t *p1, int64_t *p2,
        int64_t *p3, int32_t c0, int32_t c1) {
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

TDSL_INLINE void sum_all(int64_t n0, int64_t *p0, const int64_t *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<int64_t>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_INLINE void scalar_gt(int64_t n0, const int64_t *p0, uint8_t *p1, int64_t *p2) {
    const int64_t t3 = p0[0];
    p1[0] = n0 > int64_t{0};
    p2[0] = t3;
}

TDSL_INLINE void run_divide_fixed(tdsl_call *call, int64_t N) {
    const int64_t *const a = tdsl::argument<int64_t>(call, 0);
    const int64_t *const b = tdsl::argument<int64_t>(call, 1);
    int64_t *const result = tdsl::result<int64_t>(call, 0);
    int64_t *const result_2 = tdsl::result<int64_t>(call, 1);
    int64_t *const result_3 = tdsl::result<int64_t>(call, 2);
    uint8_t *const condition = tdsl::result<uint8_t>(call, 3);
    int64_t *const printed = tdsl::result<int64_t>(call, 4);

    // result = a // b                                                                              checks.tdsl:8
    // result_2 = a % b                                                                             checks.tdsl:8
    map_floordiv_mod(call, N, a, b, result, result_2, 0, 1);
    sum_all(N, result_3, a);                            // result_3 = sum(a)                        checks.tdsl:10
    // condition = N > 0                                                                            checks.tdsl:9
    // printed = result_3                                                                           checks.tdsl:10
    scalar_gt(N, result_3, condition, printed);
}

// divide(a: i64[N], b: i64) -> (i64[N], i64[N], i64)                                               checks.tdsl:8
TDSL_ROUTINE void run_divide(tdsl_call *call) {
    if (call->dims[0] == 1) {
        return run_divide_fixed(call, 1);
    }
    if (call->dims[0] == 4) {
        return run_divide_fixed(call, 4);
    }
    if (call->dims[0] == 8) {
        return run_divide_fixed(call, 8);
    }
    run_divide_any(call);
}

TDSL_ROUTINE int64_t workspace_divide(const int64_t *) {
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
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "b", .doc = "a divisor", .place = "checks.tdsl:6", .dtype = TDSL_I64, .rank = 0, .shape = nullptr,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
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
        .result_count = 5, .results = results_0, .nesting = ".(..)", .field_count = 0, .fields = nullptr,
        .update_count = 0, .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "16 * N", .formula = "16 * d\1330\135"},
        .largest = {.value = formula_1, .text = "8 * N + 8", .formula = "8 * d\1330\135 + 8"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_divide, .run = run_divide, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_site sites_0[] = {
    {.kind = TDSL_DIVISION, .place = "checks.tdsl:8:24", .text = "a \057\057 b", .loops = ""},
    {.kind = TDSL_DIVISION, .place = "checks.tdsl:8:33", .text = "a \045 b", .loops = ""},
};

}  // namespace

extern "C" {
extern const tdsl_image tdsl_these_images[];
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "checks",
    .doc = "Integers, conditions, and words for the one who calls.", .source = "checks.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042checks."
    "tdsl\042, \042source_hash\042: \042…\042, \042float\042: 32, \042targe"
    "t\042: \042cpp\042, \042defines\042: \173\175, \042outside\042:"
    " \042refuse\042, \042mode\042: \042fast-run\042, \042guard"
    "s\042: \133\135, \042nan\042: \042allow\042, \042profile\042: f"
    "alse, \042unstable\042: \042allow\042, \042subnormal"
    "s\042: \042flush\042, \042data_parallel\042: false,"
    " \042opt\042: 3, \042device\042: \042cpu\042, \042precisi"
    "on\042: \042ieee\042, \042cublas\042: \042allow\042, \042thr"
    "eads\042: 0, \042memory_limit\042: 0, \042entries"
    "\042: \173\042divide\042: \173\042workspace\042: \0420\042, \042re"
    "sults\042: \04216 * N\042, \042updates\042: \0420\042, \042me"
    "mory\042: \04216 * N\042, \042flop\042: \0420\042, \042funct"
    "ions\042: \0420\042, \042bytes\042: \04232 * N + 33\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 0, .variables = nullptr, .entry_count = 1,
    .entries = entries_0, .initialise = nullptr, .site_count = 2, .sites = sites_0, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
