// The products of a batch.
#ifndef TDSL_CUDA_BATCHES_HPP
#define TDSL_CUDA_BATCHES_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "tdsl/cuda/thread.hpp"
#include "tdsl/indices.hpp"
#include "tdsl/sizes.hpp"

namespace tdsl {

// body(i0, …) for all indices: the blocks of the launch are shared evenly, and all threads of a block run the body.
template <std::size_t Axes, typename Body>
inline void parallel_for_each(const int64_t (&extents)[Axes], const Body &body) {
    const int64_t items = element_count<Axes>(extents), groups = min(items, block_count());
    if (groups == 0) return;
    const int64_t each = block_count() / groups, group = block_index() / each;
    if (group >= groups) return;
    narrow_block_range({block_index() - group * each, each, group, items});
    for (;;) {
        // The body needs the registers, so that the state of the loop stays in shared memory.
        const MultiIndex<Axes> index(extents, block_range().piece);
        inner_body(body, index.at, std::make_index_sequence<Axes>{});
        BlockRange next = block_range();
        next.piece += min(next.pieces, block_count());
        if (next.piece >= next.pieces) return;
        narrow_block_range(next);
    }
}

}  // namespace tdsl

#endif
