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

TDSL_ROUTINE void sum_rows_max_rows_argmax_rows(int64_t n0, int64_t n1, float *p0, const float *p1, float *p2,
        int64_t *p3) {
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

// rows(x: f32[M, N]) -> (f32[M], f32[M], i64[M])                                                   reductions.tdsl:8
TDSL_ROUTINE void run_rows(tdsl_call *call) {
    const int64_t M = call->dims[0];
    const int64_t N = call->dims[1];
    const float *const x = tdsl::argument<float>(call, 0);
    float *const result = tdsl::result<float>(call, 0);
    float *const result_2 = tdsl::result<float>(call, 1);
    int64_t *const result_3 = tdsl::result<int64_t>(call, 2);

    // result = sum(x, axis=1)                                                                      reductions.tdsl:8
    // result_2 = max(x, axis=1)                                                                    reductions.tdsl:8
    // result_3 = argmax(x, axis=1)                                                                 reductions.tdsl:8
    sum_rows_max_rows_argmax_rows(N, M, result, x, result_2, result_3);
}

TDSL_ROUTINE int64_t workspace_rows(const int64_t *) {
    return 0;
}

TDSL_ROUTINE void sum_columns(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_ROUTINE void max_columns(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Max<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_ROUTINE void argmax_rows(int64_t n0, int64_t n1, int64_t *p0, const float *p1) {
    tdsl::arg_reduce<tdsl::Max<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[i0 + n0 * i1];
        };
    });
}

// columns(x: f32[M, N]) -> (f32[N], f32[N], i64[N])                                                reductions.tdsl:9
TDSL_ROUTINE void run_columns(tdsl_call *call) {
    const int64_t M = call->dims[0];
    const int64_t N = call->dims[1];
    const float *const x = tdsl::argument<float>(call, 0);
    float *const result = tdsl::result<float>(call, 0);
    float *const result_2 = tdsl::result<float>(call, 1);
    int64_t *const result_3 = tdsl::result<int64_t>(call, 2);

    sum_columns(N, M, result, x);                       // result = sum(x, axis=0)                  reductions.tdsl:9
    max_columns(N, M, result_2, x);                     // result_2 = max(x, axis=0)                reductions.tdsl:9
    argmax_rows(N, M, result_3, x);                     // result_3 = argmax(x, axis=0)             reductions.tdsl:9
}

TDSL_ROUTINE int64_t workspace_columns(const int64_t *) {
    return 0;
}

TDSL_ROUTINE void sum_all(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void scalar_div(int64_t n0, const float *p0, float *p1) {
    p1[0] = p0[0] / tdsl::cast<float>(n0);
}

TDSL_ROUTINE void prod_all(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Prod<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void any_all_of_gt(int64_t n0, uint8_t *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Any<bool>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0] > 0.0f;
        };
    });
}

// whole(x: f32[M, N]) -> (f32, f32, bool)                                                          reductions.tdsl:10
TDSL_ROUTINE void run_whole(tdsl_call *call) {
    const int64_t M = call->dims[0];
    const int64_t N = call->dims[1];
    const float *const x = tdsl::argument<float>(call, 0);
    float *const result = tdsl::result<float>(call, 0);
    float *const result_2 = tdsl::result<float>(call, 1);
    uint8_t *const result_3 = tdsl::result<uint8_t>(call, 2);
    float *const sum = tdsl::result<float>(call, 0);

    sum_all(M * N, sum, x);                             // sum = sum(x)
    scalar_div(M * N, sum, result);                     // result = sum / (M * N)                   reductions.tdsl:10
    prod_all(M * N, result_2, x);                       // result_2 = prod(x)                       reductions.tdsl:10
    any_all_of_gt(M * N, result_3, x);                  // result_3 = any(x > 0)                    reductions.tdsl:10
}

TDSL_ROUTINE int64_t workspace_whole(const int64_t *) {
    return 0;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"M", "N"};
