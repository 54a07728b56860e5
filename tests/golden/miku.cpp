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
TDSL_ROUTINE void run1(tdsl_call *call);
TDSL_ROUTINE void run2(tdsl_call *);
TDSL_ROUTINE void update2(tdsl_call *call);
TDSL_ROUTINE int64_t workspace0(const int64_t *dims);
TDSL_ROUTINE int64_t workspace1(const int64_t *dims);
TDSL_ROUTINE int64_t workspace2(const int64_t *);
TDSL_ROUTINE void k0(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[2 * i0];
        const float t2 = p0[2 * i0 + 1];
        return [=](int64_t i1) {
            p3[n1 * i0 + i1] = tdsl::sigmoid(t0 * p1[i1] + t2 * p1[i1 + n1] + p2[i1]);
        };
    });
}

TDSL_ROUTINE void k1(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n1 * i0 + i1] = tdsl::sigmoid(value + p2[i1]);
    });
}

TDSL_ROUTINE void k2(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        const float t1 = p1[0];
        return [=](int64_t i0) {
            p2[i0] = tdsl::sigmoid(p0[i0] + t1);
        };
    });
}

TDSL_ROUTINE void k3(int64_t n0, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t2 = p1[i0] - p2[i0];
            return t2 * t2;
        };
    });
}

TDSL_ROUTINE void k4(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t5 = 1.0f / t2;
    p1[0] = t3;
    p2[0] = t5;
}

TDSL_ROUTINE void k5(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            const float t4 = t0 * (t1 - p2[i0]);
            p3[i0] = (t4 + t4) * (t1 * (1.0f - t1));
        };
    });
}

