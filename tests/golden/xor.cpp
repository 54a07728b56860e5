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
TDSL_ROUTINE void map_sigmoid_3(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3,
        const float *p4, const float *p5, float *p6) {
    tdsl::for_row_blocks(n0, {1}, [=](int64_t first, int64_t last) {
        tdsl::map_strided({last - first}, [=]() {
            const float t1 = p1[0];
            const float t3 = p1[2];
            const float t7 = p2[0];
            const float t10 = p1[1];
            const float t11 = p1[3];
            const float t15 = p2[1];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                const float t0 = p0[2 * i0];
                const float t2 = p0[2 * i0 + 1];
                const float t17 = tdsl::sigmoid(t0 * t10 + t2 * t11 + t15);
                p3[2 * i0] = tdsl::sigmoid(t0 * t1 + t2 * t3 + t7);
                p3[2 * i0 + 1] = t17;
            };
        });
        tdsl::map_strided({last - first}, [=]() {
            const float t1 = p4[0];
            const float t3 = p4[1];
            const float t7 = p5[0];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                p6[i0] = tdsl::sigmoid(p3[2 * i0] * t1 + p3[2 * i0 + 1] * t3 + t7);
            };
        });
    });
}

TDSL_ROUTINE void run_network_any(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[1];
    tdsl::place_slots(slots, call->workspace, {8 * B});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const W1 = tdsl::variable<float>(call, 0);
    const float *const b1 = tdsl::variable<float>(call, 1);
    const float *const w2 = tdsl::variable<float>(call, 2);
    const float *const b2 = tdsl::variable<float>(call, 3);
    float *const y = tdsl::result<float>(call, 0);
    float *const a = tdsl::slot<float>(slots, 0);

    // a = sigmoid(x @ W1 + b1)                                                                     xor.tdsl:13
    // y = sigmoid(a @ w2 + b2)                                                                     xor.tdsl:14
    map_sigmoid_3(B, x, W1, b1, a, w2, b2, y);
}

TDSL_INLINE void map_sigmoid(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[2];
        const float t7 = p2[0];
        const float t10 = p1[1];
        const float t11 = p1[3];
        const float t15 = p2[1];
        return [=](int64_t i0) {
            const float t0 = p0[2 * i0];
            const float t2 = p0[2 * i0 + 1];
            const float t17 = tdsl::sigmoid(t0 * t10 + t2 * t11 + t15);
            p3[2 * i0] = tdsl::sigmoid(t0 * t1 + t2 * t3 + t7);
            p3[2 * i0 + 1] = t17;
        };
    });
}

TDSL_INLINE void map_sigmoid_2(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t7 = p2[0];
        return [=](int64_t i0) {
            p3[i0] = tdsl::sigmoid(p0[2 * i0] * t1 + p0[2 * i0 + 1] * t3 + t7);
        };
    });
}

TDSL_INLINE void run_network_fixed(tdsl_call *call, void *memory, int64_t B) {
    char *slots[1];
    tdsl::place_slots(slots, memory, {8 * B});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const W1 = tdsl::variable<float>(call, 0);
    const float *const b1 = tdsl::variable<float>(call, 1);
    const float *const w2 = tdsl::variable<float>(call, 2);
    const float *const b2 = tdsl::variable<float>(call, 3);
    float *const y = tdsl::result<float>(call, 0);
    float *const a = tdsl::slot<float>(slots, 0);

    map_sigmoid(B, x, W1, b1, a);                       // a = sigmoid(x @ W1 + b1)                 xor.tdsl:13
    map_sigmoid_2(B, a, w2, b2, y);                     // y = sigmoid(a @ w2 + b2)                 xor.tdsl:14
}

// network(x: f32[B, 2]) -> f32[B]                                                                  xor.tdsl:18
TDSL_ROUTINE void run_network(tdsl_call *call) {
    if (call->dims[0] == 1) {
        alignas(64) char memory[64];
        return run_network_fixed(call, memory, 1);
    }
    if (call->dims[0] == 4) {
        alignas(64) char memory[64];
        return run_network_fixed(call, memory, 4);
    }
    if (call->dims[0] == 8) {
        alignas(64) char memory[64];
        return run_network_fixed(call, memory, 8);
    }
    run_network_any(call);
}

