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

#if TDSL_IN_PART(1)
TDSL_ROUTINE void run_initialise(tdsl_call *);
TDSL_ROUTINE void run_train(tdsl_call *call);
TDSL_ROUTINE void update_initialise(tdsl_call *call);
TDSL_ROUTINE int64_t workspace_initialise(const int64_t *);
TDSL_ROUTINE int64_t workspace_train(const int64_t *dims);
TDSL_ROUTINE void map_tanh_sigmoid(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, int64_t n5, int64_t n6,
        int64_t n7, const float *p0, const float *p1, const float *p2, float *p3, float *p4) {
    tdsl::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[4];
        const float t5 = p1[n1];
        const float t7 = p1[n1 + 4];
        const float t15 = p2[0];
        const float t18 = p1[n2];
        const float t19 = p1[n2 + 4];
        const float t20 = p1[n3];
        const float t21 = p1[n3 + 4];
        const float t29 = p2[4];
        const float t32 = p1[1];
        const float t33 = p1[n4];
        const float t34 = p1[n1 + 1];
        const float t35 = p1[n5];
        const float t43 = p2[1];
        const float t46 = p1[n2 + 1];
        const float t47 = p1[n6];
        const float t48 = p1[n3 + 1];
        const float t49 = p1[n7];
        const float t57 = p2[n4];
        const float t60 = p1[2];
        const float t61 = p1[n4 + 1];
        const float t62 = p1[n1 + 2];
        const float t63 = p1[n5 + 1];
        const float t71 = p2[2];
        const float t74 = p1[n2 + 2];
        const float t75 = p1[n6 + 1];
        const float t76 = p1[n3 + 2];
        const float t77 = p1[n7 + 1];
        const float t85 = p2[n4 + 1];
        const float t88 = p1[3];
        const float t89 = p1[n4 + 2];
        const float t90 = p1[n1 + 3];
        const float t91 = p1[n5 + 2];
        const float t99 = p2[3];
        const float t102 = p1[n2 + 3];
        const float t103 = p1[n6 + 2];
        const float t104 = p1[n3 + 3];
        const float t105 = p1[n7 + 2];
        const float t113 = p2[n4 + 2];
        return [=](int64_t i0) {
            const float t0 = p0[4 * i0];
            const float t2 = p0[4 * i0 + 1];
            const float t4 = p0[4 * i0 + 2];
            const float t6 = p0[4 * i0 + 3];
            const float t14 = t0 * t1 + t2 * t3 + t4 * t5 + t6 * t7;
            const float t28 = t0 * t18 + t2 * t19 + t4 * t20 + t6 * t21;
            const float t31 = tdsl::sigmoid(t28 + t29);
            const float t42 = t0 * t32 + t2 * t33 + t4 * t34 + t6 * t35;
            const float t45 = tdsl::tanh(t42 + t43);
            const float t56 = t0 * t46 + t2 * t47 + t4 * t48 + t6 * t49;
            const float t59 = tdsl::sigmoid(t56 + t57);
            const float t70 = t0 * t60 + t2 * t61 + t4 * t62 + t6 * t63;
            const float t73 = tdsl::tanh(t70 + t71);
            const float t84 = t0 * t74 + t2 * t75 + t4 * t76 + t6 * t77;
            const float t87 = tdsl::sigmoid(t84 + t85);
            const float t98 = t0 * t88 + t2 * t89 + t4 * t90 + t6 * t91;
            const float t101 = tdsl::tanh(t98 + t99);
            const float t112 = t0 * t102 + t2 * t103 + t4 * t104 + t6 * t105;
            const float t115 = tdsl::sigmoid(t112 + t113);
            p3[4 * i0] = tdsl::tanh(t14 + t15);
            p4[4 * i0] = t31;
            p3[4 * i0 + 1] = t45;
            p4[4 * i0 + 1] = t59;
            p3[4 * i0 + 2] = t73;
            p4[4 * i0 + 2] = t87;
            p3[4 * i0 + 3] = t101;
            p4[4 * i0 + 3] = t115;
        };
    });
}

TDSL_ROUTINE void map_mul(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] * p1[i0];
        };
    });
}

