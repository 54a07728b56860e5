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

TDSL_ROUTINE void map_copy(int64_t n0, const float *p0, float *p1) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p1[i0] = p0[i0];
        };
    });
}

TDSL_ROUTINE void gemm_tanh(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3,
        tdsl::Kept *c0) {
    tdsl::gemm_epilogue<float>(n0, n1, n1, {p0, n1, 1}, {p1, n1, 1, c0}, [=](int64_t i0, int64_t i1, float value) {
        p3[n1 * i0 + i1] = tdsl::tanh(p2[n1 * i0 + i1] + value);
    });
}

TDSL_ROUTINE void map_gather(tdsl_call *call, int64_t n0, int64_t n1, const int64_t *p0, const float *p1, float *p2,
        int32_t c0) {
    tdsl::map({n0}, [=]() {
        const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n1);
        const bool t2 = tdsl::in_bounds(0, n1);
        return [=](int64_t i0) {
            p2[i0] = t2 ? p1[i0 + n0 * t1] : 0.0f;
        };
    });
}

TDSL_ROUTINE void map_copy_2(int64_t n0, const float *p0, const float *p1, float *p2, float *p3) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            p2[i0] = p0[i0];
            p3[i0] = t1;
        };
    });
}

TDSL_ROUTINE void sum_all_of_mul(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            return t0 * t0;
        };
    });
}

TDSL_ROUTINE void map_add(int64_t n0, const float *p0, float *p1) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            p1[i0] = t0 + t0;
        };
    });
}

TDSL_ROUTINE void map_mul_sub(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t2 = p1[i0];
            p2[i0] = p0[i0] * (1.0f - t2 * t2);
        };
    });
}

// train(x: f32[T, B, 100], start: f32[B, 100], W: f32[100, 100], U: f32[100, 100], i: i64) -> (f32, f3...  scan.tdsl:20
TDSL_ROUTINE void run_train(tdsl_call *call) {
    const int64_t T = call->dims[0];
    const int64_t B = call->dims[1];
    char *slots[6];
    tdsl::place_slots(slots, call->workspace, {400 * B * T, 400 * B * T, 400 * B, 400 * B, 400 * B, 400 * B * T});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const start = tdsl::argument<float>(call, 1);
    const float *const W = tdsl::argument<float>(call, 2);
    const float *const U = tdsl::argument<float>(call, 3);
    const int64_t *const i = tdsl::argument<int64_t>(call, 4);
    float *const C = tdsl::result<float>(call, 0);
    float *const rows = tdsl::result<float>(call, 1);
    float *const dC_dW = tdsl::result<float>(call, 2);
    float *const item_3 = tdsl::slot<float>(slots, 5);
    float *const item_2 = tdsl::slot<float>(slots, 0);
    float *const item = tdsl::slot<float>(slots, 1);
    float *const last = tdsl::slot<float>(slots, 3);
    float *const matmul = tdsl::slot<float>(slots, 4);
    float *const state_2 = tdsl::slot<float>(slots, 3);
    float *const next_state_2 = tdsl::slot<float>(slots, 3);

    float *state = tdsl::slot<float>(slots, 3);
    float *next_state = tdsl::slot<float>(slots, 2);
    map_copy(100 * B, start, state);                    // state = start
    const int32_t step_fault = call->fault.site;
    tdsl::Kept kept = {0};
    tdsl::Kept kept_2 = {1};
    for (int64_t step = 0; step < T; ++step) {
        const float *const x_step = x + 100 * B * step;
        float *const rows_step = rows + 100 * step;
        float *const item_step = item + 100 * B * step;
        float *const item_2_step = item_2 + 100 * B * step;
        // matmul = state @ W                                                                       scan.tdsl:14
        tdsl::gemm(B, 100, 100, {state, 100, 1}, {W, 100, 1, &kept}, matmul, 100);
        // next_state = tanh(matmul + x_step @ U)                                                   scan.tdsl:14
        gemm_tanh(B, 100, x_step, U, matmul, next_state, &kept_2);
        // rows_step = next_state[i]                                                                scan.tdsl:16
        map_gather(call, 100, B, i, next_state, rows_step, 0);
        // item_step = state
        // item_2_step = next_state                                                                 scan.tdsl:14
        map_copy_2(100 * B, state, next_state, item_step, item_2_step);
        std::swap(state, next_state);
        if (call->fault.site != step_fault) {
            call->fault.steps[0] = step;
            break;
        }
    }
    map_copy(100 * B, state, last);                     // last = state                             scan.tdsl:13
    sum_all_of_mul(100 * B, C, last);                   // C = sum(last ** 2)                       scan.tdsl:18
    map_add(100 * B, last, state_2);                    // state_2 = last + last                    scan.tdsl:13
    tdsl::Kept kept_3 = {2};
    for (int64_t step_2_done = 0; step_2_done < T; ++step_2_done) {
        const int64_t step_2 = T - 1 - step_2_done;
        const float *const item_2_step_2 = item_2 + 100 * B * step_2;
        float *const item_3_step = item_3 + 100 * B * step_2;
        // item_3_step = state_2 * (1 - item_2_step_2 ** 2)
        map_mul_sub(100 * B, state_2, item_2_step_2, item_3_step);
        // next_state_2 = item_3_step @ W.T
        tdsl::gemm(B, 100, 100, {item_3_step, 100, 1}, {W, 1, 100, &kept_3}, next_state_2, 100);
    }
    // dC_dW = item.T @ item_3                                                                      scan.tdsl:12
    tdsl::gemm(100, 100, B * T, {item, 1, 100}, {item_3, 100, 1}, dC_dW, 100);
}

