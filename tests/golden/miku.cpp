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
TDSL_ROUTINE void run_test(tdsl_call *call);
TDSL_ROUTINE void run_train(tdsl_call *call);
TDSL_ROUTINE void update_initialise(tdsl_call *call);
TDSL_ROUTINE int64_t workspace_initialise(const int64_t *);
TDSL_ROUTINE int64_t workspace_test(const int64_t *dims);
TDSL_ROUTINE int64_t workspace_train(const int64_t *dims);
TDSL_ROUTINE void map_sigmoid(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[2 * i0];
        const float t2 = p0[2 * i0 + 1];
        return [=](int64_t i1) {
            p3[n1 * i0 + i1] = tdsl::sigmoid(t0 * p1[i1] + t2 * p1[i1 + n1] + p2[i1]);
        };
    });
}

TDSL_ROUTINE void gemm_sigmoid(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(n0, n1, n1, {p0, n1, 1}, {p1, n1, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n1 * i0 + i1] = tdsl::sigmoid(value + p2[i1]);
    });
}

TDSL_ROUTINE void map_sigmoid_2(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::map({n0}, [=]() {
        const float t1 = p1[0];
        return [=](int64_t i0) {
            p2[i0] = tdsl::sigmoid(p0[i0] + t1);
        };
    });
}

TDSL_ROUTINE void sum_all_of_mul_sub(int64_t n0, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t2 = p1[i0] - p2[i0];
            return t2 * t2;
        };
    });
}

TDSL_ROUTINE void scalar_div(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t5 = 1.0f / t2;
    p1[0] = p0[0] / t2;
    p2[0] = t5;
}

TDSL_ROUTINE void map_mul_add_sub(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t1 = p1[i0];
            const float t4 = t0 * (t1 - p2[i0]);
            p3[i0] = (t4 + t4) * (t1 * (1.0f - t1));
        };
    });
}

TDSL_ROUTINE void sum_all(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void scalar_sub_mul(const float *p0, const float *p1, const float *p2, float *p3) {
    p3[0] = p0[0] - p1[0] * p2[0];
}

TDSL_ROUTINE void map_sub_mul(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0}, [=]() {
        const float t1 = p1[0];
        return [=](int64_t i0) {
            p3[i0] = p0[i0] - t1 * p2[i0];
        };
    });
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void gemm_sigmoid(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void map_mul_add_sub(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void map_sigmoid(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void map_sigmoid_2(int64_t n0, const float *p0, const float *p1, float *p2);
TDSL_ROUTINE void map_sub_mul(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void scalar_div(int64_t n0, const float *p0, float *p1, float *p2);
TDSL_ROUTINE void scalar_sub_mul(const float *p0, const float *p1, const float *p2, float *p3);
TDSL_ROUTINE void sum_all(int64_t n0, float *p0, const float *p1);
TDSL_ROUTINE void sum_all_of_mul_sub(int64_t n0, float *p0, const float *p1, const float *p2);
TDSL_ROUTINE void map_mul_sub(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[i0];
        return [=](int64_t i1) {
            const float t3 = p2[n1 * i0 + i1];
            p3[n1 * i0 + i1] = t0 * p1[i1] * (t3 * (1.0f - t3));
        };
    });
}

TDSL_ROUTINE void sum_columns(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + n0 * i1];
        };
    });
}

TDSL_ROUTINE void gemm_sub_mul(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2,
        const float *p3, float *p4) {
    tdsl::gemm_epilogue<float>(n0, n0, n1, {p0, 1, n0}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = p3[0];
        p4[n0 * i0 + i1] = p2[n0 * i0 + i1] - t2 * value;
    });
}

TDSL_ROUTINE void gemm_mul_sub(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2, const float *p3,
        float *p4) {
    tdsl::gemm_epilogue_column_sums<float>(n0, n1, n1, {p0, n1, 1}, {p1, 1, n1}, p2,
            [=](int64_t i0, int64_t i1, float value) {
        const float t1 = p3[n1 * i0 + i1];
        const float t5 = value * (t1 * (1.0f - t1));
        p4[n1 * i0 + i1] = t5;
        return t5;
    });
}

