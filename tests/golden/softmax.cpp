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
TDSL_ROUTINE void run1(tdsl_call *call);
TDSL_ROUTINE void run2(tdsl_call *);
TDSL_ROUTINE void update2(tdsl_call *call);
TDSL_ROUTINE int64_t workspace1(const int64_t *dims);
TDSL_ROUTINE int64_t workspace2(const int64_t *);
TDSL_ROUTINE void k0(int64_t n0, int64_t n1, float *p0, const float *p1, float *p2, float *p3, float *p4) {
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

TDSL_ROUTINE void run0_any(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[1];
    tdsl::place_slots(w, call->workspace, {4 * d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    float *const b2 = static_cast<float *>(call->results[0]);
    float *const b3 = reinterpret_cast<float *>(w[0]);
    float *const b4 = static_cast<float *>(call->results[0]);
    float *const b5 = reinterpret_cast<float *>(w[0]);
    float *const b6 = static_cast<float *>(call->results[0]);
    tdsl::gemm(d0, 10, 4, {b0, 4, 1}, {b1, 10, 1}, b6, 10);
    k0(10, d0, b5, b6, b4, b3, b2);
}

TDSL_INLINE void few0_k0(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Max<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_INLINE void few0_k1(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = tdsl::exp(p0[n1 * i0 + i1] - t1);
        };
    });
}

TDSL_INLINE void few0_k2(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_INLINE void few0_k3(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = p0[n1 * i0 + i1] / t1;
        };
    });
}

TDSL_INLINE void few0(tdsl_call *call, void *memory, int64_t d0) {
    char *w[1];
    tdsl::place_slots(w, memory, {4 * d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const float *const b1 = static_cast<const float *>(call->variables[0]);
    float *const b2 = static_cast<float *>(call->results[0]);
    float *const b3 = reinterpret_cast<float *>(w[0]);
    float *const b4 = static_cast<float *>(call->results[0]);
    float *const b5 = reinterpret_cast<float *>(w[0]);
    float *const b6 = static_cast<float *>(call->results[0]);
    tdsl::fixed_size::gemm(d0, 10, 4, {b0, 4, 1}, {b1, 10, 1}, b6, 10);
    few0_k0(d0, 10, b5, b6);
    few0_k1(d0, 10, b6, b5, b4);
    few0_k2(d0, 10, b3, b4);
    few0_k3(d0, 10, b4, b3, b2);
}

TDSL_ROUTINE void run0(tdsl_call *call) {
    if (call->dims[0] == 1) {
        alignas(64) char memory[64];
        return few0(call, memory, 1);
    }
    run0_any(call);
}

TDSL_ROUTINE int64_t workspace0(const int64_t *dims) {
    return tdsl::workspace({{tdsl::SaturatingSize{dims[0]}, 4, 1}});
}

TDSL_ROUTINE void k1(tdsl_call *call, int64_t n0, int64_t n1, float *p0, const float *p1, float *p2, float *p3,
        float *p4, float *p5, const int64_t *p6, int32_t c0) {
    tdsl::for_row_blocks(n1, {n0, 1}, [=](int64_t first, int64_t last) {
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
        tdsl::map({last - first}, [=]() {
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                p4[i0] = tdsl::log(p3[i0]);
            };
        });
        tdsl::reduce_columns<tdsl::Sum<float>>({last - first}, {n0}, p5 + first, [=](int64_t i1) {
            const int64_t t2 = i1;
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                const int64_t t1 = tdsl::checked_label(call, c0, p6[i0], n0);
                return tdsl::select(t1 == t2, p1[10 * i0 + i1] - p0[i0] - p4[i0], 0.0f);
            };
        });
    });
}

#endif
#if TDSL_IN_PART(2)
TDSL_ROUTINE void k1(tdsl_call *call, int64_t n0, int64_t n1, float *p0, const float *p1, float *p2, float *p3,
        float *p4, float *p5, const int64_t *p6, int32_t c0);
TDSL_ROUTINE void k2(int64_t n0, float *p0, const float *p1) {
    tdsl::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return -p1[i0];
        };
    });
}