TDSL_ROUTINE int64_t workspace_network(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{2} * tdsl::SaturatingSize{dims[0]}, 4, 1}});
}

TDSL_ROUTINE void map_sigmoid_map_add_mul(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3,
        const float *p4, const float *p5, float *p6) {
    tdsl::for_row_blocks(n0, {1}, [=](int64_t first, int64_t last) {
        tdsl::map_strided({last - first}, [=]() {
            const float t1 = p1[0];
            const float t3 = p1[2];
            const float t7 = p2[0];
            const float t10 = p1[1];
            const float t11 = p1[3];
            const float t15 = p2[1];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                const float t0 = p0[2 * i0];
                const float t2 = p0[2 * i0 + 1];
                const float t17 = tdsl::sigmoid(t0 * t10 + t2 * t11 + t15);
                p3[2 * i0] = tdsl::sigmoid(t0 * t1 + t2 * t3 + t7);
                p3[2 * i0 + 1] = t17;
            };
        });
        tdsl::map_strided({last - first}, [=]() {
            const float t1 = p4[0];
            const float t3 = p4[1];
            const float t7 = p5[0];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                p6[i0] = p3[2 * i0] * t1 + p3[2 * i0 + 1] * t3 + t7;
            };
        });
    });
}

TDSL_ROUTINE void sum_all_of_softplus_2(int64_t n0, float *p0, const float *p1, const float *p2) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            const float t2 = p2[i0];
            const float t12 = -t0 * -tdsl::softplus(-t2) - (1.0f - t0) * -tdsl::softplus(t2);
            return t12;
        };
    });
}

TDSL_ROUTINE void scalar_div_2(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t5 = 1.0f / t2;
    p1[0] = p0[0] / t2;
    p2[0] = t5;
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void map_sigmoid_map_add_mul(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3,
        const float *p4, const float *p5, float *p6);
TDSL_ROUTINE void scalar_div_2(int64_t n0, const float *p0, float *p1, float *p2);
TDSL_ROUTINE void sum_all_of_softplus_2(int64_t n0, float *p0, const float *p1, const float *p2);
TDSL_ROUTINE void map_sigmoid_6(int64_t n0, const float *p0, const float *p1, const float *p2, const float *p3,
        const float *p4, float *p5, float *p6) {
    tdsl::map_strided({n0}, [=]() {
        const float t0 = p0[0];
        const float t1 = -t0;
        const float t17 = p3[0];
        const float t23 = p3[1];
        return [=](int64_t i0) {
            const float t3 = p1[i0];
            const float t7 = p2[i0];
            const float t16 = -(t1 * (1.0f - t3)) * tdsl::sigmoid(t7) - -(t0 * -t3) * tdsl::sigmoid(-t7);
            const float t19 = p4[2 * i0];
            const float t22 = t16 * t17 * (t19 * (1.0f - t19));
            const float t25 = p4[2 * i0 + 1];
            const float t28 = t16 * t23 * (t25 * (1.0f - t25));
            p5[i0] = t16;
            p6[2 * i0] = t22;
            p6[2 * i0 + 1] = t28;
        };
    });
}

TDSL_ROUTINE void sum_all_2(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_ROUTINE void scalar_sub_2(const float *p0, const float *p1, float *p2) {
    p2[0] = p0[0] - p1[0];
}

TDSL_ROUTINE void map_sub_2(const float *p0, const float *p1, float *p2) {
    tdsl::map({2}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - p1[i0];
        };
    });
}

TDSL_ROUTINE void sum_columns_2(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_columns<tdsl::Sum<float>>({2}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 2 * i1];
        };
    });
}

TDSL_ROUTINE void gemm_sub_2(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(2, 2, n0, {p0, 1, 2}, {p1, 2, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[2 * i0 + i1] = p2[2 * i0 + i1] - value;
    });
}

