// Stacks of small matrices: as many at a time as a vector has lanes, each in a lane of its own.
#ifndef TDSL_SOURCE_INTERLEAVED_HPP
#define TDSL_SOURCE_INTERLEAVED_HPP

#include <algorithm>
#include <cmath>

#include "vector.hpp"

namespace tdsl {
namespace {

constexpr int64_t smallest = 8;  // rows, and columns of right sides, up to which matrices are interleaved

// Some matrices of a stack; those beyond are identities, which fail nowhere.
template <typename T>
class Interleaved {
public:
    static constexpr int64_t lanes = lane_count<T>;
    using V = Vector<T>;
    using Mask = decltype(V{} < V{});

    Interleaved(int64_t rows, int64_t columns, int64_t count) : rows_(rows), columns_(columns), count_(count) {
        for (int64_t i = 0; i < rows; ++i)
            for (int64_t j = 0; j < columns; ++j) at(i, j) = V{} + T(i == j);
    }

    V &at(int64_t i, int64_t j) { return values_[i * columns_ + j]; }
    int64_t size() const { return rows_; }
    int64_t columns() const { return columns_; }
    int64_t count() const { return count_; }

    void read(const T *from) {
        const int64_t each = rows_ * columns_;
        for (int64_t lane = 0; lane < count_; ++lane)
            for (int64_t k = 0; k < each; ++k) values_[k][lane] = from[lane * each + k];
    }
    void write(T *to) const {
        const int64_t each = rows_ * columns_;
        for (int64_t lane = 0; lane < count_; ++lane)
            for (int64_t k = 0; k < each; ++k) to[lane * each + k] = values_[k][lane];
    }

    // Exchanges row k with row p of each lane where they differ, if p is this row.
    void exchange(int64_t k, int64_t row, V p) {
        const Mask here = p == V{} + T(row);
        for (int64_t j = 0; j < columns_; ++j) {
            const V one = at(k, j), other = at(row, j);
            at(k, j) = here ? other : one;
            at(row, j) = here ? one : other;
        }
    }

private:
    V values_[smallest * smallest];
    int64_t rows_, columns_, count_;
};

template <typename T>
Vector<T> absolute(Vector<T> x) { return x < T(0) ? -x : x; }

// The pivots that failed, -1 where none did.
template <typename T>
struct Failures {
    int64_t pivots[lane_count<T>];

    Failures() { std::fill_n(pivots, lane_count<T>, int64_t{-1}); }
    template <typename Mask>
    void note(Mask failed, int64_t pivot) {
        for (int64_t lane = 0; lane < lane_count<T>; ++lane)
            if (failed[lane] && pivots[lane] < 0) pivots[lane] = pivot;
    }
};

// The lower factor in place, zero above the diagonal.
template <typename T>
void factorize_cholesky(Interleaved<T> &a, Failures<T> &failures) {
    const int64_t n = a.size();
    for (int64_t j = 0; j < n; ++j) {
        for (int64_t i = j; i < n; ++i)
            for (int64_t k = 0; k < j; ++k) a.at(i, j) = multiply_add(-a.at(i, k), a.at(j, k), a.at(i, j));
        failures.note(!(a.at(j, j) > T(0)), j);
        Vector<T> root = a.at(j, j);
        for (int64_t lane = 0; lane < lane_count<T>; ++lane) root[lane] = std::sqrt(root[lane]);
        a.at(j, j) = root;
        for (int64_t i = j + 1; i < n; ++i) a.at(i, j) /= root, a.at(j, i) = Vector<T>{};
    }
}

// The factors L and U in place; exchanges[k] are the rows that took the place of row k.
template <typename T>
void factorize_rows(Interleaved<T> &a, Vector<T> *exchanges) {
    const int64_t n = a.size();
    for (int64_t k = 0; k < n; ++k) {
        Vector<T> best = absolute<T>(a.at(k, k)), pivot = Vector<T>{} + T(k);
        for (int64_t i = k + 1; i < n; ++i) {
            const Vector<T> size = absolute<T>(a.at(i, k));
            const auto larger = (size > best) | ((size != size) & (best == best));  // a NaN counts as the largest
            best = larger ? size : best;
            pivot = larger ? Vector<T>{} + T(i) : pivot;
        }
        exchanges[k] = pivot;
        for (int64_t i = k + 1; i < n; ++i) a.exchange(k, i, pivot);
        const Vector<T> divisor = a.at(k, k) == T(0) ? Vector<T>{} + T(1) : a.at(k, k);
        for (int64_t i = k + 1; i < n; ++i) {
            a.at(i, k) /= divisor;
            for (int64_t j = k + 1; j < n; ++j) a.at(i, j) = multiply_add(-a.at(i, k), a.at(k, j), a.at(i, j));
        }
    }
}

// X of T X = B in place of B, for a triangle or its transpose.
template <typename T>
void substitute_lanes(bool is_lower, bool is_transposed, bool has_ones, Interleaved<T> &t, Interleaved<T> &x) {
    const int64_t n = t.size();
    const bool from_start = is_lower != is_transposed;
    for (int64_t number = 0; number < n; ++number) {
        const int64_t i = from_start ? number : n - 1 - number;
        const int64_t first = from_start ? 0 : i + 1, last = from_start ? i : n;
        for (int64_t k = first; k < last; ++k) {
            const Vector<T> factor = -(is_transposed ? t.at(k, i) : t.at(i, k));
            for (int64_t j = 0; j < x.columns(); ++j) x.at(i, j) = multiply_add(factor, x.at(k, j), x.at(i, j));
        }
        if (!has_ones)
            for (int64_t j = 0; j < x.columns(); ++j) x.at(i, j) /= t.at(i, i);
    }
}

}  // namespace
}  // namespace tdsl

#endif
