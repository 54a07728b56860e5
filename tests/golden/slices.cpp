#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

#if TDSL_IN_PART(1)
TDSL_ROUTINE void run0(tdsl_call *call);
TDSL_ROUTINE void run1(tdsl_call *);
TDSL_ROUTINE void update1(tdsl_call *call);
TDSL_ROUTINE int64_t workspace0(const int64_t *dims);
TDSL_ROUTINE int64_t workspace1(const int64_t *);
TDSL_ROUTINE void k0(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, int64_t n5, int64_t n6, int64_t n7,
        int64_t n8, int64_t n9, int64_t n10, int64_t n11, int64_t n12, int64_t n13, int64_t n14, int64_t n15,
        int64_t n16, int64_t n17, int64_t n18, int64_t n19, int64_t n20, int64_t n21, int64_t n22, int64_t n23,
        int64_t n24, int64_t n25, int64_t n26, int64_t n27, const float *p0, const float *p1, const float *p2,
        float *p3, float *p4) {
    tdsl::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[4];
        const float t5 = p1[n1];
        const float t7 = p1[n2];
        const float t15 = p2[0];
        const float t18 = p1[n3];
        const float t19 = p1[n4];
        const float t20 = p1[n5];
        const float t21 = p1[n6];
        const float t29 = p2[4];
        const float t32 = p1[1];
        const float t33 = p1[n7];
        const float t34 = p1[n8];
        const float t35 = p1[n9];
        const float t43 = p2[1];
        const float t46 = p1[n10];
        const float t47 = p1[n11];
        const float t48 = p1[n12];
        const float t49 = p1[n13];
        const float t57 = p2[n7];
        const float t60 = p1[2];
        const float t61 = p1[n14];
        const float t62 = p1[n15];
        const float t63 = p1[n16];
        const float t71 = p2[2];
        const float t74 = p1[n17];
        const float t75 = p1[n18];
        const float t76 = p1[n19];
        const float t77 = p1[n20];
        const float t85 = p2[n14];
        const float t88 = p1[3];
        const float t89 = p1[n21];
        const float t90 = p1[n22];
        const float t91 = p1[n23];
        const float t99 = p2[3];
        const float t102 = p1[n24];
        const float t103 = p1[n25];
        const float t104 = p1[n26];
        const float t105 = p1[n27];
        const float t113 = p2[n21];
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

TDSL_ROUTINE void k1(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] * p1[i0];
        };
    });
}

TDSL_ROUTINE void k2(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, float *p0, const float *p1,
        const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0, 4}, p0, [=](int64_t, int64_t i0) {
        const float t0 = p1[4 * i0];
        const float t2 = p1[4 * i0 + 1];
        const float t4 = p1[4 * i0 + 2];
        const float t6 = p1[4 * i0 + 3];
        return [=](int64_t i1) {
            const float t14 = t0 * p2[i1 + n1] + t2 * p2[i1 + n2] + t4 * p2[i1 + n3] + t6 * p2[i1 + n4];
            return t14;
        };
    });
}

TDSL_ROUTINE void k3(float *p0, float c0) {
    p0[0] = c0;
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void k0(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, int64_t n5, int64_t n6, int64_t n7,
        int64_t n8, int64_t n9, int64_t n10, int64_t n11, int64_t n12, int64_t n13, int64_t n14, int64_t n15,
        int64_t n16, int64_t n17, int64_t n18, int64_t n19, int64_t n20, int64_t n21, int64_t n22, int64_t n23,
        int64_t n24, int64_t n25, int64_t n26, int64_t n27, const float *p0, const float *p1, const float *p2,
        float *p3, float *p4);
TDSL_ROUTINE void k1(int64_t n0, const float *p0, const float *p1, float *p2);
TDSL_ROUTINE void k2(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, float *p0, const float *p1,
        const float *p2);
TDSL_ROUTINE void k3(float *p0, float c0);
TDSL_ROUTINE void k4(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, 4, n0, {p0, 1, 4}, {p1, 0, 0}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1 + n1] = p2[4 * i0 + i1 + n1] - 0.1f * value;
    });
}

TDSL_ROUTINE void k5(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3,
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

TDSL_ROUTINE void k6(const float *p0, const float *p1, float *p2) {
    tdsl::map({4}, [=]() {
        return [=](int64_t i0) {
            p2[i0 + 4] = p0[i0 + 4] - 0.1f * p1[i0];
        };
    });
}

TDSL_ROUTINE void k7(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, 4, n0, {p0, 1, 4}, {p1, 4, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1 + n1] = p2[4 * i0 + i1 + n1] - 0.1f * value;
    });
}

TDSL_ROUTINE void k8(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({4}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 4 * i1];
        };
    });
}

