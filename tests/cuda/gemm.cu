// Kernels of the tests of matrix products: for each type those that cover its code, and all templates for one type.
#include "tdsl/cuda/device.hpp"

namespace tdsl_unit {

// Patches of images times weights: c[(b, y, x), o] is the sum of image[b, y + u, x + v] * weight[o, (u, v)].
#define KERNELS(T)                                                                                                    \
    TDSL_KERNEL sums_##T(const tdsl_launch call, int64_t m, int64_t n, int64_t k, const T *a, int64_t a_row,         \
                         int64_t a_column, const T *b, int64_t b_row, int64_t b_column, T *sums, T *c) {             \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::gemm_epilogue_column_sums<T>(call, m, n, k, {a, a_row, a_column}, {b, b_row, b_column}, sums,           \
                                           [=](int64_t i, int64_t j, T value) {                                      \
                                               c[n * i + j] = value;                                                  \
                                               return value + 1;                                                      \
                                           });                                                                        \
    }                                                                                                                 \
    TDSL_KERNEL patches_##T(const tdsl_launch call, int64_t images, int64_t side, int64_t window, int64_t n,          \
                            const T *image, const T *weight, T *sums, T *c) {                                         \
        if (tdsl::is_skipped(call)) return;                                                                           \
        const int64_t out = side - window + 1, k = window * window;                                                   \
        tdsl::affine_gemm_epilogue_column_sums<T>(                                                                    \
            call, images * out * out, n, k,                                                                           \
            {image, k, 1, {{images, side * side}, {1, 99}, {out, side}, {out, 1}}, {{window, side}, {window, 1}}},    \
            {weight, n, 1, {{k, 1}}, {{n, k}}}, sums, [=](int64_t i, int64_t j, T value) {                            \
                c[n * i + j] = value;                                                                                 \
                return value;                                                                                         \
            });                                                                                                       \
    }

#ifdef FEW
KERNELS(double)
#else
KERNELS(float)
KERNELS(double)
KERNELS(int32_t)
KERNELS(int64_t)

TDSL_KERNEL product(const tdsl_launch call, int64_t m, int64_t n, int64_t k, const float *a, int64_t a_row,
                    int64_t a_column, const float *b, int64_t b_row, int64_t b_column, float *c, int64_t c_row) {
    if (tdsl::is_skipped(call)) return;
    tdsl::gemm(call, m, n, k, {a, a_row, a_column}, {b, b_row, b_column}, c, c_row);
}

TDSL_KERNEL epilogue(const tdsl_launch call, int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                     const float *bias, float *c) {
    if (tdsl::is_skipped(call)) return;
    tdsl::gemm_epilogue<float>(call, m, n, k, {a, k, 1}, {b, n, 1}, [=](int64_t i, int64_t j, float value) {
        c[n * i + j] = 2 * value + bias[j];
    });
}

TDSL_KERNEL affine_product(const tdsl_launch call, int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                           float *c) {
    if (tdsl::is_skipped(call)) return;
    tdsl::affine_gemm(call, m, n, k, {a, k, 1, {{m, 1}}, {{k, m}}}, {b, n, 1, {{k, n}}, {{n, 1}}}, c, n);
}

TDSL_KERNEL affine_epilogue(const tdsl_launch call, int64_t m, int64_t n, int64_t k, const float *a, const float *b,
                            float *c) {
    if (tdsl::is_skipped(call)) return;
    tdsl::affine_gemm_epilogue<float>(call, m, n, k, {a, k, 1, {{m, k}}, {{k, 1}}}, {b, n, 1, {{k, 1}}, {{n, k}}},
                                      [=](int64_t i, int64_t j, float value) { c[n * i + j] = -value; });
}

// The second operand does not depend on the first index of the batch.
TDSL_KERNEL batch(const tdsl_launch call, int64_t n0, int64_t n1, int64_t m, int64_t n, int64_t k, const float *a,
                  const float *b, float *c) {
    if (tdsl::is_skipped(call)) return;
    tdsl::parallel_for_each({n0, n1}, [=](int64_t i0, int64_t i1) {
        const int64_t item = i0 * n1 + i1;
        tdsl::gemm_epilogue<float>(call, m, n, k, {a + item * m * k, k, 1},
                                   {b + tdsl::offset({{n0, 0}, {n1, k * n}}, item), n, 1},
                                   [=](int64_t i, int64_t j, float value) { c[(item * m + i) * n + j] = value; });
    });
}
#endif

}  // namespace tdsl_unit