const tdsl_extent shape_0[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "M", .formula = ""},
    {.size = -1, .dim = 1, .value = nullptr, .text = "N", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "reductions.tdsl:6", .dtype = TDSL_F32, .rank = 2, .shape = shape_0,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_extent shape_1[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "M", .formula = ""}};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:8:19", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_1,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:8:35", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_1,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:8:51", .dtype = TDSL_I64,
        .rank = 1, .shape = shape_1,
    },
};
int64_t formula_0(const int64_t *dims) {
    return dims[1] - 1;
}
const tdsl_requirement requirements_0[] = {
    {.value = formula_0, .text = "N \076\075 1", .formula = "d\1331\135 - 1", .place = "reductions.tdsl:8:35"},
    {.value = formula_0, .text = "N \076\075 1", .formula = "d\1331\135 - 1", .place = "reductions.tdsl:8:51"},
};
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[0]}).value;
}
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{1}).value;
}
const tdsl_extent shape_2[] = {{.size = -1, .dim = 1, .value = nullptr, .text = "N", .formula = ""}};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:9:22", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_2,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:9:38", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_2,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:9:54", .dtype = TDSL_I64,
        .rank = 1, .shape = shape_2,
    },
};
int64_t formula_3(const int64_t *dims) {
    return dims[0] - 1;
}
const tdsl_requirement requirements_1[] = {
    {.value = formula_3, .text = "M \076\075 1", .formula = "d\1330\135 - 1", .place = "reductions.tdsl:9:38"},
    {.value = formula_3, .text = "M \076\075 1", .formula = "d\1330\135 - 1", .place = "reductions.tdsl:9:54"},
};
int64_t formula_4(const int64_t *dims) {
    return (tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]}).value;
}
int64_t formula_5(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{1}).value;
}
const tdsl_result results_2[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:10:20",
        .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:10:29",
        .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "reductions.tdsl:10:38",
        .dtype = TDSL_BOOL, .rank = 0, .shape = nullptr,
    },
};
int64_t formula_6(const int64_t *) {
    return tdsl::SaturatingSize{0}.value;
}
int64_t formula_7(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{8}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "rows", .doc = "", .place = "reductions.tdsl:8", .argument_count = 1, .arguments = arguments_0,
        .result_count = 3, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 2, .requirements = requirements_0,
        .memory = {.value = formula_1, .text = "16 * M", .formula = "16 * d\1330\135"},
        .largest = {
            .value = formula_2, .text = "4 * M * N + 8 * M + N + 1",
            .formula = "4 * d\1330\135 * d\1331\135 + 8 * d\1330\135 + d\1331\135 + 1",
        },
        .lap_count = 0, .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_rows, .run = run_rows, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "columns", .doc = "", .place = "reductions.tdsl:9", .argument_count = 1, .arguments = arguments_0,
        .result_count = 3, .results = results_1, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 2, .requirements = requirements_1,
        .memory = {.value = formula_4, .text = "16 * N", .formula = "16 * d\1331\135"},
        .largest = {
            .value = formula_5, .text = "4 * M * N + M + 8 * N + 1",
            .formula = "4 * d\1330\135 * d\1331\135 + d\1330\135 + 8 * d\1331\135 + 1",
        },
        .lap_count = 0, .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_columns, .run = run_columns, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "whole", .doc = "", .place = "reductions.tdsl:10", .argument_count = 1, .arguments = arguments_0,
        .result_count = 3, .results = results_2, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_6, .text = "0", .formula = "0"},
        .largest = {
            .value = formula_7, .text = "4 * M * N + M + N + 8",
            .formula = "4 * d\1330\135 * d\1331\135 + d\1330\135 + d\1331\135 + 8",
        },
        .lap_count = 0, .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_whole, .run = run_whole, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};

}  // namespace

extern "C" {
extern const tdsl_image tdsl_these_images[];
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "reductions",
    .doc = "Sums along rows, along columns, and over everything\073 the largest and its position.",
    .source = "reductions.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042reductions.tdsl\042, \042source_h"
    "ash\042: \042…\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042"
    ": \173\175, \042outside\042: \042refuse\042, \042mode\042: \042fast-run\042, \042guards\042: "
    "\133\135, \042nan\042: \042allow\042, \042profile\042: false, \042unstable\042: \042allow"
    "\042, \042subnormals\042: \042flush\042, \042data_parallel\042: false, \042opt\042: "
    "3, \042device\042: \042cpu\042, \042precision\042: \042ieee\042, \042cublas\042: \042allow"
    "\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042rows\042: \173"
    "\042workspace\042: \0420\042, \042results\042: \04216 * M\042, \042updates\042: \0420\042, \042"
    "memory\042: \04216 * M\042, \042flop\042: \0423 * M * N\042, \042functions\042: \0420\042,"
    " \042bytes\042: \04212 * M * N + 16 * M\042\175, \042columns\042: \173\042workspace"
    "\042: \0420\042, \042results\042: \04216 * N\042, \042updates\042: \0420\042, \042memory\042: \0421"
    "6 * N\042, \042flop\042: \0423 * M * N\042, \042functions\042: \0420\042, \042bytes\042: "
    "\04212 * M * N + 16 * N\042\175, \042whole\042: \173\042workspace\042: \0420\042, \042resu"
    "lts\042: \0420\042, \042updates\042: \0420\042, \042memory\042: \0420\042, \042flop\042: \0422 * M "
    "* N + 1\042, \042functions\042: \0420\042, \042bytes\042: \04212 * M * N + 17\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 2, .dims = dims_0, .variable_count = 0, .variables = nullptr, .entry_count = 3,
    .entries = entries_0, .initialise = nullptr, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
