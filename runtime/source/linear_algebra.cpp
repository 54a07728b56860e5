// Cholesky factors column block by column block, each from those before it; LU factors with partial pivoting by halves
// of the columns (S. Toledo, Locality of reference in LU decomposition with partial pivoting, 1997).  Products do most
// of the work.
#include "tdsl/linear_algebra.hpp"

#include <cmath>
#include <utility>

#include "interleaved.hpp"
#include "tdsl/checks.hpp"
#include "tdsl/determinants.hpp"
#include "triangular.hpp"

namespace tdsl {

namespace {

// Smaller matrices of a stack run side by side, larger ones one after the other with threads inside.
constexpr int64_t large = 256;

template <typename Body>
void each_matrix(int64_t count, int64_t n, int64_t work, const Body &body) {
    if (!n) return;
    if (n > large || count == 1) {
        for (int64_t number = 0; number < count; ++number) body(number);
        return;
    }
    parallel_ranges(count, std::max<int64_t>(1, least_work / std::max<int64_t>(1, work)),
                    [&](int64_t first, int64_t last) {
                        for (int64_t number = first; number < last; ++number) body(number);
                    });
}

// The pivot is a number in the stack, with the size of a matrix as its bound; of one matrix the bound is 0.
void report_pivot(tdsl_call *call, int32_t site, int64_t count, int64_t n, int64_t number, int64_t pivot) {
    report_fault(call, site, number * n + pivot, count == 1 ? 0 : n);
}

template <typename T>
void report_zeros(tdsl_call *call, int32_t site, int64_t count, int64_t n, int64_t number, const T *t) {
    for (int64_t k = 0; k < n; ++k)
        if (t[k * (n + 1)] == 0) return report_pivot(call, site, count, n, number, k);
}

// Whether a stack is interleaved.
constexpr bool is_interleaved(int64_t count, int64_t n, int64_t m) {
    return count > 1 && 0 < n && n <= smallest && m <= smallest;
}

// body(first, number) for so many matrices from the first on, as many as there are lanes, or the last ones.
template <typename T, typename Body>
void each_group(int64_t count, int64_t work, const Body &body) {
    constexpr int64_t lanes = lane_count<T>;
    parallel_ranges(ceil_div(count, lanes), std::max<int64_t>(1, least_work / std::max<int64_t>(1, work * lanes)),
                    [&](int64_t first, int64_t last) {
                        for (int64_t group = first; group < last; ++group)
                            body(group * lanes, std::min(lanes, count - group * lanes));
                    });
}

// body(first, last) for ranges of rows of so many elements.
template <typename Body>
void row_ranges(int64_t rows, int64_t elements, const Body &body) {
    parallel_ranges(rows, std::max<int64_t>(1, 2 * task_elements / std::max<int64_t>(1, elements)), body);
}

template <typename T>
void copy_rows(int64_t rows, int64_t columns, const T *from, T *to) {
    row_ranges(rows, columns, [=](int64_t first, int64_t last) {
        std::copy(from + first * columns, from + last * columns, to + first * columns);
    });
}

template <typename T>
constexpr int64_t factor_width = std::min<int64_t>(64, 8 * lane_count<T>);

// Column j of a short factor by columns, in the vectors from its diagonal on, of which there are some.
template <typename T, int Vectors>
void short_column(T *columns, int64_t j, int64_t first) {
    constexpr int64_t lanes = lane_count<T>, width = factor_width<T>;
    Vector<T> sums[Vectors];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) sums[v] = load(columns + j * width + first + v * lanes);
    for (int64_t k = 0; k < j; ++k) {
        const Vector<T> factor = Vector<T>{} - columns[k * width + j];
#pragma GCC unroll 8
        for (int v = 0; v < Vectors; ++v)
            sums[v] = multiply_add(factor, load(columns + k * width + first + v * lanes), sums[v]);
    }
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) store(columns + j * width + first + v * lanes, sums[v]);
}

template <typename T, int Vectors = 8>
void short_column(int64_t vectors, T *columns, int64_t j, int64_t first) {
    if constexpr (Vectors == 1) short_column<T, 1>(columns, j, first);
    else if (vectors == Vectors) short_column<T, Vectors>(columns, j, first);
    else short_column<T, Vectors - 1>(vectors, columns, j, first);
}

