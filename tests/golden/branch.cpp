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

TDSL_ROUTINE void scalar_ge(const int64_t *p0, uint8_t *p1) {
    p1[0] = p0[0] >= int64_t{0};
}

TDSL_ROUTINE void scalar_gather(tdsl_call *call, int64_t n0, const int64_t *p0, const float *p1, const float *p2,
        float *p3, int32_t c0) {
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    p3[0] = (tdsl::in_bounds(0, n0) ? p1[t1] : 0.0f) * p2[0];
}

TDSL_ROUTINE void sum_all(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void scalar_div(const float *p0, const float *p1, float *p2) {
    p2[0] = p0[0] / p1[0];
}

// value(x: f32[N], i: i64) -> f32                                                                  branch.tdsl:11
TDSL_ROUTINE void run_value(tdsl_call *call) {
    const int64_t N = call->dims[0];
    char *slots[2];
    tdsl::place_slots(slots, call->workspace, {1, 4});
    const float *const x = tdsl::argument<float>(call, 0);
    const int64_t *const i = tdsl::argument<int64_t>(call, 1);
    const float *const scale = tdsl::variable<float>(call, 0);
    float *const y = tdsl::result<float>(call, 0);
    float *const sum = tdsl::slot<float>(slots, 1);
    uint8_t *const ge = tdsl::slot<uint8_t>(slots, 0);

    scalar_ge(i, ge);                                   // ge = i >= 0                              branch.tdsl:9
    if (ge[0]) {
        scalar_gather(call, N, i, x, scale, y, 0);      // y = x[i] * scale                         branch.tdsl:9
    } else {
        sum_all(N, sum, x);                             // sum = sum(x)                             branch.tdsl:9
        scalar_div(sum, scale, y);                      // y = sum / scale                          branch.tdsl:9
    }
}

TDSL_ROUTINE int64_t workspace_value(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{1}, 1, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE void map_fill(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void scatter_add(tdsl_call *call, int64_t n0, const float *p0, const int64_t *p1, float *p2, int32_t c0) {
    const int64_t t2 = tdsl::checked_index(call, c0, p1[0], n0);
    if (tdsl::in_bounds(0, n0)) {
        p2[t2] = tdsl::add(p2[t2], p0[0]);
    }
}

TDSL_ROUTINE void scalar_div_2(const float *p0, float *p1) {
    p1[0] = 1.0f / p0[0];
}

TDSL_ROUTINE void map_copy(int64_t n0, const float *p0, float *p1) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            p1[i0] = t0;
        };
    });
}

TDSL_ROUTINE void scalar_gather_2(tdsl_call *call, int64_t n0, const int64_t *p0, const float *p1, float *p2,
        int32_t c0) {
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    p2[0] = tdsl::in_bounds(0, n0) ? p1[t1] : 0.0f;
}

TDSL_ROUTINE void scalar_div_neg(const float *p0, const float *p1, float *p2) {
    const float t1 = p1[0];
    p2[0] = -(p0[0] / t1) / t1;
}

// slope(x: f32[N], i: i64) -> (f32[N], f32)                                                        branch.tdsl:12
TDSL_ROUTINE void run_slope(tdsl_call *call) {
    const int64_t N = call->dims[0];
    char *slots[2];
    tdsl::place_slots(slots, call->workspace, {1, 4});
    const float *const x = tdsl::argument<float>(call, 0);
    const int64_t *const i = tdsl::argument<int64_t>(call, 1);
    const float *const scale = tdsl::variable<float>(call, 0);
    float *const dy_dx = tdsl::result<float>(call, 0);
    float *const dy_dscale = tdsl::result<float>(call, 1);
    float *const sum = tdsl::slot<float>(slots, 1);
    float *const div = tdsl::slot<float>(slots, 1);
    uint8_t *const ge = tdsl::slot<uint8_t>(slots, 0);

    scalar_ge(i, ge);                                   // ge = i >= 0                              branch.tdsl:9
    if (ge[0]) {
        map_fill(N, dy_dx, 0.0f);                       // dy_dx = 0                                branch.tdsl:9
        scatter_add(call, N, scale, i, dy_dx, 1);       // dy_dx[i] += scale                        branch.tdsl:9
    } else {
        scalar_div_2(scale, div);                       // div = 1 / scale                          branch.tdsl:9
        map_copy(N, div, dy_dx);                        // dy_dx = broadcast(div, (N,))             branch.tdsl:9
    }
    if (ge[0]) {
        scalar_gather_2(call, N, i, x, dy_dscale, 0);   // dy_dscale = x[i]                         branch.tdsl:9
    } else {
        sum_all(N, sum, x);                             // sum = sum(x)                             branch.tdsl:9
        scalar_div_neg(sum, scale, dy_dscale);          // dy_dscale = -(sum / scale) / scale       branch.tdsl:9
    }
}

