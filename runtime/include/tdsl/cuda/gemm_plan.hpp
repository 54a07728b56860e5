// How a product is divided among blocks: decisions that launch shapes and kernels share.  Sizes alone decide, so that
// results do not depend on the device; the counts are those of an H200.
#ifndef TDSL_CUDA_GEMM_PLAN_HPP
#define TDSL_CUDA_GEMM_PLAN_HPP

#include <cstdint>

#include "tdsl/cuda/grid.hpp"
#include "tdsl/sizes.hpp"

namespace tdsl::cuda {

// A quotient that is known to be positive; mostly both are short, and dividing them is then much faster.
constexpr int64_t quotient(int64_t a, int64_t b) {
    if (((a | b) >> 32) == 0) return static_cast<uint32_t>(a) / static_cast<uint32_t>(b);
    return a / b;
}

// A block computes one tile of C at a time.  Its threads hold rows × columns of it each, and its groups of threads
// share the depth of each step.
struct Large {  // of narrow types only: a tile has to fit into shared memory
    static constexpr int rows = 128, columns = 64, depth = 8, thread_rows = 8, thread_columns = 4, groups = 1;
};
struct Medium {
    static constexpr int rows = 64, columns = 64, depth = 8, thread_rows = 4, thread_columns = 4, groups = 1;
};
struct Small {
    static constexpr int rows = 32, columns = 32, depth = 32, thread_rows = 4, thread_columns = 4, groups = 4;
};
struct Narrow {
    static constexpr int rows = 16, columns = 16, depth = 64, thread_rows = 4, thread_columns = 4, groups = 16;
};
constexpr int vector_length = 16;  // elements of a tile where m or n is 1

enum class GemmForm : uint8_t { large, medium, small, narrow, row, column };

struct GemmPlan {
    GemmForm form;
    int row_bits, column_bits;  // the tile has 2^row_bits rows
    int64_t row_tiles, column_tiles;
    int64_t splits;  // parts of the depth, each summed on its own
    int64_t depth;   // of each part but the last
    bool is_multiplied = false;  // by a library: the whole depth is one part, which scratch memory holds

    constexpr int64_t tiles() const { return row_tiles * column_tiles; }
    constexpr bool has_parts() const { return splits > 1 || is_multiplied; }
};

// The time of a step of depth 1 on all multiprocessors, from the tiles of the busiest one.
constexpr int64_t gemm_cost(int64_t tiles, int64_t cost_of_tile) { return ceil_div(tiles, 132) * cost_of_tile; }

constexpr GemmPlan gemm_tiles(GemmForm form, int row_bits, int column_bits, int64_t m, int64_t n) {
    return {form, row_bits, column_bits, shifted_up(m, row_bits), shifted_up(n, column_bits), 1, 0};
}

// Of `count` products of this size in a launch.
constexpr GemmPlan gemm_plan(int64_t count, int64_t m, int64_t n, int64_t k, int64_t element_bytes,
                             bool is_multiplied) {
    constexpr int64_t enough_tiles = 66, wanted_tiles = 264, narrow = 16;
    GemmPlan plan = gemm_tiles(GemmForm::small, 5, 5, m, n);
    int64_t least_depth = 512;
    if (n == 1) plan = gemm_tiles(GemmForm::column, 4, 0, m, n), least_depth = 4096;
    else if (m == 1) plan = gemm_tiles(GemmForm::row, 0, 4, m, n), least_depth = 4096;
    else if (min(m, n) <= narrow) plan = gemm_tiles(GemmForm::narrow, 4, 4, m, n), least_depth = 1024;
    else if (!is_multiplied) {  // else only the epilogue is left, which many small tiles share best
        int64_t cost = gemm_cost(count * plan.tiles(), 12);
        const GemmPlan medium = gemm_tiles(GemmForm::medium, 6, 6, m, n);
        if (const int64_t its = gemm_cost(count * medium.tiles(), 36); its < cost) plan = medium, cost = its;
        const GemmPlan large = gemm_tiles(GemmForm::large, 7, 6, m, n);
        if (element_bytes == 4 && gemm_cost(count * large.tiles(), 64) < cost) plan = large;
    }
    plan.depth = k;
    plan.is_multiplied = is_multiplied;
    const int64_t tiles = count * plan.tiles();
    if (is_multiplied || k < 2 * least_depth || tiles == 0 || tiles > enough_tiles) return plan;
    constexpr int64_t step = 64;  // parts begin at whole steps of every form
    const int64_t most = min(quotient(wanted_tiles, tiles), quotient(k, least_depth));
    plan.depth = (quotient(k + most - 1, most) + step - 1) & -step;
    plan.splits = quotient(k + plan.depth - 1, plan.depth);
    return plan;
}

// Phases of a launch: the products of the parts, their sum with the epilogue, and sums of columns over all tiles.
struct GemmPhases {
    int64_t combine;  // the phase that runs the epilogue
    int64_t totals;   // the phase that ends the column sums, -1: none
    int64_t count;
};

constexpr GemmPhases gemm_phases(const GemmPlan &plan, bool sums_columns) {
    const int64_t combine = plan.splits > 1;
    const bool has_totals = sums_columns && plan.row_tiles != 1;
    return {combine, has_totals ? combine + 1 : -1, combine + 1 + has_totals};
}

// Scratch memory of one product: the sums of the parts, then those of the columns of each tile.
struct GemmScratch {
    int64_t column_sums;  // in elements from its start
    int64_t elements;
};

constexpr GemmScratch gemm_scratch(const GemmPlan &plan, bool sums_columns, int64_t m, int64_t n) {
    const int64_t parts = plan.has_parts() ? plan.splits * m * n : 0;
    return {parts, parts + (sums_columns && plan.row_tiles != 1 ? plan.row_tiles * n : 0)};
}

constexpr int64_t total_columns = 32;  // of a block that ends column sums

}  // namespace tdsl::cuda

#endif
