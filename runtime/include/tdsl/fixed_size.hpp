// Loop nests, reductions and products of a few elements, of which the compiler sees how many; only nests have none.
//
// They are loops and nothing else, for it to unroll and to keep in registers what lies in arrays of the same function.
// Sums are joined half and half, so that they are short chains.
#ifndef TDSL_FIXED_SIZE_HPP
#define TDSL_FIXED_SIZE_HPP

#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl::fixed_size {

constexpr int64_t most_elements = 64;  // of a nest

template <std::size_t Axes, typename Body>
TDSL_INLINE void map(const int64_t (&extents)[Axes], const Body &body) {
    const int64_t lines = product<Axes - 1>(extents), length = extents[Axes - 1];
    if (length == 0) return;
    Lines<Axes - 1> position(extents, 0);
    for (int64_t number = 0; number < lines; ++number, position.next()) {
        const auto inner = at_line(body, position.at, std::make_index_sequence<Axes - 1>{});
#pragma GCC ivdep
        for (int64_t i = 0; i < length; ++i) inner(i);
    }
}

template <std::size_t Axes, typename Body>
TDSL_INLINE void map_large_body(const int64_t (&extents)[Axes], const Body &body) {
    map(extents, body);
}

template <std::size_t Axes, typename Body>
TDSL_INLINE void map_strided(const int64_t (&extents)[Axes], const Body &body) {
    map(extents, body);
}

template <std::size_t Axes, typename Body>
TDSL_INLINE void map_tiled(const int64_t (&extents)[Axes], const Body &body) {
    map(extents, body);
}

// Rows of values to the first of them.
template <typename How, typename Work>
TDSL_INLINE void fold(Work *all, int64_t rows, int64_t columns) {
#pragma GCC unroll 8
    while (rows > 1) {
        const int64_t half = (rows + 1) / 2;
#pragma GCC unroll 64
        for (int64_t i = 0; i < (rows - half) * columns; ++i) all[i] = How::join(all[i], all[half * columns + i]);
        rows = half;
    }
}

template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_INLINE void reduce_rows(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                             typename How::Value *target, const Body &body) {
    using Work = typename How::Work;
    const int64_t rows = product<Kept>(kept), lines = product<Reduced - 1>(reduced), length = reduced[Reduced - 1];
    Lines<Kept> row(kept, 0);
    for (int64_t number = 0; number < rows; ++number, row.next()) {
        Work all[most_elements];
        Lines<Reduced - 1> position(reduced, 0);
        for (int64_t at = 0; at < lines; ++at, position.next()) {
            const auto value = at_line(body, row.at, position.at, std::make_index_sequence<Kept>{},
                                       std::make_index_sequence<Reduced - 1>{});
#pragma GCC ivdep
            for (int64_t i = 0; i < length; ++i) all[at * length + i] = Work(value(i));
        }
        fixed_size::fold<How>(all, lines * length, 1);
        target[number] = typename How::Value(How::join(How::first(), all[0]));
    }
}

template <typename How, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_INLINE void reduce_columns(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                                typename How::Value *target, const Body &body) {
    using Work = typename How::Work;
    const int64_t groups = product<Kept - 1>(kept), rows = product<Reduced>(reduced), columns = kept[Kept - 1];
    Lines<Kept - 1> group(kept, 0);
    for (int64_t number = 0; number < groups; ++number, group.next(), target += columns) {
        Work all[most_elements];
        Lines<Reduced> position(reduced, 0);
        for (int64_t row = 0; row < rows; ++row, position.next()) {
            const auto value = at_line(body, group.at, position.at, std::make_index_sequence<Kept - 1>{},
                                       std::make_index_sequence<Reduced>{});
#pragma GCC ivdep
            for (int64_t j = 0; j < columns; ++j) all[row * columns + j] = Work(value(j));
        }
        fixed_size::fold<How>(all, rows, columns);
#pragma GCC ivdep
        for (int64_t j = 0; j < columns; ++j) target[j] = typename How::Value(How::join(How::first(), all[j]));
    }
}

template <typename T, typename Body>
TDSL_INLINE void gemm_epilogue(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, const Body &body) {
    T all[most_elements];
#pragma GCC unroll 64
    for (int64_t p = 0; p < k; ++p)
#pragma GCC unroll 64
        for (int64_t i = 0; i < m; ++i)
#pragma GCC unroll 64
            for (int64_t j = 0; j < n; ++j)
                all[(p * m + i) * n + j] = a.data[i * a.row + p * a.column] * b.data[p * b.row + j * b.column];
    fixed_size::fold<Sum<T>>(all, k, m * n);
#pragma GCC unroll 64
    for (int64_t i = 0; i < m; ++i)
#pragma GCC unroll 64
        for (int64_t j = 0; j < n; ++j) body(i, j, all[i * n + j]);
}

template <typename T>
TDSL_INLINE void gemm(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c, int64_t c_row) {
    fixed_size::gemm_epilogue(m, n, k, a, b, [=](int64_t i, int64_t j, T value) { c[i * c_row + j] = value; });
}

}  // namespace tdsl::fixed_size

#endif
