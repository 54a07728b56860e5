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
TDSL_ROUTINE void max_rows_map_exp_sum_rows(int64_t n0, int64_t n1, float *p0, const float *p1, float *p2, float *p3,
        float *p4) {
    tdsl::for_row_blocks(n1, {n0}, [=](int64_t first, int64_t last) {
        tdsl::reduce_rows<tdsl::Max<float>>({last - first}, {n0}, p0 + first, [=](int64_t row) {
            const int64_t i0 = first + row;
            return [=](int64_t i1) {
                return p1[n0 * i0 + i1];
            };
        });
        tdsl::map({last - first, n0}, [=](int64_t row) {
            const int64_t i0 = first + row;
            const float t1 = p0[i0];
            return [=](int64_t i1) {
                p2[n0 * i0 + i1] = tdsl::exp(p1[n0 * i0 + i1] - t1);
            };
        });
        tdsl::reduce_rows<tdsl::Sum<float>>({last - first}, {n0}, p3 + first, [=](int64_t row) {
            const int64_t i0 = first + row;
            return [=](int64_t i1) {
                return p2[n0 * i0 + i1];
            };
        });
        tdsl::map({last - first, n0}, [=](int64_t row) {
            const int64_t i0 = first + row;
            const float t1 = p3[i0];
            return [=](int64_t i1) {
                p4[n0 * i0 + i1] = p2[n0 * i0 + i1] / t1;
            };
        });
    });
}

TDSL_ROUTINE void run_probabilities_any(tdsl_call *call) {
    const int64_t N = call->dims[0];
    char *slots[1];
    tdsl::place_slots(slots, call->workspace, {4 * N});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const W = tdsl::variable<float>(call, 0);
    float *const result = tdsl::result<float>(call, 0);
    float *const sum = tdsl::slot<float>(slots, 0);
    float *const shifted = tdsl::result<float>(call, 0);
    float *const max_ = tdsl::slot<float>(slots, 0);
    float *const logits = tdsl::result<float>(call, 0);

    // logits = x @ W                                                                               softmax.tdsl:13
    tdsl::gemm(N, 10, 4, {x, 4, 1}, {W, 10, 1}, logits, 10);
    // max = max(logits, axis=1)                                                                    softmax.tdsl:13
    // shifted = exp(logits - max[:, new])                                                          softmax.tdsl:17
    // sum = sum(shifted, axis=1)                                                                   softmax.tdsl:17
    // result = shifted / sum[:, new]                                                               softmax.tdsl:17
    max_rows_map_exp_sum_rows(10, N, max_, logits, shifted, sum, result);
}

TDSL_INLINE void max_rows(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Max<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_INLINE void map_exp(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = tdsl::exp(p0[n1 * i0 + i1] - t1);
        };
    });
}

TDSL_INLINE void sum_rows(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_INLINE void map_div(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = p0[n1 * i0 + i1] / t1;
        };
    });
}

TDSL_INLINE void run_probabilities_fixed(tdsl_call *call, void *memory, int64_t N) {
    char *slots[1];
    tdsl::place_slots(slots, memory, {4 * N});
    const float *const x = tdsl::argument<float>(call, 0);
    const float *const W = tdsl::variable<float>(call, 0);
    float *const result = tdsl::result<float>(call, 0);
    float *const sum = tdsl::slot<float>(slots, 0);
    float *const shifted = tdsl::result<float>(call, 0);
    float *const max_ = tdsl::slot<float>(slots, 0);
    float *const logits = tdsl::result<float>(call, 0);

    // logits = x @ W                                                                               softmax.tdsl:13
    tdsl::fixed_size::gemm(N, 10, 4, {x, 4, 1}, {W, 10, 1}, logits, 10);
    max_rows(N, 10, max_, logits);                      // max = max(logits, axis=1)                softmax.tdsl:13
    map_exp(N, 10, logits, max_, shifted);              // shifted = exp(logits - max[:, new])      softmax.tdsl:17
    sum_rows(N, 10, sum, shifted);                      // sum = sum(shifted, axis=1)               softmax.tdsl:17
    map_div(N, 10, shifted, sum, result);               // result = shifted / sum[:, new]           softmax.tdsl:17
}

