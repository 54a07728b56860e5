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

// A size divided by a power of 2 and rounded up.  Devices take long for other divisions of 64 bits.
constexpr int64_t shifted_up(int64_t size, int bits) { return (size + (int64_t{1} << bits) - 1) >> bits; }

// A map goes over pieces of 2^bits elements: parts of a row, or, where rows are short, of any rows, one element for
// each thread.
struct MapPieces {
    bool by_rows;
    int bits;
    int64_t in_row, count;
};

constexpr MapPieces map_pieces(int64_t rows, int64_t length) {
    const int64_t elements = rows * length;
    if (rows > 1 && length < threads) return {false, 8, 0, shifted_up(elements, 8)};
    const int bits = elements <= most_blocks * threads ? 8 : 10;
    const int64_t in_row = shifted_up(length, bits);
    return {true, bits, in_row, rows * in_row};
}

constexpr int64_t tiles_of(int64_t rows, int64_t length) { return ceil_div(rows, tile) * ceil_div(length, tile); }

// Few results of many elements each are computed in two phases: of parts of the elements, and of these partial results.
constexpr int64_t wanted_blocks = 132 * 8;
constexpr int64_t least_part = 4096;  // elements of a part, at least

// The power of 2 of their number.
constexpr int part_bits(int64_t blocks, int64_t size, int64_t least) {
    int bits = 0;
    while (blocks << (bits + 1) <= wanted_blocks && least << (bits + 1) <= size) ++bits;
    return bits;
}

// A reduction along rows: 2^group_bits threads share a row, or a part of one.
struct RowReduction {
    int group_bits, part_bits;
    int64_t part;
};

constexpr int group_bits(int64_t rows, int64_t elements) {
    if (elements >= 2048 || (elements >= 512 && rows <= 8192)) return 8;
    return elements <= 8 ? 0 : elements <= 32 ? 3 : 5;
}

constexpr RowReduction row_reduction(int64_t rows, int64_t elements) {
    const int group = group_bits(rows, elements), parts = group == 8 ? part_bits(rows, elements, least_part) : 0;
    return {group, parts, shifted_up(elements, parts)};
}

// A reduction of rows to one row: a block takes 2^width_bits columns, and its other threads share the rows.
struct ColumnReduction {
    int width_bits, part_bits;
    int64_t in_group, part;
};

constexpr ColumnReduction column_reduction(int64_t groups, int64_t columns, int64_t rows) {
    const int most = rows <= 2 ? 8 : rows <= 8 ? 7 : rows <= 32 ? 6 : 5;
    int width = 0;
    while (width < most && int64_t{1} << width < columns) ++width;
    const int64_t in_group = shifted_up(columns, width);
    const int parts = part_bits(groups * in_group, rows, 16 * threads >> width);
    return {width, parts, in_group, shifted_up(rows, parts)};
}

// A scatter of items of some columns: 2^width_bits threads take an item, or a chunk of it, and 2^share_bits blocks
// share the items of a group.
struct ScatterPlan {
    int width_bits, share_bits;
    int64_t chunks;
};

constexpr ScatterPlan scatter_plan(int64_t groups, int64_t items, int64_t columns) {
    int width = 0, shares = 0;
    while (width < 8 && int64_t{1} << width < columns) ++width;
    const int64_t chunks = shifted_up(columns, width), least = 2 * threads >> width;
    while (groups * chunks << (shares + 1) <= wanted_blocks && items >> (shares + 1) >= least) ++shares;
    return {width, shares, chunks};
}

}  // namespace tdsl::cuda

#endif
