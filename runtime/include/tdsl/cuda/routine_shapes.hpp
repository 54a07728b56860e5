// Launch shapes of routines: for each a function of its numbers and sizes.  Host code.
#ifndef TDSL_CUDA_ROUTINE_SHAPES_HPP
#define TDSL_CUDA_ROUTINE_SHAPES_HPP

#include <cstdint>

#include "tdsl/cuda/routine_sizes.hpp"
#include "tdsl/cuda/shapes.hpp"

namespace tdsl::cuda {

// So many blocks, or as many as give each item a thread, or a warp.
inline Shape blocks_shape(int64_t blocks, int64_t phases = 1, int64_t scratch_bytes = 0) {
    Shape shape = shape_of(blocks);
    shape.phases = static_cast<int>(phases);
    shape.scratch_bytes = scratch_bytes;
    return shape;
}
inline Shape threads_shape(int64_t items) { return shape_of(ceil_div(items, threads)); }
inline int64_t blocks_of_warps(int64_t items) { return ceil_div(items, threads / 32); }

template <typename T>
Shape random_orthogonal_shape(int64_t, int64_t, int64_t) {
    return blocks_shape(1);
}

template <typename T>
Shape prod_others_shape(int64_t rows, int64_t columns, int64_t inputs) {
    const int64_t sets = int64_t{1} << (inputs - 1), block = routines::others_block;
    const int64_t blocks = rows * ceil_div(columns, block), grid = bounded_blocks(ceil_div(blocks, threads));
    return blocks_shape(grid, 3, (3 * blocks + grid * threads * block) * sets * static_cast<int64_t>(sizeof(double)));
}

inline Shape running_shape(bool may_regroup, int64_t outer, int64_t length, int64_t inner) {
    const int64_t lines = outer * inner;
    return may_regroup && routines::is_regrouped(outer, length, inner) ? blocks_shape(lines) : threads_shape(lines);
}
template <typename T>
Shape cumsum_shape(bool, int64_t outer, int64_t length, int64_t inner) {
    return running_shape(true, outer, length, inner);
}
template <typename T>
Shape cummax_shape(int64_t outer, int64_t length, int64_t inner) {
    return running_shape(true, outer, length, inner);
}
template <typename T>
Shape cumprod_shape(int64_t outer, int64_t length, int64_t inner) {
    return running_shape(false, outer, length, inner);
}
template <typename T>
Shape recurrence_shape(bool, int64_t outer, int64_t length, int64_t inner) {
    return running_shape(false, outer, length, inner);
}

template <typename T>
Shape sort_shape(int64_t outer, int64_t length, int64_t inner) {
    const int64_t lines = outer * inner, tiles = ceil_div(length, routines::sort_tile_size);
    return blocks_shape(max(lines * tiles, ceil_div(lines * length, threads)), routines::sort_phases(length));
}
template <typename T>
Shape argsort_shape(int64_t outer, int64_t length, int64_t inner) {
    return sort_shape<T>(outer, length, inner);
}
template <typename T>
Shape argtopk_shape(int64_t outer, int64_t length, int64_t inner, int64_t) {
    return sort_shape<T>(outer, length, inner);
}
template <typename T>
Shape searchsorted_shape(bool, int64_t, int64_t count) {
    return threads_shape(count);
}

template <typename T>
Shape cholesky_shape(int64_t count, int64_t n) {
    const int64_t tiles = max(1, routines::panels_of(n) - 1);
    return blocks_shape(count * tiles * tiles, max(1, 2 * routines::panels_of(n) - 1));
}

inline int64_t solving_blocks(int64_t count, int64_t n, int64_t m) {
    return max(count * ceil_div(m, routines::solved_columns), ceil_div(count * n, threads));
}
template <typename T>
Shape solve_triangular_shape(bool, bool, int64_t count, int64_t n, int64_t m) {
    return blocks_shape(solving_blocks(count, n, m));
}

template <typename T>
Shape lu_shape(int64_t count, int64_t n) {
    const int64_t panels = routines::panels_of(n), blocks = bounded_blocks(count * panels);
    const int64_t memory = blocks * routines::panel_width * n * static_cast<int64_t>(sizeof(T));
    return blocks_shape(blocks, panels > 1 ? 2 * panels : 1, memory);
}
template <typename T>
Shape lu_solve_shape(bool, int64_t count, int64_t n, int64_t m) {
    return blocks_shape(solving_blocks(count, n, m));
}
template <typename T>
Shape lu_det_shape(int64_t count, int64_t) {
    return threads_shape(count);
}
template <typename T>
Shape lu_logdet_shape(int64_t count, int64_t) {
    return threads_shape(count);
}

template <typename T>
Shape qr_shape(int64_t count, int64_t, int64_t n) {
    return blocks_shape(max(count, blocks_of_warps(count * n)), max(1, 2 * routines::panels_of(n)));
}
template <typename T>
Shape eigh_shape(int64_t count, int64_t n) {
    const int64_t memory = count * routines::eigh_numbers(n) * static_cast<int64_t>(sizeof(double));
    return blocks_shape(count * ceil_div(n, routines::turned_columns), n + 2 * routines::sweep_phases + 3, memory);
}

}  // namespace tdsl::cuda

#endif