TDSL_ROUTINE void gemm_sub_mul_2(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2,
        const float *p3, float *p4) {
    tdsl::gemm_epilogue<float>(2, n0, n1, {p0, 1, 2}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        const float t2 = p3[0];
        p4[n0 * i0 + i1] = p2[n0 * i0 + i1] - t2 * value;
    });
}

// train(x: f32[B, 2], y_hat: f32[B], lr: f32) -> f32                                               miku.tdsl:24
TDSL_ROUTINE void run_train(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[4];
    tdsl::place_slots(slots, call->workspace, {4000 * B, 4000 * B, 4 * B, 4});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const y_hat = tdsl::argument<float>(call, 1);
    const float *const lr = tdsl::argument<float>(call, 2);
    const float *const W1 = tdsl::variable<float>(call, 0);
    const float *const b1 = tdsl::variable<float>(call, 1);
    const float *const W2 = tdsl::variable<float>(call, 2);
    const float *const b2 = tdsl::variable<float>(call, 3);
    const float *const W3 = tdsl::variable<float>(call, 4);
    const float *const b3 = tdsl::variable<float>(call, 5);
    float *const C = tdsl::result<float>(call, 0);
    float *const W1_new = tdsl::update<float>(call, 0);
    float *const b1_new = tdsl::update<float>(call, 1);
    float *const W2_new = tdsl::update<float>(call, 2);
    float *const b2_new = tdsl::update<float>(call, 3);
    float *const W3_new = tdsl::update<float>(call, 4);
    float *const b3_new = tdsl::update<float>(call, 5);
    float *const dC_db1 = tdsl::update<float>(call, 1);
    float *const mul_3 = tdsl::slot<float>(slots, 0);
    float *const dC_db2 = tdsl::update<float>(call, 3);
    float *const mul_2 = tdsl::slot<float>(slots, 1);
    float *const dC_dW3 = tdsl::update<float>(call, 4);
    float *const dC_db3 = tdsl::update<float>(call, 5);
    float *const mul = tdsl::slot<float>(slots, 2);
    float *const div = tdsl::slot<float>(slots, 3);
    float *const sum = tdsl::slot<float>(slots, 3);
    float *const y = tdsl::slot<float>(slots, 2);
    float *const matmul_2 = tdsl::slot<float>(slots, 2);
    float *const a2 = tdsl::slot<float>(slots, 1);
    float *const a1 = tdsl::slot<float>(slots, 0);

    map_sigmoid(B, 1000, x, W1, b1, a1);                // a1 = sigmoid(x @ W1 + b1)                miku.tdsl:18
    gemm_sigmoid(B, 1000, a1, W2, b2, a2);              // a2 = sigmoid(a1 @ W2 + b2)               miku.tdsl:19
    // matmul_2 = a2 @ W3                                                                           miku.tdsl:20
    tdsl::gemm(B, 1, 1000, {a2, 1000, 1}, {W3, 1, 0}, matmul_2, 1);
    map_sigmoid_2(B, matmul_2, b3, y);                  // y = sigmoid(matmul_2 + b3)               miku.tdsl:20
    sum_all_of_mul_sub(B, sum, y, y_hat);               // sum = sum((y - y_hat) ** 2)              miku.tdsl:22
    // C = sum / B                                                                                  miku.tdsl:22
    // div = 1.0 / real(B)                                                                          miku.tdsl:22
    scalar_div(B, sum, C, div);
    // mul = (div * (y - y_hat) + div * (y - y_hat)) * (y * (1 - y))                                miku.tdsl:20
    map_mul_add_sub(B, div, y, y_hat, mul);
    sum_all(B, dC_db3, mul);                            // dC_db3 = sum(mul)                        miku.tdsl:25
    scalar_sub_mul(b3, lr, dC_db3, b3_new);             // b3_new = b3 - lr * dC_db3                miku.tdsl:25
    // dC_dW3 = mul @ a2                                                                            miku.tdsl:20
    tdsl::gemm(1, 1000, B, {mul, 0, 1}, {a2, 1000, 1}, dC_dW3, 1000);
    map_sub_mul(1000, W3, lr, dC_dW3, W3_new);          // W3_new = W3 - lr * dC_dW3                miku.tdsl:25
    // mul_2 = mul[:, new] * W3 * (a2 * (1 - a2))                                                   miku.tdsl:19
    map_mul_sub(B, 1000, mul, W3, a2, mul_2);
    sum_columns(1000, B, dC_db2, mul_2);                // dC_db2 = sum(mul_2, axis=0)              miku.tdsl:25
    map_sub_mul(1000, b2, lr, dC_db2, b2_new);          // b2_new = b2 - lr * dC_db2                miku.tdsl:25
    gemm_sub_mul(1000, B, a1, mul_2, W2, lr, W2_new);   // W2_new = W2 - lr * (a1.T @ mul_2)        miku.tdsl:25
    // mul_3 = mul_2 @ W2.T * (a1 * (1 - a1))                                                       miku.tdsl:18
    // dC_db1 = sum(mul_3, axis=0)                                                                  miku.tdsl:25
    gemm_mul_sub(B, 1000, mul_2, W2, dC_db1, a1, mul_3);
    map_sub_mul(1000, b1, lr, dC_db1, b1_new);          // b1_new = b1 - lr * dC_db1                miku.tdsl:25
    gemm_sub_mul_2(1000, B, x, mul_3, W1, lr, W1_new);  // W1_new = W1 - lr * (x.T @ mul_3)         miku.tdsl:25
}