// probabilities(x: f32[N, 4]) -> f32[N, 10]                                                        softmax.tdsl:17
TDSL_ROUTINE void run_probabilities(tdsl_call *call) {
    if (call->dims[0] == 1) {
        alignas(64) char memory[64];
        return run_probabilities_fixed(call, memory, 1);
    }
    run_probabilities_any(call);
}

TDSL_ROUTINE int64_t workspace_probabilities(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{dims[0]}, 4, 1}});
}

TDSL_ROUTINE void max_rows_map_exp_sum_rows_2(tdsl_call *call, int64_t n0, float *p0, const float *p1, float *p2,
        float *p3, float *p4, float *p5, const int64_t *p6, int32_t c0) {
    tdsl::for_row_blocks(n0, {10, 1}, [=](int64_t first, int64_t last) {
        tdsl::reduce_rows<tdsl::Max<float>>({last - first}, {10}, p0 + first, [=](int64_t row) {
            const int64_t i0 = first + row;
            return [=](int64_t i1) {
                return p1[10 * i0 + i1];
            };
        });
        tdsl::map({last - first, 10}, [=](int64_t row) {
            const int64_t i0 = first + row;
            const float t1 = p0[i0];
            return [=](int64_t i1) {
                p2[10 * i0 + i1] = tdsl::exp(p1[10 * i0 + i1] - t1);
            };
        });
        tdsl::reduce_rows<tdsl::Sum<float>>({last - first}, {10}, p3 + first, [=](int64_t row) {
            const int64_t i0 = first + row;
            return [=](int64_t i1) {
                return p2[10 * i0 + i1];
            };
        });
        tdsl::map({last - first}, [=]() {
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                p4[i0] = tdsl::log(p3[i0]);
            };
        });
        tdsl::reduce_columns<tdsl::Sum<float>>({last - first}, {10}, p5 + first, [=](int64_t i1) {
            const int64_t t2 = i1;
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                const int64_t t1 = tdsl::checked_label(call, c0, p6[i0], 10);
                return tdsl::select(t1 == t2, p1[10 * i0 + i1] - p0[i0] - p4[i0], 0.0f);
            };
        });
    });
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void max_rows_map_exp_sum_rows_2(tdsl_call *call, int64_t n0, float *p0, const float *p1, float *p2,
        float *p3, float *p4, float *p5, const int64_t *p6, int32_t c0);
TDSL_ROUTINE void sum_all_of_neg_2(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return -p1[i0];
        };
    });
}

TDSL_ROUTINE void scalar_div_neg_2(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t6 = -(1.0f / t2);
    p1[0] = p0[0] / t2;
    p2[0] = t6;
}

TDSL_ROUTINE void sum_columns_of_gather_map_div_map_gather(tdsl_call *call, int64_t n0, int64_t n1, float *p0,
        const int64_t *p1, const float *p2, const float *p3, float *p4, const float *p5, float *p6, int32_t c0) {
    tdsl::for_row_blocks(n1, {n0, 1}, [=](int64_t first, int64_t last) {
        tdsl::reduce_columns<tdsl::Sum<float>>({last - first}, {n0}, p0 + first, [=](int64_t i1) {
            const int64_t t2 = i1;
            const float t5 = -p2[0];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n0);
                return tdsl::select(t1 == t2, t5, 0.0f);
            };
        });
        tdsl::map({last - first}, [=]() {
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                p4[i0] = p0[i0] / p3[i0];
            };
        });
        tdsl::map({last - first, n0}, [=](int64_t row) {
            const int64_t i0 = first + row;
            const float t0 = p4[i0];
            const int64_t t4 = tdsl::checked_label(call, c0, p1[i0], n0);
            const float t7 = p2[0];
            return [=](int64_t i1) {
                p6[n0 * i0 + i1] = t0 * p5[n0 * i0 + i1] + tdsl::select(t4 == i1, t7, 0.0f);
            };
        });
    });
}

TDSL_ROUTINE void gemm_sub_mul_2(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, n0, n1, {p0, 1, 4}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - 0.1f * value;
    });
}

