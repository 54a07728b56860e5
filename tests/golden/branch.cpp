#include "tdsl/abi.h"
#include "tdsl/fixed_size.hpp"
#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/processor.hpp"
#include "tdsl/products.hpp"
#include "tdsl/random.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl_unit {

TDSL_ROUTINE void k0(const int64_t *p0, uint8_t *p1) {
    const bool t2 = p0[0] >= int64_t{0};
    p1[0] = t2;
}

TDSL_ROUTINE void k1(tdsl_call *call, int64_t n0, const int64_t *p0, const float *p1, const float *p2, float *p3,
        int32_t c0) {
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    const float t5 = (tdsl::in_bounds(0, n0) ? p1[t1] : 0.0f) * p2[0];
    p3[0] = t5;
}

TDSL_ROUTINE void k2(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void k3(const float *p0, const float *p1, float *p2) {
    const float t2 = p0[0] / p1[0];
    p2[0] = t2;
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {1, 4});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const int64_t *const b1 = static_cast<const int64_t *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->variables[0]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = reinterpret_cast<float *>(w[1]);
    uint8_t *const b5 = reinterpret_cast<uint8_t *>(w[0]);
    k0(b1, b5);
    if (b5[0]) {
        k1(call, d0, b1, b0, b2, b3, 0);
    } else {
        k2(d0, b4, b0);
        k3(b4, b2, b3);
    }
}

TDSL_ROUTINE int64_t workspace0(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{1}, 1, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE void k4(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void k5(tdsl_call *call, int64_t n0, const float *p0, const int64_t *p1, float *p2, int32_t c0) {
    const float t0 = p0[0];
    const int64_t t2 = tdsl::checked_index(call, c0, p1[0], n0);
    const bool t3 = tdsl::in_bounds(0, n0);
    if (t3) {
        p2[t2] = tdsl::add(p2[t2], t0);
    }
}

TDSL_ROUTINE void k6(const float *p0, float *p1) {
    const float t2 = 1.0f / p0[0];
    p1[0] = t2;
}

TDSL_ROUTINE void k7(int64_t n0, const float *p0, float *p1) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            p1[i0] = t0;
        };
    });
}

TDSL_ROUTINE void k8(tdsl_call *call, int64_t n0, const int64_t *p0, const float *p1, float *p2, int32_t c0) {
    const int64_t t1 = tdsl::checked_index(call, c0, p0[0], n0);
    const float t3 = tdsl::in_bounds(0, n0) ? p1[t1] : 0.0f;
    p2[0] = t3;
}

TDSL_ROUTINE void k9(const float *p0, const float *p1, float *p2) {
    const float t1 = p1[0];
    const float t4 = -(p0[0] / t1) / t1;
    p2[0] = t4;
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[2];
    tdsl::place_slots(w, call->workspace, {1, 4});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const int64_t *const b1 = static_cast<const int64_t *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->variables[0]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = static_cast<float *>(call->results[1]);
    float *const b5 = reinterpret_cast<float *>(w[1]);
    float *const b6 = reinterpret_cast<float *>(w[1]);
    uint8_t *const b7 = reinterpret_cast<uint8_t *>(w[0]);
    k0(b1, b7);
    if (b7[0]) {
        k4(d0, b3, 0.0f);
        k5(call, d0, b2, b1, b3, 1);
    } else {
        k6(b2, b6);
        k7(d0, b6, b3);
    }
    if (b7[0]) {
        k8(call, d0, b1, b0, b4, 0);
    } else {
        k2(d0, b5, b0);
        k9(b5, b2, b4);
    }
}

TDSL_ROUTINE int64_t workspace1(const int64_t *) {
    return tdsl::workspace({{tdsl::SaturatingSize{1}, 1, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

TDSL_ROUTINE void run2(tdsl_call *) {
}

TDSL_ROUTINE void k10(float *p0, float c0) {
    p0[0] = c0;
}

TDSL_ROUTINE void update2(tdsl_call *call) {
    float *const b0 = static_cast<float *>(call->updates[0]);
    k10(b0, 1.0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
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
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "i", .doc = "", .place = "branch.tdsl:6", .dtype = TDSL_I64, .rank = 0, .shape = nullptr,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
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
        .result_count = 1, .results = results_0, .nesting = "", .update_count = 0, .updates = nullptr,
        .requirement_count = 0, .requirements = nullptr, .memory = {.value = formula_0, .text = "5", .formula = "5"},
        .largest = {.value = formula_1, .text = "4 * N + 8", .formula = "4 * d\1330\135 + 8"}, .workspace = workspace0,
        .run = run0, .update = nullptr, .in_place = nullptr,
    },
    {
        .name = "slope", .doc = "", .place = "branch.tdsl:12", .argument_count = 2, .arguments = arguments_0,
        .result_count = 2, .results = results_1, .nesting = "", .update_count = 0, .updates = nullptr,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "4 * N + 5", .formula = "4 * d\1330\135 + 5"},
        .largest = {.value = formula_1, .text = "4 * N + 8", .formula = "4 * d\1330\135 + 8"}, .workspace = workspace1,
        .run = run1, .update = nullptr, .in_place = nullptr,
    },
};
const tdsl_argument arguments_1[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0,
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
    .results = nullptr, .nesting = "", .update_count = 1, .updates = updates_0, .requirement_count = 0,
    .requirements = nullptr, .memory = {.value = formula_3, .text = "4", .formula = "4"},
    .largest = {.value = formula_4, .text = "8", .formula = "8"}, .workspace = workspace2, .run = run2,
    .update = update2, .in_place = in_place_0,
};
const tdsl_site sites_0[] = {
    {.kind = TDSL_INDEX, .place = "branch.tdsl:9:24", .text = "x\133i\135"},
    {.kind = TDSL_INDEX, .place = "branch.tdsl:9:24", .text = "x\133i\135"},
};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "branch",
    .doc = "A side is computed only if it is taken, faults and derivatives too.", .source = "branch.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042branch.tdsl\042, \042source_hash\042: \042c57bbc9fd9c121780b13ad7e3c213ef5f014ec9e0"
    "2afabeb6f3613e255b79a0e\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042: "
    "\042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_l"
    "imit\042: 0, \042entries\042: \173\042value\042: \173\042workspace\042: \0425\042, \042results\042: \0420\042, \042updates\042: \0420\042, \042memory\042: \0425\042, \042fl"
    "op\042: \042N + 1\042, \042functions\042: \0420\042, \042bytes\042: \0424 * N + 30\042\175, \042slope\042: \173\042workspace\042: \0425\042, \042results\042: \0424 * "
    "N\042, \042updates\042: \0420\042, \042memory\042: \0424 * N + 5\042, \042flop\042: \042N + 4\042, \042functions\042: \0420\042, \042bytes\042: \0428 * N + 47\042\175"
    ", \042initialise\042: \173\042workspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \0424\042, \042memory\042: \0424\042, \042flop\042: \0420\042, \042func"
    "tions\042: \0420\042, \042bytes\042: \0424\042\175\175\175",
    .origins = "", .options = {.refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0},
    .dim_count = 1, .dims = dims_0, .variable_count = 1, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 2, .sites = sites_0,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
