// A kernel of each routine for every type, and its launch shape.
#include "tdsl/cuda/device.hpp"

#ifdef TDSL_SHIM
#include "../../runtime/source/random.cpp"
#include "tdsl/cuda/routine_shapes.hpp"

// Launch shapes by the numbers and sizes of a routine: blocks, threads, phases, bytes of scratch memory.
#define SHAPE(name, T, ...)                                                                                         \
    extern "C" __attribute__((visibility("default"))) void shape_##name##_##T(const int64_t *n, int64_t *shape) {   \
        const tdsl::cuda::Shape found = tdsl::cuda::name##_shape<T>(__VA_ARGS__);                                   \
        shape[0] = found.blocks, shape[1] = found.threads, shape[2] = found.phases, shape[3] = found.scratch_bytes; \
        (void)n;                                                                                                    \
    }
// The function of a CPU.
#define ON_CPU(T)                                                                                                     \
    extern "C" __attribute__((visibility("default"))) void cpu_random_orthogonal_##T(                                 \
        int64_t n0, int64_t n1, int64_t n2, T *p0, const int64_t *p1, double *p2) {                                   \
        tdsl::random_orthogonal<T>(n0, n1, n2, p0, p1, p2);                                                           \
    }
#else
#define SHAPE(...)
#define ON_CPU(...)
#endif

namespace tdsl_unit {

#define RANDOM(T)                                                                                                     \
    SHAPE(random_orthogonal, T, n[0], n[1], n[2])                                                                     \
    ON_CPU(T)                                                                                                         \
    TDSL_KERNEL random_orthogonal_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, T *p0,              \
                                      const int64_t *p1, double *p2) {                                                \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::random_orthogonal<T>(call, n0, n1, n2, p0, p1, p2);                                                     \
    }

#define PRODUCTS(T)                                                                                                   \
    SHAPE(prod_others, T, n[0], n[1], n[2])                                                                           \
    TDSL_KERNEL prod_others_1_##T(const tdsl_launch call, int64_t n0, int64_t n1, T *p0, const T *p1) {               \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::prod_others<T>(call, n0, n1, p0, p1);                                                                   \
    }                                                                                                                 \
    TDSL_KERNEL prod_others_2_##T(const tdsl_launch call, int64_t n0, int64_t n1, T *p0, const T *p1, const T *p2) {  \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::prod_others<T>(call, n0, n1, p0, p1, p2);                                                               \
    }                                                                                                                 \
    TDSL_KERNEL prod_others_3_##T(const tdsl_launch call, int64_t n0, int64_t n1, T *p0, const T *p1, const T *p2,    \
                                  const T *p3) {                                                                      \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::prod_others<T>(call, n0, n1, p0, p1, p2, p3);                                                           \
    }

#define CUMULATIVE(T)                                                                                                 \
    SHAPE(cumsum, T, n[0], n[1], n[2], n[3])                                                                          \
    TDSL_KERNEL cumsum_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t n3, T *p0,             \
                           const T *p1, double *p2) {                                                                 \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::cumsum<T>(call, n0, n1, n2, n3, p0, p1, p2);                                                            \
    }                                                                                                                 \
    SHAPE(cumprod, T, n[0], n[1], n[2])                                                                               \
    TDSL_KERNEL cumprod_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, T *p0, const T *p1) {         \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::cumprod<T>(call, n0, n1, n2, p0, p1);                                                                   \
    }                                                                                                                 \
    SHAPE(cummax, T, n[0], n[1], n[2])                                                                                \
    TDSL_KERNEL cummax_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, T *p0, const T *p1) {          \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::cummax<T>(call, n0, n1, n2, p0, p1);                                                                    \
    }                                                                                                                 \
    SHAPE(recurrence, T, n[0], n[1], n[2], n[3])                                                                      \
    TDSL_KERNEL recurrence_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t n3, T *p0,         \
                               const T *p1, const T *p2) {                                                            \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::recurrence<T>(call, n0, n1, n2, n3, p0, p1, p2);                                                        \
    }

#define SORTING(T)                                                                                                    \
    SHAPE(sort, T, n[0], n[1], n[2])                                                                                  \
    TDSL_KERNEL sort_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, T *p0, const T *p1,              \
                         double *p2) {                                                                                \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::sort<T>(call, n0, n1, n2, p0, p1, p2);                                                                  \
    }                                                                                                                 \
    SHAPE(argsort, T, n[0], n[1], n[2])                                                                               \
    TDSL_KERNEL argsort_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t *p0, const T *p1,     \
                            double *p2) {                                                                             \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::argsort<T>(call, n0, n1, n2, p0, p1, p2);                                                               \
    }                                                                                                                 \
    SHAPE(argtopk, T, n[0], n[1], n[2], n[3])                                                                         \
    TDSL_KERNEL argtopk_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t n3, int64_t *p0,      \
                            const T *p1, double *p2) {                                                                \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::argtopk<T>(call, n0, n1, n2, n3, p0, p1, p2);                                                           \
    }                                                                                                                 \
    SHAPE(searchsorted, T, n[0], n[1], n[2])                                                                          \
    TDSL_KERNEL searchsorted_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t *p0,             \
                                 const T *p1, const T *p2) {                                                          \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::searchsorted<T>(call, n0, n1, n2, p0, p1, p2);                                                          \
    }

