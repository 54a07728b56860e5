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

TDSL_ROUTINE void map_gather(tdsl_call *call, int64_t n0, int64_t n1, int64_t n2, const int64_t *p0, const float *p1,
        float *p2, int32_t c0) {
    tdsl::map_strided({n0}, [=]() {
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_index(call, c0, p0[i0], n1);
            const float t3 = p1[8 * t1 + 1];
            const float t4 = p1[8 * t1 + 2];
            const float t5 = p1[8 * t1 + 3];
            const float t6 = p1[8 * t1 + 4];
            const float t7 = p1[8 * t1 + n2];
            const float t8 = p1[8 * t1 + (n2 + 1)];
            const float t9 = p1[8 * t1 + (n2 + 2)];
            p2[8 * i0] = p1[8 * t1];
            p2[8 * i0 + 1] = t3;
            p2[8 * i0 + 2] = t4;
            p2[8 * i0 + 3] = t5;
            p2[8 * i0 + 4] = t6;
            p2[8 * i0 + n2] = t7;
            p2[8 * i0 + (n2 + 1)] = t8;
            p2[8 * i0 + (n2 + 2)] = t9;
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

TDSL_ROUTINE void map_fill(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void scatter_add(tdsl_call *call, int64_t n0, int64_t n1, int64_t n2, const float *p0, const float *p1,
        const int64_t *p2, float *p3, int32_t c0) {
    tdsl::scatter_by_columns<0>({n2, n0}, [=](int64_t i0) {
        const float t0 = p0[0];
        const int64_t t5 = tdsl::checked_index(call, c0, p2[i0], n1);
        return [=](int64_t i1) {
            const float t2 = t0 * p1[n0 * i0 + i1];
            p3[i1 + n0 * t5] = tdsl::add(p3[i1 + n0 * t5], t2 + t2);
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

// train(ids: i64[B]) -> f32                                                                        gather.tdsl:10
TDSL_ROUTINE void run_train(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[2];
    tdsl::place_slots(slots, call->workspace, {32 * B, 4});
    const int64_t *const ids = tdsl::argument<int64_t>(call, 0);
    const float *const table = tdsl::variable<float>(call, 0);
    float *const C = tdsl::result<float>(call, 0);
    float *const table_new = tdsl::update<float>(call, 0);
    float *const dC_dtable = tdsl::update<float>(call, 0);
    float *const div = tdsl::slot<float>(slots, 1);
    float *const sum = tdsl::slot<float>(slots, 1);
    float *const gather = tdsl::slot<float>(slots, 0);

    // gather = table[ids]                                                                          gather.tdsl:8
    map_gather(call, B, 100, 5, ids, table, gather, 0);
    sum_all_of_mul(8 * B, sum, gather);                 // sum = sum(gather ** 2)                   gather.tdsl:8
    // C = sum / (8 * B)                                                                            gather.tdsl:8
    // div = 1.0 / real(8 * B)                                                                      gather.tdsl:8
    scalar_div(8 * B, sum, C, div);
    map_fill(800, dC_dtable, 0.0f);                     // dC_dtable = 0                            gather.tdsl:8
    // dC_dtable[ids] += div * gather + div * gather                                                gather.tdsl:8
    scatter_add(call, 8, 100, B, div, gather, ids, dC_dtable, 1);
    map_sub_mul(800, table, dC_dtable, table_new);      // table_new = table - 0.1 * dC_dtable      gather.tdsl:10
}

TDSL_ROUTINE int64_t workspace_train(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]}, 4, 1},
            {tdsl::SaturatingSize{1}, 4, 1}});
}

// initialise(seed: i64) -> ()
TDSL_ROUTINE void run_initialise(tdsl_call *) {
}

TDSL_ROUTINE void map_standard_normal_random_word(int64_t n0, const int64_t *p0, float *p1, int64_t c0) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::standard_normal(t3));
        };
    });
}