TDSL_ROUTINE void k9(const float *p0, const float *p1, float *p2) {
    tdsl::map({4}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - 0.1f * p1[i0];
        };
    });
}

TDSL_ROUTINE void k10(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, 4, n0, {p0, 1, 4}, {p1, 4, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[4 * i0 + i1] = p2[4 * i0 + i1] - 0.1f * value;
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[5];
    tdsl::place_slots(w, call->workspace, {16 * d0, 16 * d0, 16 * d0, 4, 16});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = static_cast<float *>(call->updates[0]);
    float *const b5 = static_cast<float *>(call->updates[1]);
    float *const b9 = reinterpret_cast<float *>(w[4]);
    float *const b10 = reinterpret_cast<float *>(w[1]);
    float *const b11 = reinterpret_cast<float *>(w[4]);
    float *const b12 = reinterpret_cast<float *>(w[2]);
    float *const b14 = reinterpret_cast<float *>(w[3]);
    float *const b15 = reinterpret_cast<float *>(w[2]);
    float *const b16 = reinterpret_cast<float *>(w[0]);
    float *const b17 = reinterpret_cast<float *>(w[1]);
    k0(d0, 8, 12, 16, 20, 24, 28, 5, 9, 13, 17, 21, 25, 29, 6, 10, 14, 18, 22, 26, 30, 7, 11, 15, 19, 23, 27, 31, b0,
            b1, b2, b17, b16);
    k1(4 * d0, b17, b16, b15);
    k2(d0, 32, 36, 40, 44, b3, b15, b1);
    k3(b14, 1.0f);
    k4(d0, 32, b15, b14, b1, b4);
    k5(d0, 32, b14, b1, b11, b17, b16, b12, b10);
    k6(b2, b11, b5);
    k7(d0, 16, b0, b12, b1, b4);
    k8(d0, b9, b10);
    k9(b2, b9, b5);
    k10(d0, b0, b10, b1, b4);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return
            tdsl::workspace({{tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]}, 4, 3},
            {tdsl::SaturatingSize{1}, 4, 1}, {tdsl::SaturatingSize{4}, 4, 1}});
}

TDSL_ROUTINE void run1(tdsl_call *) {
}

TDSL_ROUTINE void k11(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k12(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_normal<float>(t0, c0, i0);
            p1[i0] = t1 + c1;
        };
    });
}

TDSL_ROUTINE void update1(tdsl_call *call) {
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->updates[0]);
    float *const b2 = static_cast<float *>(call->updates[1]);
    k11(8, b2, 0.0f);
    k12(48, b0, b1, 1, 0.0f);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
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
        .has_default = false, .default_real = 0.0, .default_integer = 0,
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
        .result_count = 1, .results = results_0, .nesting = "", .update_count = 2, .updates = updates_0,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "48 * B + 244", .formula = "48 * d\1330\135 + 244"},
        .largest = {.value = formula_1, .text = "16 * B + 192", .formula = "16 * d\1330\135 + 192"},
        .workspace = workspace0, .run = run0, .update = nullptr, .in_place = nullptr,
    },
};
const tdsl_argument arguments_1[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0,
    },
};
int64_t formula_2(const int64_t *) {
    return tdsl::SaturatingSize{224}.value;
}
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{192}.value;
}
const int64_t in_place_0[] = {1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_1, .result_count = 0,
    .results = nullptr, .nesting = "", .update_count = 2, .updates = updates_0, .requirement_count = 0,
    .requirements = nullptr, .memory = {.value = formula_2, .text = "224", .formula = "224"},
    .largest = {.value = formula_3, .text = "192", .formula = "192"}, .workspace = workspace1, .run = run1,
    .update = update1, .in_place = in_place_0,
};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "slices",
    .doc = "Parts of one stacked array\073 their derivatives are written piece by piece.", .source = "slices.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042slices.tdsl\042, \042source_hash\042: \042c0abb10319de3207d7b8b6036792d4d9c4df54ab3"
    "076153a62e47f6876649d98\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: "
    "\042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_l"
    "imit\042: 0, \042entries\042: \173\042train\042: \173\042workspace\042: \04248 * B + 20\042, \042results\042: \0420\042, \042updates\042: \042224\042, \042memor"
    "y\042: \04248 * B + 244\042, \042flop\042: \042268 * B + 112\042, \042functions\042: \0428 * B\042, \042bytes\042: \042272 * B + 816\042\175, \042initi"
    "alise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \042224\042, \042memory\042: \042224\042, \042flop\042: \04248\042, \042functio"
    "ns\042: \04248\042, \042bytes\042: \042232\042\175\175\175",
    .origins = "", .options = {.refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0},
    .dim_count = 1, .dims = dims_0, .variable_count = 2, .variables = variables_0, .entry_count = 1,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
