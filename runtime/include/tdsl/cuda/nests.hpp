// Loop nests of generated kernels on a device.  The threads of a warp compute neighbours along the last axis.
#ifndef TDSL_CUDA_NESTS_HPP
#define TDSL_CUDA_NESTS_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "tdsl/cuda/grid.hpp"
#include "tdsl/cuda/thread.hpp"
#include "tdsl/indices.hpp"

namespace tdsl {

// body(i0, …)(in) for all indices, in any order.
template <std::size_t Axes, typename Body>
inline void map(const int64_t (&extents)[Axes], const Body &body) {
    const int64_t rows = element_count<Axes - 1>(extents), length = extents[Axes - 1];
    const cuda::MapPieces pieces = cuda::map_pieces(rows, length);
    for (int64_t piece = block_index(); piece < pieces.count; piece += block_count()) {
        int64_t row = 0, first = (piece << pieces.bits) + thread_index();
        int64_t last = min(length, (piece + 1) << pieces.bits);
        if constexpr (Axes > 1) {
            const bool by_rows = pieces.by_rows;
            if (!by_rows && first >= rows * length) continue;
            const Divided at = divide(by_rows ? piece : first, by_rows ? pieces.in_row : length);
            row = at.quotient;
            first = by_rows ? (at.rest << pieces.bits) + thread_index() : at.rest;
            last = by_rows ? min(length, (at.rest + 1) << pieces.bits) : first + 1;
        }
        const MultiIndex<Axes - 1> outer(extents, row);
        const auto inner = inner_body(body, outer.at, std::make_index_sequence<Axes - 1>{});
        for (int64_t i = first; i < last; i += block_threads) inner(i);
    }
}

template <std::size_t Axes, typename Body>
inline void map_large_body(const int64_t (&extents)[Axes], const Body &body) {
    map(extents, body);
}

template <std::size_t Axes, typename Body>
inline void map_strided(const int64_t (&extents)[Axes], const Body &body) {
    map(extents, body);
}

// A map whose body reads contiguous elements along the last axis but one: a block computes a tile, whose cache lines
// stay in the L1 cache.
template <std::size_t Axes, typename Body>
inline void map_tiled(const int64_t (&extents)[Axes], const Body &body) {
    const int64_t rows = element_count<Axes - 1>(extents), length = extents[Axes - 1];
    const int64_t in_row = ceil_div(length, cuda::tile), count = cuda::tiles_of(rows, length);
    for (int64_t number = block_index(); number < count; number += block_count()) {
        const Divided at = divide(number, in_row);
        const int64_t top = at.quotient * cuda::tile, bottom = min(rows, top + cuda::tile);
        const int64_t i = at.rest * cuda::tile + lane_index();
        if (i >= length) continue;
        for (int64_t row = top + warp_index(); row < bottom; row += block_warps) {
            const MultiIndex<Axes - 1> outer(extents, row);
            inner_body(body, outer.at, std::make_index_sequence<Axes - 1>{})(i);
        }
    }
}

}  // namespace tdsl

#endif