TDSL_ROUTINE void k6(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void k7(const float *p0, const float *p1, const float *p2, float *p3) {
    const float t4 = p0[0] - p1[0] * p2[0];
    p3[0] = t4;
}

TDSL_ROUTINE void k8(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0}, [=]() {
        const float t1 = p1[0];
        return [=](int64_t i0) {
            p3[i0] = p0[i0] - t1 * p2[i0];
        };
    });
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void k0(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k1(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k2(int64_t n0, const float *p0, const float *p1, float *p2);
TDSL_ROUTINE void k3(int64_t n0, float *p0, const float *p1, const float *p2);
TDSL_ROUTINE void k4(int64_t n0, const float *p0, float *p1, float *p2);
TDSL_ROUTINE void k5(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k6(int64_t n0, float *p0, const float *p1);
TDSL_ROUTINE void k7(const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k8(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void k9(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[i0];
        return [=](int64_t i1) {
            const float t3 = p2[n1 * i0 + i1];
            p3[n1 * i0 + i1] = t0 * p1[i1] * (t3 * (1.0f - t3));
        };
    });
}

TDSL_ROUTINE void k10(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_ROUTINE void k11(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, const float *p3,
        float *p4) {
    tdsl::gemm_epilogue<float>(n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = p3[0];
        p4[n0 * i0 + i1] = p2[n0 * i0 + i1] - t2 * value;
    });
}

TDSL_ROUTINE void k12(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3, float *p4) {
    tdsl::gemm_epilogue_column_sums<float>(n0, n1, n1, {p0, n1, 1}, {p1, 1, n1}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t1 = p3[n1 * i0 + i1];
        const float t5 = value * (t1 * (1.0f - t1));
        p4[n1 * i0 + i1] = t5;
        return t5;
    });
}

TDSL_ROUTINE void k13(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, const float *p3,
        float *p4) {
    tdsl::gemm_epilogue<float>(2, n0, n1, {p0, 1, 2}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = p3[0];
        p4[n0 * i0 + i1] = p2[n0 * i0 + i1] - t2 * value;
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[4];
    tdsl::place_slots(w, call->workspace, {4000 * d0, 4000 * d0, 4 * d0, 4});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->arguments[2]);
    const float *const b3 = static_cast<const float *>(call->variables[0]);
    const float *const b4 = static_cast<const float *>(call->variables[1]);
    const float *const b5 = static_cast<const float *>(call->variables[2]);
    const float *const b6 = static_cast<const float *>(call->variables[3]);
    const float *const b7 = static_cast<const float *>(call->variables[4]);
    const float *const b8 = static_cast<const float *>(call->variables[5]);
    float *const b9 = static_cast<float *>(call->results[0]);
    float *const b10 = static_cast<float *>(call->updates[0]);
    float *const b11 = static_cast<float *>(call->updates[1]);
    float *const b12 = static_cast<float *>(call->updates[2]);
    float *const b13 = static_cast<float *>(call->updates[3]);
    float *const b14 = static_cast<float *>(call->updates[4]);
    float *const b15 = static_cast<float *>(call->updates[5]);
    float *const b17 = static_cast<float *>(call->updates[1]);
    float *const b18 = reinterpret_cast<float *>(w[0]);
    float *const b21 = static_cast<float *>(call->updates[3]);
    float *const b22 = reinterpret_cast<float *>(w[1]);
    float *const b23 = static_cast<float *>(call->updates[4]);
    float *const b24 = static_cast<float *>(call->updates[5]);
    float *const b25 = reinterpret_cast<float *>(w[2]);
    float *const b26 = reinterpret_cast<float *>(w[3]);
    float *const b27 = reinterpret_cast<float *>(w[3]);
    float *const b28 = reinterpret_cast<float *>(w[2]);
    float *const b29 = reinterpret_cast<float *>(w[2]);
    float *const b30 = reinterpret_cast<float *>(w[1]);
    float *const b32 = reinterpret_cast<float *>(w[0]);
    k0(d0, 1000, b0, b3, b4, b32);
    k1(d0, 1000, b32, b5, b6, b30);
    tdsl::gemm(d0, 1, 1000, {b30, 1000, 1}, {b7, 1, 0}, b29, 1);
    k2(d0, b29, b8, b28);
    k3(d0, b27, b28, b1);
    k4(d0, b27, b9, b26);
    k5(d0, b26, b28, b1, b25);
    k6(d0, b24, b25);
    k7(b8, b2, b24, b15);
    tdsl::gemm(1, 1000, d0, {b25, 0, 1}, {b30, 1000, 1}, b23, 1000);
    k8(1000, b7, b2, b23, b14);
    k9(d0, 1000, b25, b7, b30, b22);
    k10(1000, d0, b21, b22);
    k8(1000, b6, b2, b21, b13);
    k11(1000, d0, b32, b22, b5, b2, b12);
    k12(d0, 1000, b22, b5, b17, b32, b18);
    k8(1000, b4, b2, b17, b11);
    k13(1000, d0, b0, b18, b3, b2, b10);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return
            tdsl::workspace({{tdsl::SaturatingSize{1000} * tdsl::SaturatingSize{dims[0]}, 4, 2},
            {tdsl::SaturatingSize{dims[0]}, 4, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {4000 * d0, 4000 * d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    const float *const b3 = static_cast<const float *>(call->variables[2]);
    const float *const b4 = static_cast<const float *>(call->variables[3]);
    const float *const b5 = static_cast<const float *>(call->variables[4]);
    const float *const b6 = static_cast<const float *>(call->variables[5]);
    float *const b7 = static_cast<float *>(call->results[0]);
    float *const b8 = static_cast<float *>(call->results[0]);
    float *const b9 = reinterpret_cast<float *>(w[1]);
    float *const b11 = reinterpret_cast<float *>(w[0]);
    k0(d0, 1000, b0, b1, b2, b11);
    k1(d0, 1000, b11, b3, b4, b9);
    tdsl::gemm(d0, 1, 1000, {b9, 1000, 1}, {b5, 1, 0}, b8, 1);
    k2(d0, b8, b6, b7);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{1000} * tdsl::SaturatingSize{dims[0]}, 4, 2}});
}

TDSL_ROUTINE void run2(tdsl_call *) {
}

TDSL_ROUTINE void k14(float *p0, float c0) {
    p0[0] = c0;
}

TDSL_ROUTINE void k15(int64_t n0, const int64_t *p0, float *p1, float *p2, float *p3, float c0, int64_t c1, float c2) {
    tdsl::map({n0}, [=]() {
        const int64_t t1 = p0[0];
        return [=](int64_t i0) {
            const float t2 = tdsl::random_normal<float>(t1, c1, i0);
            const float t5 = t2 * c2 + c0;
            p1[i0] = c0;
            p2[i0] = t5;
            p3[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k16(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1, float c2) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_normal<float>(t0, c0, i0);
            p1[i0] = t1 * c1 + c2;
        };
    });
}

TDSL_ROUTINE void k17(int64_t n0, const int64_t *p0, float *p1, int64_t c0, float c1) {
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = tdsl::random_normal<float>(t0, c0, i0);
            p1[i0] = t1 + c1;
        };
    });
}

TDSL_ROUTINE void update2(tdsl_call *call) {
    const int64_t *const b0 = static_cast<const int64_t *>(call->arguments[0]);
    float *const b1 = static_cast<float *>(call->updates[0]);
    float *const b2 = static_cast<float *>(call->updates[1]);
    float *const b3 = static_cast<float *>(call->updates[2]);
    float *const b4 = static_cast<float *>(call->updates[3]);
    float *const b5 = static_cast<float *>(call->updates[4]);
    float *const b6 = static_cast<float *>(call->updates[5]);
    k14(b6, 0.0f);
    k15(1000, b0, b2, b5, b4, 0.0f, 3, 0.05f);
    k16(1000000, b0, b3, 2, 0.05f, 0.0f);
    k17(2000, b0, b1, 1, 0.0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}

#endif

}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"B"};
const int64_t shape_0[] = {2, 1000};
const int64_t shape_1[] = {1000};
const int64_t shape_2[] = {1000, 1000};
const tdsl_variable variables_0[] = {
    {
        .name = "W1", .doc = "", .place = "miku.tdsl:11", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_0,
    },
    {
        .name = "b1", .doc = "", .place = "miku.tdsl:12", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
    {
        .name = "W2", .doc = "", .place = "miku.tdsl:13", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_2,
    },
    {
        .name = "b2", .doc = "", .place = "miku.tdsl:14", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
    {
        .name = "W3", .doc = "", .place = "miku.tdsl:15", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
    {
        .name = "b3", .doc = "", .place = "miku.tdsl:16", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 0,
        .shape = nullptr,
    },
};
const tdsl_extent shape_3[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = 2, .dim = -1, .value = nullptr, .text = "2", .formula = ""},
};
const tdsl_extent shape_4[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""}};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "miku.tdsl:8", .dtype = TDSL_F32, .rank = 2, .shape = shape_3,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "y_hat", .doc = "", .place = "miku.tdsl:9", .dtype = TDSL_F32, .rank = 1, .shape = shape_4,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "lr", .doc = "", .place = "miku.tdsl:24", .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
        .has_default = true, .default_real = 0.01, .default_integer = 0,
    },
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "miku.tdsl:24:43", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {0, 1, 2, 3, 4, 5};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{8004} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{4020008}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{4000} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{4000000}).value;
}
const tdsl_argument arguments_1[] = {
    {
        .name = "x", .doc = "", .place = "miku.tdsl:8", .dtype = TDSL_F32, .rank = 2, .shape = shape_3,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "y", .text = "", .place = "miku.tdsl:28:18", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_4,
    },
};
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{8004} * tdsl::SaturatingSize{dims[0]}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "train", .doc = "", .place = "miku.tdsl:24", .argument_count = 3, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .update_count = 6, .updates = updates_0,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "8004 * B + 4020008", .formula = "8004 * d\1330\135 + 4020008"},
        .largest = {.value = formula_1, .text = "4000 * B + 4000000", .formula = "4000 * d\1330\135 + 4000000"},
        .workspace = workspace0, .run = run0, .update = nullptr, .in_place = nullptr,
    },
    {
        .name = "test", .doc = "", .place = "miku.tdsl:28", .argument_count = 1, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .update_count = 0, .updates = nullptr,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "8004 * B", .formula = "8004 * d\1330\135"},
        .largest = {.value = formula_1, .text = "4000 * B + 4000000", .formula = "4000 * d\1330\135 + 4000000"},
        .workspace = workspace1, .run = run1, .update = nullptr, .in_place = nullptr,
    },
};
const tdsl_argument arguments_2[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0,
    },
};
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{4020004}.value;
}
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{4000000}.value;
}
const int64_t in_place_0[] = {1, 1, 1, 1, 1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .update_count = 6, .updates = updates_0, .requirement_count = 0,
    .requirements = nullptr, .memory = {.value = formula_3, .text = "4020004", .formula = "4020004"},
    .largest = {.value = formula_4, .text = "4000000", .formula = "4000000"}, .workspace = workspace2, .run = run2,
    .update = update2, .in_place = in_place_0,
};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "miku",
    .doc = "The function of Miku: which points of the plane lie inside the picture.", .source = "miku.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042miku.tdsl\042, \042source_hash\042: \04272ff597855b86b34b13a5624cb521c0e5cc560b1cff"
    "322fa09f629e73a3b9aab\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042r"
    "elease\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_lim"
    "it\042: 0, \042entries\042: \173\042train\042: \173\042workspace\042: \0428004 * B + 4\042, \042results\042: \0420\042, \042updates\042: \0424020004\042, \042me"
    "mory\042: \0428004 * B + 4020008\042, \042flop\042: \0426022011 * B + 2010004\042, \042functions\042: \0422001 * B\042, \042bytes\042: \042560"
    "60 * B + 16088064\042\175, \042test\042: \173\042workspace\042: \0428000 * B\042, \042results\042: \0424 * B\042, \042updates\042: \0420\042, \042memory\042:"
    " \0428004 * B\042, \042flop\042: \0422007001 * B\042, \042functions\042: \0422001 * B\042, \042bytes\042: \04216020 * B + 4020004\042\175, \042initi"
    "alise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0424020004\042, \042memory\042: \0424020004\042, \042flop\042: \04220040"
    "00\042, \042functions\042: \0421003000\042, \042bytes\042: \0424020028\042\175\175\175",
    .origins = "", .options = {.refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0},
    .dim_count = 1, .dims = dims_0, .variable_count = 6, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
