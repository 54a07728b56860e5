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

TDSL_ROUTINE void map_sub_add_mul(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t5 = p1[2];
        return [=](int64_t i0) {
            const float t12 = p0[3 * i0] * t1 + p0[3 * i0 + 1] * t3 + p0[3 * i0 + 2] * t5 - p2[i0];
            p3[i0] = t12;
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

TDSL_ROUTINE void scalar_sqrt_pow(int64_t n0, const float *p0, const int64_t *p1, const float *p2, const int64_t *p3,
        float *p4, int64_t *p5, float *p6, float *p7, float *p8, int64_t *p9) {
    const float t2 = tdsl::cast<float>(n0);
    const int64_t t6 = tdsl::add(p1[0], int64_t{1});
    const float t9 = tdsl::cast<float>(t6);
    const float t12 = tdsl::sqrt(1.0f - tdsl::pow(0.999f, t9));
    const float t18 = p2[0] * t12 / (1.0f - tdsl::pow(0.9f, t9));
    const float t19 = 1.0f / t2;
    const int64_t t21 = tdsl::add(p3[0], int64_t{1});
    p4[0] = p0[0] / t2;
    p5[0] = t6;
    p6[0] = t12;
    p7[0] = t18;
    p8[0] = t19;
    p9[0] = t21;
}

TDSL_ROUTINE void map_add_mul(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t2 = t0 * p1[i0];
            p2[i0] = t2 + t2;
        };
    });
}

// train(x: f32[B, 3], y: f32[B], lr: f32) -> f32                                                   adam.tdsl:14
TDSL_ROUTINE void run_train(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[5];
    tdsl::place_slots(slots, call->workspace, {4 * B, 4, 4, 4, 4});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const y = tdsl::argument<float>(call, 1);
    const float *const lr = tdsl::argument<float>(call, 2);
    const float *const w = tdsl::variable<float>(call, 0);
    const int64_t *const steps = tdsl::variable<int64_t>(call, 1);
    const int64_t *const w_adam_t = tdsl::variable<int64_t>(call, 2);
    float *const C = tdsl::result<float>(call, 0);
    int64_t *const steps_new = tdsl::update<int64_t>(call, 0);
    int64_t *const w_adam_t_new = tdsl::update<int64_t>(call, 1);
    float *const dC_dw = tdsl::update<float>(call, 4);
    float *const add = tdsl::slot<float>(slots, 0);
    float *const div = tdsl::slot<float>(slots, 2);
    float *const rate = tdsl::slot<float>(slots, 3);
    float *const sqrt = tdsl::slot<float>(slots, 4);
    float *const sum = tdsl::slot<float>(slots, 1);
    float *const sub = tdsl::slot<float>(slots, 0);

    map_sub_add_mul(B, x, w, y, sub);                   // sub = x @ w - y                          adam.tdsl:12
    sum_all_of_mul(B, sum, sub);                        // sum = sum(sub ** 2)                      adam.tdsl:12
    // C = sum / B                                                                                  adam.tdsl:12
    // w.adam.t_new = w.adam.t + 1                                                                  adam.tdsl:16
    // sqrt = sqrt(1 - 0.999 ** real(w.adam.t_new))                                                 adam.tdsl:16
    // rate = lr * sqrt / (1 - 0.9 ** real(w.adam.t_new))                                           adam.tdsl:16
    // div = 1.0 / real(B)                                                                          adam.tdsl:12
    // steps_new = steps + 1                                                                        adam.tdsl:15
    scalar_sqrt_pow(B, sum, w_adam_t, lr, steps, C, w_adam_t_new, sqrt, rate, div, steps_new);
    map_add_mul(B, div, sub, add);                      // add = div * sub + div * sub              adam.tdsl:12
    // dC_dw = add @ x                                                                              adam.tdsl:12
    tdsl::gemm(1, 3, B, {add, 0, 1}, {x, 3, 1}, dC_dw, 3);
}

