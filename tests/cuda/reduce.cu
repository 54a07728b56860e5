// Kernels of the tests of reductions: of two kept and one or two reduced axes, in memory in that order.
#include "tdsl/cuda/device.hpp"

namespace tdsl_unit {

#define SIZES int64_t n0, int64_t n1, int64_t n2, int64_t n3

#define NESTS(T, name, Combiner)                                                                                      \
    TDSL_KERNEL rows_##name(const tdsl_launch call, SIZES, const T *p0, T *p1) {                                      \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::reduce_rows<tdsl::Combiner>(call, {n0, n1}, {n2, n3}, p1, [=](int64_t i0, int64_t i1, int64_t i2) {     \
            return [=](int64_t i3) { return p0[((i0 * n1 + i1) * n2 + i2) * n3 + i3]; };                              \
        });                                                                                                           \
    }                                                                                                                 \
    TDSL_KERNEL columns_##name(const tdsl_launch call, SIZES, const T *p0, T *p1) {                                   \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::reduce_columns<tdsl::Combiner>(call, {n0, n3}, {n1, n2}, p1, [=](int64_t i0, int64_t i1, int64_t i2) {  \
            return [=](int64_t i3) { return p0[((i0 * n1 + i1) * n2 + i2) * n3 + i3]; };                              \
        });                                                                                                           \
    }

#define MATRICES(T, name, Combiner)                                                                                   \
    TDSL_KERNEL line_##name(const tdsl_launch call, int64_t n0, int64_t n1, const T *p0, T *p1) {                     \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::reduce_rows<tdsl::Combiner>(call, {n0}, {n1}, p1, [=](int64_t i0) {                                     \
            return [=](int64_t i1) { return p0[i0 * n1 + i1]; };                                                      \
        });                                                                                                           \
    }                                                                                                                 \
    TDSL_KERNEL column_##name(const tdsl_launch call, int64_t n0, int64_t n1, const T *p0, T *p1) {                   \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::reduce_columns<tdsl::Combiner>(call, {n1}, {n0}, p1, [=](int64_t i0) {                                  \
            return [=](int64_t i1) { return p0[i0 * n1 + i1]; };                                                      \
        });                                                                                                           \
    }

#define ARG_REDUCTIONS(T, name, Combiner)                                                                             \
    TDSL_KERNEL arg_##name(const tdsl_launch call, int64_t n0, int64_t n1, const T *p0, int64_t *p1) {                \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::arg_reduce<tdsl::Combiner>(call, {n0}, {n1}, p1, [=](int64_t i0) {                                      \
            return [=](int64_t i1) { return p0[i0 * n1 + i1]; };                                                      \
        });                                                                                                           \
    }

#define SUM_AND_MAX(T, name)           \
    MATRICES(T, sum_##name, Sum<T>)    \
    MATRICES(T, max_##name, Max<T>)    \
    ARG_REDUCTIONS(T, max_##name, Max<T>)
#define PROD_AND_MIN(T, name)          \
    MATRICES(T, prod_##name, Prod<T>)  \
    MATRICES(T, min_##name, Min<T>)    \
    ARG_REDUCTIONS(T, min_##name, Min<T>)

NESTS(float, sum_f32, Sum<float>)
MATRICES(uint8_t, all_bool, All<bool>)
#ifdef FEW  // one of each kind
MATRICES(double, prod_f64, Prod<double>)
ARG_REDUCTIONS(float, min_f32, Min<float>)
#else
NESTS(int64_t, max_i64, Max<int64_t>)
SUM_AND_MAX(float, f32)
SUM_AND_MAX(double, f64)
SUM_AND_MAX(int32_t, i32)
SUM_AND_MAX(int64_t, i64)
SUM_AND_MAX(uint8_t, u8)
PROD_AND_MIN(float, f32)
PROD_AND_MIN(int64_t, i64)
MATRICES(uint8_t, any_bool, Any<bool>)
#endif

}  // namespace tdsl_unit
