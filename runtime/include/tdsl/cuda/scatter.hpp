// Scatters on a device whose elements may meet.  Each target has one thread, which runs the elements that meet there in
// their order; so blocks first find their elements among all.
//
// Beside the body of a nest a scatter takes another one of the same form, which returns the position of the target.
#ifndef TDSL_CUDA_SCATTER_HPP
#define TDSL_CUDA_SCATTER_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "tdsl/cuda/grid.hpp"
#include "tdsl/cuda/thread.hpp"
#include "tdsl/indices.hpp"

namespace tdsl {

namespace cuda {

constexpr int scatter_steps = 4, scatter_tile = scatter_steps * block_threads;
constexpr int scatter_flush = block_threads;  // from so many on, the elements found are run

inline uint32_t hash_of(int64_t position) {
    return static_cast<uint32_t>((static_cast<uint64_t>(position) * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

// run(group, item, column) for all columns of all items of groups, those with the same target(group, item) in order.
template <typename Target, typename Run>
inline void scatter_in_order(int64_t groups, int64_t items, int64_t columns, const Target &target, const Run &run) {
    TDSL_SHARED int64_t queue[scatter_tile + scatter_flush];
    TDSL_SHARED int owners[scatter_tile + scatter_flush];
    TDSL_SHARED int counts[scatter_steps * block_warps];
    if (items == 0 || columns == 0) return;
    const ScatterPlan plan = scatter_plan(groups, items, columns);
    const uint32_t last_share = (uint32_t{1} << plan.share_bits) - 1;
    const uint32_t last_owner = (uint32_t{block_threads} >> plan.width_bits) - 1;
    const int owner = thread_index() >> plan.width_bits;
    for (int64_t piece = block_index(); piece < groups * plan.chunks << plan.share_bits; piece += block_count()) {
        const uint32_t share = static_cast<uint32_t>(piece) & last_share;
        const Divided at = divide(piece >> plan.share_bits, plan.chunks);
        const int64_t group = at.quotient;
        const int64_t column = (at.rest << plan.width_bits) + (thread_index() & ((1 << plan.width_bits) - 1));
        int count = 0;
        for (int64_t start = 0; start < items; start += scatter_tile) {
            // The items of this block, in order.
            uint32_t hashes[scatter_steps], lanes[scatter_steps];
            TDSL_UNROLL(4)
            for (int step = 0; step < scatter_steps; ++step) {
                const int64_t item = start + step * block_threads + thread_index();
                hashes[step] = item < items ? hash_of(target(group, item)) : ~share;
            }
            TDSL_UNROLL(4)
            for (int step = 0; step < scatter_steps; ++step) {
                const int64_t item = start + step * block_threads + thread_index();
                lanes[step] = ballot(item < items && (hashes[step] & last_share) == share);
                if (lane_index() == 0) counts[step * block_warps + warp_index()] = bit_count(lanes[step]);
            }
            barrier();
            int before = count, number = 0;
            TDSL_UNROLL(4)
            for (int step = 0; step < scatter_steps; ++step) {
                for (; number < step * block_warps + warp_index(); ++number) before += counts[number];
                const uint32_t self = uint32_t{1} << lane_index();
                if (lanes[step] & self) {
                    const int place = before + bit_count(lanes[step] & (self - 1));
                    queue[place] = start + step * block_threads + thread_index();
                    owners[place] = static_cast<int>((hashes[step] >> 16) & last_owner);
                }
            }
            for (; number < scatter_steps * block_warps; ++number) before += counts[number];
            count = before;
            barrier();
            if (count < scatter_flush && start + scatter_tile < items) continue;
            // Threads look for their next items first, and then run them side by side.
            for (int next = 0;; ++next) {
                while (next < count && owners[next] != owner) ++next;
                if (next >= count) break;
                if (column < columns) run(group, queue[next], column);
            }
            count = 0;
            barrier();
        }
    }
}

template <std::size_t Independent, std::size_t Axes, typename Positions, typename Body>
inline void scatter_elements(const int64_t (&extents)[Axes], const Positions &positions, const Body &body) {
    const int64_t groups = element_count<Independent>(extents), length = extents[Axes - 1];
    const int64_t rows = element_count<Axes - 1 - Independent>(extents + Independent);
    const auto element = [&](const auto &nest, int64_t group, int64_t item) {
        const Divided at = Axes == 1 ? Divided{0, item} : divide(item, length);
        const MultiIndex<Axes - 1> outer(extents, group * rows + at.quotient);
        return inner_body(nest, outer.at, std::make_index_sequence<Axes - 1>{})(at.rest);
    };
    scatter_in_order(
        groups, rows * length, 1, [&](int64_t group, int64_t item) { return element(positions, group, item); },
        [&](int64_t group, int64_t item, int64_t) { element(body, group, item); });
}

}  // namespace cuda

// A scatter of rows: an element may depend on earlier rows of its group, in the same column only.  The first axes count
// the groups.
template <std::size_t Independent, std::size_t Axes, typename Positions, typename Body>
inline void scatter_by_columns(const int64_t (&extents)[Axes], const Positions &positions, const Body &body) {
    const int64_t rows = element_count<Axes - 1 - Independent>(extents + Independent);
    const auto inner = [&](const auto &nest, int64_t group, int64_t row) {
        const MultiIndex<Axes - 1> outer(extents, group * rows + row);
        return inner_body(nest, outer.at, std::make_index_sequence<Axes - 1>{});
    };
    cuda::scatter_in_order(
        element_count<Independent>(extents), rows, extents[Axes - 1],
        [&](int64_t group, int64_t row) { return inner(positions, group, row)(0); },
        [&](int64_t group, int64_t row, int64_t column) { inner(body, group, row)(column); });
}

// A scatter of rows: an element may depend on any earlier row of its group, in any column.
template <std::size_t Independent, std::size_t Axes, typename Positions, typename Body>
inline void scatter_by_rows(const int64_t (&extents)[Axes], const Positions &positions, const Body &body) {
    cuda::scatter_elements<Independent>(extents, positions, body);
}

// A scatter of single elements: an element may depend on any earlier one of its group.
template <std::size_t Independent, std::size_t Axes, typename Positions, typename Body>
inline void scatter_by_elements(const int64_t (&extents)[Axes], const Positions &positions, const Body &body) {
    cuda::scatter_elements<Independent>(extents, positions, body);
}

}  // namespace tdsl

#endif
