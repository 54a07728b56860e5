// The phases of a product: its tiles, or those of the parts of its depth; the sum of the parts; the sums of columns.
#ifndef TDSL_CUDA_GEMM_PHASES_HPP
#define TDSL_CUDA_GEMM_PHASES_HPP

#include <cstdint>

#include "tdsl/cuda/gemm_plan.hpp"
#include "tdsl/cuda/gemm_tile.hpp"
#include "tdsl/cuda/launch_abi.h"
#include "tdsl/cuda/thread.hpp"

namespace tdsl {

// Calls element(number, i, j) for each element of a tile that exists; neighbouring threads have neighbouring columns,
// and a thread always the same one.
template <typename Element>
TDSL_INLINE void for_tile_elements(const cuda::GemmPlan &plan, const TilePlace &place, const Element &element) {
    const int columns = 1 << plan.column_bits, elements = columns << plan.row_bits;
    const int column = thread_index() & (columns - 1);
    if (column >= place.columns) return;
    TDSL_UNROLL(4)
    for (int number = thread_index(); number < elements; number += block_threads) {
        const int row = number >> plan.column_bits;
        if (row < place.rows) element(number, place.row + row, place.column + column);
    }
}

template <typename T>
inline void store_part(const cuda::GemmPlan &plan, const TilePlace &place, int64_t n, T *part) {
    const T *const tile = tile_memory<T>();
    for_tile_elements(plan, place, [=](int number, int64_t i, int64_t j) { part[i * n + j] = tile[number]; });
}

// Sums the parts of the tile's depth, which are `area` elements apart.
template <typename T>
TDSL_INLINE void sum_parts(const cuda::GemmPlan &plan, const TilePlace &place, int64_t n, int64_t area,
                             const T *parts) {
    T *const tile = tile_memory<T>();
    for_tile_elements(plan, place, [&](int number, int64_t i, int64_t j) {
        const T *from = parts + i * n + j;
        T total = *from;
        TDSL_UNROLL(4)
        for (int64_t other = 1; other < plan.splits; ++other) total = add(total, from[other * area]);
        tile[number] = total;
    });
}

// Sums of the columns of a tile, from those of the threads.
template <typename T>
TDSL_INLINE void sum_tile_columns(const cuda::GemmPlan &plan, const TilePlace &place, T sum, T *totals) {
    T *const sums = thread_memory<T>();
    const int column = thread_index(), columns = 1 << plan.column_bits;
    sums[column] = sum;
    barrier();
    if (column >= columns || column >= place.columns) return;
    for (int other = column + columns; other < block_threads; other += columns) sum = add(sum, sums[other]);
    totals[place.column + column] = sum;
}

// Sums the columns over all tiles: each warp takes every eighth row of tiles.
template <typename T>
TDSL_INLINE void sum_columns(BlockRange range, int64_t row_tiles, int64_t n, const T *sums, T *totals) {
    T *const of_warps = thread_memory<T>();
    const int64_t pieces = ceil_div(n, cuda::total_columns);
    for (int64_t piece = range.index; piece < pieces; piece += range.count) {
        const int64_t column = piece * cuda::total_columns + lane_index();
        T sum = T(0);
        if (column < n) {
            TDSL_UNROLL(4)
            for (int64_t tile = warp_index(); tile < row_tiles; tile += block_warps)
                sum = add(sum, sums[tile * n + column]);
        }
        of_warps[thread_index()] = sum;
        barrier();
        if (warp_index() == 0 && column < n) {
            for (int other = 1; other < block_warps; ++other)
                sum = add(sum, of_warps[other * warp_threads + lane_index()]);
            totals[column] = sum;
        }
        barrier();
    }
}

// The state of a block.  In shared memory it takes no registers from the tile.
struct ProductState {
    cuda::GemmPlan plan;
    int64_t works, stride;        // tiles, or tiles of parts, of this phase
    int64_t parts, column_sums;   // where scratch memory of this product begins, in elements
    bool runs_parts;              // this phase computes parts of the depth only
    int64_t part, down;           // of the tile that is being computed