TDSL_ROUTINE void map_sqrt(const float *p0, const float *p1, const float *p2, const float *p3, const float *p4,
        const float *p5, float *p6, float *p7, float *p8) {
    tdsl::map_large_body({3}, [=]() {
        const float t15 = p4[0];
        const float t20 = 1e-08f * p5[0];
        return [=](int64_t i0) {
            const float t4 = p1[i0];
            const float t6 = 0.9f * p0[i0] + 0.1f * t4;
            const float t13 = 0.999f * p2[i0] + 0.001f * t4 * t4;
            const float t23 = p3[i0] - t15 * t6 / (tdsl::sqrt(t13) + t20);
            p6[i0] = t6;
            p7[i0] = t13;
            p8[i0] = t23;
        };
    });
}

// train: new values, once the call cannot fail any more                                            adam.tdsl:14
TDSL_ROUTINE void update_train(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[5];
    tdsl::place_slots(slots, call->workspace, {4 * B, 4, 4, 4, 4});
    const float *const w = tdsl::variable<float>(call, 0);
    const float *const w_adam_m = tdsl::variable<float>(call, 3);
    const float *const w_adam_v = tdsl::variable<float>(call, 4);
    float *const w_adam_m_new = tdsl::update<float>(call, 2);
    float *const w_adam_v_new = tdsl::update<float>(call, 3);
    float *const w_new = tdsl::update<float>(call, 4);
    float *const dC_dw = tdsl::update<float>(call, 4);
    float *const rate = tdsl::slot<float>(slots, 3);
    float *const sqrt = tdsl::slot<float>(slots, 4);

    // w.adam.m_new = 0.9 * w.adam.m + 0.1 * dC_dw                                                  adam.tdsl:16
    // w.adam.v_new = 0.999 * w.adam.v + 0.001 * dC_dw * dC_dw                                      adam.tdsl:16
    // w_new = w - rate * w.adam.m_new / (sqrt(w.adam.v_new) + 1e-08 * sqrt)                        adam.tdsl:16
    map_sqrt(w_adam_m, dC_dw, w_adam_v, w, rate, sqrt, w_adam_m_new, w_adam_v_new, w_new);
}

TDSL_ROUTINE int64_t workspace_train(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{dims[0]}, 4, 1}, {tdsl::SaturatingSize{1}, 4, 4}});
}

// initialise(seed: i64) -> ()
TDSL_ROUTINE void run_initialise(tdsl_call *) {
}

TDSL_ROUTINE void map_fill(float *p0, float *p1, float *p2, float c0) {
    tdsl::map({3}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
            p1[i0] = c0;
            p2[i0] = c0;
        };
    });
}

TDSL_ROUTINE void scalar_fill(int64_t *p0, int64_t *p1, int64_t c0) {
    p0[0] = c0;
    p1[0] = c0;
}

// initialise: new values, once the call cannot fail any more
TDSL_ROUTINE void update_initialise(tdsl_call *call) {
    float *const w_new = tdsl::update<float>(call, 0);
    int64_t *const steps_new = tdsl::update<int64_t>(call, 1);
    int64_t *const w_adam_t_new = tdsl::update<int64_t>(call, 2);
    float *const w_adam_m_new = tdsl::update<float>(call, 3);
    float *const w_adam_v_new = tdsl::update<float>(call, 4);

    // w_new = broadcast(0.0, (3,))                                                                 std/optim.tdsl:66
    // w.adam.m_new = w_new                                                                         std/optim.tdsl:66
    // w.adam.v_new = w_new                                                                         std/optim.tdsl:66
    map_fill(w_new, w_adam_m_new, w_adam_v_new, 0.0f);
    // steps_new = 0                                                                                std/optim.tdsl:64
    // w.adam.t_new = steps_new                                                                     std/optim.tdsl:64
    scalar_fill(steps_new, w_adam_t_new, int64_t{0});
}

TDSL_ROUTINE int64_t workspace_initialise(const int64_t *) {
    return 0;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"B"};