TDSL_ROUTINE int64_t workspace_train(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{100} * tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[0]},
            4, 3}, {tdsl::SaturatingSize{100} * tdsl::SaturatingSize{dims[1]}, 4, 3}});
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"T", "B"};
const tdsl_extent shape_0[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "T", .formula = ""},
    {.size = -1, .dim = 1, .value = nullptr, .text = "B", .formula = ""},
    {.size = 100, .dim = -1, .value = nullptr, .text = "100", .formula = ""},
};
const tdsl_extent shape_1[] = {
    {.size = -1, .dim = 1, .value = nullptr, .text = "B", .formula = ""},
    {.size = 100, .dim = -1, .value = nullptr, .text = "100", .formula = ""},
};
const tdsl_extent shape_2[] = {
    {.size = 100, .dim = -1, .value = nullptr, .text = "100", .formula = ""},
    {.size = 100, .dim = -1, .value = nullptr, .text = "100", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "scan.tdsl:6", .dtype = TDSL_F32, .rank = 3, .shape = shape_0,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "start", .doc = "", .place = "scan.tdsl:7", .dtype = TDSL_F32, .rank = 2, .shape = shape_1,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "W", .doc = "", .place = "scan.tdsl:8", .dtype = TDSL_F32, .rank = 2, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "U", .doc = "", .place = "scan.tdsl:9", .dtype = TDSL_F32, .rank = 2, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "i", .doc = "", .place = "scan.tdsl:10", .dtype = TDSL_I64, .rank = 0, .shape = nullptr,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_extent shape_3[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "T", .formula = ""},
    {.size = 100, .dim = -1, .value = nullptr, .text = "100", .formula = ""},
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "scan.tdsl:20:36", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "rows", .text = "", .place = "scan.tdsl:20:39", .dtype = TDSL_F32,
        .rank = 2, .shape = shape_3,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "dC_dW", .text = "", .place = "scan.tdsl:20:45", .dtype = TDSL_F32,
        .rank = 2, .shape = shape_2,
    },
};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{1200} * tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[0]} +
            tdsl::SaturatingSize{1200} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{400} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{40000}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{400} * tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[0]} +
            tdsl::SaturatingSize{400} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{400} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{40000}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "train", .doc = "", .place = "scan.tdsl:20", .argument_count = 5, .arguments = arguments_0,
        .result_count = 3, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {
            .value = formula_0, .text = "1200 * B * T + 1200 * B + 400 * T + 40000",
            .formula = "1200 * d\1331\135 * d\1330\135 + 1200 * d\1331\135 + 400 * d\1330\135 + 40000",
        },
        .largest = {
            .value = formula_1, .text = "400 * B * T + 400 * B + 400 * T + 40000",
            .formula = "400 * d\1331\135 * d\1330\135 + 400 * d\1331\135 + 400 * d\1330\135 + 40000",
        },
        .lap_count = 0, .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_train, .run = run_train, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_site sites_0[] = {{.kind = TDSL_INDEX, .place = "scan.tdsl:16:11", .text = "new_h\133i\135", .loops = "for x_t in x"}};

}  // namespace

extern "C" {
extern const tdsl_image tdsl_these_images[];
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "scan", .doc = "A recurrent network with the derivative of its cost.",
    .source = "scan.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042scan.tdsl\042, \042sour"
    "ce_hash\042: \042…\042, \042float\042: 32, \042ta"
    "rget\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse"
    "\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135, \042nan\042: \042a"
    "llow\042, \042profile\042: false, \042unstable\042: \042allow\042, \042"
    "subnormals\042: \042flush\042, \042data_parallel\042: false, \042"
    "opt\042: 3, \042device\042: \042cpu\042, \042precision\042: \042ieee\042, "
    "\042cublas\042: \042allow\042, \042threads\042: 0, \042memory_limit"
    "\042: 0, \042entries\042: \173\042train\042: \173\042workspace\042: \0421200 "
    "* B * T + 1200 * B\042, \042results\042: \042400 * T + 4000"
    "0\042, \042updates\042: \0420\042, \042memory\042: \0421200 * B * T + 1"
    "200 * B + 400 * T + 40000\042, \042flop\042: \04280400 * B "
    "* T + 300 * B\042, \042functions\042: \042100 * B * T\042, \042by"
    "tes\042: \0426400 * B * T + 2800 * B + 120808 * T + 4"
    "0004\042, \042kept by for, line 12\042: \042800 * B * T\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 2, .dims = dims_0, .variable_count = 0, .variables = nullptr, .entry_count = 1,
    .entries = entries_0, .initialise = nullptr, .site_count = 1, .sites = sites_0, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