    inline void begin(const tdsl_launch &call, BlockRange range, int64_t m, int64_t n, int64_t k, int64_t element_bytes,
               bool sums_columns) {
        plan = cuda::gemm_plan(range.pieces, m, n, k, element_bytes, call.multiplied != 0);
        const cuda::GemmScratch scratch = cuda::gemm_scratch(plan, sums_columns, m, n);
        runs_parts = call.phase < cuda::gemm_phases(plan, sums_columns).combine;
        works = plan.tiles() * (runs_parts ? plan.splits : 1), stride = range.count;
        parts = range.piece * scratch.elements, column_sums = parts + scratch.column_sums;
    }
    inline void begin_tile(int64_t work, int64_t m, int64_t n, int64_t k) {
        const int64_t tiles = plan.tiles();
        part = runs_parts ? cuda::quotient(work, tiles) : 0;
        const int64_t tile = work - part * tiles;
        down = cuda::quotient(tile, plan.column_tiles);
        const int64_t row = down << plan.row_bits, column = (tile - down * plan.column_tiles) << plan.column_bits;
        const int64_t top = part * plan.depth;
        tile_place() = {row, column, m - row, n - column, top, min(k, top + plan.depth)};
    }
};

inline ProductState &product_state() {
    TDSL_SHARED ProductState state;
    return state;
}

// `totals` with a body that returns values: their sums by columns.
template <typename T, typename Panel, typename Operand, typename Body, typename... Totals>
TDSL_INLINE void run_product(const tdsl_launch &call, int64_t m, int64_t n, int64_t k, const Operand &a,
                             const Operand &b, const Body &body, Totals *...totals) {
    constexpr bool sums_columns = sizeof...(Totals) != 0;
    ProductState &state = product_state();
    const BlockRange range = block_range();
    if (thread_index() == 0) {
        state.begin(call, range, m, n, k, sizeof(T), sums_columns);
        keep_rows(kept_panel<true, Panel>(), a);
        keep_columns(kept_panel<false, Panel>(), b);
    }
    barrier();
    T *const scratch = reinterpret_cast<T *>(call.scratch);
    if constexpr (sums_columns)
        if (call.phase == cuda::gemm_phases(state.plan, true).totals)
            return sum_columns<T>(range, state.plan.row_tiles, n, scratch + state.column_sums, totals...);
    const bool is_multiplied = state.plan.is_multiplied;
    const T *const product = scratch + state.parts;
    for (int64_t work = range.index; work < state.works; work += state.stride) {
        if (thread_index() == 0) state.begin_tile(work, m, n, k);
        barrier();
        if (state.runs_parts || !state.plan.has_parts()) compute_tile<T, Panel>(state.plan.form);
        else if (!is_multiplied) sum_parts<T>(state.plan, tile_place(), n, m * n, scratch + state.parts);
        barrier();
        const auto value = [=](int number, int64_t i, int64_t j) {
            return is_multiplied ? product[i * n + j] : tile_memory<T>()[number];
        };
        if (state.runs_parts) {
            store_part<T>(state.plan, tile_place(), n, scratch + state.parts + state.part * m * n);
        } else if constexpr (sums_columns) {
            T sum = T(0);
            for_tile_elements(state.plan, tile_place(), [&](int number, int64_t i, int64_t j) {
                sum = add(sum, body(i, j, value(number, i, j)));
            });
            const auto into = [&](T *total) {
                return state.plan.row_tiles == 1 ? total : scratch + state.column_sums + state.down * n;
            };
            sum_tile_columns<T>(state.plan, tile_place(), sum, into(totals...));
        } else {
            for_tile_elements(state.plan, tile_place(),
                              [&](int number, int64_t i, int64_t j) { body(i, j, value(number, i, j)); });
        }
        barrier();
    }
}

}  // namespace tdsl

#endif
