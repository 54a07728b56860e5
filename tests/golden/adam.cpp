#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
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

TDSL_ROUTINE void k1(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            return t0 * t0;
        };
    });
}

TDSL_ROUTINE void k2(int64_t n0, const float *p0, const int64_t *p1, const float *p2, const int64_t *p3, float *p4,
        int64_t *p5, float *p6, float *p7, float *p8, int64_t *p9) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const int64_t t6 = tdsl::add(p1[0], int64_t{1});
    const float t9 = tdsl::cast<float>(t6);
    const float t12 = tdsl::sqrt(1.0f - tdsl::pow(0.999f, t9));
    const float t18 = p2[0] * t12 / (1.0f - tdsl::pow(0.9f, t9));
    const float t19 = 1.0f / t2;
    const int64_t t21 = tdsl::add(p3[0], int64_t{1});
    p4[0] = t3;
    p5[0] = t6;
    p6[0] = t12;
    p7[0] = t18;
    p8[0] = t19;
    p9[0] = t21;
}

TDSL_ROUTINE void k3(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t2 = t0 * p1[i0];
            p2[i0] = t2 + t2;
        };
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[5];
    tdsl::place_slots(w, call->workspace, {4 * d0, 4, 4, 4, 4});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->arguments[2]);
    const float *const b3 = static_cast<const float *>(call->variables[0]);
    const int64_t *const b4 = static_cast<const int64_t *>(call->variables[1]);
    const int64_t *const b5 = static_cast<const int64_t *>(call->variables[2]);
    float *const b8 = static_cast<float *>(call->results[0]);
    int64_t *const b9 = static_cast<int64_t *>(call->updates[0]);
    int64_t *const b10 = static_cast<int64_t *>(call->updates[1]);
    float *const b14 = static_cast<float *>(call->updates[4]);
    float *const b15 = reinterpret_cast<float *>(w[0]);
    float *const b16 = reinterpret_cast<float *>(w[2]);
    float *const b17 = reinterpret_cast<float *>(w[3]);
    float *const b18 = reinterpret_cast<float *>(w[4]);
    float *const b19 = reinterpret_cast<float *>(w[1]);
    float *const b20 = reinterpret_cast<float *>(w[0]);
    k0(d0, b0, b3, b1, b20);
    k1(d0, b19, b20);
    k2(d0, b19, b5, b2, b4, b8, b10, b18, b17, b16, b9);
    k3(d0, b16, b20, b15);
    tdsl::gemm(1, 3, d0, {b15, 0, 1}, {b0, 3, 1}, b14, 3);
}

TDSL_ROUTINE void k4(const float *p0, const float *p1, const float *p2, const float *p3, const float *p4,
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

TDSL_ROUTINE void update0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[5];
    tdsl::place_slots(w, call->workspace, {4 * d0, 4, 4, 4, 4});
    const float *const b3 = static_cast<const float *>(call->variables[0]);
    const float *const b6 = static_cast<const float *>(call->variables[3]);
    const float *const b7 = static_cast<const float *>(call->variables[4]);
    float *const b11 = static_cast<float *>(call->updates[2]);
    float *const b12 = static_cast<float *>(call->updates[3]);
    float *const b13 = static_cast<float *>(call->updates[4]);
    float *const b14 = static_cast<float *>(call->updates[4]);
    float *const b17 = reinterpret_cast<float *>(w[3]);
    float *const b18 = reinterpret_cast<float *>(w[4]);
    k4(b6, b14, b7, b3, b17, b18, b11, b12, b13);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{dims[0]}, 4, 1}, {tdsl::SaturatingSize{1}, 4, 4}});
}

TDSL_ROUTINE void run1(tdsl_call *) {
}

TDSL_ROUTINE void k5(float *p0, float *p1, float *p2, float c0) {
    tdsl::map({3}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
            p1[i0] = c0;
            p2[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k6(int64_t *p0, int64_t *p1, int64_t c0) {
    p0[0] = c0;
    p1[0] = c0;
}

TDSL_ROUTINE void update1(tdsl_call *call) {
    float *const b0 = static_cast<float *>(call->updates[0]);
    int64_t *const b1 = static_cast<int64_t *>(call->updates[1]);
    int64_t *const b2 = static_cast<int64_t *>(call->updates[2]);
    float *const b3 = static_cast<float *>(call->updates[3]);
    float *const b4 = static_cast<float *>(call->updates[4]);
    k5(b0, b3, b4, 0.0f);
    k6(b1, b2, int64_t{0});
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
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
        .doc = "Momentum and a rate for each element, both corrected for starting at zero.\012D. P. Kingma, J. Ba: Adam"
        ": a method for stochastic optimization, ICLR 2015, arXiv:1412.6980.",
        .place = "std\057optim.tdsl:64", .kind = TDSL_RULE, .dtype = TDSL_I64, .rank = 0, .shape = nullptr,
    },
    {
        .name = "w.adam.m",
        .doc = "Momentum and a rate for each element, both corrected for starting at zero.\012D. P. Kingma, J. Ba: Adam"
        ": a method for stochastic optimization, ICLR 2015, arXiv:1412.6980.",
        .place = "std\057optim.tdsl:65", .kind = TDSL_RULE, .dtype = TDSL_F32, .rank = 1, .shape = shape_0,
    },
    {
        .name = "w.adam.v",
        .doc = "Momentum and a rate for each element, both corrected for starting at zero.\012D. P. Kingma, J. Ba: Adam"
        ": a method for stochastic optimization, ICLR 2015, arXiv:1412.6980.",
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
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "y", .doc = "", .place = "adam.tdsl:8", .dtype = TDSL_F32, .rank = 1, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "lr", .doc = "", .place = "adam.tdsl:14", .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
        .has_default = true, .default_real = 0.001, .default_integer = 0,
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
        .result_count = 1, .results = results_0, .nesting = "", .update_count = 5, .updates = updates_0,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "4 * B + 68", .formula = "4 * d\1330\135 + 68"},
        .largest = {.value = formula_1, .text = "12 * B + 12", .formula = "12 * d\1330\135 + 12"},
        .workspace = workspace0, .run = run0, .update = update0, .in_place = in_place_0,
    },
};
const tdsl_argument arguments_1[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0,
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
    .results = nullptr, .nesting = "", .update_count = 5, .updates = updates_1, .requirement_count = 0,
    .requirements = nullptr, .memory = {.value = formula_2, .text = "52", .formula = "52"},
    .largest = {.value = formula_3, .text = "12", .formula = "12"}, .workspace = workspace1, .run = run1,
    .update = update1, .in_place = in_place_1,
};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "adam",
    .doc = "A rule with states of its own, beside a state of the program.", .source = "adam.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042adam.tdsl\042, \042source_hash\042: \04265fa596c6b90edba6ea424e78152af0e5879772ec97"
    "7b5dcfea2dfeee6875650\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: \042r"
    "elease\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_lim"
    "it\042: 0, \042entries\042: \173\042train\042: \173\042workspace\042: \0424 * B + 16\042, \042results\042: \0420\042, \042updates\042: \04252\042, \042memory\042: "
    "\0424 * B + 68\042, \042flop\042: \04216 * B + 40\042, \042functions\042: \0426\042, \042bytes\042: \04248 * B + 180\042\175, \042initialise\042: \173\042wor"
    "kspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \04252\042, \042memory\042: \04252\042, \042flop\042: \0420\042, \042functions\042: \0420\042, \042bytes"
    "\042: \04252\042\175\175\175",
    .origins = "", .options = {.refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0},
    .dim_count = 1, .dims = dims_0, .variable_count = 5, .variables = variables_0, .entry_count = 1,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