TDSL_ROUTINE void run_train_any(tdsl_call *call) {
    const int64_t N = call->dims[0];
    char *slots[7];
    tdsl::place_slots(slots, call->workspace, {40 * N, 4 * N, 40 * N, 4 * N, 4 * N, 4 * N, 4});
    const float *const x = tdsl::argument<float>(call, 0);
    const int64_t *const labels = tdsl::argument<int64_t>(call, 1);
    const float *const W = tdsl::variable<float>(call, 0);
    float *const C = tdsl::result<float>(call, 0);
    float *const W_new = tdsl::update<float>(call, 0);
    float *const dC_dshifted = tdsl::slot<float>(slots, 2);
    float *const div = tdsl::slot<float>(slots, 5);
    float *const sum_4 = tdsl::slot<float>(slots, 5);
    float *const neg = tdsl::slot<float>(slots, 6);
    float *const sum_3 = tdsl::slot<float>(slots, 6);
    float *const sum_2 = tdsl::slot<float>(slots, 5);
    float *const log = tdsl::slot<float>(slots, 4);
    float *const sum = tdsl::slot<float>(slots, 3);
    float *const shifted = tdsl::slot<float>(slots, 2);
    float *const max_ = tdsl::slot<float>(slots, 1);
    float *const logits = tdsl::slot<float>(slots, 0);

    // logits = x @ W                                                                               softmax.tdsl:13
    tdsl::gemm(N, 10, 4, {x, 4, 1}, {W, 10, 1}, logits, 10);
    // max = max(logits, axis=1)                                                                    softmax.tdsl:13
    // shifted = exp(logits - max[:, new])                                                          softmax.tdsl:15
    // sum = sum(shifted, axis=1)                                                                   softmax.tdsl:15
    // log = log(sum)                                                                               softmax.tdsl:15
    // sum_2 = sum(switch(...[:, new] == iota((N, 10), 1), logits - ...[:, new] - log[:, new], 0), a...  softmax.tdsl:15
    max_rows_map_exp_sum_rows_2(call, N, max_, logits, shifted, sum, log, sum_2, labels, 0);
    sum_all_of_neg_2(N, sum_3, sum_2);                  // sum_3 = sum(-sum_2)                      softmax.tdsl:15
    // C = sum_3 / N                                                                                softmax.tdsl:15
    // neg = -(1.0 / real(N))                                                                       softmax.tdsl:15
    scalar_div_neg_2(N, sum_3, C, neg);
    // sum_4 = sum(switch(...[:, new] == iota((N, 10), 1), (-...)[:, new], 0), axis=1)              softmax.tdsl:18
    // div = sum_4 / sum                                                                            softmax.tdsl:15
    // dC_dshifted = div[:, new] * shifted + switch(within(labels, 10)[:, new] == iota((N, 10), 1), ...  softmax.tdsl:15
    sum_columns_of_gather_map_div_map_gather(call, 10, N, sum_4, labels, neg, sum, div, shifted, dC_dshifted, 0);
    gemm_sub_mul_2(10, N, x, dC_dshifted, W, W_new);    // W_new = W - 0.1 * (x.T @ dC_dshifted)    softmax.tdsl:18
}

#endif
#if TDSL_IN_PART(3)
TDSL_ROUTINE void run_train_any(tdsl_call *call);
TDSL_INLINE void max_rows_2(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Max<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_INLINE void map_exp_2(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = tdsl::exp(p0[n1 * i0 + i1] - t1);
        };
    });
}

TDSL_INLINE void sum_rows_2(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_INLINE void map_log(int64_t n0, const float *p0, float *p1) {
    tdsl::fixed_size::map({n0}, [=]() {
        return [=](int64_t i0) {
            p1[i0] = tdsl::log(p0[i0]);
        };
    });
}

TDSL_INLINE void sum_columns_of_gather(tdsl_call *call, int64_t n0, float *p0, const int64_t *p1, const float *p2,
        const float *p3, const float *p4, int32_t c0) {
    tdsl::fixed_size::reduce_columns<tdsl::Sum<float>>({n0}, {10}, p0, [=](int64_t i1) {
        const int64_t t2 = i1;
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], 10);
            return tdsl::select(t1 == t2, p2[10 * i0 + i1] - p3[i0] - p4[i0], 0.0f);
        };
    });
}

TDSL_INLINE void sum_all_of_neg(int64_t n0, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return -p1[i0];
        };
    });
}