const int64_t shape_0[] = {3};
const tdsl_variable variables_0[] = {
    {
        .name = "w", .doc = "", .place = "adam.tdsl:9", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_0,
    },
    {
        .name = "steps", .doc = "", .place = "adam.tdsl:10", .kind = TDSL_STATE, .dtype = TDSL_I64, .rank = 0,
        .shape = nullptr,
    },
    {
        .name = "w.adam.t",
        .doc = "Momentum and a rate for each element, both corrected for starting at zero.\012D. P. Ki"
        "ngma, J. Ba: Adam: a method for stochastic optimization, ICLR 2015, arXiv:1412.6980.",
        .place = "std\057optim.tdsl:64", .kind = TDSL_RULE, .dtype = TDSL_I64, .rank = 0, .shape = nullptr,
    },
    {
        .name = "w.adam.m",
        .doc = "Momentum and a rate for each element, both corrected for starting at zero.\012D. P. Ki"
        "ngma, J. Ba: Adam: a method for stochastic optimization, ICLR 2015, arXiv:1412.6980.",
        .place = "std\057optim.tdsl:65", .kind = TDSL_RULE, .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
    },
    {
        .name = "w.adam.v",
        .doc = "Momentum and a rate for each element, both corrected for starting at zero.\012D. P. Ki"
        "ngma, J. Ba: Adam: a method for stochastic optimization, ICLR 2015, arXiv:1412.6980.",
        .place = "std\057optim.tdsl:66", .kind = TDSL_RULE, .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
    },
};
const tdsl_extent shape_1[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = 3, .dim = -1, .value = nullptr, .text = "3", .formula = ""},
};
const tdsl_extent shape_2[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""}};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "adam.tdsl:7", .dtype = TDSL_F32, .rank = 2, .shape = shape_1,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "y", .doc = "", .place = "adam.tdsl:8", .dtype = TDSL_F32, .rank = 1, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "lr", .doc = "", .place = "adam.tdsl:14", .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
        .has_default = true, .default_real = 0.001, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "adam.tdsl:14:40", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {1, 2, 3, 4, 0};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{68}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{12} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{12}).value;
}
const int64_t in_place_0[] = {0, 0, 1, 1, 0};
const tdsl_entry entries_0[] = {
    {
        .name = "train", .doc = "", .place = "adam.tdsl:14", .argument_count = 3, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 5,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "4 * B + 68", .formula = "4 * d\1330\135 + 68"},
        .largest = {.value = formula_1, .text = "12 * B + 12", .formula = "12 * d\1330\135 + 12"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_train, .run = run_train, .update = update_train, .in_place = in_place_0},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_argument arguments_1[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const int64_t updates_1[] = {0, 1, 2, 3, 4};
int64_t formula_2(const int64_t *) {
    return tdsl::SaturatingSize{52}.value;
}
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{12}.value;
}
const int64_t in_place_1[] = {1, 1, 1, 1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_1, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 5, .updates = updates_1,
    .requirement_count = 0, .requirements = nullptr, .memory = {.value = formula_2, .text = "52", .formula = "52"},
    .largest = {.value = formula_3, .text = "12", .formula = "12"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
    .exchanged = 0,
    .host = {
        .workspace = workspace_initialise, .run = run_initialise, .update = update_initialise, .in_place = in_place_1,
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
    .abi_version = TDSL_ABI_VERSION, .name = "adam",
    .doc = "A rule with states of its own, beside a state of the program.", .source = "adam.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042adam.tdsl\042, \042sou"
    "rce_hash\042: \042…\042, \042float\042: 32,"
    " \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042r"
    "efuse\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135, \042na"
    "n\042: \042allow\042, \042profile\042: false, \042unstable\042: \042al"
    "low\042, \042subnormals\042: \042flush\042, \042data_parallel\042:"
    " false, \042opt\042: 3, \042device\042: \042cpu\042, \042precision\042"
    ": \042ieee\042, \042cublas\042: \042allow\042, \042threads\042: 0, \042m"
    "emory_limit\042: 0, \042entries\042: \173\042train\042: \173\042worksp"
    "ace\042: \0424 * B + 16\042, \042results\042: \0420\042, \042updates\042"
    ": \04252\042, \042memory\042: \0424 * B + 68\042, \042flop\042: \04216 * "
    "B + 40\042, \042functions\042: \0426\042, \042bytes\042: \04248 * B +"
    " 180\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042resu"
    "lts\042: \0420\042, \042updates\042: \04252\042, \042memory\042: \04252\042, \042"
    "flop\042: \0420\042, \042functions\042: \0420\042, \042bytes\042: \04252\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 5, .variables = variables_0, .entry_count = 1,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
