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

TDSL_ROUTINE void scalar_random_word(const int64_t *p0, int64_t *p1, int64_t c0, int64_t c1, int64_t c2) {
    const int64_t t7 = tdsl::random_word(p0[0], c0, tdsl::add(tdsl::mul(p0[1], c1), c2));
    p1[0] = t7;
}

TDSL_ROUTINE void map_unit_interval_random_word_standard_normal(int64_t n0, const int64_t *p0, const int64_t *p1,
        const float *p2, float *p3, int64_t c0, int64_t c1, int64_t c2, int64_t c3, double c4, float c5, float c6) {
    tdsl::map_large_body({n0}, [=]() {
        const int64_t t0 = p0[0];
        const int64_t t10 = tdsl::random_word(p1[0], c0, tdsl::add(tdsl::add(tdsl::mul(p1[1], c1), c2), c3));
        const int64_t t11 = tdsl::add(t10, c1);
        const int64_t t17 = tdsl::add(t10, c3);
        return [=](int64_t i0) {
            const int64_t t12 = i0;
            const int64_t t13 = tdsl::random_word(t0, t11, t12);
            const int64_t t18 = tdsl::random_word(t0, t17, t12);
            p3[i0] = tdsl::select(tdsl::unit_interval(t13) < c4,
                    tdsl::cast<float>(tdsl::standard_normal(t18)) * c5 + p2[i0], c6);
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

TDSL_ROUTINE void scalar_div(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t5 = 1.0f / t2;
    p1[0] = p0[0] / t2;
    p2[0] = t5;
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

// f(x: f32[B, 4]) -> (f32, f32[4])                                                                 draws.tdsl:10
TDSL_ROUTINE void run_f(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[4];
    tdsl::place_slots(slots, call->workspace, {8, 16 * B, 4 * B, 4});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const W = tdsl::variable<float>(call, 0);
    const int64_t *const random = tdsl::variable<int64_t>(call, 1);
    float *const C = tdsl::result<float>(call, 0);
    float *const dC_dW = tdsl::result<float>(call, 1);
    float *const add = tdsl::slot<float>(slots, 2);
    float *const div = tdsl::slot<float>(slots, 3);
    float *const sum = tdsl::slot<float>(slots, 3);
    float *const matmul = tdsl::slot<float>(slots, 2);
    float *const select = tdsl::slot<float>(slots, 1);
    int64_t *const random_word = tdsl::slot<int64_t>(slots, 0);

    // random_word = random_word(random[0], 0, random[1] * 2 + -9223372036854775808)
    scalar_random_word(random, random_word, int64_t{0}, int64_t{2}, std::numeric_limits<int64_t>::min());
    // select = switch(unit_interval(random_bits(random_word, ..., (B, 4))) < 0.5, real(...) * 0.1 + x, 0)  draws.tdsl:8
    map_unit_interval_random_word_standard_normal(4 * B, random_word, random, x, select, int64_t{0}, int64_t{2},
            std::numeric_limits<int64_t>::min(), int64_t{1}, 0.5, 0.1f, 0.0f);
    // matmul = select @ W                                                                          draws.tdsl:8
    tdsl::gemm(B, 1, 4, {select, 4, 1}, {W, 1, 0}, matmul, 1);
    sum_all_of_mul(B, sum, matmul);                     // sum = sum(matmul ** 2)                   draws.tdsl:8
    // C = sum / B                                                                                  draws.tdsl:8
    // div = 1.0 / real(B)                                                                          draws.tdsl:8
    scalar_div(B, sum, C, div);
    map_add_mul(B, div, matmul, add);                   // add = div * matmul + div * matmul        draws.tdsl:8
    // dC_dW = add @ select                                                                         draws.tdsl:8
    tdsl::gemm(1, 4, B, {add, 0, 1}, {select, 4, 1}, dC_dW, 4);
}

TDSL_ROUTINE void map_add(const int64_t *p0, int64_t *p1) {
    tdsl::map({2}, [=]() {
        return [=](int64_t i0) {
            p1[i0] = tdsl::add(p0[i0], i0);
        };
    });
}

// f: new values, once the call cannot fail any more                                                draws.tdsl:10
TDSL_ROUTINE void update_f(tdsl_call *call) {
    const int64_t *const random = tdsl::variable<int64_t>(call, 1);
    int64_t *const random_new = tdsl::update<int64_t>(call, 0);

    map_add(random, random_new);                        // random_new = random + arange(2)
}

TDSL_ROUTINE int64_t workspace_f(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{1}, 8, 1},
            {tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]}, 4, 1}, {tdsl::SaturatingSize{dims[0]}, 4, 1},
            {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE void scalar_random_word_2(const int64_t *p0, int64_t *p1, int64_t *p2, int64_t c0, int64_t c1, int64_t c2,
        int64_t c3, int64_t c4) {
    const int64_t t0 = p0[0];
    const int64_t t6 = tdsl::add(tdsl::mul(p0[1], c1), c2);
    const int64_t t7 = tdsl::random_word(t0, c0, t6);
    const int64_t t10 = tdsl::random_word(t0, c0, tdsl::add(t6, c3));
    const int64_t t12 = tdsl::add(t10, c4);
    p1[0] = t7;
    p2[0] = t12;
}

TDSL_ROUTINE void map_random_below_random_word(int64_t n0, const int64_t *p0, const int64_t *p1, const int64_t *p2,
        int64_t *p3, int64_t c0) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        const bool t2 = t0 > c0;
        const int64_t t3 = p1[0];
        const int64_t t4 = p2[0];
        return [=](int64_t i0) {
            const int64_t t6 = tdsl::random_word(t3, t4, i0);
            p3[i0] = tdsl::select(t2, tdsl::add(c0, tdsl::random_below(t6, t0)), c0);
        };
    });
}

// g(k: i64) -> i64[5]                                                                              draws.tdsl:11
TDSL_ROUTINE void run_g(tdsl_call *call) {
    char *slots[2];
    tdsl::place_slots(slots, call->workspace, {8, 8});
    const int64_t *const k = tdsl::argument<int64_t>(call, 0);
    const int64_t *const random = tdsl::variable<int64_t>(call, 1);
    int64_t *const result = tdsl::result<int64_t>(call, 0);
    int64_t *const add = tdsl::slot<int64_t>(slots, 0);
    int64_t *const random_word = tdsl::slot<int64_t>(slots, 1);

    // random_word = random_word(random[0], 0, random[1] * 2 + -9223372036854775808)
    // add = random_word(random[0], 0, random[1] * 2 + -9223372036854775808 + 1) + 3
    scalar_random_word_2(random, random_word, add, int64_t{0}, int64_t{2}, std::numeric_limits<int64_t>::min(),
            int64_t{1}, int64_t{3});
    // result = switch(k > 0, 0 + random_below(random_bits(random_word, add, (5,)), k), 0)          draws.tdsl:11
    map_random_below_random_word(5, k, random_word, add, result, int64_t{0});
}

// g: new values, once the call cannot fail any more                                                draws.tdsl:11
TDSL_ROUTINE void update_g(tdsl_call *call) {
    const int64_t *const random = tdsl::variable<int64_t>(call, 1);
    int64_t *const random_new = tdsl::update<int64_t>(call, 0);

    map_add(random, random_new);                        // random_new = random + arange(2)
}

TDSL_ROUTINE int64_t workspace_g(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{1}, 8, 2}});
}