TDSL_ROUTINE void k3(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t6 = -(1.0f / t2);
    p1[0] = t3;
    p2[0] = t6;
}

TDSL_ROUTINE void k4(tdsl_call *call, int64_t n0, int64_t n1, uint8_t *p0, const int64_t *p1, float *p2,
        const float *p3, const float *p4, float *p5, const float *p6, float *p7, int32_t c0) {
    tdsl::for_row_blocks(n1, {n0, 1}, [=](int64_t first, int64_t last) {
        tdsl::reduce_columns<tdsl::Any<bool>>({last - first}, {n0}, p0 + first, [=](int64_t i1) {
            const int64_t t2 = i1;
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n0);
                return t1 == t2;
            };
        });
        tdsl::reduce_columns<tdsl::Sum<float>>({last - first}, {n0}, p2 + first, [=](int64_t i1) {
            const int64_t t2 = i1;
            const float t5 = -p3[0];
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n0);
                return tdsl::select(t1 == t2, t5, 0.0f);
            };
        });
        tdsl::map({last - first}, [=]() {
            return [=](int64_t row) {
                const int64_t i0 = first + row;
                p5[i0] = p2[i0] / p4[i0];
            };
        });
        tdsl::map({last - first, n0}, [=](int64_t row) {
            const int64_t i0 = first + row;
            const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n0);
            const float t4 = p3[0];
            const bool t7 = p0[i0] != 0;
            const float t8 = p5[i0];
            return [=](int64_t i1) {
                const float t12 = tdsl::select(t1 == i1, t4, 0.0f) + tdsl::select(t7, t8 * p6[n0 * i0 + i1], 0.0f);
                p7[n0 * i0 + i1] = t12;
            };
        });
    });
}

TDSL_ROUTINE void k5(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::gemm_epilogue<float>(4, n0, n1, {p0, 1, 4}, {p1, n0, 1}, [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - 0.1f * value;
    });
}

TDSL_ROUTINE void run1_any(tdsl_call *call) {
    const int64_t d0 = call->dims[0];
    char *w[8];
    tdsl::place_slots(w, call->workspace, {40 * d0, 4 * d0, 40 * d0, 4 * d0, 4 * d0, 4 * d0, 4, d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const int64_t *const b1 = static_cast<const int64_t *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->variables[0]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = static_cast<float *>(call->updates[0]);
    float *const b6 = reinterpret_cast<float *>(w[2]);
    float *const b7 = reinterpret_cast<float *>(w[5]);
    float *const b8 = reinterpret_cast<float *>(w[5]);
    uint8_t *const b9 = reinterpret_cast<uint8_t *>(w[7]);
    float *const b10 = reinterpret_cast<float *>(w[6]);
    float *const b11 = reinterpret_cast<float *>(w[6]);
    float *const b12 = reinterpret_cast<float *>(w[5]);
    float *const b13 = reinterpret_cast<float *>(w[4]);
    float *const b14 = reinterpret_cast<float *>(w[3]);
    float *const b15 = reinterpret_cast<float *>(w[2]);
    float *const b16 = reinterpret_cast<float *>(w[1]);
    float *const b17 = reinterpret_cast<float *>(w[0]);
    tdsl::gemm(d0, 10, 4, {b0, 4, 1}, {b2, 10, 1}, b17, 10);
    k1(call, 10, d0, b16, b17, b15, b14, b13, b12, b1, 0);
    k2(d0, b11, b12);
    k3(d0, b11, b3, b10);
    k4(call, 10, d0, b9, b1, b8, b10, b14, b7, b15, b6, 0);
    k5(10, d0, b0, b6, b2, b4);
}

#endif
#if TDSL_IN_PART(3)
TDSL_ROUTINE void run1_any(tdsl_call *call);
TDSL_INLINE void few1_k0(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Max<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_INLINE void few1_k1(int64_t n0, int64_t n1, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0, n1}, [=](int64_t i0) {
        const float t1 = p1[i0];
        return [=](int64_t i1) {
            p2[n1 * i0 + i1] = tdsl::exp(p0[n1 * i0 + i1] - t1);
        };
    });
}

TDSL_INLINE void few1_k2(int64_t n0, int64_t n1, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i0) {
        return [=](int64_t i1) {
            return p1[n1 * i0 + i1];
        };
    });
}

