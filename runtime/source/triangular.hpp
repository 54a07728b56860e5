// Solutions of triangular systems, in place: halves of the system, products between them, and short systems by
// substitution with the columns of several vectors in registers.
#ifndef TDSL_SOURCE_TRIANGULAR_HPP
#define TDSL_SOURCE_TRIANGULAR_HPP

#include <algorithm>
#include <cmath>
#include <limits>

#include "tdsl/gemm.hpp"
#include "tdsl/tasks.hpp"
#include "vector.hpp"

namespace tdsl {
namespace {

constexpr int64_t short_system = 32, short_vector = 256;  // rows; the latter with one right side
constexpr int64_t least_work = 1 << 16;  // multiplications of a task

// c -= a @ b.
template <typename T>
void subtract_product(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c, int64_t row) {
    if (m && n && k)
        gemm_epilogue<T>(m, n, k, a, b, [=](int64_t i, int64_t j, T value) { c[i * row + j] -= value; });
}

// Divides by a number, with its reciprocal if that is a normal number.
template <typename T>
struct Divisor {
    T value, reciprocal;
    bool is_exact;

    explicit Divisor(T number) : value(number), reciprocal(T(1) / number) {
        const T size = std::fabs(reciprocal);
        is_exact = !(size >= std::numeric_limits<T>::min() && size <= std::numeric_limits<T>::max());
    }
    template <typename V>
    V operator()(V x) const { return is_exact ? x / value : x * reciprocal; }
};

// A short lower triangle, negated, by columns.
template <typename T>
struct Triangle {
    alignas(vector_bytes) T columns[short_system * short_system];
    T diagonal[short_system];
    int64_t n;