TDSL_ROUTINE int64_t workspace_train(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{1000} * tdsl::SaturatingSize{dims[0]}, 4, 2},
            {tdsl::SaturatingSize{dims[0]}, 4, 1}, {tdsl::SaturatingSize{1}, 4, 1}});
}

// test(x: f32[B, 2]) -> f32[B]                                                                     miku.tdsl:28
TDSL_ROUTINE void run_test(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[2];
    tdsl::place_slots(slots, call->workspace, {4000 * B, 4000 * B});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const W1 = tdsl::variable<float>(call, 0);
    const float *const b1 = tdsl::variable<float>(call, 1);
    const float *const W2 = tdsl::variable<float>(call, 2);
    const float *const b2 = tdsl::variable<float>(call, 3);
    const float *const W3 = tdsl::variable<float>(call, 4);
    const float *const b3 = tdsl::variable<float>(call, 5);
    float *const y = tdsl::result<float>(call, 0);
    float *const matmul_2 = tdsl::result<float>(call, 0);
    float *const a2 = tdsl::slot<float>(slots, 1);
    float *const a1 = tdsl::slot<float>(slots, 0);

    map_sigmoid(B, 1000, x, W1, b1, a1);                // a1 = sigmoid(x @ W1 + b1)                miku.tdsl:18
    gemm_sigmoid(B, 1000, a1, W2, b2, a2);              // a2 = sigmoid(a1 @ W2 + b2)               miku.tdsl:19
    // matmul_2 = a2 @ W3                                                                           miku.tdsl:20
    tdsl::gemm(B, 1, 1000, {a2, 1000, 1}, {W3, 1, 0}, matmul_2, 1);
    map_sigmoid_2(B, matmul_2, b3, y);                  // y = sigmoid(matmul_2 + b3)               miku.tdsl:20
}

TDSL_ROUTINE int64_t workspace_test(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{1000} * tdsl::SaturatingSize{dims[0]}, 4, 2}});
}

// initialise(seed: i64) -> ()
TDSL_ROUTINE void run_initialise(tdsl_call *) {
}

TDSL_ROUTINE void scalar_fill(float *p0, float c0) {
    p0[0] = c0;
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

TDSL_ROUTINE void map_fill(int64_t n0, float *p0, float *p1, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
            p1[i0] = c0;
        };
    });
}