TDSL_ROUTINE void run_train_any(tdsl_call *call) {
    const int64_t B = call->dims[0];
    char *slots[5];
    tdsl::place_slots(slots, call->workspace, {8 * B, 4 * B, 4, 8 * B, 4 * B});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const y_hat = tdsl::argument<float>(call, 1);
    const float *const W1 = tdsl::variable<float>(call, 0);
    const float *const b1 = tdsl::variable<float>(call, 1);
    const float *const w2 = tdsl::variable<float>(call, 2);
    const float *const b2 = tdsl::variable<float>(call, 3);
    float *const C = tdsl::result<float>(call, 0);
    float *const W1_new = tdsl::update<float>(call, 0);
    float *const b1_new = tdsl::update<float>(call, 1);
    float *const w2_new = tdsl::update<float>(call, 2);
    float *const b2_new = tdsl::update<float>(call, 3);
    float *const dC_db1 = tdsl::update<float>(call, 1);
    float *const mul = tdsl::slot<float>(slots, 3);
    float *const dC_dw2 = tdsl::update<float>(call, 2);
    float *const dC_db2 = tdsl::update<float>(call, 3);
    float *const sub = tdsl::slot<float>(slots, 4);
    float *const div = tdsl::slot<float>(slots, 2);
    float *const sum = tdsl::slot<float>(slots, 2);
    float *const add = tdsl::slot<float>(slots, 1);
    float *const a = tdsl::slot<float>(slots, 0);

    // a = sigmoid(x @ W1 + b1)                                                                     xor.tdsl:13
    // add = a @ w2 + b2                                                                            xor.tdsl:14
    map_sigmoid_map_add_mul(B, x, W1, b1, a, w2, b2, add);
    // sum = sum(-y_hat * -softplus(-add) - (1 - y_hat) * -softplus(add))                           xor.tdsl:16
    sum_all_of_softplus_2(B, sum, y_hat, add);
    // C = sum / B                                                                                  xor.tdsl:16
    // div = 1.0 / real(B)                                                                          xor.tdsl:16
    scalar_div_2(B, sum, C, div);
    // sub = -(-div * (1 - y_hat)) * sigmoid(add) - -(div * -y_hat) * sigmoid(-add)                 xor.tdsl:14
    // mul = sub[:, new] * w2 * (a * (1 - a))                                                       xor.tdsl:13
    map_sigmoid_6(B, div, y_hat, add, w2, a, sub, mul);
    sum_all_2(B, dC_db2, sub);                          // dC_db2 = sum(sub)                        xor.tdsl:21
    scalar_sub_2(b2, dC_db2, b2_new);                   // b2_new = b2 - dC_db2                     xor.tdsl:25
    // dC_dw2 = sub @ a                                                                             xor.tdsl:14
    tdsl::gemm(1, 2, B, {sub, 0, 1}, {a, 2, 1}, dC_dw2, 2);
    map_sub_2(w2, dC_dw2, w2_new);                      // w2_new = w2 - dC_dw2                     xor.tdsl:24
    sum_columns_2(B, dC_db1, mul);                      // dC_db1 = sum(mul, axis=0)                xor.tdsl:21
    map_sub_2(b1, dC_db1, b1_new);                      // b1_new = b1 - dC_db1                     xor.tdsl:23
    gemm_sub_2(B, x, mul, W1, W1_new);                  // W1_new = W1 - x.T @ mul                  xor.tdsl:22
}

#endif
#if TDSL_IN_PART(3)
TDSL_ROUTINE void run_train_any(tdsl_call *call);
TDSL_INLINE void map_sigmoid_4(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[2];
        const float t7 = p2[0];
        const float t10 = p1[1];
        const float t11 = p1[3];
        const float t15 = p2[1];
        return [=](int64_t i0) {
            const float t0 = p0[2 * i0];
            const float t2 = p0[2 * i0 + 1];
            const float t17 = tdsl::sigmoid(t0 * t10 + t2 * t11 + t15);
            p3[2 * i0] = tdsl::sigmoid(t0 * t1 + t2 * t3 + t7);
            p3[2 * i0 + 1] = t17;
        };
    });
}

TDSL_INLINE void map_add_mul(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t1 = p1[0];
        const float t3 = p1[1];
        const float t7 = p2[0];
        return [=](int64_t i0) {
            p3[i0] = p0[2 * i0] * t1 + p0[2 * i0 + 1] * t3 + t7;
        };
    });
}