TDSL_ROUTINE void sum_all_of_add_mul(int64_t n0, int64_t n1, int64_t n2, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0, 4}, p0, [=](int64_t, int64_t i0) {
        const float t0 = p1[4 * i0];
        const float t2 = p1[4 * i0 + 1];
        const float t4 = p1[4 * i0 + 2];
        const float t6 = p1[4 * i0 + 3];
        return [=](int64_t i1) {
            const float t14 = t0 * p2[i1 + n1] + t2 * p2[i1 + (n1 + 4)] + t4 * p2[i1 + n2] + t6 * p2[i1 + (n2 + 4)];
            return t14;
        };
    });
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void map_mul(int64_t n0, const float *p0, const float *p1, float *p2);
TDSL_ROUTINE void map_tanh_sigmoid(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, int64_t n5, int64_t n6,
        int64_t n7, const float *p0, const float *p1, const float *p2, float *p3, float *p4);
TDSL_ROUTINE void sum_all_of_add_mul(int64_t n0, int64_t n1, int64_t n2, float *p0, const float *p1, const float *p2);
TDSL_ROUTINE void scalar_fill(float *p0, float c0) {
    p0[0] = c0;
}

TDSL_ROUTINE void gemm_sub_mul(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, 4, n0, {p0, 1, 4}, {p1, 0, 0}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1] = p2[4 * i0 + i1] - 0.1f * value;
    });
}

TDSL_ROUTINE void gemm_mul_sub(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3,
        const float *p4, float *p5, float *p6) {
    tdsl::gemm_epilogue_column_sums<float>(n0, 4, 4, {p0, 0, 0}, {p1 + n1, 1, 4}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t1 = p3[4 * i0 + i1];
        const float t3 = p4[4 * i0 + i1];
        const float t7 = value * t1 * (t3 * (1.0f - t3));
        const float t11 = value * t3 * (1.0f - t1 * t1);
        p5[4 * i0 + i1] = t7;
        p6[4 * i0 + i1] = t11;
        return t7;
    });
}

TDSL_ROUTINE void map_sub_mul(const float *p0, const float *p1, float *p2) {
    tdsl::map({4}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - 0.1f * p1[i0];
        };
    });
}

TDSL_ROUTINE void gemm_sub_mul_2(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, 4, n0, {p0, 1, 4}, {p1, 4, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1] = p2[4 * i0 + i1] - 0.1f * value;
    });
}

TDSL_ROUTINE void sum_columns(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({4}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 4 * i1];
        };
    });
}

// train(x: f32[B, 4]) -> f32                                                                       slices.tdsl:15
TDSL_ROUTINE void run_train(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[5];
    tdsl::place_slots(slots, call->workspace, {16 * B, 16 * B, 16 * B, 4, 16});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const W = tdsl::variable<float>(call, 0);
    const float *const b = tdsl::variable<float>(call, 1);
    float *const C = tdsl::result<float>(call, 0);
    float *const W_new = tdsl::update<float>(call, 0);
    float *const b_new = tdsl::update<float>(call, 1);
    float *const sum_2 = tdsl::slot<float>(slots, 4);
    float *const mul_3 = tdsl::slot<float>(slots, 1);
    float *const sum = tdsl::slot<float>(slots, 4);
    float *const mul_2 = tdsl::slot<float>(slots, 2);
    float *const constant = tdsl::slot<float>(slots, 3);
    float *const mul = tdsl::slot<float>(slots, 2);
    float *const right = tdsl::slot<float>(slots, 0);
    float *const left = tdsl::slot<float>(slots, 1);

    // left = tanh(x @ W[0] + b[:4])                                                                slices.tdsl:10
    // right = sigmoid(x @ W[1] + b[4:])                                                            slices.tdsl:11
    map_tanh_sigmoid(B, 8, 16, 24, 5, 13, 21, 29, x, W, b, left, right);
    map_mul(4 * B, left, right, mul);                   // mul = left * right                       slices.tdsl:13
    sum_all_of_add_mul(B, 32, 40, C, mul, W);           // C = sum(mul @ W[2])                      slices.tdsl:13
    scalar_fill(constant, 1.0f);                        // constant = 1.0
    // W_new[2:] = W[2:] - 0.1 * (mul.T @ broadcast(constant, (B, 4)))[new]                         slices.tdsl:16
    gemm_sub_mul(B, mul, constant, W + 32, W_new + 32);
    // mul_2 = broadcast(constant, (B, 4)) @ W[2].T * left * (right * (1 - right))                  slices.tdsl:11
    // sum = sum(mul_2, axis=0)                                                                     slices.tdsl:17
    // mul_3 = broadcast(constant, (B, 4)) @ W[2].T * right * (1 - left ** 2)                       slices.tdsl:10
    gemm_mul_sub(B, 32, constant, W, sum, left, right, mul_2, mul_3);
    map_sub_mul(b + 4, sum, b_new + 4);                 // b_new[4:] = b[4:] - 0.1 * sum            slices.tdsl:17
    // W_new[1:2] = W[1:2] - 0.1 * (x.T @ mul_2)[new]                                               slices.tdsl:16
    gemm_sub_mul_2(B, x, mul_2, W + 16, W_new + 16);
    sum_columns(B, sum_2, mul_3);                       // sum_2 = sum(mul_3, axis=0)               slices.tdsl:17
    map_sub_mul(b, sum_2, b_new);                       // b_new[:4] = b[:4] - 0.1 * sum_2          slices.tdsl:17
    // W_new[:1] = W[:1] - 0.1 * (x.T @ mul_3)[new]                                                 slices.tdsl:16
    gemm_sub_mul_2(B, x, mul_3, W, W_new);
}