// initialise: new values, once the call cannot fail any more
TDSL_ROUTINE void update_initialise(tdsl_call *call) {
    const int64_t *const seed = tdsl::argument<int64_t>(call, 0);
    float *const table_new = tdsl::update<float>(call, 0);

    // table_new = real(standard_normal(random_bits(seed, 2484691970739436146, (100, 8))))          gather.tdsl:6
    map_standard_normal_random_word(800, seed, table_new, int64_t{2484691970739436146});
}

TDSL_ROUTINE int64_t workspace_initialise(const int64_t *) {
    return 0;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"B"};
const int64_t shape_0[] = {100, 8};
const tdsl_variable variables_0[] = {
    {
        .name = "table", .doc = "", .place = "gather.tdsl:6", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_0,
    },
};
const tdsl_extent shape_1[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""}};
const tdsl_argument arguments_0[] = {
    {
        .name = "ids", .doc = "", .place = "gather.tdsl:5", .dtype = TDSL_I64, .rank = 1, .shape = shape_1,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "gather.tdsl:10:21", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {0};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{32} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{3204}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{32} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{3200}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "train", .doc = "", .place = "gather.tdsl:10", .argument_count = 1, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 1,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "32 * B + 3204", .formula = "32 * d\1330\135 + 3204"},
        .largest = {.value = formula_1, .text = "32 * B + 3200", .formula = "32 * d\1330\135 + 3200"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_train, .run = run_train, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_argument arguments_1[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
int64_t formula_2(const int64_t *) {
    return tdsl::SaturatingSize{3200}.value;
}
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{6400}.value;
}
const int64_t in_place_0[] = {1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_1, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 1, .updates = updates_0,
    .requirement_count = 0, .requirements = nullptr,
    .memory = {.value = formula_2, .text = "3200", .formula = "3200"},
    .largest = {.value = formula_3, .text = "6400", .formula = "6400"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
    .exchanged = 0,
    .host = {
        .workspace = workspace_initialise, .run = run_initialise, .update = update_initialise, .in_place = in_place_0,
    },
    .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
};
const tdsl_site sites_0[] = {
    {.kind = TDSL_INDEX, .place = "gather.tdsl:8:15", .text = "table\133ids\135", .loops = ""},
    {.kind = TDSL_INDEX, .place = "gather.tdsl:8:15", .text = "table\133ids\135", .loops = ""},
};

}  // namespace

extern "C" {
extern const tdsl_image tdsl_these_images[];
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "gather",
    .doc = "Rows of a table at positions that a call gives\073 the update adds to those rows alone.",
    .source = "gather.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042gather.tdsl\042, \042so"
    "urce_hash\042: \042…\042, \042float\042: 32, \042"
    "target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refu"
    "se\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135, \042nan\042: "
    "\042allow\042, \042profile\042: false, \042unstable\042: \042allow\042,"
    " \042subnormals\042: \042flush\042, \042data_parallel\042: false,"
    " \042opt\042: 3, \042device\042: \042cpu\042, \042precision\042: \042ieee\042"
    ", \042cublas\042: \042allow\042, \042threads\042: 0, \042memory_lim"
    "it\042: 0, \042entries\042: \173\042train\042: \173\042workspace\042: \04232 "
    "* B + 4\042, \042results\042: \0420\042, \042updates\042: \0423200\042, \042m"
    "emory\042: \04232 * B + 3204\042, \042flop\042: \04240 * B + 1602"
    "\042, \042functions\042: \0420\042, \042bytes\042: \042208 * B + 12820\042"
    "\175, \042initialise\042: \173\042workspace\042: \0420\042, \042results\042: "
    "\0420\042, \042updates\042: \0423200\042, \042memory\042: \0423200\042, \042flop"
    "\042: \0420\042, \042functions\042: \0421600\042, \042bytes\042: \0423208\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 1, .variables = variables_0, .entry_count = 1,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 2, .sites = sites_0, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