    Triangle(int64_t size, Matrix<T> t, bool has_ones) : n(size) {
        for (int64_t i = 0; i < n; ++i) {
            for (int64_t k = 0; k < i; ++k) columns[k * short_system + i] = -t.at(i, k);
            diagonal[i] = has_ones ? T(1) : t.at(i, i);
        }
    }
};

// The columns of some vectors; x[k * width] is row k.
template <typename T, int Vectors>
void substitute(const Triangle<T> &t, T *x) {
    constexpr int64_t lanes = lane_count<T>, width = Vectors * lanes;
    for (int64_t i = 0; i < t.n; ++i) {
        Vector<T> sums[Vectors];
#pragma GCC unroll 8
        for (int v = 0; v < Vectors; ++v) sums[v] = load(x + i * width + v * lanes);
        for (int64_t k = 0; k < i; ++k) {
            const Vector<T> factor = Vector<T>{} + t.columns[k * short_system + i];
#pragma GCC unroll 8
            for (int v = 0; v < Vectors; ++v)
                sums[v] = multiply_add(factor, load(x + k * width + v * lanes), sums[v]);
        }
        const Divisor<T> divided(t.diagonal[i]);
#pragma GCC unroll 8
        for (int v = 0; v < Vectors; ++v) store(x + i * width + v * lanes, divided(sums[v]));
    }
}

template <typename T>
T dot(int64_t n, const T *a, const T *b) {
    constexpr int64_t lanes = lane_count<T>, chains = 4;
    Vector<T> sums[chains] = {};
    int64_t i = 0;
    for (; i + chains * lanes <= n; i += chains * lanes)
#pragma GCC unroll 4
        for (int64_t c = 0; c < chains; ++c)
            sums[c] = multiply_add(load(a + i + c * lanes), load(b + i + c * lanes), sums[c]);
    for (; i + lanes <= n; i += lanes) sums[0] = multiply_add(load(a + i), load(b + i), sums[0]);
    const Vector<T> both = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    T total = T(0);
    for (int64_t lane = 0; lane < lanes; ++lane) total += both[lane];
    for (; i < n; ++i) total += a[i] * b[i];
    return total;
}

// A single right side of a system of some length: by rows or columns, whichever are contiguous.
template <typename T>
void solve_vector(bool is_lower, bool has_ones, int64_t n, Matrix<T> t, T *x) {
    for (int64_t number = 0; number < n; ++number) {
        const int64_t k = is_lower ? number : n - 1 - number, first = is_lower ? 0 : k + 1;
        const T *const row = t.data + k * t.row, *const column = t.data + k * t.column;
        if (t.column == 1) x[k] -= dot(number, row + first, x + first);
        if (!has_ones) x[k] /= row[k * t.column];
        if (t.column == 1) continue;
        const T value = x[k];
        for (int64_t i = is_lower ? k + 1 : 0; i < (is_lower ? n : k); ++i) x[i] -= column[i * t.row] * value;
    }
}

// The columns first … last of a short system.  Element (i, c) is x[i * row + c * column].
template <typename T, int Vectors>
void some_columns(const Triangle<T> &t, int64_t first, int64_t last, T *x, int64_t row, int64_t column) {
    constexpr int64_t width = Vectors * lane_count<T>;
    alignas(vector_bytes) T block[short_system * width];
    for (; first < last; first += width) {
        const int64_t count = std::min(width, last - first);
        T *const from = x + first * column;
        if (column == 1)
            for (int64_t i = 0; i < t.n; ++i) {
                std::copy_n(from + i * row, count, block + i * width);
                std::fill_n(block + i * width + count, width - count, T(0));
            }
        else {
            if (count < width) std::fill_n(block, t.n * width, T(0));
            for (int64_t c = 0; c < count; ++c)
                for (int64_t i = 0; i < t.n; ++i) block[i * width + c] = from[i * row + c * column];
        }
        substitute<T, Vectors>(t, block);
        if (column == 1)
            for (int64_t i = 0; i < t.n; ++i) std::copy_n(block + i * width, count, from + i * row);
        else
            for (int64_t c = 0; c < count; ++c)
                for (int64_t i = 0; i < t.n; ++i) from[i * row + c * column] = block[i * width + c];
    }
}

template <typename T>
void solve_short(const Triangle<T> &t, int64_t m, T *x, int64_t row, int64_t column) {
    constexpr int64_t lanes = lane_count<T>, widest = 8;
    if (m <= lanes) some_columns<T, 1>(t, 0, m, x, row, column);
    else if (m <= 2 * lanes) some_columns<T, 2>(t, 0, m, x, row, column);
    else if (m <= 4 * lanes) some_columns<T, 4>(t, 0, m, x, row, column);
    else {
        const int64_t each = std::max<int64_t>(1, least_work / (t.n * t.n * widest * lanes)) * widest * lanes;
        parallel_ranges(m, each, [&](int64_t first, int64_t last) {
            some_columns<T, widest>(t, first, last, x, row, column);
        });
    }
}

inline int64_t first_half(int64_t n) { return round_up<short_system>(n / 2); }

// X of T X = B, where X is B before, n × m with rows `row` apart; T has contiguous rows or columns.
template <typename T>
void solve_left(bool is_lower, bool has_ones, int64_t n, int64_t m, Matrix<T> t, T *x, int64_t row) {
    if (!n || !m) return;
    if (m == 1 && row == 1 && n <= short_vector) return solve_vector(is_lower, has_ones, n, t, x);
    if (n <= short_system) {
        if (is_lower) return solve_short(Triangle<T>(n, t, has_ones), m, x, row, 1);
        const int64_t last = n - 1;  // an upper triangle is a lower one from its end
        const Matrix<T> reversed{t.data + last * (t.row + t.column), -t.row, -t.column};
        return solve_short(Triangle<T>(n, reversed, has_ones), m, x + last * row, -row, 1);
    }
    const int64_t half = first_half(n), rest = n - half;
    const Matrix<T> corner{t.data + half * (t.row + t.column), t.row, t.column};
    T *const below = x + half * row;
    if (is_lower) {
        solve_left(is_lower, has_ones, half, m, t, x, row);
        subtract_product<T>(rest, m, half, {t.data + half * t.row, t.row, t.column}, {x, row, 1}, below, row);
        solve_left(is_lower, has_ones, rest, m, corner, below, row);
    } else {
        solve_left(is_lower, has_ones, rest, m, corner, below, row);
        subtract_product<T>(half, m, rest, {t.data + half * t.column, t.row, t.column}, {below, row, 1}, x, row);
        solve_left(is_lower, has_ones, half, m, t, x, row);
    }
}

// X of X Tᵀ = B for a lower triangle T, where X is B before, m × n with rows `row` apart.
template <typename T>
void solve_right(int64_t m, int64_t n, Matrix<T> t, T *x, int64_t row) {
    if (!n || !m) return;
    if (n <= short_system) return solve_short(Triangle<T>(n, t, false), m, x, 1, row);
    const int64_t half = first_half(n), rest = n - half;
    solve_right(m, half, t, x, row);
    subtract_product<T>(m, rest, half, {x, row, 1}, {t.data + half * t.row, t.column, t.row}, x + half, row);
    solve_right(m, rest, {t.data + half * (t.row + t.column), t.row, t.column}, x + half, row);
}

}  // namespace
}  // namespace tdsl

#endif
