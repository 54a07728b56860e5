// Parts of a matrix copied to where a register kernel reads them one after the other.
#ifndef TDSL_SOURCE_GEMM_PACK_HPP
#define TDSL_SOURCE_GEMM_PACK_HPP

#include "tdsl/gemm.hpp"
#include "vector.hpp"

#include <cstring>
#include <utility>

namespace tdsl {

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
            if (!(i & step)) swap_lanes<T, step>(rows[i], rows[i + step], std::make_integer_sequence<int, lane_count<T>>{});
        transpose<T, step * 2>(rows);
    }
}

// Columns that lie along depth, a square block at a time.
template <int width, typename T>
void pack_turned(Matrix<T> from, int64_t depth, int64_t columns, T *to) {
    constexpr int side = lane_count<T>;
#pragma GCC unroll 8
    for (int left = 0; left < width; left += side) {
        constexpr int last = width % side == 0 ? side : width % side;
        const int across = left + side <= width ? side : last;
        for (int64_t top = 0; top < depth; top += side) {
            Vector<T> block[side] = {};
            const int64_t high = smaller(side, depth - top);
            for (int j = 0; j < across; ++j) {
                if (left + j >= columns) break;
                const T *const column = from.data + (left + j) * from.column + top;
                if (high == side) block[j] = load(column);
                else std::memcpy(&block[j], column, static_cast<std::size_t>(high) * sizeof(T));
            }
            transpose<T>(block);
            T *const rows = to + top * width + left;
            for (int64_t p = 0; p < high; ++p)
                std::memcpy(rows + p * width, &block[p], (across == side ? side : last) * sizeof(T));
        }
    }
}

// Panels of `width` columns: element (p, j) of a panel lies at p * width + j; missing columns are zero.
template <int width, typename T>
void pack(Matrix<T> from, int64_t depth, int64_t columns, T *to) {
    if (from.column == 1 && columns == width) {
        for (int64_t p = 0; p < depth; ++p) std::memcpy(to + p * width, from.data + p * from.row, width * sizeof(T));
    } else if (from.row == 1) {
        pack_turned<width>(from, depth, columns, to);
    } else {
        for (int64_t p = 0; p < depth; ++p) {
            for (int64_t j = 0; j < columns; ++j) to[p * width + j] = from.data[p * from.row + j * from.column];
            for (int64_t j = columns; j < width; ++j) to[p * width + j] = T(0);
        }
    }
}

}  // namespace tdsl

#endif
