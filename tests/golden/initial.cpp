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

TDSL_INLINE void map_add_mul(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map({3}, [=]() {
        const float t0 = p0[0];
        const float t2 = p0[1];
        const float t4 = p0[2];
        const float t6 = p0[3];
        return [=](int64_t i0) {
            const float t14 = t0 * p1[i0] + t2 * p1[i0 + 3] + t4 * p1[i0 + n0] + t6 * p1[i0 + (n0 + 3)];
            p3[i0] = t14 + p2[i0];
        };
    });
}

TDSL_INLINE void run_f_fixed(tdsl_call *call, void *memory) {
    char *slots[1];
    tdsl::place_slots(slots, memory, {12});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const N = tdsl::variable<float>(call, 0);
    const float *const U = tdsl::variable<float>(call, 1);
    const float *const Q = tdsl::variable<float>(call, 2);
    float *const result = tdsl::result<float>(call, 0);
    float *const add = tdsl::slot<float>(slots, 0);

    map_add_mul(6, x, N, U, add);                       // add = x @ N + U                          initial.tdsl:9
    // result = add @ Q                                                                             initial.tdsl:9
    tdsl::fixed_size::gemm(1, 3, 3, {add, 0, 1}, {Q, 3, 1}, result, 3);
}

// f(x: f32[4]) -> f32[3]                                                                           initial.tdsl:9
TDSL_ROUTINE void run_f(tdsl_call *call) {
    alignas(64) char memory[64];
    return run_f_fixed(call, memory);
}

TDSL_ROUTINE int64_t workspace_f(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{3}, 4, 1}});
}

// initialise(seed: i64) -> ()
TDSL_ROUTINE void run_initialise(tdsl_call *call) {
    char *slots[1];
    tdsl::place_slots(slots, call->workspace, {96});
    const int64_t *const seed = tdsl::argument<int64_t>(call, 0);
    float *const Q_new = tdsl::update<float>(call, 2);
    double *const scratch = tdsl::slot<double>(slots, 0);

    // Q_new = random_orthogonal(seed)                                                              initial.tdsl:5
    tdsl::random_orthogonal<float>(6362559590581229353, 3, 3, Q_new, seed, scratch);
}

TDSL_ROUTINE void map_floor_unit_interval_random_word(const int64_t *p0, float *p1, int64_t c0, double c1, float c2,
        float c3, float c4) {
    tdsl::map({3}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::floor(tdsl::unit_interval(t3) * c1)) * c2 * c3 + c4;
        };
    });
}

TDSL_ROUTINE void map_standard_normal_random_word(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::standard_normal(t3)) * c1;
        };
    });
}

// initialise: new values, once the call cannot fail any more
TDSL_ROUTINE void update_initialise(tdsl_call *call) {
    const int64_t *const seed = tdsl::argument<int64_t>(call, 0);
    float *const N_new = tdsl::update<float>(call, 0);
    float *const U_new = tdsl::update<float>(call, 1);

    // U_new = real(floor(unit_interval(...) * 16777216.0)) * 5.9604645e-08 * 2 + -1                initial.tdsl:4
    map_floor_unit_interval_random_word(seed, U_new, int64_t{161453382267263634}, 16777216.0, 5.9604645e-08f, 2.0f,
            -1.0f);
    // N_new = real(standard_normal(random_bits(seed, 2888157287497312212, (4, 3)))) * 0.1          initial.tdsl:3
    map_standard_normal_random_word(12, seed, N_new, int64_t{2888157287497312212}, 0.1f);
}

TDSL_ROUTINE int64_t workspace_initialise(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{12}, 8, 1}});
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const int64_t shape_0[] = {4, 3};
const int64_t shape_1[] = {3};
const int64_t shape_2[] = {3, 3};
const tdsl_variable variables_0[] = {
    {
        .name = "N", .doc = "", .place = "initial.tdsl:3", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_0,
    },
    {
        .name = "U", .doc = "", .place = "initial.tdsl:4", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
    {
        .name = "Q", .doc = "", .place = "initial.tdsl:5", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_2,
    },
};
const tdsl_extent shape_3[] = {{.size = 4, .dim = -1, .value = nullptr, .text = "4", .formula = ""}};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "initial.tdsl:7", .dtype = TDSL_F32, .rank = 1, .shape = shape_3,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_extent shape_4[] = {{.size = 3, .dim = -1, .value = nullptr, .text = "3", .formula = ""}};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "initial.tdsl:9:15", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_4,
    },
};
int64_t formula_0(const int64_t *) {
    return tdsl::SaturatingSize{24}.value;
}
int64_t formula_1(const int64_t *) {
    return tdsl::SaturatingSize{48}.value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "f", .doc = "", .place = "initial.tdsl:9", .argument_count = 1, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "24", .formula = "24"},
        .largest = {.value = formula_1, .text = "48", .formula = "48"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
        .exchanged = 0, .host = {.workspace = workspace_f, .run = run_f, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_argument arguments_1[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const int64_t updates_0[] = {0, 1, 2};
int64_t formula_2(const int64_t *) {
    return tdsl::SaturatingSize{192}.value;
}
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{96}.value;
}
const int64_t in_place_0[] = {1, 1, 0};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_1, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 3, .updates = updates_0,
    .requirement_count = 0, .requirements = nullptr,
    .memory = {.value = formula_2, .text = "192", .formula = "192"},
    .largest = {.value = formula_3, .text = "96", .formula = "96"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
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
    .abi_version = TDSL_ABI_VERSION, .name = "initial",
    .doc = "First values that depend on a seed, a stream and a place alone.", .source = "initial.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042initial.tdsl\042,"
    " \042source_hash\042: \042…\042, \042fl"
    "oat\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042o"
    "utside\042: \042refuse\042, \042mode\042: \042fast-run\042, \042gua"
    "rds\042: \133\135, \042nan\042: \042allow\042, \042profile\042: false, "
    "\042unstable\042: \042allow\042, \042subnormals\042: \042flush\042, "
    "\042data_parallel\042: false, \042opt\042: 3, \042device\042: "
    "\042cpu\042, \042precision\042: \042ieee\042, \042cublas\042: \042allo"
    "w\042, \042threads\042: 0, \042memory_limit\042: 0, \042entrie"
    "s\042: \173\042f\042: \173\042workspace\042: \04212\042, \042results\042: \04212"
    "\042, \042updates\042: \0420\042, \042memory\042: \04224\042, \042flop\042: \042"
    "42\042, \042functions\042: \0420\042, \042bytes\042: \042148\042\175, \042in"
    "itialise\042: \173\042workspace\042: \04296\042, \042results\042: \0420"
    "\042, \042updates\042: \04296\042, \042memory\042: \042192\042, \042flop\042:"
    " \042138\042, \042functions\042: \04236\042, \042bytes\042: \042120\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 0, .dims = nullptr, .variable_count = 3, .variables = variables_0, .entry_count = 1,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