TDSL_INLINE void sum_all_of_softplus(int64_t n0, float *p0, const float *p1, const float *p2) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            const float t2 = p2[i0];
            const float t12 = -t0 * -tdsl::softplus(-t2) - (1.0f - t0) * -tdsl::softplus(t2);
            return t12;
        };
    });
}

TDSL_INLINE void scalar_div(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t5 = 1.0f / t2;
    p1[0] = p0[0] / t2;
    p2[0] = t5;
}

TDSL_INLINE void map_sigmoid_5(int64_t n0, const float *p0, const float *p1, const float *p2, const float *p3,
        const float *p4, float *p5, float *p6) {
    tdsl::fixed_size::map_strided({n0}, [=]() {
        const float t0 = p0[0];
        const float t1 = -t0;
        const float t17 = p3[0];
        const float t23 = p3[1];
        return [=](int64_t i0) {
            const float t3 = p1[i0];
            const float t7 = p2[i0];
            const float t16 = -(t1 * (1.0f - t3)) * tdsl::sigmoid(t7) - -(t0 * -t3) * tdsl::sigmoid(-t7);
            const float t19 = p4[2 * i0];
            const float t22 = t16 * t17 * (t19 * (1.0f - t19));
            const float t25 = p4[2 * i0 + 1];
            const float t28 = t16 * t23 * (t25 * (1.0f - t25));
            p5[i0] = t16;
            p6[2 * i0] = t22;
            p6[2 * i0 + 1] = t28;
        };
    });
}

TDSL_INLINE void sum_all(int64_t n0, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return p1[i0];
        };
    });
}

TDSL_INLINE void scalar_sub(const float *p0, const float *p1, float *p2) {
    p2[0] = p0[0] - p1[0];
}

TDSL_INLINE void map_sub(const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({2}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] - p1[i0];
        };
    });
}

TDSL_INLINE void sum_columns(int64_t n0, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_columns<tdsl::Sum<float>>({2}, {n0}, p0, [=](int64_t i1) {
        return [=](int64_t i0) {
            return p1[i0 + 2 * i1];
        };
    });
}

TDSL_INLINE void gemm_sub(int64_t n0, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::gemm_epilogue<float>(2, 2, n0, {p0, 1, 2}, {p1, 2, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[2 * i0 + i1] = p2[2 * i0 + i1] - value;
    });
}

TDSL_INLINE void run_train_fixed(tdsl_call *call, void *memory, int64_t B) {
    char *slots[5];
    tdsl::place_slots(slots, memory, {8 * B, 4 * B, 4, 8 * B, 4 * B});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const y_hat = tdsl::argument<float>(call, 1);
    const float *const W1 = tdsl::variable<float>(call, 0);
    const float *const b1 = tdsl::variable<float>(call, 1);
    const float *const w2 = tdsl::variable<float>(call, 2);
    const float *const b2 = tdsl::variable<float>(call, 3);
    float *const C = tdsl::result<float>(call, 0);
    float *const W1_new = tdsl::update<float>(call, 0);
    float *const b1_new = tdsl::update<float>(call, 1);
    float *const w2_new = tdsl::update<float>(call, 2);
    float *const b2_new = tdsl::update<float>(call, 3);
    float *const dC_db1 = tdsl::update<float>(call, 1);
    float *const mul = tdsl::slot<float>(slots, 3);
    float *const dC_dw2 = tdsl::update<float>(call, 2);
    float *const dC_db2 = tdsl::update<float>(call, 3);
    float *const sub = tdsl::slot<float>(slots, 4);
    float *const div = tdsl::slot<float>(slots, 2);
    float *const sum = tdsl::slot<float>(slots, 2);
    float *const add = tdsl::slot<float>(slots, 1);
    float *const a = tdsl::slot<float>(slots, 0);

    map_sigmoid_4(B, x, W1, b1, a);                     // a = sigmoid(x @ W1 + b1)                 xor.tdsl:13
    map_add_mul(B, a, w2, b2, add);                     // add = a @ w2 + b2                        xor.tdsl:14
    // sum = sum(-y_hat * -softplus(-add) - (1 - y_hat) * -softplus(add))                           xor.tdsl:16
    sum_all_of_softplus(B, sum, y_hat, add);
    // C = sum / B                                                                                  xor.tdsl:16
    // div = 1.0 / real(B)                                                                          xor.tdsl:16
    scalar_div(B, sum, C, div);
    // sub = -(-div * (1 - y_hat)) * sigmoid(add) - -(div * -y_hat) * sigmoid(-add)                 xor.tdsl:14
    // mul = sub[:, new] * w2 * (a * (1 - a))                                                       xor.tdsl:13
    map_sigmoid_5(B, div, y_hat, add, w2, a, sub, mul);
    sum_all(B, dC_db2, sub);                            // dC_db2 = sum(sub)                        xor.tdsl:21
    scalar_sub(b2, dC_db2, b2_new);                     // b2_new = b2 - dC_db2                     xor.tdsl:25
    // dC_dw2 = sub @ a                                                                             xor.tdsl:14
    tdsl::fixed_size::gemm(1, 2, B, {sub, 0, 1}, {a, 2, 1}, dC_dw2, 2);
    map_sub(w2, dC_dw2, w2_new);                        // w2_new = w2 - dC_dw2                     xor.tdsl:24
    sum_columns(B, dC_db1, mul);                        // dC_db1 = sum(mul, axis=0)                xor.tdsl:21
    map_sub(b1, dC_db1, b1_new);                        // b1_new = b1 - dC_db1                     xor.tdsl:23
    gemm_sub(B, x, mul, W1, W1_new);                    // W1_new = W1 - x.T @ mul                  xor.tdsl:22
}

