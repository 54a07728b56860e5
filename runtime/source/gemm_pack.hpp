// Packing: parts of a matrix copied into the order in which a register kernel reads them.
#ifndef TDSL_SOURCE_GEMM_PACK_HPP
#define TDSL_SOURCE_GEMM_PACK_HPP

#include "gemm_operand.hpp"
#include "vector.hpp"

#include <cstring>
#include <utility>

namespace tdsl {

template <typename T>
using all_lanes = std::make_integer_sequence<int, lane_count<T>>;

// Exchanges lanes `step` apart between two rows of a block: all steps together transpose it.
template <typename T, int step, int... Lane>
inline void swap_lanes(Vector<T> &a, Vector<T> &b, std::integer_sequence<int, Lane...>) {
    constexpr int width = lane_count<T>;
    const Vector<T> low = __builtin_shufflevector(a, b, ((Lane & step) ? width + Lane - step : Lane)...);
    const Vector<T> high = __builtin_shufflevector(a, b, ((Lane & step) ? width + Lane : Lane + step)...);
    a = low;
    b = high;
}

template <typename T, int step = 1>
inline void transpose(Vector<T> (&rows)[lane_count<T>]) {
    if constexpr (step < lane_count<T>) {
#pragma GCC unroll 16
        for (int i = 0; i < lane_count<T>; ++i)
            if (!(i & step)) swap_lanes<T, step>(rows[i], rows[i + step], all_lanes<T>{});
        transpose<T, step * 2>(rows);
    }
}

// Whether this row stride maps many rows to the same L1 sets, which hold `most_conflicting` of them.
template <typename T>
bool has_set_conflicts(int64_t row) {
    return row * static_cast<int64_t>(sizeof(T)) % 2048 == 0;
}
constexpr int64_t most_conflicting = 8;

// The distance of packed panels of so many elements: an odd number of cache lines, so that equal positions in different
// panels are in different L1 sets.
template <typename T>
int64_t panel_stride(int64_t elements) {
    constexpr int64_t line = 64 / sizeof(T);
    return ((elements + line - 1) / line | 1) * line;
}

// A panel is as wide as a tile is high, or a whole number of vectors.
template <typename T>
constexpr int rest_of_tile = tile_rows % lane_count<T>;

// Transposes a square block.  Columns beyond `present` repeat the last one; their sums are never used.
template <typename T, int stored>
[[gnu::always_inline]] inline void transpose_block(const T *from, int64_t column, int64_t present, T *to,
                                                   int64_t width) {
    constexpr int side = lane_count<T>;
    Vector<T> block[side];
#pragma GCC unroll 16
    for (int j = 0; j < side; ++j) block[j] = load(from + min(j, present - 1) * column);
    transpose<T>(block);
#pragma GCC unroll 16
    for (int p = 0; p < side; ++p) std::memcpy(to + p * width, &block[p], stored * sizeof(T));
}

// Packs columns that are contiguous along depth.
template <typename T>
void pack_transposed(Matrix<T> from, int64_t depth, int64_t columns, int64_t width, T *to) {
    constexpr int side = lane_count<T>;
    for (int64_t column = 0; column < columns; column += side) {
        const int64_t present = min(side, columns - column);
        const T *const data = from.data + column * from.column;
        for (int64_t next = 0; next < depth && depth >= side; next += side) {
            const int64_t top = min(next, depth - side);  // the last block may overlap the one before
            T *const rows = to + top * width + column;
            if (column + side <= width) transpose_block<T, side>(data + top, from.column, present, rows, width);
            else transpose_block<T, rest_of_tile<T>>(data + top, from.column, present, rows, width);
        }
        for (int64_t p = 0; p < depth && depth < side; ++p)
            for (int64_t j = 0; j < present; ++j) to[p * width + column + j] = data[j * from.column + p];
    }
}

// Packs a panel of columns: element (p, j) goes to p * width + j.  The columns beyond `columns` are never used.
template <typename T>
void pack(Matrix<T> from, int64_t depth, int64_t columns, int64_t width, T *to) {
    if (from.row == 1) return pack_transposed(from, depth, columns, width, to);
    for (int64_t p = 0; p < depth; ++p)
        for (int64_t j = 0; j < columns; ++j) to[p * width + j] = from.data[p * from.row + j * from.column];
}

// Packs neighbouring panels of up to `each` columns, `step` elements apart.  Contiguous columns of all panels are
// copied row by row, so that memory is read in long runs.
template <typename T>
void pack_panels(Matrix<T> from, int64_t depth, int64_t columns, int64_t each, int64_t width, T *to, int64_t step) {
    const int64_t whole = from.column == 1 && columns >= width ? (columns - width) / each + 1 : 0;
    for (int64_t p = 0; p < depth; ++p)
        for (int64_t panel = 0; panel < whole; ++panel) {
            const T *const row = from.data + p * from.row + panel * each;
            T *const place = to + panel * step + p * width;
            int64_t j = 0;
            for (; j + lane_count<T> <= width; j += lane_count<T>) store(place + j, load(row + j));
            if (j < width) std::memcpy(place + j, row + j, rest_of_tile<T> * sizeof(T));
        }
    for (int64_t panel = whole; panel * each < columns; ++panel) {
        const Matrix<T> one{from.data + panel * each * from.column, from.row, from.column};
        pack(one, depth, min(each, columns - panel * each), width, to + panel * step);
    }
}

// The same through tables of offsets.  Parts of a panel whose rows and columns are evenly spaced are matrices.
template <typename T>
void pack_panels(AffineOperand<T> from, int64_t depth, int64_t columns, int64_t each, int64_t width, T *to,
                 int64_t step) {
    for (int64_t first = 0; first < columns; first += each, to += step) {
        const int64_t count = min(each, columns - first), *const across = from.columns + first;
        const bool even = even_run(across, count) == count;
        for (int64_t top = 0, run; top < depth; top += run) {
            const int64_t *const down = from.rows + top;
            run = even_run(down, depth - top);
            if (even) {
                const Matrix<T> part{from.data + down[0] + across[0], run > 1 ? down[1] - down[0] : 0,
                                     count > 1 ? across[1] - across[0] : 0};
                pack_panels(part, run, count, each, width, to + top * width, step);
                continue;
            }
            for (int64_t j = 0; j < count; ++j)
                for (int64_t p = 0; p < run; ++p) to[(top + p) * width + j] = from.data[down[p] + across[j]];
        }
    }
}

}  // namespace tdsl

#endif
