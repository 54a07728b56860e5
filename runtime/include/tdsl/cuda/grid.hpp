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

// Few results of many elements each are computed in two phases: of parts of the elements, and of these partial results.
constexpr int64_t wanted_blocks = 132 * 8;
constexpr int64_t least_part = 4096;  // elements of a part, at least

constexpr int64_t parts_of(int64_t blocks, int64_t size, int64_t least) {
    if (blocks == 0 || 2 * blocks > wanted_blocks) return 1;
    return max(1, min(size / least, wanted_blocks / blocks));
}

// A reduction along rows: so many threads share a row, a power of two.
struct RowReduction {
    int64_t group, parts, part;
};

constexpr int64_t group_of(int64_t rows, int64_t elements) {
    if (elements >= 2048 || (elements >= 512 && rows <= 8192)) return threads;
    return elements <= 8 ? 1 : elements <= 32 ? 8 : 32;
}

constexpr RowReduction row_reduction(int64_t rows, int64_t elements) {
    const int64_t group = group_of(rows, elements);
    const int64_t parts = group == threads ? parts_of(rows, elements, least_part) : 1;
    const int64_t part = max(1, ceil_div(elements, parts));
    return {group, max(1, ceil_div(elements, part)), part};
}

// A reduction of rows to one row: a block takes some columns, a power of two, and its other threads share the rows.
struct ColumnReduction {
    int64_t width, lanes, in_group, parts, part;
};

constexpr int64_t column_width(int64_t columns, int64_t rows) {
    const int64_t most = rows <= 2 ? 256 : rows <= 8 ? 128 : rows <= 32 ? 64 : 32;
    int64_t width = 1;
    while (width < most && width < columns) width *= 2;
    return width;
}

constexpr ColumnReduction column_reduction(int64_t groups, int64_t columns, int64_t rows) {
    const int64_t width = column_width(columns, rows), lanes = threads / width;
    const int64_t in_group = ceil_div(columns, width);
    const int64_t parts = parts_of(groups * in_group, rows, 16 * lanes);
    const int64_t part = max(1, ceil_div(rows, parts));
    return {width, lanes, in_group, max(1, ceil_div(rows, part)), part};
}

}  // namespace tdsl::cuda

#endif
