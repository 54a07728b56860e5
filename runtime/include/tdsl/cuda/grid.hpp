// Decisions about the division of work on a device, which launch shapes and kernels share.  Sizes alone decide, so that
// results do not depend on the device.
#ifndef TDSL_CUDA_GRID_HPP
#define TDSL_CUDA_GRID_HPP

#include <cstdint>

#include "tdsl/sizes.hpp"

namespace tdsl::cuda {

constexpr int64_t threads = 256;           // of a block
constexpr int64_t most_blocks = 132 * 16;  // of a grid; kernels take any number
constexpr int64_t tile = 32;               // rows and columns of a tile

constexpr int64_t bounded_blocks(int64_t pieces) { return max(1, min(pieces, most_blocks)); }

// A map goes over pieces: parts of a row, or, where rows are short, elements of any rows, one for each thread.
struct MapPieces {
    bool by_rows;
    int64_t size, in_row, count;
};

constexpr MapPieces map_pieces(int64_t rows, int64_t length) {
    const int64_t elements = rows * length;
    if (rows > 1 && length < threads) return {false, threads, 0, ceil_div(elements, threads)};
    const int64_t size = elements <= most_blocks * threads ? threads : 4 * threads;
    const int64_t in_row = ceil_div(length, size);
    return {true, size, in_row, rows * in_row};
}

constexpr int64_t tiles_of(int64_t rows, int64_t length) { return ceil_div(rows, tile) * ceil_div(length, tile); }

}  // namespace tdsl::cuda

#endif
