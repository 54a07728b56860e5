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

TDSL_ROUTINE void batched_gemm_exp(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, const float *p0,
        const float *p1, float *p2) {
    tdsl::parallel_for_each({n4}, [=](int64_t i0) {
        tdsl::gemm_epilogue<float>(n0, n0, n1, {p0 + n2 * i0, n1, 1}, {p1 + n2 * i0, 1, n1},
                [=](int64_t i1, int64_t i2, float value) {
            p2[n3 * i0 + n0 * i1 + i2] = tdsl::exp(value / 4.0f);
        });
    });
}

// scores(q: f32[B, T, 16], k: f32[B, T, 16]) -> f32[B, T, T]                                       contraction.tdsl:17
TDSL_ROUTINE void run_scores(tdsl_call *call) {
    const int64_t B = call->dims[0];
    const int64_t T = call->dims[1];
    const float *const q = tdsl::argument<float>(call, 0);
    const float *const k = tdsl::argument<float>(call, 1);
    float *const result = tdsl::result<float>(call, 0);

    // result = exp(q @ transpose(k, (0, 2, 1)) / 4)                                                contraction.tdsl:17
    batched_gemm_exp(T, 16, 16 * T, T * T, B, q, k, result);
}

TDSL_ROUTINE int64_t workspace_scores(const int64_t *) {
    return 0;
}

TDSL_ROUTINE void gemm_maximum(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3,
        float *p4, float *p5) {
    tdsl::gemm_epilogue_column_sums<float>(n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t2 = value + p3[i1];
        const float t5 = tdsl::maximum(t2, 0.0f);
        const float t7 = tdsl::select(t2 > 0.0f, t5 + t5, 0.0f);
        p4[n1 * i0 + i1] = t2;
        p5[n1 * i0 + i1] = t7;
        return t7;
    });
}

TDSL_ROUTINE void sum_all_of_maximum(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t2 = tdsl::maximum(p1[i0], 0.0f);
            return t2 * t2;
        };
    });
}

TDSL_ROUTINE void map_sub_mul(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - 0.1f * p1[i0];
        };
    });
}

TDSL_ROUTINE void gemm_sub_mul(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - 0.1f * value;
    });
}

// train(x: f32[T, 16]) -> f32                                                                      contraction.tdsl:18
TDSL_ROUTINE void run_train(tdsl_call *call) {
    const int64_t T = call->dims[1];
    char *slots[2];
    tdsl::place_slots(slots, call->workspace, {64 * T, 64 * T});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const W = tdsl::variable<float>(call, 0);
    const float *const b = tdsl::variable<float>(call, 1);
    float *const C = tdsl::result<float>(call, 0);
    float *const W_new = tdsl::update<float>(call, 0);
    float *const b_new = tdsl::update<float>(call, 1);
    float *const dC_db = tdsl::update<float>(call, 1);
    float *const select = tdsl::slot<float>(slots, 0);
    float *const add = tdsl::slot<float>(slots, 1);

    // add = x @ W + b                                                                              contraction.tdsl:14
    // select = switch(add > 0, maximum(add, 0) + maximum(add, 0), 0)                               contraction.tdsl:14
    // dC_db = sum(select, axis=0)                                                                  contraction.tdsl:20
    gemm_maximum(T, 16, x, W, dC_db, b, add, select);
    sum_all_of_maximum(16 * T, C, add);                 // C = sum(maximum(add, 0) ** 2)            contraction.tdsl:15
    map_sub_mul(16, b, dC_db, b_new);                   // b_new = b - 0.1 * dC_db                  contraction.tdsl:20
    gemm_sub_mul(16, T, x, select, W, W_new);           // W_new = W - 0.1 * (x.T @ select)         contraction.tdsl:19
}

TDSL_ROUTINE int64_t workspace_train(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]}, 4, 2}});
}

// initialise(seed: i64) -> ()
TDSL_ROUTINE void run_initialise(tdsl_call *) {
}

