#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t n4, const float *p0, const float *p1,
        float *p2) {
    tdsl::parallel_for_each({n4}, [=](int64_t i0) {
        tdsl::gemm_epilogue<float>(n0, n0, n1, {p0 + n2 * i0, n1, 1}, {p1 + n2 * i0, 1, n1},
                [=](int64_t i1, int64_t i2, float value) {
            p2[n3 * i0 + n0 * i1 + i2] = tdsl::exp(value / 4.0f);
        });
    });
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    const int64_t d1 = call->dims[1];
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->arguments[1]);
    float *const b2 = static_cast<float *>(call->results[0]);
    k0(d1, 16, 16 * d1, d1 * d1, d0, b0, b1, b2);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *) {
    return 0;
}

TDSL_ROUTINE void k1(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3, float *p4,
        float *p5) {
    tdsl::gemm_epilogue_column_sums<float>(n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t2 = value + p3[i1];
        const float t5 = tdsl::maximum(t2, 0.0f);
        const float t7 = tdsl::select(t2 > 0.0f, t5 + t5, 0.0f);
        p4[n1 * i0 + i1] = value;
        p5[n1 * i0 + i1] = t7;
        return t7;
    });
}

TDSL_ROUTINE void k2(int64_t n0, int64_t n1, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0, n1}, p0, [=](int64_t, int64_t i0) {
        return [=](int64_t i1) {
            const float t4 = tdsl::maximum(p1[n1 * i0 + i1] + p2[i1], 0.0f);
            return t4 * t4;
        };
    });
}

TDSL_ROUTINE void k3(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - 0.1f * p1[i0];
        };
    });
}

TDSL_ROUTINE void k4(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - 0.1f * value;
    });
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    const int64_t d1 = call->dims[1];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {64 * d1, 64 * d1});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    const float *const b2 = static_cast<const float *>(call->variables[1]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = static_cast<float *>(call->updates[0]);
    float *const b5 = static_cast<float *>(call->updates[1]);
    float *const b7 = static_cast<float *>(call->updates[1]);
    float *const b8 = reinterpret_cast<float *>(w[0]);
    float *const b9 = reinterpret_cast<float *>(w[1]);
    k1(d1, 16, b0, b1, b7, b2, b9, b8);
    k2(d1, 16, b3, b9, b2);
    k3(16, b2, b7, b5);
    k4(16, d1, b0, b8, b1, b4);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]}, 4, 2}});
}

TDSL_ROUTINE void run2(tdsl_call *) {
}