TDSL_INLINE void few1_k3(int64_t n0, const float *p0, float *p1) {
    tdsl::fixed_size::map({n0}, [=]() {
        return [=](int64_t i0) {
            p1[i0] = tdsl::log(p0[i0]);
        };
    });
}

TDSL_INLINE void few1_k4(tdsl_call *call, int64_t n0, int64_t n1, float *p0, const int64_t *p1, const float *p2,
        const float *p3, const float *p4, int32_t c0) {
    tdsl::fixed_size::reduce_columns<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        const int64_t t2 = i1;
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n1);
            return tdsl::select(t1 == t2, p2[10 * i0 + i1] - p3[i0] - p4[i0], 0.0f);
        };
    });
}

TDSL_INLINE void few1_k5(int64_t n0, float *p0, const float *p1) {
    tdsl::fixed_size::reduce_rows<tdsl::Sum<float>>({1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            return -p1[i0];
        };
    });
}

TDSL_INLINE void few1_k6(int64_t n0, const float *p0, float *p1, float *p2) {
    const float t2 = tdsl::cast<float>(n0);
    const float t3 = p0[0] / t2;
    const float t6 = -(1.0f / t2);
    p1[0] = t3;
    p2[0] = t6;
}

TDSL_INLINE void few1_k7(tdsl_call *call, int64_t n0, int64_t n1, uint8_t *p0, const int64_t *p1, int32_t c0) {
    tdsl::fixed_size::reduce_columns<tdsl::Any<bool>>({n0}, {n1}, p0, [=](int64_t i1) {
        const int64_t t2 = i1;
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n1);
            return t1 == t2;
        };
    });
}

TDSL_INLINE void few1_k8(tdsl_call *call, int64_t n0, int64_t n1, float *p0, const int64_t *p1, const float *p2,
        int32_t c0) {
    tdsl::fixed_size::reduce_columns<tdsl::Sum<float>>({n0}, {n1}, p0, [=](int64_t i1) {
        const int64_t t2 = i1;
        const float t5 = -p2[0];
        return [=](int64_t i0) {
            const int64_t t1 = tdsl::checked_label(call, c0, p1[i0], n1);
            return tdsl::select(t1 == t2, t5, 0.0f);
        };
    });
}

TDSL_INLINE void few1_k9(int64_t n0, const float *p0, const float *p1, float *p2) {
    tdsl::fixed_size::map({n0}, [=]() {
        return [=](int64_t i0) {
            p2[i0] = p0[i0] / p1[i0];
        };
    });
}

TDSL_INLINE void few1_k10(tdsl_call *call, int64_t n0, int64_t n1, const int64_t *p0, const float *p1,
        const uint8_t *p2, const float *p3, const float *p4, float *p5, int32_t c0) {
    tdsl::fixed_size::map({n0, n1}, [=](int64_t i0) {
        const int64_t t1 = tdsl::checked_label(call, c0, p0[i0], n1);
        const float t4 = p1[0];
        const bool t7 = p2[i0] != 0;
        const float t8 = p3[i0];
        return [=](int64_t i1) {
            const float t12 = tdsl::select(t1 == i1, t4, 0.0f) + tdsl::select(t7, t8 * p4[n1 * i0 + i1], 0.0f);
            p5[n1 * i0 + i1] = t12;
        };
    });
}

TDSL_INLINE void few1_k11(int64_t n0, int64_t n1, const float *p0, const float *p1, const float *p2, float *p3) {
    tdsl::fixed_size::gemm_epilogue<float>(4, n0, n1, {p0, 1, 4}, {p1, n0, 1},
            [=](int64_t i0, int64_t i1, float value) {
        p3[n0 * i0 + i1] = p2[n0 * i0 + i1] - 0.1f * value;
    });
}