TDSL_ROUTINE int64_t workspace_train(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]}, 4, 3},
            {tdsl::SaturatingSize{1}, 4, 1}, {tdsl::SaturatingSize{4}, 4, 1}});
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
    float *const W_new = tdsl::update<float>(call, 0);
    float *const b_new = tdsl::update<float>(call, 1);

    map_fill(8, b_new, 0.0f);                           // b_new = broadcast(0.0, (8,))             slices.tdsl:8
    // W_new = real(standard_normal(random_bits(seed, 3740417990528589279, (3, 4, 4))))             slices.tdsl:7
    map_standard_normal_random_word(48, seed, W_new, int64_t{3740417990528589279});
}

TDSL_ROUTINE int64_t workspace_initialise(const int64_t *) {
    return 0;
}

#endif

}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"B"};
const int64_t shape_0[] = {3, 4, 4};
const int64_t shape_1[] = {8};
const tdsl_variable variables_0[] = {
    {
        .name = "W", .doc = "", .place = "slices.tdsl:7", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 3,
        .shape = shape_0,
    },
    {
        .name = "b", .doc = "", .place = "slices.tdsl:8", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
};
const tdsl_extent shape_2[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = 4, .dim = -1, .value = nullptr, .text = "4", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "slices.tdsl:6", .dtype = TDSL_F32, .rank = 2, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "slices.tdsl:15:19", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {0, 1};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{48} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{244}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{192}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "train", .doc = "", .place = "slices.tdsl:15", .argument_count = 1, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 2,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "48 * B + 244", .formula = "48 * d\1330\135 + 244"},
        .largest = {.value = formula_1, .text = "16 * B + 192", .formula = "16 * d\1330\135 + 192"}, .lap_count = 0,
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
    return tdsl::SaturatingSize{224}.value;
}
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{384}.value;
}
const int64_t in_place_0[] = {1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_1, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 2, .updates = updates_0,
    .requirement_count = 0, .requirements = nullptr,
    .memory = {.value = formula_2, .text = "224", .formula = "224"},
    .largest = {.value = formula_3, .text = "384", .formula = "384"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
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
    .abi_version = TDSL_ABI_VERSION, .name = "slices",
    .doc = "Parts of one stacked array\073 their derivatives are written piece by piece.", .source = "slices.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042slices.tdsl\042, \042so"
    "urce_hash\042: \042…\042, \042float\042: 32, "
    "\042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042ref"
    "use\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135, \042nan\042:"
    " \042allow\042, \042profile\042: false, \042unstable\042: \042allow\042"
    ", \042subnormals\042: \042flush\042, \042data_parallel\042: fals"
    "e, \042opt\042: 3, \042device\042: \042cpu\042, \042precision\042: \042iee"
    "e\042, \042cublas\042: \042allow\042, \042threads\042: 0, \042memory_l"
    "imit\042: 0, \042entries\042: \173\042train\042: \173\042workspace\042: \0424"
    "8 * B + 20\042, \042results\042: \0420\042, \042updates\042: \042224\042,"
    " \042memory\042: \04248 * B + 244\042, \042flop\042: \042268 * B + 1"
    "12\042, \042functions\042: \0428 * B\042, \042bytes\042: \042272 * B +"
    " 816\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042resul"
    "ts\042: \0420\042, \042updates\042: \042224\042, \042memory\042: \042224\042, \042f"
    "lop\042: \0420\042, \042functions\042: \04296\042, \042bytes\042: \042232\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 2, .variables = variables_0, .entry_count = 1,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