TDSL_ROUTINE void k5(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void update2(tdsl_call *call) {
    float *const b0 = static_cast<float *>(call->updates[0]);
    float *const b1 = static_cast<float *>(call->updates[1]);
    k5(16, b1, 0.0f);
    k5(256, b0, 0.0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
    return 0;
}


}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"B", "T"};
const int64_t shape_0[] = {16, 16};
const int64_t shape_1[] = {16};
const tdsl_variable variables_0[] = {
    {
        .name = "W", .doc = "", .place = "contraction.tdsl:11", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_0,
    },
    {
        .name = "b", .doc = "", .place = "contraction.tdsl:12", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
};
const tdsl_extent shape_2[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = -1, .dim = 1, .value = nullptr, .text = "T", .formula = ""},
    {.size = 16, .dim = -1, .value = nullptr, .text = "16", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "q", .doc = "", .place = "contraction.tdsl:8", .dtype = TDSL_F32, .rank = 3, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "k", .doc = "", .place = "contraction.tdsl:9", .dtype = TDSL_F32, .rank = 3, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
};
const tdsl_extent shape_3[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = -1, .dim = 1, .value = nullptr, .text = "T", .formula = ""},
    {.size = -1, .dim = 1, .value = nullptr, .text = "T", .formula = ""},
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "contraction.tdsl:17:23",
        .dtype = TDSL_F32, .rank = 3, .shape = shape_3,
    },
};
int64_t formula_0(const int64_t *dims) {
    return
            (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} *
            tdsl::SaturatingSize{dims[1]}).value;
}
int64_t formula_1(const int64_t *dims) {
    return
            (tdsl::SaturatingSize{4} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} *
            tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{64} * tdsl::SaturatingSize{dims[0]} * tdsl::SaturatingSize{dims[1]} +
            tdsl::SaturatingSize{dims[1]} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{dims[0]} +
            tdsl::SaturatingSize{16} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{16}).value;
}
const tdsl_extent shape_4[] = {
    {.size = -1, .dim = 1, .value = nullptr, .text = "T", .formula = ""},
    {.size = 16, .dim = -1, .value = nullptr, .text = "16", .formula = ""},
};
const tdsl_argument arguments_1[] = {
    {
        .name = "x", .doc = "", .place = "contraction.tdsl:10", .dtype = TDSL_F32, .rank = 2, .shape = shape_4,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "contraction.tdsl:18:19",
        .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {0, 1};
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{128} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{1088}).value;
}
int64_t formula_3(const int64_t *dims) {
    return (tdsl::SaturatingSize{64} * tdsl::SaturatingSize{dims[1]} + tdsl::SaturatingSize{1024}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "scores", .doc = "", .place = "contraction.tdsl:17", .argument_count = 2, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .update_count = 0, .updates = nullptr,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "4 * B * T * T", .formula = "4 * d\1330\135 * d\1331\135 * d\1331\135"},
        .largest = {
            .value = formula_1, .text = "4 * B * T * T + 64 * B * T + T * T + B + 16 * T + 16",
            .formula = "4 * d\1330\135 * d\1331\135 * d\1331\135 + 64 * d\1330\135 * d\1331\135 + d\1331\135 * d\1331\135 + d\1330\135 + 16 * d\1331\135 + 16",
        },
        .workspace = workspace0, .run = run0, .update = nullptr, .in_place = nullptr,
    },
    {
        .name = "train", .doc = "", .place = "contraction.tdsl:18", .argument_count = 1, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .update_count = 2, .updates = updates_0,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "128 * T + 1088", .formula = "128 * d\1331\135 + 1088"},
        .largest = {.value = formula_3, .text = "64 * T + 1024", .formula = "64 * d\1331\135 + 1024"},
        .workspace = workspace1, .run = run1, .update = nullptr, .in_place = nullptr,
    },
};
const tdsl_argument arguments_2[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0,
    },
};
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{1088}.value;
}
int64_t formula_5(const int64_t *) {
    return tdsl::SaturatingSize{1024}.value;
}
const int64_t in_place_0[] = {1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .update_count = 2, .updates = updates_0, .requirement_count = 0,
    .requirements = nullptr, .memory = {.value = formula_4, .text = "1088", .formula = "1088"},
    .largest = {.value = formula_5, .text = "1024", .formula = "1024"}, .workspace = workspace2, .run = run2,
    .update = update2, .in_place = in_place_0,
};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "contraction",
    .doc = "Products of stacks, with what follows them and a sum of columns.", .source = "contraction.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042contraction.tdsl\042, \042source_hash\042: \042bb48367f61c010ecdf1751713a95cd33644a"
    "d4f85c5bcc0a3a812eb4c6a27cbf\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mo"
    "de\042: \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042mem"
    "ory_limit\042: 0, \042entries\042: \173\042scores\042: \173\042workspace\042: \0420\042, \042results\042: \0424 * B * T * T\042, \042updates\042: \0420\042, "
    "\042memory\042: \0424 * B * T * T\042, \042flop\042: \04233 * B * T * T\042, \042functions\042: \042B * T * T\042, \042bytes\042: \0424 * B * T *"
    " T + 128 * B * T\042\175, \042train\042: \173\042workspace\042: \042128 * T\042, \042results\042: \0420\042, \042updates\042: \0421088\042, \042memory\042: \042"
    "128 * T + 1088\042, \042flop\042: \0421152 * T + 544\042, \042functions\042: \0420\042, \042bytes\042: \042384 * T + 3460\042\175, \042initialise"
    "\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0421088\042, \042memory\042: \0421088\042, \042flop\042: \0420\042, \042functions\042:"
    " \0420\042, \042bytes\042: \0421088\042\175\175\175",
    .origins = "", .options = {.refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0},
    .dim_count = 2, .dims = dims_0, .variable_count = 2, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
