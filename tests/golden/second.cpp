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

TDSL_ROUTINE void map_tanh_slope_tanh_2(int64_t n0, const float *p0, float *p1) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = tdsl::tanh(t0);
            const float t2 = t1 * t1;
            p1[i0] = (t2 + t2 + t2) * tdsl::tanh_slope(t0);
        };
    });
}

TDSL_ROUTINE void run_gradient_any(tdsl_call *call) {
    const int64_t N = call->dims[0];
    const float *const x = tdsl::argument<float>(call, 0);
    float *const g = tdsl::result<float>(call, 0);

    // g = (tanh(x) ** 2 + tanh(x) ** 2 + tanh(x) ** 2) * tanh_slope(x)                             second.tdsl:8
    map_tanh_slope_tanh_2(N, x, g);
}

TDSL_INLINE void map_tanh_slope_tanh(int64_t n0, const float *p0, float *p1) {
    tdsl::fixed_size::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = tdsl::tanh(t0);
            const float t2 = t1 * t1;
            p1[i0] = (t2 + t2 + t2) * tdsl::tanh_slope(t0);
        };
    });
}

TDSL_INLINE void run_gradient_fixed(tdsl_call *call, int64_t N) {
    const float *const x = tdsl::argument<float>(call, 0);
    float *const g = tdsl::result<float>(call, 0);

    // g = (tanh(x) ** 2 + tanh(x) ** 2 + tanh(x) ** 2) * tanh_slope(x)                             second.tdsl:8
    map_tanh_slope_tanh(N, x, g);
}

// gradient(x: f32[N]) -> f32[N]                                                                    second.tdsl:11
TDSL_ROUTINE void run_gradient(tdsl_call *call) {
    if (call->dims[0] == 1) {
        return run_gradient_fixed(call, 1);
    }
    if (call->dims[0] == 4) {
        return run_gradient_fixed(call, 4);
    }
    if (call->dims[0] == 8) {
        return run_gradient_fixed(call, 8);
    }
    run_gradient_any(call);
}

TDSL_ROUTINE int64_t workspace_gradient(const int64_t *) {
    return 0;
}

TDSL_ROUTINE void map_tanh_slope_tanh_4(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = p1[i0];
            const float t2 = tdsl::tanh(t1);
            const float t3 = t2 * t2;
            const float t7 = tdsl::tanh_slope(t1);
            const float t12 = t0 * t7;
            const float t14 = (t12 + t12) * t2;
            const float t16 = t12 * t2;
            const float t20 = t0 * (t3 + t3 + t3) * t7 * t2 * -2.0f + (t14 + t14 + t16 + t16) * t7;
            p2[i0] = t20;
        };
    });
}

TDSL_ROUTINE void run_hessian_times_any(tdsl_call *call) {
    const int64_t N = call->dims[0];
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const v = tdsl::argument<float>(call, 1);
    float *const dcost_dx = tdsl::result<float>(call, 0);

    // dcost_dx = ... * tanh_slope(x) * tanh(x) * -2 + (... + ... * tanh(x) + ... * tanh(x)) * tanh_s...  second.tdsl:12
    map_tanh_slope_tanh_4(N, v, x, dcost_dx);
}

TDSL_INLINE void map_tanh_slope_tanh_3(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0}, [=]() {
        return [=](int64_t i0) {
            const float t0 = p0[i0];
            const float t1 = p1[i0];
            const float t2 = tdsl::tanh(t1);
            const float t3 = t2 * t2;
            const float t7 = tdsl::tanh_slope(t1);
            const float t12 = t0 * t7;
            const float t14 = (t12 + t12) * t2;
            const float t16 = t12 * t2;
            const float t20 = t0 * (t3 + t3 + t3) * t7 * t2 * -2.0f + (t14 + t14 + t16 + t16) * t7;
            p2[i0] = t20;
        };
    });
}

TDSL_INLINE void run_hessian_times_fixed(tdsl_call *call, int64_t N) {
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const v = tdsl::argument<float>(call, 1);
    float *const dcost_dx = tdsl::result<float>(call, 0);

    // dcost_dx = ... * tanh_slope(x) * tanh(x) * -2 + (... + ... * tanh(x) + ... * tanh(x)) * tanh_s...  second.tdsl:12
    map_tanh_slope_tanh_3(N, v, x, dcost_dx);
}

// hessian_times(x: f32[N], v: f32[N]) -> f32[N]                                                    second.tdsl:12
TDSL_ROUTINE void run_hessian_times(tdsl_call *call) {
    if (call->dims[0] == 1) {
        return run_hessian_times_fixed(call, 1);
    }
    if (call->dims[0] == 4) {
        return run_hessian_times_fixed(call, 4);
    }
    if (call->dims[0] == 8) {
        return run_hessian_times_fixed(call, 8);
    }
    run_hessian_times_any(call);
}

TDSL_ROUTINE int64_t workspace_hessian_times(const int64_t *) {
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
        .name = "x", .doc = "", .place = "second.tdsl:5", .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "g", .text = "", .place = "second.tdsl:11:22", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_0,
    },
};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{1}).value;
}
const tdsl_argument arguments_1[] = {
    {
        .name = "x", .doc = "", .place = "second.tdsl:5", .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "v", .doc = "", .place = "second.tdsl:6", .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "dcost_dx", .text = "", .place = "second.tdsl:12:30",
        .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
    },
};
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{4}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "gradient", .doc = "", .place = "second.tdsl:11", .argument_count = 1, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "4 * N", .formula = "4 * d\1330\135"},
        .largest = {.value = formula_1, .text = "4 * N + 1", .formula = "4 * d\1330\135 + 1"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_gradient, .run = run_gradient, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "hessian_times", .doc = "", .place = "second.tdsl:12", .argument_count = 2, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "4 * N", .formula = "4 * d\1330\135"},
        .largest = {.value = formula_2, .text = "4 * N + 4", .formula = "4 * d\1330\135 + 4"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_hessian_times, .run = run_hessian_times, .update = nullptr, .in_place = nullptr},
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
    .abi_version = TDSL_ABI_VERSION, .name = "second", .doc = "A derivative of a derivative.",
    .source = "second.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042second.tdsl\042, \042s"
    "ource_hash\042: \042…\042, \042float\042: 32"
    ", \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042"
    "refuse\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135, \042na"
    "n\042: \042allow\042, \042profile\042: false, \042unstable\042: \042al"
    "low\042, \042subnormals\042: \042flush\042, \042data_parallel\042: "
    "false, \042opt\042: 3, \042device\042: \042cpu\042, \042precision\042:"
    " \042ieee\042, \042cublas\042: \042allow\042, \042threads\042: 0, \042mem"
    "ory_limit\042: 0, \042entries\042: \173\042gradient\042: \173\042works"
    "pace\042: \0420\042, \042results\042: \0424 * N\042, \042updates\042: \0420\042"
    ", \042memory\042: \0424 * N\042, \042flop\042: \0424 * N\042, \042functio"
    "ns\042: \0422 * N\042, \042bytes\042: \0428 * N\042\175, \042hessian_time"
    "s\042: \173\042workspace\042: \0420\042, \042results\042: \0424 * N\042, \042up"
    "dates\042: \0420\042, \042memory\042: \0424 * N\042, \042flop\042: \04216 * "
    "N\042, \042functions\042: \0422 * N\042, \042bytes\042: \04212 * N\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 0, .variables = nullptr, .entry_count = 2,
    .entries = entries_0, .initialise = nullptr, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