TDSL_INLINE void few1(tdsl_call *call, void *memory, int64_t d0) {
    char *w[8];
    tdsl::place_slots(w, memory, {40 * d0, 4 * d0, 40 * d0, 4 * d0, 4 * d0, 4 * d0, 4, d0});
    const float *const b0 = static_cast<const float *>(call->arguments[0]);
    const int64_t *const b1 = static_cast<const int64_t *>(call->arguments[1]);
    const float *const b2 = static_cast<const float *>(call->variables[0]);
    float *const b3 = static_cast<float *>(call->results[0]);
    float *const b4 = static_cast<float *>(call->updates[0]);
    float *const b6 = reinterpret_cast<float *>(w[2]);
    float *const b7 = reinterpret_cast<float *>(w[5]);
    float *const b8 = reinterpret_cast<float *>(w[5]);
    uint8_t *const b9 = reinterpret_cast<uint8_t *>(w[7]);
    float *const b10 = reinterpret_cast<float *>(w[6]);
    float *const b11 = reinterpret_cast<float *>(w[6]);
    float *const b12 = reinterpret_cast<float *>(w[5]);
    float *const b13 = reinterpret_cast<float *>(w[4]);
    float *const b14 = reinterpret_cast<float *>(w[3]);
    float *const b15 = reinterpret_cast<float *>(w[2]);
    float *const b16 = reinterpret_cast<float *>(w[1]);
    float *const b17 = reinterpret_cast<float *>(w[0]);
    tdsl::fixed_size::gemm(d0, 10, 4, {b0, 4, 1}, {b2, 10, 1}, b17, 10);
    few1_k0(d0, 10, b16, b17);
    few1_k1(d0, 10, b17, b16, b15);
    few1_k2(d0, 10, b14, b15);
    few1_k3(d0, b14, b13);
    few1_k4(call, d0, 10, b12, b1, b17, b16, b13, 0);
    few1_k5(d0, b11, b12);
    few1_k6(d0, b11, b3, b10);
    few1_k7(call, d0, 10, b9, b1, 0);
    few1_k8(call, d0, 10, b8, b1, b10, 0);
    few1_k9(d0, b8, b14, b7);
    few1_k10(call, d0, 10, b1, b10, b9, b7, b15, b6, 0);
    few1_k11(10, d0, b0, b6, b2, b4);
}

TDSL_ROUTINE void run1(tdsl_call *call) {
    if (call->dims[0] == 1) {
        alignas(64) char memory[512];
        return few1(call, memory, 1);
    }
    run1_any(call);
}

TDSL_ROUTINE int64_t workspace1(const int64_t *dims) {
    return
            tdsl::workspace({{tdsl::SaturatingSize{10} * tdsl::SaturatingSize{dims[0]}, 4, 2},
            {tdsl::SaturatingSize{dims[0]}, 4, 4}, {tdsl::SaturatingSize{1}, 4, 1},
            {tdsl::SaturatingSize{dims[0]}, 1, 1}});
}

TDSL_ROUTINE void run2(tdsl_call *) {
}

