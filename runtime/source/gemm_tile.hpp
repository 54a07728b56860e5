// Register kernels: a tile of C, dot products for few columns, and a matrix times a vector.
#ifndef TDSL_SOURCE_GEMM_TILE_HPP
#define TDSL_SOURCE_GEMM_TILE_HPP

#include "vector.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace tdsl {

// Some rows of A along depth: element (i, p) is data[i * row + p * step].
template <typename T>
struct RowPanel {
    const T *data;
    std::int64_t row, step;
};

// Rows of B that are equally far apart, one after the other.
template <typename T>
struct EvenRows {
    const T *now;
    std::int64_t step;

    const T *operator*() const { return now; }
    void operator++() { now += step; }
};

// Rows of B at a table of offsets.
template <typename T>
struct RowsAt {
    const T *first;
    const std::int64_t *offset;

    const T *operator*() const { return first + *offset; }
    void operator++() { ++offset; }
};

// Rows of B are b_row apart.  The sums start from the tile `from`, or from zero if that is null.
template <typename T>
using TileKernel = void (*)(std::int64_t depth, RowPanel<T> a, const T *b, std::int64_t b_row, const T *from,
                            std::int64_t from_row, T *to, std::int64_t to_row);

template <typename T, int rows, int vectors, typename Rows>
[[gnu::always_inline]] inline void multiply_row_panel(std::int64_t depth, RowPanel<T> a, Rows b, const T *from,
                                                  std::int64_t from_row, T *to, std::int64_t to_row) {
    constexpr int width = lane_count<T>;
    Vector<T> sums[rows][vectors];
    const T *row_of_a[rows];
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
        row_of_a[i] = a.data + i * a.row;
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) sums[i][v] = from ? load(from + i * from_row + v * width) : Vector<T>{};
    }
    for (std::int64_t p = 0, place = 0; p < depth; ++p, place += a.step, ++b) {
        Vector<T> row[vectors];
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) row[v] = load(*b + v * width);
#pragma GCC unroll 16
        for (int i = 0; i < rows; ++i) {
            const Vector<T> factor = row_of_a[i][place] - Vector<T>{};
#pragma GCC unroll 8
            for (int v = 0; v < vectors; ++v) sums[i][v] = multiply_add(factor, row[v], sums[i][v]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) store(to + i * to_row + v * width, sums[i][v]);
}

// Kernels are aligned to cache lines: the alignment of a loop decides how fast it is fetched.
#define TDSL_KERNEL [[gnu::aligned(64)]]

template <typename T, int rows, int vectors>
TDSL_KERNEL void multiply_tile(std::int64_t depth, RowPanel<T> a, const T *b, std::int64_t b_row, const T *from,
                               std::int64_t from_row, T *to, std::int64_t to_row) {
    // The rows of a packed tile need no pointers.  Few have registers enough for them.
    const RowPanel<T> packed{a.data, 1, tile_rows};
    const EvenRows<T> rows_of_b{b, b_row};
    const bool is_packed = rows * vectors > tile_rows && a.row == 1 && a.step == tile_rows;
    if (is_packed) multiply_row_panel<T, rows, vectors>(depth, packed, rows_of_b, from, from_row, to, to_row);
    else multiply_row_panel<T, rows, vectors>(depth, a, rows_of_b, from, from_row, to, to_row);
}

// The same for a packed tile of A and two vectors of B at a table of offsets.
template <typename T>
using OffsetKernel = void (*)(std::int64_t depth, const T *a, RowsAt<T> b, const T *from, std::int64_t from_row, T *to,
                              std::int64_t to_row);

template <typename T, int rows>
TDSL_KERNEL void multiply_tile_at_offsets(std::int64_t depth, const T *a, RowsAt<T> b, const T *from,
                                          std::int64_t from_row, T *to, std::int64_t to_row) {
    multiply_row_panel<T, rows, 2>(depth, RowPanel<T>{a, 1, tile_rows}, b, from, from_row, to, to_row);
}

template <typename T>
OffsetKernel<T> offset_kernel(std::int64_t rows) {
    static constexpr auto kernels = []<int... R>(std::integer_sequence<int, R...>) {
        return std::array<OffsetKernel<T>, sizeof...(R)>{multiply_tile_at_offsets<T, R + 1>...};
    }(std::make_integer_sequence<int, tile_rows>{});
    return kernels[static_cast<std::size_t>(rows - 1)];
}

// The kernel of a tile, if its accumulators fit the registers.
template <typename T, int rows, int vectors>
constexpr TileKernel<T> kernel_of_size() {
    if constexpr (rows * vectors <= 2 * tile_rows) return multiply_tile<T, rows, vectors>;
    else return nullptr;
}

template <typename T, int vectors>
TileKernel<T> kernel_of_width(std::int64_t rows) {
    static constexpr auto kernels = []<int... R>(std::integer_sequence<int, R...>) {
        return std::array<TileKernel<T>, sizeof...(R)>{kernel_of_size<T, R + 1, vectors>()...};
    }(std::make_integer_sequence<int, tile_rows>{});
    return kernels[static_cast<std::size_t>(rows - 1)];
}