// The factor of a short matrix in place; the number of a pivot that is not positive, or -1.
template <typename T>
int64_t short_cholesky(int64_t n, T *a, int64_t row) {
    constexpr int64_t lanes = lane_count<T>, width = factor_width<T>;
    alignas(vector_bytes) T columns[width * width];
    const int64_t height = round_up<lanes>(n);
    for (int64_t j = 0; j < n; ++j) std::fill_n(columns + j * width, height, T(0));
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j <= i; ++j) columns[j * width + i] = a[i * row + j];
    for (int64_t j = 0; j < n; ++j) {
        const int64_t first = j & -lanes;
        T *const column = columns + j * width;
        short_column<T>((height - first) / lanes, columns, j, first);
        if (!(column[j] > 0)) return j;
        column[j] = std::sqrt(column[j]);
        const T reciprocal = T(1) / column[j];
        for (int64_t i = j + 1; i < n; ++i) column[i] *= reciprocal;
    }
    for (int64_t i = 0; i < n; ++i) {
        for (int64_t j = 0; j <= i; ++j) a[i * row + j] = columns[j * width + i];
        for (int64_t j = i + 1; j < n; ++j) a[i * row + j] = T(0);
    }
    return -1;
}

template <typename T>
int64_t factorize(int64_t n, T *factor) {
    constexpr int64_t width = factor_width<T>;
    for (int64_t first = 0; first < n; first += width) {
        const int64_t columns = std::min(width, n - first), below = n - first - columns;
        T *const rows = factor + first * n, *const corner = rows + first;
        subtract_product<T>(columns + below, columns, first, {rows, n, 1}, {rows, 1, n}, corner, n);
        const int64_t failed = short_cholesky(columns, corner, n);
        if (failed >= 0) return first + failed;
        solve_right<T>(below, columns, {corner, n, 1}, corner + columns * n, n);
    }
    return -1;
}

// The first largest absolute value from a place on; a NaN counts as the largest.
template <typename T>
int64_t largest(const T *values, int64_t first, int64_t count) {
    constexpr int64_t chains = 16;
    T best[chains];
    std::fill_n(best, chains, T(-1));
    int64_t i = first;
    for (; i + chains <= count; i += chains)
        for (int64_t c = 0; c < chains; ++c) {
            const T size = std::fabs(values[i + c]);
            best[c] = size > best[c] || size != size ? size : best[c];
        }
    T most = T(-1);
    for (; i < count; ++i) {
        const T size = std::fabs(values[i]);
        best[0] = size > best[0] || size != size ? size : best[0];
    }
    for (const T each : best) most = each > most || each != each ? each : most;
    if (most != most) most = T(-1);
    for (i = first; i < count; ++i) {
        const T size = std::fabs(values[i]);
        if (size != size || size == most) return i;
    }
    return first;
}

// The factors of m rows and a few columns; `by_columns` holds them meanwhile, each column at a multiple of vectors.
template <typename T>
void narrow_lu(int64_t m, int64_t n, T *a, int64_t row, int64_t *exchanges, T *by_columns) {
    constexpr int64_t lanes = lane_count<T>;
    const int64_t height = round_up<lanes>(m);
    for (int64_t k = 0; k < n; ++k) std::fill_n(by_columns + k * height + m, height - m, T(0));
    for (int64_t i = 0; i < m; ++i)
        for (int64_t k = 0; k < n; ++k) by_columns[k * height + i] = a[i * row + k];
    for (int64_t k = 0; k < n; ++k) {
        T *const column = by_columns + k * height;
        T above[lu_width];
        for (int64_t p = 0; p < k; ++p) {
            T sum = column[p];
            for (int64_t q = 0; q < p; ++q) sum -= by_columns[q * height + p] * above[q];
            above[p] = sum;
        }
        for (int64_t i = k & -lanes; i < height; i += lanes) {
            Vector<T> sum = load(column + i);
            for (int64_t p = 0; p < k; ++p)
                sum = multiply_add(Vector<T>{} - above[p], load(by_columns + p * height + i), sum);
            store(column + i, sum);
        }
        std::copy_n(above, k, column);
        const int64_t pivot = exchanges[k] = largest(column, k, m);
        if (pivot != k)
            for (int64_t j = 0; j < n; ++j) std::swap(by_columns[j * height + k], by_columns[j * height + pivot]);
        if (column[k] == 0) continue;
        const Divisor<T> divided(column[k]);
        for (int64_t i = k + 1; i < m; ++i) column[i] = divided(column[i]);
    }
    for (int64_t i = 0; i < m; ++i)
        for (int64_t k = 0; k < n; ++k) a[i * row + k] = by_columns[k * height + i];
}

