// Parts of a matrix copied to where a register kernel reads them one after the other.
#ifndef TDSL_SOURCE_GEMM_PACK_HPP
#define TDSL_SOURCE_GEMM_PACK_HPP

#include "tdsl/gemm.hpp"
#include "vector.hpp"

#include <cstring>
#include <utility>

namespace tdsl {

template <typename T>
using all_lanes = std::make_integer_sequence<int, lane_count<T>>;

// Swaps what lies `step` apart between the rows of a block: all steps together turn it.
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

// Whether rows that far apart crowd into few sets of the first cache, where so many are kept.
template <typename T>
bool is_crowded(int64_t row) {
    return row * static_cast<int64_t>(sizeof(T)) % 2048 == 0;
}
constexpr int64_t most_crowded = 8;

// How far apart panels of so many elements are packed: an odd number of cache lines, so that what lies at one place in
// each of them is spread over the sets of the first cache.
template <typename T>
int64_t apart(int64_t elements) {
    constexpr int64_t line = 64 / sizeof(T);
    return ((elements + line - 1) / line | 1) * line;
}

// Panels are as wide as a tile is high, or some whole vectors.
template <typename T>
constexpr int rest_of_tile = tile_rows % lane_count<T>;

// A square block, turned.  What is missing of `present` columns repeats the last one; nobody asks for their sums.
template <typename T, int stored>
[[gnu::always_inline]] inline void turn_block(const T *from, int64_t column, int64_t present, T *to, int64_t width) {
    constexpr int side = lane_count<T>;
    Vector<T> block[side];
#pragma GCC unroll 16
    for (int j = 0; j < side; ++j) block[j] = load(from + smaller(j, present - 1) * column);
    transpose<T>(block);
#pragma GCC unroll 16
    for (int p = 0; p < side; ++p) std::memcpy(to + p * width, &block[p], stored * sizeof(T));
}

// Columns that lie along depth.
template <typename T>
void pack_turned(Matrix<T> from, int64_t depth, int64_t columns, int64_t width, T *to) {
    constexpr int side = lane_count<T>;
    for (int64_t left = 0; left < columns; left += side) {
        const int64_t present = smaller(side, columns - left);
        const T *const data = from.data + left * from.column;
        for (int64_t next = 0; next < depth && depth >= side; next += side) {
            const int64_t top = smaller(next, depth - side);  // the last block may overlap the one before
            T *const rows = to + top * width + left;
            if (left + side <= width) turn_block<T, side>(data + top, from.column, present, rows, width);
            else turn_block<T, rest_of_tile<T>>(data + top, from.column, present, rows, width);
        }
        for (int64_t p = 0; p < depth && depth < side; ++p)
            for (int64_t j = 0; j < present; ++j) to[p * width + left + j] = data[j * from.column + p];
    }
}

// A panel of some columns: element (p, j) lies at p * width + j.  What lies in missing columns does not matter.
template <typename T>
void pack(Matrix<T> from, int64_t depth, int64_t columns, int64_t width, T *to) {
    if (from.row == 1) return pack_turned(from, depth, columns, width, to);
    for (int64_t p = 0; p < depth; ++p)
        for (int64_t j = 0; j < columns; ++j) to[p * width + j] = from.data[p * from.row + j * from.column];
}

// Neighbouring panels of up to `each` columns, of which one lies `step` after the other.  Where columns are contiguous
// all are copied at once, so that memory is read in long pieces.
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
        pack(one, depth, smaller(each, columns - panel * each), width, to + panel * step);
    }
}

}  // namespace tdsl

#endif