TDSL_INLINE void scalar_div_neg(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t6 = -(1.0f / t2);
    p1[0] = p0[0] / t2;
    p2[0] = t6;
}

TDSL_INLINE void sum_columns_of_gather_2(tdsl_call *call, int64_t n0, int64_t n1, float *p0, const int64_t *p1,
        const float *p2, int32_t c0) {
    tdsl::fixed_size::reduce_columns<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        const int64_t t2 = i1;
        const float t5 = -p2[0];
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n1);
            return tdsl::select(t1 == t2, t5, 0.0f);
        };
    });
}

TDSL_INLINE void map_div_2(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] / p1[i0];
        };
    });
}

TDSL_INLINE void map_gather(tdsl_call *call, int64_t n0, int64_t n1, const float *p0, const float *p1,
        const int64_t *p2, const float *p3, float *p4, int32_t c0) {
    tdsl::fixed_size::map({n0, n1}, [=](int64_t i0) {
        const float t0 = p0[i0];
        const int64_t t4 = tdsl::checked_label(call, c0, p2[i0], n1);
        const float t7 = p3[0];
        return [=](int64_t i1) {
            p4[n1 * i0 + i1] = t0 * p1[n1 * i0 + i1] + tdsl::select(t4 == i1, t7, 0.0f);
        };
    });
}

TDSL_INLINE void gemm_sub_mul(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::gemm_epilogue<float>(4, n0, n1, {p0, 1, 4}, {p1, n0, 1},
            [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - 0.1f * value;
    });
}

TDSL_INLINE void run_train_fixed(tdsl_call *call, void *memory, int64_t N) {
    char *slots[7];
    tdsl::place_slots(slots, memory, {40 * N, 4 * N, 40 * N, 4 * N, 4 * N, 4 * N, 4});
    const float *const x = tdsl::argument<float>(call, 0);
    const int64_t *const labels = tdsl::argument<int64_t>(call, 1);
    const float *const W = tdsl::variable<float>(call, 0);
    float *const C = tdsl::result<float>(call, 0);
    float *const W_new = tdsl::update<float>(call, 0);
    float *const dC_dshifted = tdsl::slot<float>(slots, 2);
    float *const div = tdsl::slot<float>(slots, 5);
    float *const sum_4 = tdsl::slot<float>(slots, 5);
    float *const neg = tdsl::slot<float>(slots, 6);
    float *const sum_3 = tdsl::slot<float>(slots, 6);
    float *const sum_2 = tdsl::slot<float>(slots, 5);
    float *const log = tdsl::slot<float>(slots, 4);
    float *const sum = tdsl::slot<float>(slots, 3);
    float *const shifted = tdsl::slot<float>(slots, 2);
    float *const max_ = tdsl::slot<float>(slots, 1);
    float *const logits = tdsl::slot<float>(slots, 0);

    // logits = x @ W                                                                               softmax.tdsl:13
    tdsl::fixed_size::gemm(N, 10, 4, {x, 4, 1}, {W, 10, 1}, logits, 10);
    max_rows_2(N, 10, max_, logits);                    // max = max(logits, axis=1)                softmax.tdsl:13
    map_exp_2(N, 10, logits, max_, shifted);            // shifted = exp(logits - max[:, new])      softmax.tdsl:15
    sum_rows_2(N, 10, sum, shifted);                    // sum = sum(shifted, axis=1)               softmax.tdsl:15
    map_log(N, sum, log);                               // log = log(sum)                           softmax.tdsl:15
    // sum_2 = sum(switch(...[:, new] == iota((N, 10), 1), logits - ...[:, new] - log[:, new], 0), a...  softmax.tdsl:15
    sum_columns_of_gather(call, N, sum_2, labels, logits, max_, log, 0);
    sum_all_of_neg(N, sum_3, sum_2);                    // sum_3 = sum(-sum_2)                      softmax.tdsl:15
    // C = sum_3 / N                                                                                softmax.tdsl:15
    // neg = -(1.0 / real(N))                                                                       softmax.tdsl:15
    scalar_div_neg(N, sum_3, C, neg);
    // sum_4 = sum(switch(...[:, new] == iota((N, 10), 1), (-...)[:, new], 0), axis=1)              softmax.tdsl:18
    sum_columns_of_gather_2(call, N, 10, sum_4, labels, neg, 0);
    map_div_2(N, sum_4, sum, div);                      // div = sum_4 / sum                        softmax.tdsl:15
    // dC_dshifted = div[:, new] * shifted + switch(within(labels, 10)[:, new] == iota((N, 10), 1), ...  softmax.tdsl:15
    map_gather(call, N, 10, div, shifted, labels, neg, dC_dshifted, 0);
    gemm_sub_mul(10, N, x, dC_dshifted, W, W_new);      // W_new = W - 0.1 * (x.T @ dC_dshifted)    softmax.tdsl:18
}