// train(x: f32[B, 2], y_hat: f32[B]) -> f32                                                        xor.tdsl:20
TDSL_ROUTINE void run_train(tdsl_call *call) {
    if (call->dims[0] == 1) {
        alignas(64) char memory[320];
        return run_train_fixed(call, memory, 1);
    }
    if (call->dims[0] == 4) {
        alignas(64) char memory[320];
        return run_train_fixed(call, memory, 4);
    }
    if (call->dims[0] == 8) {
        alignas(64) char memory[320];
        return run_train_fixed(call, memory, 8);
    }
    run_train_any(call);
}

TDSL_ROUTINE int64_t workspace_train(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{2} * tdsl::SaturatingSize{dims[0]}, 4, 2},
            {tdsl::SaturatingSize{dims[0]}, 4, 2}, {tdsl::SaturatingSize{1}, 4, 1}});
}

// initialise(seed: i64) -> ()
TDSL_ROUTINE void run_initialise(tdsl_call *) {
}

TDSL_ROUTINE void scalar_fill(float *p0, float c0) {
    p0[0] = c0;
}

TDSL_ROUTINE void map_standard_normal_random_word(const int64_t *p0, float *p1, int64_t c0) {
    tdsl::map({2}, [=]() {
        const int64_t t0 = p0[0];
        return [=](int64_t i0) {
            const int64_t t3 = tdsl::random_word(t0, c0, i0);
            p1[i0] = tdsl::cast<float>(tdsl::standard_normal(t3));
        };
    });
}