// Exchanges rows in order, or in the reverse order.
template <typename T>
void exchange_rows(int64_t count, const int64_t *exchanges, T *a, int64_t row, int64_t columns, bool reverse = false) {
    row_ranges(columns, count, [=](int64_t first, int64_t last) {
        for (int64_t number = 0; number < count; ++number) {
            const int64_t k = reverse ? count - 1 - number : number;
            T *const one = a + k * row, *const other = a + exchanges[k] * row;
            if (one != other) std::swap_ranges(one + first, one + last, other + first);
        }
    });
}

template <typename T>
void factorize_lu(int64_t m, int64_t n, T *a, int64_t row, int64_t *exchanges, T *by_columns) {
    if (n <= lu_width) return narrow_lu(m, n, a, row, exchanges, by_columns);
    const int64_t half = round_up<lu_width>(n / 2), rest = n - half;
    T *const right = a + half, *const below = a + half * row;
    factorize_lu(m, half, a, row, exchanges, by_columns);
    exchange_rows(half, exchanges, right, row, rest);
    solve_left<T>(true, true, half, rest, {a, row, 1}, right, row);
    subtract_product<T>(m - half, rest, half, {below, row, 1}, {right, row, 1}, below + half, row);
    factorize_lu(m - half, rest, below + half, row, exchanges + half, by_columns);
    exchange_rows(rest, exchanges + half, below, row, half);
    for (int64_t k = half; k < n; ++k) exchanges[k] += half;
}

}  // namespace

template <typename T>
void cholesky(tdsl_call *call, int32_t site, int64_t count, int64_t n, T *factor, const T *a) {
    if (is_interleaved(count, n, 1))
        return each_group<T>(count, n * n * (n + 8), [&](int64_t first, int64_t some) {
            Interleaved<T> all(n, n, some);
            Failures<T> failures;
            all.read(a + first * n * n);
            factorize_cholesky(all, failures);
            all.write(factor + first * n * n);
            for (int64_t lane = 0; lane < some; ++lane)
                if (failures.pivots[lane] >= 0) report_pivot(call, site, count, n, first + lane, failures.pivots[lane]);
        });
    each_matrix(count, n, n * n * n / 3, [&](int64_t number) {
        const T *const from = a + number * n * n;
        T *const to = factor + number * n * n;
        row_ranges(n, n, [=](int64_t first, int64_t last) {
            for (int64_t i = first; i < last; ++i) {
                std::copy_n(from + i * n, i + 1, to + i * n);
                std::fill_n(to + i * n + i + 1, n - i - 1, T(0));
            }
        });
        const int64_t failed = factorize(n, to);
        if (failed >= 0) report_pivot(call, site, count, n, number, failed);
    });
}

template <typename T>
void solve_triangular(tdsl_call *call, int32_t site, bool is_lower, bool is_transposed, int64_t count, int64_t n,
                      int64_t m, T *x, const T *t, const T *b) {
    if (is_interleaved(count, n, m))
        return each_group<T>(count, n * n * (m + 2), [&](int64_t first, int64_t some) {
            Interleaved<T> triangle(n, n, some), right(n, m, some);
            triangle.read(t + first * n * n);
            right.read(b + first * n * m);
            substitute_lanes(is_lower, is_transposed, false, triangle, right);
            right.write(x + first * n * m);
            for (int64_t lane = 0; lane < some; ++lane)
                report_zeros(call, site, count, n, first + lane, t + (first + lane) * n * n);
        });
    each_matrix(count, n, n * n * (m + 1), [&](int64_t number) {
        const T *const from = t + number * n * n;
        T *const to = x + number * n * m;
        report_zeros(call, site, count, n, number, from);
        copy_rows(n, m, b + number * n * m, to);
        const Matrix<T> plain{from, n, 1}, transposed{from, 1, n};
        solve_left(is_lower != is_transposed, false, n, m, is_transposed ? transposed : plain, to, m);
    });
}

