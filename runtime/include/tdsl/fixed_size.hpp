// Loop nests, reductions and products of a few elements with sizes that the compiler knows.  Only a nest may be empty.
//
// They are plain loops: the compiler unrolls them and keeps local arrays in registers.  Sums combine the second half of
// the values with the first, again and again: short dependency chains.
#ifndef TDSL_FIXED_SIZE_HPP
#define TDSL_FIXED_SIZE_HPP

#include "tdsl/gemm.hpp"
#include "tdsl/kernels.hpp"
#include "tdsl/reduce.hpp"

namespace tdsl::fixed_size {

constexpr int64_t most_elements = 64;  // of a nest

template <std::size_t Axes, typename Body>
TDSL_INLINE void map(const int64_t (&extents)[Axes], const Body &body) {
    const int64_t outer_count = element_count<Axes - 1>(extents), length = extents[Axes - 1];
    if (length == 0) return;
    MultiIndex<Axes - 1> outer(extents, 0);
    for (int64_t number = 0; number < outer_count; ++number, outer.next()) {
        const auto inner = inner_body(body, outer.at, std::make_index_sequence<Axes - 1>{});
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

// Reduces all rows of values to the first one.
template <typename Combiner, typename Accumulator>
TDSL_INLINE void halve(Accumulator *all, int64_t rows, int64_t columns) {
#pragma GCC unroll 8
    while (rows > 1) {
        const int64_t half = (rows + 1) / 2;
#pragma GCC unroll 64
        for (int64_t i = 0; i < (rows - half) * columns; ++i) all[i] = Combiner::combine(all[i],
                                                                                         all[half * columns + i]);
        rows = half;
    }
}

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_INLINE void reduce_rows(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                             typename Combiner::Value *target, const Body &body) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t rows = element_count<Kept>(kept), outer_count = element_count<Reduced - 1>(reduced);
    const int64_t length = reduced[Reduced - 1];
    MultiIndex<Kept> row(kept, 0);
    for (int64_t number = 0; number < rows; ++number, row.next()) {
        Accumulator all[most_elements];
        MultiIndex<Reduced - 1> outer(reduced, 0);
        for (int64_t at = 0; at < outer_count; ++at, outer.next()) {
            const auto value = inner_body(body, row.at, outer.at, std::make_index_sequence<Kept>{},
                                       std::make_index_sequence<Reduced - 1>{});
#pragma GCC ivdep
            for (int64_t i = 0; i < length; ++i) all[at * length + i] = Accumulator(value(i));
        }
        halve<Combiner>(all, outer_count * length, 1);
        target[number] = typename Combiner::Value(Combiner::combine(Combiner::identity(), all[0]));
    }
}

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_INLINE void reduce_columns(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                                typename Combiner::Value *target, const Body &body) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t groups = element_count<Kept - 1>(kept), rows = element_count<Reduced>(reduced);
    const int64_t columns = kept[Kept - 1];
    MultiIndex<Kept - 1> group(kept, 0);
    for (int64_t number = 0; number < groups; ++number, group.next(), target += columns) {
        Accumulator all[most_elements];
        MultiIndex<Reduced> index(reduced, 0);
        for (int64_t row = 0; row < rows; ++row, index.next()) {
            const auto value = inner_body(body, group.at, index.at, std::make_index_sequence<Kept - 1>{},
                                       std::make_index_sequence<Reduced>{});
#pragma GCC ivdep
            for (int64_t j = 0; j < columns; ++j) all[row * columns + j] = Accumulator(value(j));
        }
        halve<Combiner>(all, rows, columns);
#pragma GCC ivdep
        for (int64_t j = 0; j < columns; ++j)
            target[j] = typename Combiner::Value(Combiner::combine(Combiner::identity(), all[j]));
    }
}

template <typename T, typename Operand, typename Body>
TDSL_INLINE void multiply(int64_t m, int64_t n, int64_t k, Operand a, Operand b, const Body &body) {
    T all[most_elements];
#pragma GCC unroll 64
    for (int64_t p = 0; p < k; ++p)
#pragma GCC unroll 64
        for (int64_t i = 0; i < m; ++i)
#pragma GCC unroll 64
            for (int64_t j = 0; j < n; ++j)
                all[(p * m + i) * n + j] = a.at(i, p) * b.at(p, j);
    halve<Sum<T>>(all, k, m * n);
#pragma GCC unroll 64
    for (int64_t i = 0; i < m; ++i)
#pragma GCC unroll 64
        for (int64_t j = 0; j < n; ++j) body(i, j, all[i * n + j]);
}

template <typename T, typename Body>
TDSL_INLINE void gemm_epilogue(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, const Body &body) {
    multiply<T>(m, n, k, a, b, body);
}

template <typename T, typename Body>
TDSL_INLINE void affine_gemm_epilogue(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, const Body &body) {
    multiply<T>(m, n, k, a, b, body);
}

template <typename T>
TDSL_INLINE void gemm(int64_t m, int64_t n, int64_t k, Matrix<T> a, Matrix<T> b, T *c, int64_t c_row) {
    multiply<T>(m, n, k, a, b, [=](int64_t i, int64_t j, T value) { c[i * c_row + j] = value; });
}

template <typename T>
TDSL_INLINE void affine_gemm(int64_t m, int64_t n, int64_t k, Affine<T> a, Affine<T> b, T *c, int64_t c_row) {
    multiply<T>(m, n, k, a, b, [=](int64_t i, int64_t j, T value) { c[i * c_row + j] = value; });
}

}  // namespace tdsl::fixed_size

#endif
