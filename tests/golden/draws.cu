// The kernels of a tdsl program for CUDA devices.  Those with the same operations are one: p are its arrays, n sizes and
// strides, c numbers, i indices, t values.
#include "tdsl/cuda/device.hpp"
#include "tdsl/cuda/support.hpp"

namespace tdsl_unit {

TDSL_KERNEL scalar_random_word(const tdsl_launch call, const int64_t *__restrict__ p0, int64_t *p1, int64_t c0,
        int64_t c1, int64_t c2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const int64_t t7 = tdsl::random_word(p0[0], c0, tdsl::add(tdsl::mul(p0[1], c1), c2));
    p1[0] = t7;
}

TDSL_KERNEL map_unit_interval_random_word_standard_normal(const tdsl_launch call, int64_t n0,
        const int64_t *__restrict__ p0, const int64_t *__restrict__ p1, const float *__restrict__ p2, float *p3,
        int64_t c0, int64_t c1, int64_t c2, int64_t c3, double c4, float c5, float c6) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map_large_body({n0}, [=]() {
        const int64_t t0 = p0[0];
        const int64_t t10 = tdsl::random_word(p1[0], c0, tdsl::add(tdsl::add(tdsl::mul(p1[1], c1), c2), c3));
        const int64_t t11 = tdsl::add(t10, c1);
        const int64_t t17 = tdsl::add(t10, c3);
        return [=](int64_t i0) {
            const int64_t t12 = i0;
            const int64_t t13 = tdsl::random_word(t0, t11, t12);
            const int64_t t18 = tdsl::random_word(t0, t17, t12);
            p3[i0] = tdsl::select(tdsl::unit_interval(t13) < c4,
                    tdsl::cast<float>(tdsl::standard_normal(t18)) * c5 + p2[i0], c6);
        };
    });
}

TDSL_KERNEL gemm(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, n0, 1, 4, {p0, 4, 1}, {p1, 1, 0}, p2, 1);
}

TDSL_KERNEL sum_all_of_mul(const tdsl_launch call, int64_t n0, float *p0, const float *__restrict__ p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::reduce_rows<tdsl::Sum<float>>(call, {1}, {n0}, p0, [=](int64_t) {
        return [=](int64_t i0) {
            const float t0 = p1[i0];
            return t0 * t0;
        };
    });
}

TDSL_KERNEL scalar_div(const tdsl_launch call, int64_t n0, const float *p0, float *p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const float t2 = tdsl::cast<float>(n0);
    const float t5 = 1.0f / t2;
    p1[0] = p0[0] / t2;
    p2[0] = t5;
}

TDSL_KERNEL map_add_mul(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *p1, float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const float t0 = p0[0];
        return [=](int64_t i0) {
            const float t2 = t0 * p1[i0];
            p2[i0] = t2 + t2;
        };
    });
}

TDSL_KERNEL gemm_2(const tdsl_launch call, int64_t n0, const float *__restrict__ p0, const float *__restrict__ p1,
        float *p2) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::gemm(call, 1, 4, n0, {p0, 0, 1}, {p1, 4, 1}, p2, 4);
}

TDSL_KERNEL map_add(const tdsl_launch call, const int64_t *p0, int64_t *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({2}, [=]() {
        return [=](int64_t i0) {
            p1[i0] = tdsl::add(p0[i0], i0);
        };
    });
}

TDSL_KERNEL scalar_random_word_2(const tdsl_launch call, const int64_t *__restrict__ p0, int64_t *p1, int64_t *p2,
        int64_t c0, int64_t c1, int64_t c2, int64_t c3, int64_t c4) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    const int64_t t0 = p0[0];
    const int64_t t6 = tdsl::add(tdsl::mul(p0[1], c1), c2);
    const int64_t t7 = tdsl::random_word(t0, c0, t6);
    const int64_t t10 = tdsl::random_word(t0, c0, tdsl::add(t6, c3));
    const int64_t t12 = tdsl::add(t10, c4);
    p1[0] = t7;
    p2[0] = t12;
}

TDSL_KERNEL map_random_below_random_word(const tdsl_launch call, int64_t n0, const int64_t *__restrict__ p0,
        const int64_t *__restrict__ p1, const int64_t *__restrict__ p2, int64_t *p3, int64_t c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({n0}, [=]() {
        const int64_t t0 = p0[0];
        const bool t2 = t0 > c0;
        const int64_t t3 = p1[0];
        const int64_t t4 = p2[0];
        return [=](int64_t i0) {
            const int64_t t6 = tdsl::random_word(t3, t4, i0);
            p3[i0] = tdsl::select(t2, tdsl::add(c0, tdsl::random_below(t6, t0)), c0);
        };
    });
}

TDSL_KERNEL map_eq(const tdsl_launch call, const int64_t *__restrict__ p0, int64_t *p1) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({2}, [=]() {
        const int64_t t3 = p0[0];
        return [=](int64_t i0) {
            p1[i0] = tdsl::select(i0 == int64_t{0}, t3, int64_t{0});
        };
    });
}

TDSL_KERNEL map_fill(const tdsl_launch call, float *p0, float c0) {
    if (tdsl::is_skipped(call)) {
        return;
    }
    tdsl::map({4}, [=]() {
        return [=](int64_t i0) {
            p0[i0] = c0;
        };
    });
}

}  // namespace tdsl_unit