TDSL_ROUTINE void map_fill(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

// initialise: new values, once the call cannot fail any more
TDSL_ROUTINE void update_initialise(tdsl_call *call) {
    float *const W_new = tdsl::update<float>(call, 0);
    float *const b_new = tdsl::update<float>(call, 1);

    map_fill(16, b_new, 0.0f);                          // b_new = broadcast(0.0, (16,))            contraction.tdsl:12
    map_fill(256, W_new, 0.0f);                         // W_new = broadcast(0.0, (16, 16))         contraction.tdsl:11
}

TDSL_ROUTINE int64_t workspace_initialise(const int64_t *) {
    return 0;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"B", "T"};
const int64_t shape_0[] = {16, 16};
const int64_t shape_1[] = {16};
const tdsl_variable variables_0[] = {
    {
        .name = "W", .doc = "", .place = "contraction.tdsl:11", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_0,
    },
    {
        .name = "b", .doc = "", .place = "contraction.tdsl:12", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
};
const tdsl_extent shape_2[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = -1, .dim = 1, .value = nullptr, .text = "T", .formula = ""},
    {.size = 16, .dim = -1, .value = nullptr, .text = "16", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "q", .doc = "", .place = "contraction.tdsl:8", .dtype = TDSL_F32, .rank = 3, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "k", .doc = "", .place = "contraction.tdsl:9", .dtype = TDSL_F32, .rank = 3, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_extent shape_3[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = -1, .dim = 1, .value = nullptr, .text = "T", .formula = ""},
    {.size = -1, .dim = 1, .value = nullptr, .text = "T", .formula = ""},
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "contraction.tdsl:17:23",
        .dtype = TDSL_F32, .rank = 3, .shape = shape_3,
    },
};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} *
            tdsl::SaturatingSize{dims[1]}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} *
            tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{64} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{dims[0]} +
            tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{16}).value;
}
const tdsl_extent shape_4[] = {
    {.size = -1, .dim = 1, .value = nullptr, .text = "T", .formula = ""},
    {.size = 16, .dim = -1, .value = nullptr, .text = "16", .formula = ""},
};
const tdsl_argument arguments_1[] = {
    {
        .name = "x", .doc = "", .place = "contraction.tdsl:10", .dtype = TDSL_F32, .rank = 2, .shape = shape_4,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "contraction.tdsl:18:19",
        .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {0, 1};
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{128} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{1088}).value;
}
int64_t formula_3(const int64_t *dims) {
    return (tdsl::SaturatingSize{64} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{1024}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "scores", .doc = "", .place = "contraction.tdsl:17", .argument_count = 2, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "4 * B * T * T", .formula = "4 * d\1330\135 * d\1331\135 * d\1331\135"},
        .largest = {
            .value = formula_1, .text = "4 * B * T * T + 64 * B * T + T * T + B + 16 * T + 16",
            .formula = "4 * d\1330\135 * d\1331\135 * d\1331\135 + 64 * d\1330\135 * d\133"
            "1\135 + d\1331\135 * d\1331\135 + d\1330\135 + 16 * d\1331\135 + 16",
        },
        .lap_count = 0, .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_scores, .run = run_scores, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "train", .doc = "", .place = "contraction.tdsl:18", .argument_count = 1, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 2,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "128 * T + 1088", .formula = "128 * d\1331\135 + 1088"},
        .largest = {.value = formula_3, .text = "64 * T + 1024", .formula = "64 * d\1331\135 + 1024"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_train, .run = run_train, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_argument arguments_2[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{1088}.value;
}
int64_t formula_5(const int64_t *) {
    return tdsl::SaturatingSize{1024}.value;
}
const int64_t in_place_0[] = {1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 2, .updates = updates_0,
    .requirement_count = 0, .requirements = nullptr,
    .memory = {.value = formula_4, .text = "1088", .formula = "1088"},
    .largest = {.value = formula_5, .text = "1024", .formula = "1024"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
    .exchanged = 0,
    .host = {
        .workspace = workspace_initialise, .run = run_initialise, .update = update_initialise, .in_place = in_place_0,
    },
    .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
};

}  // namespace

extern "C" {
extern const tdsl_image tdsl_these_images[];
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "contraction",
    .doc = "Products of stacks, with what follows them and a sum of columns.", .source = "contraction.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042contraction.tdsl\042, \042source_ha"
    "sh\042: \042…\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, "
    "\042outside\042: \042refuse\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135, \042nan"
    "\042: \042allow\042, \042profile\042: false, \042unstable\042: \042allow\042, \042subnorm"
    "als\042: \042flush\042, \042data_parallel\042: false, \042opt\042: 3, \042device\042: "
    "\042cpu\042, \042precision\042: \042ieee\042, \042cublas\042: \042allow\042, \042threads\042: 0"
    ", \042memory_limit\042: 0, \042entries\042: \173\042scores\042: \173\042workspace\042: \0420"
    "\042, \042results\042: \0424 * B * T * T\042, \042updates\042: \0420\042, \042memory\042: \042"
    "4 * B * T * T\042, \042flop\042: \04233 * B * T * T\042, \042functions\042: \042B *"
    " T * T\042, \042bytes\042: \0424 * B * T * T + 128 * B * T\042\175, \042train\042: "
    "\173\042workspace\042: \042128 * T\042, \042results\042: \0420\042, \042updates\042: \0421088\042,"
    " \042memory\042: \042128 * T + 1088\042, \042flop\042: \0421136 * T + 544\042, \042fun"
    "ctions\042: \0420\042, \042bytes\042: \042384 * T + 3396\042\175, \042initialise\042: \173\042w"
    "orkspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0421088\042, \042memory\042"
    ": \0421088\042, \042flop\042: \0420\042, \042funct"
    "ions\042: \0420\042, \042bytes\042: \0421088\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 2, .dims = dims_0, .variable_count = 2, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
