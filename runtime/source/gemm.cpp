// The products behind tdsl/gemm.hpp: which way a product takes.
#include "gemm_blocked.hpp"
#include "gemm_few.hpp"
#include "gemm_plain.hpp"
#include "gemm_shallow.hpp"

#include <type_traits>

namespace tdsl {
namespace {

// How many layers of depth a product is cut into: those of little area have no other work for many threads, and what
// they read of a layer stays in the second cache.  As many as a power of two, so that threads share them evenly.
int64_t layers_of(int64_t m, int64_t n, int64_t k) {
    constexpr int64_t least_depth = 512, least = 4, most_sums = 1 << 18;
    if (k < least * least_depth || n > most_sums / least / m) return 1;
    int64_t layers = least;
    while (2 * layers <= std::min(k / least_depth, most_sums / (m * n))) layers *= 2;
    return layers;
}

template <typename T>
void product(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target);

// Each layer by itself, and their sum.
template <typename T>
void layered(int64_t layers, int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    const int64_t area = m * n;
    T *const sums = thread_buffer<T>(Purpose::layers, layers * area);
    parallel(layers, [&](int64_t layer) {
        const int64_t top = layer * k / layers, depth = (layer + 1) * k / layers - top;
        Target<T> own(sums + layer * area, n);
        product(m, n, depth, {a.data + top * a.column, a.row, a.column}, {b.data + top * b.row, b.row, b.column}, own);
    });
    constexpr int64_t work = 1 << 14;
    const int64_t rows = std::max<int64_t>(1, work / (layers * n)), tasks = pieces(m, rows);
    target.begin(tasks);
    parallel(tasks, [&](int64_t task) {
        const int64_t first = task * rows, count = std::min(rows, m - first);
        T *const total = sums + first * n;
        for (int64_t layer = 1; layer < layers; ++layer)
            for (int64_t j = 0; j < count * n; ++j) total[j] += total[layer * area + j];
        target.take(task, first, 0, count, n, total, n);
    });
}

template <typename T>
void product(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    if (k <= 0 || m * n <= small_work / k) return small(m, n, k, a, b, target);
    const Matrix<T> a_turned{a.data, a.column, a.row}, b_turned{b.data, b.column, b.row};
    if (has_few_columns(n, k, a)) return few_columns(m, n, k, a, b, target);
    const bool has_few_rows = has_few_columns(m, k, b_turned);
    if (n == 1) return vector_product(m, k, a, b.data, b.row, false, target);
    if (m == 1 && !has_few_rows) return vector_product(n, k, b_turned, a.data, a.column, true, target);
    const int64_t layers = has_few_rows ? 1 : layers_of(m, n, k);
    if (layers > 1) return layered(layers, m, n, k, a, b, target);
    // Few columns would leave most of a tile empty.
    if (has_few_rows || (n <= tile_rows && m > n && a.row == 1)) {
        target.turn();
        if (has_few_rows) return few_columns(n, m, k, b_turned, a_turned, target);
        return Blocked<T>(n, m, k, b_turned, a_turned, target).run();
    }
    if (Shallow<T>::is_worth(n, k)) return Shallow<T>(m, n, k, a, b, target).run();
    Blocked<T>(m, n, k, a, b, target).run();
}

template <typename T>
void into(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> target) {
    if (m > 0 && n > 0) {
        if constexpr (std::is_integral_v<T>) integers(m, n, k, a, b, target);
        else if (m * n <= tiny_work && k <= tiny_work && m * n * k <= tiny_work) tiny(m, n, k, a, b, target);
        else product(m, n, k, a, b, target);
    }
    target.end();
}

}  // namespace

#define TDSL_DEFINE_GEMM(T)                                                                              \
    void gemm_into(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c, int64_t c_row) {     \
        into(m, n, k, a, b, Target<T>(c, c_row));                                                        \
    }                                                                                                    \
    void gemm_into(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Finish<T> finish) {        \
        into(m, n, k, a, b, Target<T>(finish, n));                                                       \
    }
#ifdef TDSL_TYPE  // of that type alone
TDSL_DEFINE_GEMM(TDSL_TYPE)
#else
TDSL_DEFINE_GEMM(float)
TDSL_DEFINE_GEMM(double)
TDSL_DEFINE_GEMM(int32_t)
TDSL_DEFINE_GEMM(int64_t)
#endif

}  // namespace tdsl