template <typename T>
TileKernel<T> tile_kernel(std::int64_t rows, std::int64_t vectors) {
    switch (vectors) {
        case 1: return kernel_of_width<T, 1>(rows);
        case 2: return kernel_of_width<T, 2>(rows);
        case 4: return kernel_of_width<T, 4>(rows);
        default: return kernel_of_width<T, 8>(rows);
    }
}

template <typename T, int half, int... Lane>
inline Vector<T> add_halves(Vector<T> value, std::integer_sequence<int, Lane...>) {
    return value + __builtin_shufflevector(value, value, (Lane ^ half)...);
}

template <typename T, int half = lane_count<T> / 2>
inline T horizontal_sum(Vector<T> value) {
    if constexpr (half == 0) return value[0];
    else
        return horizontal_sum<T, half / 2>(
            add_halves<T, half>(value, std::make_integer_sequence<int, lane_count<T>>{}));
}

// Keeps the last `count` lanes and zeroes the others.
template <typename T>
inline Vector<T> keep_last_lanes(Vector<T> value, std::int64_t count) {
    Vector<T> number;
    for (int lane = 0; lane < lane_count<T>; ++lane) number[lane] = static_cast<T>(lane_count<T> - lane);
    return number <= static_cast<T>(count) ? value : Vector<T>{};
}

// to[i * columns + j] = sum over p of a[i * a_row + p] * b[j * b_row + p], at least a vector deep.  Missing rows and
// columns repeat the last one.
template <typename T, int rows, int columns>
void dot_tile(std::int64_t present_rows, std::int64_t present_columns, std::int64_t depth, const T *a,
              std::int64_t a_row, const T *b, std::int64_t b_row, T *to) {
    constexpr int width = lane_count<T>;
    Vector<T> sums[rows][columns] = {};
    const T *row_of_a[rows], *column_of_b[columns];
    for (int i = 0; i < rows; ++i) row_of_a[i] = a + (i < present_rows ? i : present_rows - 1) * a_row;
    for (int j = 0; j < columns; ++j) column_of_b[j] = b + (j < present_columns ? j : present_columns - 1) * b_row;
    const auto add = [&](const auto &load_from) {
        Vector<T> a_parts[rows];
#pragma GCC unroll 8
        for (int i = 0; i < rows; ++i) a_parts[i] = load_from(row_of_a[i]);
#pragma GCC unroll 16
        for (int j = 0; j < columns; ++j) {
            const Vector<T> b_part = load_from(column_of_b[j]);
#pragma GCC unroll 8
            for (int i = 0; i < rows; ++i) sums[i][j] = multiply_add(a_parts[i], b_part, sums[i][j]);
        }
    };
    std::int64_t p = 0;
    for (; p + width <= depth; p += width) add([=](const T *from) { return load(from + p); });
    if (p < depth) add([=](const T *from) { return keep_last_lanes<T>(load(from + depth - width), depth - p); });
#pragma GCC unroll 8
    for (int i = 0; i < rows; ++i)
#pragma GCC unroll 16
        for (int j = 0; j < columns; ++j) to[i * columns + j] = horizontal_sum<T>(sums[i][j]);
}

// sums[i] = sum over p of matrix[i + p * column] * x[p], for some whole vectors of i.
template <typename T, int vectors>
TDSL_KERNEL void gemv_vectors(std::int64_t depth, const T *matrix, std::int64_t column, const T *x, T *sums) {
    constexpr int width = lane_count<T>;
    Vector<T> totals[vectors] = {};
    for (std::int64_t p = 0; p < depth; ++p) {
        const Vector<T> factor = x[p] - Vector<T>{};
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v)
            totals[v] = multiply_add(factor, load(matrix + p * column + v * width), totals[v]);
    }
    for (int v = 0; v < vectors; ++v) store(sums + v * width, totals[v]);
}

// sums[i] = sum over p of matrix[i * row + p * column] * x[p].  Columns that are contiguous are read by vectors, groups
// of which may overlap the ones before.
template <typename T>
void gemv_columns(std::int64_t count, std::int64_t depth, const T *matrix, std::int64_t row, std::int64_t column,
                  bool by_columns, const T *x, T *sums) {
    constexpr int width = lane_count<T>;
    std::int64_t done = 0;
    const auto add_group = [&]<int vectors>(std::integral_constant<int, vectors>) {
        const std::int64_t i = done + vectors * width <= count ? done : count - vectors * width;
        gemv_vectors<T, vectors>(depth, matrix + i, column, x, sums + i);
        done = i + vectors * width;
    };
    while (by_columns && done < count && count >= width)
        if (count - done >= 8 * width) add_group(std::integral_constant<int, 8>());
        else if (count - done > 2 * width && count >= 4 * width) add_group(std::integral_constant<int, 4>());
        else if (count >= 2 * width) add_group(std::integral_constant<int, 2>());
        else add_group(std::integral_constant<int, 1>());
    if (done == count) return;
    for (std::int64_t i = 0; i < count; ++i) sums[i] = T(0);
    for (std::int64_t p = 0; p < depth; ++p)
        for (std::int64_t i = 0; i < count; ++i) sums[i] += matrix[i * row + p * column] * x[p];
}

}  // namespace tdsl

#endif