template <typename T>
void lu(int64_t count, int64_t n, T *factors, int64_t *exchanges, const T *a, double *scratch) {
    static_assert(sizeof(T) <= sizeof(double));
    if (is_interleaved(count, n, 1))
        return each_group<T>(count, n * n * (n + 8), [&](int64_t first, int64_t some) {
            Interleaved<T> all(n, n, some);
            Vector<T> rows[smallest];
            all.read(a + first * n * n);
            factorize_rows(all, rows);
            all.write(factors + first * n * n);
            for (int64_t lane = 0; lane < some; ++lane)
                for (int64_t k = 0; k < n; ++k)
                    exchanges[(first + lane) * n + k] = static_cast<int64_t>(rows[k][lane]);
        });
    each_matrix(count, n, n * n * n, [&](int64_t number) {
        alignas(vector_bytes) T columns[large * lu_width];
        T *const to = factors + number * n * n;
        copy_rows(n, n, a + number * n * n, to);
        factorize_lu(n, n, to, n, exchanges + number * n, n > large ? reinterpret_cast<T *>(scratch) : columns);
    });
}

template <typename T>
void lu_solve(tdsl_call *call, int32_t site, bool is_transposed, int64_t count, int64_t n, int64_t m, T *x,
              const T *factors, const int64_t *exchanges, const T *b) {
    if (is_interleaved(count, n, m))
        return each_group<T>(count, 2 * n * n * (m + 2), [&](int64_t first, int64_t some) {
            Interleaved<T> all(n, n, some), right(n, m, some);
            all.read(factors + first * n * n);
            right.read(b + first * n * m);
            const auto exchange = [&](int64_t k) {
                Vector<T> rows{};
                for (int64_t lane = 0; lane < some; ++lane)
                    rows[lane] = static_cast<T>(exchanges[(first + lane) * n + k]);
                for (int64_t i = k + 1; i < n; ++i) right.exchange(k, i, rows);
            };
            for (int64_t k = 0; k < n && !is_transposed; ++k) exchange(k);
            substitute_lanes(!is_transposed, is_transposed, !is_transposed, all, right);
            substitute_lanes(is_transposed, is_transposed, is_transposed, all, right);
            for (int64_t k = n - 1; k >= 0 && is_transposed; --k) exchange(k);
            right.write(x + first * n * m);
            for (int64_t lane = 0; lane < some; ++lane)
                report_zeros(call, site, count, n, first + lane, factors + (first + lane) * n * n);
        });
    each_matrix(count, n, 2 * n * n * (m + 1), [&](int64_t number) {
        const T *const from = factors + number * n * n;
        const int64_t *const rows = exchanges + number * n;
        T *const to = x + number * n * m;
        report_zeros(call, site, count, n, number, from);
        copy_rows(n, m, b + number * n * m, to);
        const Matrix<T> plain{from, n, 1}, transposed{from, 1, n};
        if (is_transposed) {
            solve_left(true, false, n, m, transposed, to, m);
            solve_left(false, true, n, m, transposed, to, m);
            exchange_rows(n, rows, to, m, m, true);
        } else {
            exchange_rows(n, rows, to, m, m);
            solve_left(true, true, n, m, plain, to, m);
            solve_left(false, false, n, m, plain, to, m);
        }
    });
}

template <typename T>
void lu_det(int64_t count, int64_t n, T *values, const T *factors, const int64_t *exchanges) {
    for (int64_t number = 0; number < count; ++number)
        values[number] = determinant(n, factors + number * n * n, exchanges + number * n);
}

template <typename T>
void lu_logdet(int64_t count, int64_t n, T *values, const T *factors, const int64_t *) {
    for (int64_t number = 0; number < count; ++number)
        values[number] = log_determinant(n, factors + number * n * n);
}

#define TDSL_DEFINE_LINEAR_ALGEBRA(T)                                                                               \
    template void cholesky<T>(tdsl_call *, int32_t, int64_t, int64_t, T *, const T *);                              \
    template void solve_triangular<T>(tdsl_call *, int32_t, bool, bool, int64_t, int64_t, int64_t, T *, const T *,  \
                                      const T *);                                                                   \
    template void lu<T>(int64_t, int64_t, T *, int64_t *, const T *, double *);                                     \
    template void lu_solve<T>(tdsl_call *, int32_t, bool, int64_t, int64_t, int64_t, T *, const T *,                \
                              const int64_t *, const T *);                                                          \
    template void lu_det<T>(int64_t, int64_t, T *, const T *, const int64_t *);                                     \
    template void lu_logdet<T>(int64_t, int64_t, T *, const T *, const int64_t *);
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_LINEAR_ALGEBRA(TDSL_TYPE)
#else
TDSL_DEFINE_LINEAR_ALGEBRA(float)
TDSL_DEFINE_LINEAR_ALGEBRA(double)
#endif

}  // namespace tdsl
