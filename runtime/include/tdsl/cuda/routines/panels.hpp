// Tiles of matrices in shared memory.  Factors are made panel by panel, of `panel_width` columns.
#ifndef TDSL_CUDA_ROUTINES_PANELS_HPP
#define TDSL_CUDA_ROUTINES_PANELS_HPP

#include <cstdint>

#include "tdsl/cuda/faults.hpp"
#include "tdsl/cuda/routine_sizes.hpp"
#include "tdsl/cuda/routines/block.hpp"
#include "tdsl/sizes.hpp"
#include "tdsl/vector_math.hpp"

namespace tdsl::routines {

// Rows of a tile; one more column, so that columns lie in different banks.
template <typename T>
struct Tile {
    T values[panel_width][panel_width + 1];
};

// body(i, j) for each element of a tile; a warp takes a row.
template <typename Body>
inline void tile_elements(const Body &body) {
    warps_of(0, panel_width, [&](int64_t i) { body(i, static_cast<int64_t>(lane_index())); });
}

// Elements (i, j) of a tile: at(i, j) of some rows and columns, and zeros.  Reads columns of memory if they are
// contiguous.
template <typename T, typename At>
inline void load_tile(Tile<T> &tile, int64_t rows, int64_t columns, bool by_columns, const At &at) {
    tile_elements([&](int64_t i, int64_t j) {
        const int64_t row = by_columns ? j : i, column = by_columns ? i : j;
        tile.values[row][column] = row < rows && column < columns ? at(row, column) : T(0);
    });
}

// Subtracts the product of two tiles from those elements of a matrix that `is_there(i, j)` says, of which rows are
// `apart`.
template <typename T, typename IsThere>
inline void subtract_product(const Tile<T> &a, const Tile<T> &b, T *c, int64_t apart, const IsThere &is_there) {
    tile_elements([&](int64_t i, int64_t j) {
        if (!is_there(i, j)) return;
        T value = c[i * apart + j];
        for (int64_t k = 0; k < panel_width; ++k) value = fused(-a.values[i][k], b.values[k][j], value);
        c[i * apart + j] = value;
    });
}

// The pivot is a number in the stack, with the size of a matrix as its bound; of one matrix the bound is 0.
inline void report_pivot(const tdsl_launch &call, int32_t site, int64_t count, int64_t n, int64_t number,
                         int64_t pivot) {
    report_fault(call, site, number * n + pivot, count == 1 ? 0 : n);
}

template <typename T>
inline void report_zeros(const tdsl_launch &call, int32_t site, int64_t count, int64_t n, const T *triangles) {
    all_threads(count * n, [&](int64_t i) {
        const int64_t number = i / n, k = i % n;
        if (triangles[number * n * n + k * (n + 1)] == 0) report_pivot(call, site, count, n, number, k);
    });
}

}  // namespace tdsl::routines

#endif