TDSL_ROUTINE void map_fill(float *p0, float c0) {
    tdsl::map({2}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void map_standard_normal_random_word_2(const int64_t *p0, float *p1, int64_t c0) {
    tdsl::map({4}, [=]() {
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
    float *const w2_new = tdsl::update<float>(call, 2);
    float *const b2_new = tdsl::update<float>(call, 3);

    scalar_fill(b2_new, 0.0f);                          // b2_new = 0.0                             xor.tdsl:11
    // w2_new = real(standard_normal(random_bits(seed, 9077285163564464878, (2,))))                 xor.tdsl:10
    map_standard_normal_random_word(seed, w2_new, int64_t{9077285163564464878});
    map_fill(b1_new, 0.0f);                             // b1_new = broadcast(b2_new, (2,))         xor.tdsl:9
    // W1_new = real(standard_normal(random_bits(seed, 1514834177790051458, (2, 2))))               xor.tdsl:8
    map_standard_normal_random_word_2(seed, W1_new, int64_t{1514834177790051458});
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
const int64_t shape_0[] = {2, 2};
const int64_t shape_1[] = {2};
const tdsl_variable variables_0[] = {
    {
        .name = "W1", .doc = "", .place = "xor.tdsl:8", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_0,
    },
    {
        .name = "b1", .doc = "", .place = "xor.tdsl:9", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
    {
        .name = "w2", .doc = "", .place = "xor.tdsl:10", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 1,
        .shape = shape_1,
    },
    {
        .name = "b2", .doc = "", .place = "xor.tdsl:11", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 0,
        .shape = nullptr,
    },
};
const tdsl_extent shape_2[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""},
    {.size = 2, .dim = -1, .value = nullptr, .text = "2", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "xor.tdsl:5", .dtype = TDSL_F32, .rank = 2, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_extent shape_3[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "B", .formula = ""}};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "y", .text = "", .place = "xor.tdsl:18:21", .dtype = TDSL_F32,
        .rank = 1, .shape = shape_3,
    },
};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{12} * tdsl::SaturatingSize{dims[0]}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{8} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{16}).value;
}
const tdsl_argument arguments_1[] = {
    {
        .name = "x", .doc = "", .place = "xor.tdsl:5", .dtype = TDSL_F32, .rank = 2, .shape = shape_2,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "y_hat", .doc = "", .place = "xor.tdsl:6", .dtype = TDSL_F32, .rank = 1, .shape = shape_3,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "xor.tdsl:20:26", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {0, 1, 2, 3};
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{24} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{40}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "network", .doc = "", .place = "xor.tdsl:18", .argument_count = 1, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "12 * B", .formula = "12 * d\1330\135"},
        .largest = {.value = formula_1, .text = "8 * B + 16", .formula = "8 * d\1330\135 + 16"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_network, .run = run_network, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "train", .doc = "", .place = "xor.tdsl:20", .argument_count = 2, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 4,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "24 * B + 40", .formula = "24 * d\1330\135 + 40"},
        .largest = {.value = formula_1, .text = "8 * B + 16", .formula = "8 * d\1330\135 + 16"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_train, .run = run_train, .update = nullptr, .in_place = nullptr},
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
    return tdsl::SaturatingSize{36}.value;
}
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{32}.value;
}
const int64_t in_place_0[] = {1, 1, 1, 1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 4, .updates = updates_0,
    .requirement_count = 0, .requirements = nullptr, .memory = {.value = formula_3, .text = "36", .formula = "36"},
    .largest = {.value = formula_4, .text = "32", .formula = "32"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
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
    .abi_version = TDSL_ABI_VERSION, .name = "xor",
    .doc = "Exclusive or with three neurons: two that see the input, one that sees the two.", .source = "xor.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042xor.tdsl\042, \042source_hash\042: "
    "\042…\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175"
    ", \042outside\042: \042refuse\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135,"
    " \042nan\042: \042allow\042, \042profile\042: false, \042unstable\042: \042allow\042,"
    " \042subnormals\042: \042flush\042, \042data_parallel\042: false, \042opt\042: 3"
    ", \042device\042: \042cpu\042, \042precision\042: \042ieee\042, \042cublas\042: \042allo"
    "w\042, \042threads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042networ"
    "k\042: \173\042workspace\042: \0428 * B\042, \042results\042: \0424 * B\042, \042updates"
    "\042: \0420\042, \042memory\042: \04212 * B\042, \042flop\042: \04212 * B\042, \042functions"
    "\042: \0423 * B\042, \042bytes\042: \04228 * B + 36\042\175, \042train\042: \173\042workspa"
    "ce\042: \04224 * B + 4\042, \042results\042: \0420\042, \042updates\042: \04236\042, \042mem"
    "ory\042: \04224 * B + 40\042, \042flop\042: \04254 * B + 12\042, \042functions\042"
    ": \0426 * B\042, \042bytes\042: \042104 * B + 176\042\175, \042initialise\042: \173\042wo"
    "rkspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \04236\042, \042memory\042"
    ": \04236\042, \042flop\042: \0420\042, \042functi"
    "ons\042: \04212\042, \042bytes\042: \04252\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 4, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 0, .sites = nullptr, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
