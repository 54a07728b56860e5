// The sizes of tiles and panels of routines, and the phases that they make: of host and device.
#ifndef TDSL_CUDA_ROUTINE_SIZES_HPP
#define TDSL_CUDA_ROUTINE_SIZES_HPP

#include <cstdint>

#include "tdsl/sizes.hpp"

namespace tdsl::routines {

// Elements of lines up to that length are ranked; longer lines are sorted by tiles.
constexpr int64_t ranked_length = 64, sort_tile_size = 2048;

constexpr int sort_phases(int64_t length) {
    int phases = 1;
    for (int64_t run = sort_tile_size; run < length; run *= 2) ++phases;
    return phases;
}

// Whether sums and maxima of lines are regrouped: of long ones, unless many lie side by side.
constexpr bool is_regrouped(int64_t outer, int64_t length, int64_t inner) {
    return length >= 256 && (inner == 1 || outer * inner < 4096);
}

// Elements of a block of products of all others, which a thread runs through.
constexpr int64_t others_block = 32;

// Columns of panels of matrices.
constexpr int64_t panel_width = 32;

// Columns of right sides that a block solves.
constexpr int64_t solved_columns = 8;

constexpr int64_t panels_of(int64_t n) { return (n + panel_width - 1) / panel_width; }

// Phases that find sweeps of rotations, as many as a symmetric matrix has rows in each; more are rare.
constexpr int64_t sweep_phases = 3;

// Columns that a block turns by sweeps.
constexpr int64_t turned_columns = 8;

// The numbers that keep the state of a symmetric matrix, and that with its sweeps.
constexpr int64_t state_numbers = 16;
constexpr int64_t eigh_numbers(int64_t n) { return state_numbers + n * (2 * n + 2); }

}  // namespace tdsl::routines

#endif