TDSL_ROUTINE void k6(int64_t n0, float *p0, float c0) {
    tdsl::map({n0}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

TDSL_ROUTINE void update2(tdsl_call *call) {
    float *const b0 = static_cast<float *>(call->updates[0]);
    k6(40, b0, 0.0f);
}

TDSL_ROUTINE int64_t workspace2(const int64_t *) {
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
        .has_default = false, .default_real = 0.0, .default_integer = 0,
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
        .has_default = false, .default_real = 0.0, .default_integer = 0,
    },
    {
        .name = "labels", .doc = "", .place = "softmax.tdsl:10", .dtype = TDSL_I64, .rank = 1, .shape = shape_3,
        .has_default = false, .default_real = 0.0, .default_integer = 0,
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
    return (tdsl::SaturatingSize{97} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{164}).value;
}
int64_t formula_3(const int64_t *dims) {
    return (tdsl::SaturatingSize{80} * tdsl::SaturatingSize{dims[0]} + tdsl::SaturatingSize{160}).value;
}
const tdsl_entry entries_0[] = {
    {
        .name = "probabilities", .doc = "", .place = "softmax.tdsl:17", .argument_count = 1, .arguments = arguments_0,
        .result_count = 1, .results = results_0, .nesting = "", .update_count = 0, .updates = nullptr,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_0, .text = "44 * N", .formula = "44 * d\1330\135"},
        .largest = {.value = formula_1, .text = "40 * N + 160", .formula = "40 * d\1330\135 + 160"},
        .workspace = workspace0, .run = run0, .update = nullptr, .in_place = nullptr,
    },
    {
        .name = "train", .doc = "", .place = "softmax.tdsl:18", .argument_count = 2, .arguments = arguments_1,
        .result_count = 1, .results = results_1, .nesting = "", .update_count = 1, .updates = updates_0,
        .requirement_count = 0, .requirements = nullptr,
        .memory = {.value = formula_2, .text = "97 * N + 164", .formula = "97 * d\1330\135 + 164"},
        .largest = {.value = formula_3, .text = "80 * N + 160", .formula = "80 * d\1330\135 + 160"},
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
    return tdsl::SaturatingSize{160}.value;
}
const int64_t in_place_0[] = {1};
const tdsl_entry initialise_0 = {
    .name = "initialise", .doc = "", .place = "", .argument_count = 1, .arguments = arguments_2, .result_count = 0,
    .results = nullptr, .nesting = "", .update_count = 1, .updates = updates_0, .requirement_count = 0,
    .requirements = nullptr, .memory = {.value = formula_4, .text = "160", .formula = "160"},
    .largest = {.value = formula_4, .text = "160", .formula = "160"}, .workspace = workspace2, .run = run2,
    .update = update2, .in_place = in_place_0,
};
const tdsl_site sites_0[] = {
    {
        .kind = TDSL_INDEX, .place = "softmax.tdsl:15:15",
        .text = "categorical_cross_entropy_on_logits(logits, labels)",
    },
};

}  // namespace

extern "C" {
extern const tdsl_module tdsl_this_module;
extern const uint64_t tdsl_this_processor;
}
const tdsl_module tdsl_this_module = {
    .abi_version = TDSL_ABI_VERSION, .name = "softmax",
    .doc = "Rows that are normalised, and their cross-entropy with labels.", .source = "softmax.tdsl",
    .build = "\173\042tdsl\042: \0420.1.0\042, \042source\042: \042softmax.tdsl\042, \042source_hash\042: \042f4a49e6342c7e7c154db7b2fed7eb92b23abb3fa"
    "40f9530b1ffcbeb4840b0cb5\042, \042float\042: 32, \042target\042: \042cpp\042, \042defines\042: \173\175, \042outside\042: \042refuse\042, \042mode\042:"
    " \042release\042, \042nan\042: \042allow\042, \042subnormals\042: \042flush\042, \042opt\042: 3, \042device\042: \042cpu\042, \042threads\042: 0, \042memory_"
    "limit\042: 0, \042entries\042: \173\042probabilities\042: \173\042workspace\042: \0424 * N\042, \042results\042: \04240 * N\042, \042updates\042: \0420\042, "
    "\042memory\042: \04244 * N\042, \042flop\042: \042120 * N\042, \042functions\042: \04210 * N\042, \042bytes\042: \042312 * N + 160\042\175, \042train\042: \173\042"
    "workspace\042: \04297 * N + 4\042, \042results\042: \0420\042, \042updates\042: \042160\042, \042memory\042: \04297 * N + 164\042, \042flop\042: \042253 *"
    " N + 84\042, \042functions\042: \04211 * N\042, \042bytes\042: \042482 * N + 504\042\175, \042initialise\042: \173\042workspace\042: \0420\042, \042result"
    "s\042: \0420\042, \042updates\042: \042160\042, \042memory\042: \042160\042, \042flop\042: \0420\042, \042functions\042: \0420\042, \042bytes\042: \042160\042\175\175\175",
    .origins = "", .options = {.refuse_nan = false, .flush_subnormals = true, .threads = 0, .memory_limit = 0},
    .dim_count = 1, .dims = dims_0, .variable_count = 1, .variables = variables_0, .entry_count = 2,
    .entries = entries_0, .initialise = &initialise_0, .site_count = 1, .sites = sites_0,
};
const uint64_t tdsl_this_processor = tdsl::compiled_features();

#endif