#define MATRICES(T)                                                                                                   \
    SHAPE(cholesky, T, n[0], n[1])                                                                                    \
    TDSL_KERNEL cholesky_##T(const tdsl_launch call, int64_t n0, int64_t n1, T *p0, const T *p1) {                    \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::cholesky<T>(call, 3, n0, n1, p0, p1);                                                                   \
    }                                                                                                                 \
    SHAPE(solve_triangular, T, n[0], n[1], n[2], n[3], n[4])                                                          \
    TDSL_KERNEL solve_triangular_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t n3,          \
                                     int64_t n4, T *p0, const T *p1, const T *p2) {                                   \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::solve_triangular<T>(call, 3, n0, n1, n2, n3, n4, p0, p1, p2);                                           \
    }                                                                                                                 \
    SHAPE(lu, T, n[0], n[1])                                                                                          \
    TDSL_KERNEL lu_##T(const tdsl_launch call, int64_t n0, int64_t n1, T *p0, int64_t *p1, const T *p2,               \
                       double *p3) {                                                                                  \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::lu<T>(call, n0, n1, p0, p1, p2, p3);                                                                    \
    }                                                                                                                 \
    SHAPE(lu_solve, T, n[0], n[1], n[2], n[3])                                                                        \
    TDSL_KERNEL lu_solve_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, int64_t n3, T *p0,           \
                             const T *p1, const int64_t *p2, const T *p3) {                                           \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::lu_solve<T>(call, 3, n0, n1, n2, n3, p0, p1, p2, p3);                                                   \
    }                                                                                                                 \
    SHAPE(lu_det, T, n[0], n[1])                                                                                      \
    TDSL_KERNEL lu_det_##T(const tdsl_launch call, int64_t n0, int64_t n1, T *p0, const T *p1, const int64_t *p2) {   \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::lu_det<T>(call, n0, n1, p0, p1, p2);                                                                    \
    }                                                                                                                 \
    SHAPE(lu_logdet, T, n[0], n[1])                                                                                   \
    TDSL_KERNEL lu_logdet_##T(const tdsl_launch call, int64_t n0, int64_t n1, T *p0, const T *p1,                     \
                              const int64_t *p2) {                                                                    \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::lu_logdet<T>(call, n0, n1, p0, p1, p2);                                                                 \
    }                                                                                                                 \
    SHAPE(qr, T, n[0], n[1], n[2])                                                                                    \
    TDSL_KERNEL qr_##T(const tdsl_launch call, int64_t n0, int64_t n1, int64_t n2, T *p0, T *p1, const T *p2,         \
                       double *p3) {                                                                                  \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::qr<T>(call, n0, n1, n2, p0, p1, p2, p3);                                                                \
    }                                                                                                                 \
    SHAPE(eigh, T, n[0], n[1])                                                                                        \
    TDSL_KERNEL eigh_##T(const tdsl_launch call, int64_t n0, int64_t n1, T *p0, T *p1, const T *p2, double *p3) {     \
        if (tdsl::is_skipped(call)) return;                                                                           \
        tdsl::eigh<T>(call, n0, n1, p0, p1, p2, p3);                                                                  \
    }

RANDOM(float)
PRODUCTS(float)
CUMULATIVE(float)
SORTING(float)
MATRICES(float)
RANDOM(double)
PRODUCTS(double)
CUMULATIVE(double)
CUMULATIVE(int32_t)
CUMULATIVE(int64_t)
CUMULATIVE(uint8_t)
SORTING(double)
SORTING(int32_t)
SORTING(int64_t)
SORTING(uint8_t)
MATRICES(double)

// Draws.
TDSL_KERNEL normals(const tdsl_launch call, int64_t n0, const int64_t *p0, double *p1) {
    if (tdsl::is_skipped(call)) return;
    tdsl::routines::all_threads(n0, [=](int64_t i) { p1[i] = tdsl::standard_normal(p0[i]); });
}
TDSL_KERNEL truncated_normals(const tdsl_launch call, int64_t n0, const int64_t *p0, double *p1) {
    if (tdsl::is_skipped(call)) return;
    tdsl::routines::all_threads(n0, [=](int64_t i) { p1[i] = tdsl::standard_truncated_normal(p0[i]); });
}
TDSL_KERNEL binomials(const tdsl_launch call, int64_t n0, const int64_t *p0, const int64_t *p1, const double *p2,
                      int64_t *p3) {
    if (tdsl::is_skipped(call)) return;
    tdsl::routines::all_threads(n0, [=](int64_t i) { p3[i] = tdsl::random_binomial(p0[i], p1[i], p2[i]); });
}

}  // namespace tdsl_unit