TDSL_ROUTINE int64_t workspace_slope(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{1}, 1, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

// initialise(seed: i64) -> ()
TDSL_ROUTINE void run_initialise(tdsl_call *) {
}

TDSL_ROUTINE void scalar_fill(float *p0, float c0) {
    p0[0] = c0;
}

// initialise: new values, once the call cannot fail any more
TDSL_ROUTINE void update_initialise(tdsl_call *call) {
    float *const scale_new = tdsl::update<float>(call, 0);
    scalar_fill(scale_new, 1.0f);                       // scale_new = 1.0                          branch.tdsl:7
}

TDSL_ROUTINE int64_t workspace_initialise(const int64_t *) {
    return 0;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"N"};
const tdsl_variable variables_0[] = {
    {
        .name = "scale", .doc = "", .place = "branch.tdsl:7", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 0,
        .shape = nullptr,
    },
};
const tdsl_extent shape_0[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "N", .formula = ""}};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "branch.tdsl:5", .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "i", .doc = "", .place = "branch.tdsl:6", .dtype = TDSL_I64, .rank = 0, .shape = nullptr,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "y", .text = "", .place = "branch.tdsl:11:22", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
};
int64_t formula_0(const int64_t *) {
    return tdsl::SaturatingSize{5}.value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{8}).value;
}
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "dy_dx", .text = "", .place = "branch.tdsl:12:23",
        .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "dy_dscale", .text = "", .place = "branch.tdsl:12:35",
        .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
    },
};
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{5}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "value", .doc = "", .place = "branch.tdsl:11", .argument_count = 2, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "5", .formula = "5"},
        .largest = {.value = formula_1, .text = "4 * N + 8", .formula = "4 * d\1330\135 + 8"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_value, .run = run_value, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "slope", .doc = "", .place = "branch.tdsl:12", .argument_count = 2, .arguments = arguments_0,
        .result_count = 2, .results = results_1, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "4 * N + 5", .formula = "4 * d\1330\135 + 5"},
        .largest = {.value = formula_1, .text = "4 * N + 8", .formula = "4 * d\1330\135 + 8"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_slope, .run = run_slope, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_argument arguments_1[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const int64_t updates_0[] = {0};
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{4}.value;
}
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{8}.value;
}
const int64_t in_place_0[] = {1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_1, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 1, .updates = updates_0,
    .requirement_count = 0, .requirements = nullptr, .memory = {.value = formula_3, .text = "4", .formula = "4"},
    .largest = {.value = formula_4, .text = "8", .formula = "8"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
    .exchanged = 0,
    .host = {
        .workspace = workspace_initialise, .run = run_initialise, .update = update_initialise, .in_place = in_place_0,
    },
    .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
};
const tdsl_site sites_0[] = {
    {.kind = TDSL_INDEX, .place = "branch.tdsl:9:24", .text = "x\133i\135", .loops = ""},
    {.kind = TDSL_INDEX, .place = "branch.tdsl:9:24", .text = "x\133i\135", .loops = ""},
};

}  // namespace

extern "C" {
extern const tdsl_image tdsl_these_images[];
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "branch",
    .doc = "A side is computed only if it is taken, faults and derivatives too.", .source = "branch.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042branch.tdsl\042, \042source_h"
    "ash\042: \042…\042, \042float\042: 32, \042target\042: \042cpp\042, \042d"
    "efines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042fast-run\042,"
    " \042guards\042: \133\135, \042nan\042: \042allow\042, \042profile\042: false, \042uns"
    "table\042: \042allow\042, \042subnormals\042: \042flush\042, \042data_paralle"
    "l\042: false, \042opt\042: 3, \042device\042: \042cpu\042, \042precision\042: \042i"
    "eee\042, \042cublas\042: \042allow\042, \042threads\042: 0, \042memory_limit\042"
    ": 0, \042entries\042: \173\042value\042: \173\042workspace\042: \0425\042, \042result"
    "s\042: \0420\042, \042updates\042: \0420\042, \042memory\042: \0425\042, \042flop\042: \042N + "
    "1\042, \042functions\042: \0420\042, \042bytes\042: \0424 * N + 30\042\175, \042slope\042"
    ": \173\042workspace\042: \0425\042, \042results\042: \0424 * N\042, \042updates\042: \042"
    "0\042, \042memory\042: \0424 * N + 5\042, \042flop\042: \042N + 4\042, \042function"
    "s\042: \0420\042, \042bytes\042: \0428 * N + 47\042\175, \042initialise\042: \173\042work"
    "space\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0424\042, \042memory\042"
    ": \0424\042, \042flop\042: \0420\042, \042functions\042: \0420\042, \042bytes\042: \0424\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 1, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 2, .sites = sites_0, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