TDSL_ROUTINE void map_standard_normal_random_word_2(int64_t n0, const int64_t *p0, float *p1, int64_t c0) {
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
    float *const W1_new = tdsl::update<float>(call, 0);
    float *const b1_new = tdsl::update<float>(call, 1);
    float *const W2_new = tdsl::update<float>(call, 2);
    float *const b2_new = tdsl::update<float>(call, 3);
    float *const W3_new = tdsl::update<float>(call, 4);
    float *const b3_new = tdsl::update<float>(call, 5);

    scalar_fill(b3_new, 0.0f);                          // b3_new = 0.0                             miku.tdsl:16
    // W3_new = real(standard_normal(random_bits(seed, 4591172260951929535, (1000,)))) * 0.05       miku.tdsl:15
    map_standard_normal_random_word(1000, seed, W3_new, int64_t{4591172260951929535}, 0.05f);
    // b1_new = broadcast(b3_new, (1000,))                                                          miku.tdsl:14
    // b2_new = b1_new                                                                              miku.tdsl:14
    map_fill(1000, b1_new, b2_new, 0.0f);
    // W2_new = real(standard_normal(random_bits(seed, 6291309841054146019, (1000, 1000)))) * 0.05  miku.tdsl:13
    map_standard_normal_random_word(1000000, seed, W2_new, int64_t{6291309841054146019}, 0.05f);
    // W1_new = real(standard_normal(random_bits(seed, 1514834177790051458, (2, 1000))))            miku.tdsl:11
    map_standard_normal_random_word_2(2000, seed, W1_new, int64_t{1514834177790051458});
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
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "y_hat", .doc = "", .place = "miku.tdsl:9", .dtype = TDSL_F32, .rank = 1, .shape = shape_4,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "lr", .doc = "", .place = "miku.tdsl:24", .dtype = TDSL_F32, .rank = 0, .shape = nullptr,
        .has_default = true, .default_real = 0.01, .default_integer = 0, .binds = nullptr,
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
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
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
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 6,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "8004 * B + 4020008", .formula = "8004 * d\1330\135 + 4020008"},
        .largest = {.value = formula_1, .text = "4000 * B + 4000000", .formula = "4000 * d\1330\135 + 4000000"},
        .lap_count = 0, .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_train, .run = run_train, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "test", .doc = "", .place = "miku.tdsl:28", .argument_count = 1, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "8004 * B", .formula = "8004 * d\1330\135"},
        .largest = {.value = formula_1, .text = "4000 * B + 4000000", .formula = "4000 * d\1330\135 + 4000000"},
        .lap_count = 0, .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_test, .run = run_test, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
};
const tdsl_argument arguments_2[] = {
    {
        .name = "seed", .doc = "", .place = "", .dtype = TDSL_I64, .rank = 0, .shape = nullptr, .has_default = false,
        .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
int64_t formula_3(const int64_t *) {
    return tdsl::SaturatingSize{4020004}.value;
}
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{8000000}.value;
}
const int64_t in_place_0[] = {1, 1, 1, 1, 1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 6, .updates = updates_0,
    .requirement_count = 0, .requirements = nullptr,
    .memory = {.value = formula_3, .text = "4020004", .formula = "4020004"},
    .largest = {.value = formula_4, .text = "8000000", .formula = "8000000"}, .lap_count = 0,
    .exchanged_dtype = TDSL_F32, .exchanged = 0,
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
    .abi_version = TDSL_ABI_VERSION, .name = "miku",
    .doc = "The function of Miku: which points of the plane lie inside the picture.", .source = "miku.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042miku.tdsl\042, \042source_hash\042: \042…\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042"
    "refuse\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135, \042nan\042: \042allow\042, \042p"
    "rofile\042: false, \042unstable\042: \042allow\042, \042subnormals\042: \042flush\042, "
    "\042data_parallel\042: false, \042opt\042: 3, \042device\042: \042cpu\042, \042precision"
    "\042: \042ieee\042, \042cublas\042: \042allow\042, \042threads\042: 0, \042memory_limit\042: "
    "0, \042entries\042: \173\042train\042: \173\042workspace\042: \0428004 * B + 4\042, \042result"
    "s\042: \0420\042, \042updates\042: \0424020004\042, \042memory\042: \0428004 * B + 4020008"
    "\042, \042flop\042: \0426022011 * B + 2010004\042, \042functions\042: \0422001 * B\042, "
    "\042bytes\042: \04256060 * B + 16088064\042\175, \042test\042: \173\042workspace\042: \042800"
    "0 * B\042, \042results\042: \0424 * B\042, \042updates\042: \0420\042, \042memory\042: \0428004 *"
    " B\042, \042flop\042: \0422007001 * B\042, \042functions\042: \0422001 * B\042, \042bytes\042"
    ": \04216020 * B + 4020004\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042r"
    "esults\042: \0420\042, \042updates\042: \0424020004\042, \042memory\042: \0424020004\042, \042fl"
    "op\042: \0421001000\042, \042functions\042: \0422006000\042, \042bytes\042: \0424020028\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 6, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