// train(x: f32[N, 4], labels: i64[N]) -> f32                                                       softmax.tdsl:18
TDSL_ROUTINE void run_train(tdsl_call *call) {
    if (call->dims[0] == 1) {
        alignas(64) char memory[448];
        return run_train_fixed(call, memory, 1);
    }
    run_train_any(call);
}

TDSL_ROUTINE int64_t workspace_train(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{10} * tdsl::SaturatingSize{dims[0]}, 4, 2},
            {tdsl::SaturatingSize{dims[0]}, 4, 4}, {tdsl::SaturatingSize{1}, 4, 1}});
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

// initialise: new values, once the call cannot fail any more
TDSL_ROUTINE void update_initialise(tdsl_call *call) {
    float *const W_new = tdsl::update<float>(call, 0);
    map_fill(40, W_new, 0.0f);                          // W_new = broadcast(0.0, (4, 10))          softmax.tdsl:11
}

TDSL_ROUTINE int64_t workspace_initialise(const int64_t *) {
    return 0;
}

#endif

}  // namespace tdsl_unit

#if TDSL_IN_PART(1)

namespace {

using namespace tdsl_unit;

const char *const dims_0[] = {"N"};
const int64_t shape_0[] = {4, 10};
const tdsl_variable variables_0[] = {
    {
        .name = "W", .doc = "", .place = "softmax.tdsl:11", .kind = TDSL_SHARED, .dtype = TDSL_F32, .rank = 2,
        .shape = shape_0,
    },
};
const tdsl_extent shape_1[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "N", .formula = ""},
    {.size = 4, .dim = -1, .value = nullptr, .text = "4", .formula = ""},
};
const tdsl_argument arguments_0[] = {
    {
        .name = "x", .doc = "", .place = "softmax.tdsl:9", .dtype = TDSL_F32, .rank = 2, .shape = shape_1,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_extent shape_2[] = {
    {.size = -1, .dim = 0, .value = nullptr, .text = "N", .formula = ""},
    {.size = 10, .dim = -1, .value = nullptr, .text = "10", .formula = ""},
};
const tdsl_result results_0[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "", .text = "", .place = "softmax.tdsl:17:27", .dtype = TDSL_F32,
        .rank = 2, .shape = shape_2,
    },
};
int64_t formula_0(const int64_t *dims) {
    return (tdsl::SaturatingSize{44} * tdsl::SaturatingSize{dims[0]}).value;
}
int64_t formula_1(const int64_t *dims) {
    return (tdsl::SaturatingSize{40} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{160}).value;
}
const tdsl_extent shape_3[] = {{.size = -1, .dim = 0, .value = nullptr, .text = "N", .formula = ""}};
const tdsl_argument arguments_1[] = {
    {
        .name = "x", .doc = "", .place = "softmax.tdsl:9", .dtype = TDSL_F32, .rank = 2, .shape = shape_1,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
    {
        .name = "labels", .doc = "", .place = "softmax.tdsl:10", .dtype = TDSL_I64, .rank = 1, .shape = shape_3,
        .has_default = false, .default_real = 0.0, .default_integer = 0, .binds = nullptr,
    },
};
const tdsl_result results_1[] = {
    {
        .role = TDSL_RETURN, .statement = 0, .name = "C", .text = "", .place = "softmax.tdsl:18:27", .dtype = TDSL_F32,
        .rank = 0, .shape = nullptr,
    },
};
const int64_t updates_0[] = {0};
int64_t formula_2(const int64_t *dims) {
    return (tdsl::SaturatingSize{96} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{164}).value;
}
int64_t formula_3(const int64_t *dims) {
    return (tdsl::SaturatingSize{80} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{160}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "probabilities", .doc = "", .place = "softmax.tdsl:17", .argument_count = 1, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 0,
        .updates = nullptr, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "44 * N", .formula = "44 * d\1330\135"},
        .largest = {.value = formula_1, .text = "40 * N + 160", .formula = "40 * d\1330\135 + 160"}, .lap_count = 0,
        .exchanged_dtype = TDSL_F32, .exchanged = 0,
        .host = {.workspace = workspace_probabilities, .run = run_probabilities, .update = nullptr, .in_place = nullptr},
        .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
    },
    {
        .name = "train", .doc = "", .place = "softmax.tdsl:18", .argument_count = 2, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 1,
        .updates = updates_0, .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "96 * N + 164", .formula = "96 * d\1330\135 + 164"},
        .largest = {.value = formula_3, .text = "80 * N + 160", .formula = "80 * d\1330\135 + 160"}, .lap_count = 0,
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
int64_t formula_4(const int64_t *) {
    return tdsl::SaturatingSize{160}.value;
}
const int64_t in_place_0[] = {1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .field_count = 0, .fields = nullptr, .update_count = 1, .updates = updates_0,
    .requirement_count = 0, .requirements = nullptr,
    .memory = {.value = formula_4, .text = "160", .formula = "160"},
    .largest = {.value = formula_4, .text = "160", .formula = "160"}, .lap_count = 0, .exchanged_dtype = TDSL_F32,
    .exchanged = 0,
    .host = {
        .workspace = workspace_initialise, .run = run_initialise, .update = update_initialise, .in_place = in_place_0,
    },
    .device = {.workspace = nullptr, .run = nullptr, .update = nullptr, .in_place = nullptr},
};
const tdsl_site sites_0[] = {
    {
        .kind = TDSL_INDEX, .place = "softmax.tdsl:15:15",
        .text = "categorical_cross_entropy_on_logits(logits, labels)", .loops = "",
    },
};

}  // namespace

extern "C" {
extern const tdsl_image tdsl_these_images[];
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "softmax",
    .doc = "Rows that are normalised, and their cross-entropy with labels.", .source = "softmax.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042softmax.tdsl\042, \042source_hash"
    "\042: \042…\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175"
    ", \042outside\042: \042refuse\042, \042mode\042: \042fast-run\042, \042guards\042: \133\135, "
    "\042nan\042: \042allow\042, \042profile\042: false, \042unstable\042: \042allow\042, \042s"
    "ubnormals\042: \042flush\042, \042data_parallel\042: false, \042opt\042: 3, \042d"
    "evice\042: \042cpu\042, \042precision\042: \042ieee\042, \042cublas\042: \042allow\042, \042t"
    "hreads\042: 0, \042memory_limit\042: 0, \042entries\042: \173\042probabilities"
    "\042: \173\042workspace\042: \0424 * N\042, \042results\042: \04240 * N\042, \042updates\042"
    ": \0420\042, \042memory\042: \04244 * N\042, \042flop\042: \042120 * N\042, \042functions\042"
    ": \04210 * N\042, \042bytes\042: \042312 * N + 160\042\175, \042train\042: \173\042workspa"
    "ce\042: \04296 * N + 4\042, \042results\042: \0420\042, \042updates\042: \042160\042, \042mem"
    "ory\042: \04296 * N + 164\042, \042flop\042: \042253 * N + 84\042, \042functions\042"
    ": \04211 * N\042, \042bytes\042: \042472 * N + 504\042\175, \042initialise\042: \173\042wo"
    "rkspace\042: \0420\042, \042results\042: \0420\042, \042updates\042: \042160\042, \042memory\042"
    ": \042160\042, \042flop\042: \0420\042, \042funct"
    "ions\042: \0420\042, \042bytes\042: \042160\042\175\175\175",
    .origins = "",
    .options = {
        .refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0, .cublas = true, .tf32 = false,
        .profile = false, .data_parallel = false, .check = false,
    },
    .dim_count = 1, .dims = dims_0, .variable_count = 1, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 1, .sites = sites_0, .kernel_count = 0,
    .kernels = nullptr, .image_count = 0, .images = nullptr, .default_device = -1, .profile = "",
    .training_count = 0, .trainings = nullptr,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
