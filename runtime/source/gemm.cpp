// The products behind tdsl/gemm.hpp: which way a product takes.
#include "gemm_blocked.hpp"
#include "gemm_shallow.hpp"

#include <type_traits>

namespace tdsl {
namespace {

constexpr int64_t tiny_work = 64;        // multiplications that are done before vectors are set up
constexpr int64_t small_work = 4096;     // multiplications below which packing costs more than it gains
constexpr int64_t work_in_task = 32768;  // of a product with a vector, or nearly
constexpr int64_t deep = 1024, many_tasks = 8;  // few columns that lie across depth are cut into blocks for threads
constexpr int most_columns = 10;                // that count as few

// Rows [first, last) in plain loops, into C.
template <typename T>
void rows_of_product(int64_t first, int64_t last, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c, int64_t c_row) {
    for (int64_t i = first; i < last; ++i, c += c_row) {
        for (int64_t j = 0; j < n; ++j) c[j] = T(0);
        for (int64_t p = 0; p < k; ++p) {
            const T factor = a.data[i * a.row + p * a.column], *const from = b.data + p * b.row;
            if (b.column == 1)
                for (int64_t j = 0; j < n; ++j) c[j] += factor * from[j];
            else
                for (int64_t j = 0; j < n; ++j) c[j] += factor * from[j * b.column];
        }
    }
}

template <typename T>
void small(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    if (target.is_stored()) return rows_of_product(0, m, n, k, a, b, target.at(0, 0), target.row());
    const int64_t rows = std::max<int64_t>(1, small_work / n);
    target.begin(pieces(m, rows));
    T *const sums = thread_buffer<T>(Purpose::sums, std::min(rows, m) * n);
    for (int64_t i = 0; i < m; i += rows) {
        const int64_t count = std::min(rows, m - i);
        rows_of_product(i, i + count, n, k, a, b, sums, n);
        target.take(i / rows, i, 0, count, n, sums, n);
    }
}

// y[i * step] = sum over p of matrix(i, p) * x[p * x_step]
template <typename T>
void times_vector(int64_t m, int64_t k, Matrix<T> matrix, const T *x, int64_t x_step, T *y, int64_t step) {
    if (x_step != 1 && k > 1) {
        T *const gathered = thread_buffer<T>(Purpose::right, k);
        for (int64_t p = 0; p < k; ++p) gathered[p] = x[p * x_step];
        x = gathered;
    }
    constexpr int64_t rows = 8 * lane_count<T>;
    const int64_t chunks = pieces(m, rows), blocks = std::clamp<int64_t>(k / deep, 1, pieces(many_tasks, chunks));
    const int64_t depth = pieces(k, blocks), in_task = std::max<int64_t>(1, work_in_task / (rows * depth));
    T *const sums = thread_buffer<T>(Purpose::left, blocks * m);
    parallel(pieces(chunks * blocks, in_task), [&](int64_t number) {
        for (int64_t task = number * in_task; task < std::min(chunks * blocks, (number + 1) * in_task); ++task) {
            const int64_t i = task % chunks * rows, block = task / chunks, top = block * depth;
            sum_of_columns(std::min(rows, m - i), std::min(depth, k - top),
                           matrix.data + i * matrix.row + top * matrix.column, matrix.row, matrix.column, x + top,
                           sums + block * m + i);
        }
    });
    for (int64_t i = 0; i < m; ++i) {
        T sum = sums[i];
        for (int64_t block = 1; block < blocks; ++block) sum += sums[block * m + i];
        y[i * step] = sum;
    }
}

// A row or a column of C, from a matrix and a vector.
template <typename T>
void vector_product(int64_t m, int64_t k, Matrix<T> matrix, const T *x, int64_t x_step, bool is_row,
                    Target<T> &target) {
    if (target.is_stored()) return times_vector(m, k, matrix, x, x_step, target.at(0, 0), is_row ? 1 : target.row());
    target.begin(1);
    T *const y = thread_buffer<T>(Purpose::sums, m);
    times_vector(m, k, matrix, x, x_step, y, 1);
    if (is_row) target.take(0, 0, 0, 1, m, y, m);
    else target.take(0, 0, 0, m, 1, y, 1);
}

// Few columns, of which and of the rows of A every one lies along depth.
template <typename T, int columns, int rows = std::clamp(2 * tile_rows / columns, 1, 8)>
void columns_along_depth(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    const int64_t strips = pieces(m, rows);
    target.begin(target.is_turned() ? 1 : strips);
    in_parts(strips, std::max<int64_t>(1, work_in_task / (k * columns * rows)), [&](int64_t first, int64_t last) {
        for (int64_t strip = first; strip < last; ++strip) {
            T done[rows * columns];
            const int64_t i = strip * rows, count = std::min<int64_t>(rows, m - i);
            dot_tile<T, rows, columns>(count, n, k, a.data + i * a.row, a.row, b.data, b.column, done);
            target.take(target.is_turned() ? 0 : strip, i, 0, count, n, done, columns);
        }
    });
}

// Whether that form is worth it; B may be brought into it.
template <typename T>
bool has_few_columns(int64_t n, int64_t k, Matrix<T> a) {
    return n <= most_columns && k >= 4 * lane_count<T> && a.column == 1;
}

template <typename T>
void few_columns(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    if (b.row != 1) {
        T *const turned = thread_buffer<T>(Purpose::right, n * k);
        for (int64_t p = 0; p < k; ++p)
            for (int64_t j = 0; j < n; ++j) turned[j * k + p] = b.data[p * b.row + j * b.column];
        b = Matrix<T>{turned, 1, k};
    }
    if (n == 1 && m < 4) return columns_along_depth<T, 1, 1>(m, n, k, a, b, target);
    if (n == 1) return columns_along_depth<T, 1>(m, n, k, a, b, target);
    switch ((n + 1) / 2) {
        case 1: return columns_along_depth<T, 2>(m, n, k, a, b, target);
        case 2: return columns_along_depth<T, 4>(m, n, k, a, b, target);
        case 3: return columns_along_depth<T, 6>(m, n, k, a, b, target);
        case 4: return columns_along_depth<T, 8>(m, n, k, a, b, target);
        default: return columns_along_depth<T, most_columns>(m, n, k, a, b, target);
    }
}

template <typename T>
void product(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    if (k <= 0 || m * n <= small_work / k) return small(m, n, k, a, b, target);
    const Matrix<T> a_turned{a.data, a.column, a.row}, b_turned{b.data, b.column, b.row};
    if (has_few_columns(n, k, a)) return few_columns(m, n, k, a, b, target);
    const bool has_few_rows = has_few_columns(m, k, b_turned);
    if (n == 1) return vector_product(m, k, a, b.data, b.row, false, target);
    if (m == 1 && !has_few_rows) return vector_product(n, k, b_turned, a.data, a.column, true, target);
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
void integers(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    const int64_t rows = std::max<int64_t>(1, work_in_task / std::max<int64_t>(1, n * k)), tasks = pieces(m, rows);
    target.begin(tasks);
    parallel(tasks, [&](int64_t task) {
        const int64_t first = task * rows, count = std::min(m - first, rows);
        // Sums wrap around as in NumPy, which only unsigned numbers may do.
        using Wrapping = std::make_unsigned_t<T>;
        const Matrix<Wrapping> left{reinterpret_cast<const Wrapping *>(a.data), a.row, a.column};
        const Matrix<Wrapping> right{reinterpret_cast<const Wrapping *>(b.data), b.row, b.column};
        const bool stored = target.is_stored();
        T *const to = stored ? target.at(first, 0) : thread_buffer<T>(Purpose::sums, count * n);
        rows_of_product(first, first + count, n, k, left, right, reinterpret_cast<Wrapping *>(to),
                        stored ? target.row() : n);
        if (!stored) target.take(task, first, 0, count, n, to, n);
    });
}

// Few multiplications, each element at once.
template <typename T>
void tiny(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, Target<T> &target) {
    T values[tiny_work];
    for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) {
            T sum = T(0);
            const T *left = a.data + i * a.row, *right = b.data + j * b.column;
            for (int64_t p = 0; p < k; ++p, left += a.column, right += b.row) one_by_one(), sum += *left * *right;
            values[i * n + j] = sum;
        }
    target.begin(1);
    target.take(0, 0, 0, m, n, values, n);
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