// initialise(seed: i64) -> ()
TDSL_ROUTINE void run_initialise(tdsl_call *) {
}

TDSL_ROUTINE void map_eq(const int64_t *p0, int64_t *p1) {
    tdsl::map({2}, [=]() {
        const int64_t t3 = p0[0];
        return [=](int64_t i0) {
            p1[i0] = tdsl::select(i0 == int64_t{0}, t3, int64_t{0});
        };
    });
}

TDSL_ROUTINE void map_fill(float *p0, float c0) {
    tdsl::map({4}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

// initialise: new values, once the call cannot fail any more
TDSL_ROUTINE void update_initialise(tdsl_call *call) {
    const int64_t *const seed = tdsl::argument<int64_t>(call, 0);
    float *const W_new = tdsl::update<float>(call, 0);
    int64_t *const random_new = tdsl::update<int64_t>(call, 1);

    // random_new = switch(arange(2) == 0, seed, 0)
    map_eq(seed, random_new);
    map_fill(W_new, 0.0f);                              // W_new = broadcast(0.0, (4,))             draws.tdsl:5
}

TDSL_ROUTINE int64_t workspace_initialise(const int64_t *) {
    return 0;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"B"};
const int64_t shape_0[] = {4};
const int64_t shape_1[] = {2};
const tdsl_variable variables_0[] = {
    {
        .name = "W", .doc = "", .place = "draws.tdsl:5", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_0,
    },
    {
        .name = "random", .doc = "The seed, and the number of calls that have drawn random values.", .place = "",
        .kind = TDSL_STATE, .dtype = TDSL_I64, .rank = 1, .shape = shape_1,
    },
};
const tdsl_extent shape_2[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = 4, .dim = -1, .value = nullptr, .text = "4", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "draws.tdsl:4", .dtype = TDSL_F32, .rank = 2, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_extent shape_3[] = {{.size = 4, .dim = -1, .value = nullptr, .text = "4", .formula = ""}};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "draws.tdsl:10:16", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
    {
        .role = TDSL_RETURN, .statement = 0, .name = "dC_dW", .text = "", .place = "draws.tdsl:10:19",
        .dtype = TDSL_F32, .rank = 1, .shape = shape_3,
    },
};
const int64_t updates_0[] = {1};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{20} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{44}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{32} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{16}).value;
}
const int64_t in_place_0[] = {1};
const tdsl_argument arguments_1[] = {
    {
        .name = "k", .doc = "", .place = "draws.tdsl:11", .dtype = TDSL_I64, .rank = 0, .shape = nullptr,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_extent shape_4[] = {{.size = 5, .dim = -1, .value = nullptr, .text = "5", .formula = ""}};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "draws.tdsl:11:20", .dtype = TDSL_I64,
        .rank = 1, .shape = shape_4,
    },
};
int64_t formula_2(const int64_t *) {
    return tdsl::SaturatingSize{72}.value;
}
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{40}.value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "f", .doc = "", .place = "draws.tdsl:10", .argument_count = 1, .arguments = arguments_0,
        .result_count = 2, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 1,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "20 * B + 44", .formula = "20 * d\1330\135 + 44"},
        .largest = {.value = formula_1, .text = "32 * B + 16", .formula = "32 * d\1330\135 + 16"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_f, .run = run_f, .update = update_f, .in_place = in_place_0},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "g", .doc = "", .place = "draws.tdsl:11", .argument_count = 1, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 1,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "72", .formula = "72"},
        .largest = {.value = formula_3, .text = "40", .formula = "40"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
        .exchanged = 0, .host = {.workspace = workspace_g, .run = run_g, .update = update_g, .in_place = in_place_0},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_argument arguments_2[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const int64_t updates_1[] = {0, 1};
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{32}.value;
}
int64_t formula_5(const int64_t *) {
    return tdsl::SaturatingSize{16}.value;
}
const int64_t in_place_1[] = {1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 2, .updates = updates_1,
    .requirement_count = 0, .requirements = nullptr, .memory = {.value = formula_4, .text = "32", .formula = "32"},
    .largest = {.value = formula_5, .text = "16", .formula = "16"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
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
    .abi_version = TDSL_ABI_VERSION, .name = "draws", .doc = "Values that each call draws anew.",
    .source = "draws.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042draws.tdsl\042, \042source_has"
    "h\042: \042…\042, \042float\042: 32, \042target\042: \042cpp\042, \042defi"
    "nes\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042fast-run\042, \042gu"
    "ards\042: \133\135, \042nan\042: \042allow\042, \042profile\042: false, \042unstabl"
    "e\042: \042allow\042, \042subnormals\042: \042flush\042, \042data_parallel\042: f"
    "alse, \042opt\042: 3, \042device\042: \042cpu\042, \042precision\042: \042ieee\042, "
    "\042cublas\042: \042allow\042, \042threads\042: 0, \042memory_limit\042: 0, \042e"
    "ntries\042: \173\042f\042: \173\042workspace\042: \04220 * B + 12\042, \042results\042"
    ": \04216\042, \042updates\042: \04216\042, \042memory\042: \04220 * B + 44\042, \042flo"
    "p\042: \04232 * B + 2\042, \042functions\042: \04212 * B + 2\042, \042bytes\042: "
    "\04284 * B + 132\042\175, \042g\042: \173\042workspace\042: \04216\042, \042results\042: \042"
    "40\042, \042updates\042: \04216\042, \042memory\042: \04272\042, \042flop\042: \0420\042, \042f"
    "unctions\042: \0427\042, \042bytes\042: \042128\042\175, \042initialise\042: \173\042works"
    "pace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \04232\042, \042memory\042:"
    " \04232\042, \042flop\042: \0420\042, \042functi"
    "ons\042: \0420\042, \042bytes\042: \04240\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 2, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
