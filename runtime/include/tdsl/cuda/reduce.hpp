// Reductions over loop nests on a device: kept axes first, then reduced ones.
//
// A thread combines elements that lie apart, in four lines and in blocks of `block_steps`, so that sums are accurate;
// the threads of a row or column are combined pairwise.  Sizes alone decide the order (cuda/grid.hpp).
#ifndef TDSL_CUDA_REDUCE_HPP
#define TDSL_CUDA_REDUCE_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "tdsl/cuda/grid.hpp"
#include "tdsl/cuda/thread.hpp"
#include "tdsl/indices.hpp"
#include "tdsl/reduce/combiners.hpp"

namespace tdsl {

namespace cuda {

constexpr int64_t block_steps = 64;

// The values at every `step`-th index of some axes from number `first` on, below `last`.
template <typename Combiner, std::size_t Axes, typename Accumulator, typename Value>
inline Accumulator reduce_strided(const int64_t *extents, int64_t first, int64_t last, int64_t step,
                                  const Value &value) {
    const Accumulator none = Combiner::identity();
    Accumulator total = none;
    if constexpr (Axes == 1) {
        while (first < last) {
            Accumulator part[4] = {none, none, none, none};
            const int64_t end = min(last, first + block_steps * step);
            for (; first + 3 * step < end; first += 4 * step) {
                Accumulator here[4];
                TDSL_UNROLL(4)
                for (int k = 0; k < 4; ++k) {
                    const int64_t at[] = {first + k * step};
                    here[k] = Accumulator(value(at));
                }
                TDSL_UNROLL(4)
                for (int k = 0; k < 4; ++k) part[k] = Combiner::combine(part[k], here[k]);
            }
            for (; first < end; first += step) {
                const int64_t at[] = {first};
                part[0] = Combiner::combine(part[0], Accumulator(value(at)));
            }
            total = Combiner::combine(total, Combiner::combine(Combiner::combine(part[0], part[1]),
                                                               Combiner::combine(part[2], part[3])));
        }
    } else {
        if (first >= last) return total;
        MultiIndex<Axes> index(extents, first);
        while (first < last) {
            Accumulator part = none;
            const int64_t end = min(last, first + block_steps * step);
            for (; first < end; first += step, index.advance(step))
                part = Combiner::combine(part, Accumulator(value(index.at)));
            total = Combiner::combine(total, part);
        }
    }
    return total;
}

// store(item, total) of partial(item, lane) from `group` lanes for each item, a power of two up to a block.
template <typename Combiner, typename Accumulator, typename Partial, typename Store>
inline void reduce_groups(int64_t items, int group, const Partial &partial, const Store &store) {
    TDSL_SHARED Accumulator of_warps[block_warps];
    const int in_block = block_threads / group, mine = thread_index() / group, lane = thread_index() % group;
    for (int64_t first = block_index() * in_block; first < items; first += block_count() * in_block) {
        const int64_t item = first + mine;
        Accumulator total = Combiner::identity();
        if (item < items) total = partial(item, lane);
        for (int distance = (group < warp_threads ? group : warp_threads) / 2; distance > 0; distance /= 2)
            total = Combiner::combine(total, Combiner::shuffled(total, distance));
        if (group > warp_threads) {
            if (lane_index() == 0) of_warps[warp_index()] = total;
            barrier();
            for (int warp = 1; warp < block_warps; ++warp) total = Combiner::combine(total, of_warps[warp]);
            barrier();
        }
        if (lane == 0 && item < items) store(item, total);
    }
}

// A combiner whose accumulators lanes exchange.
template <typename Combiner>
struct Exchanged : Combiner {
    using Accumulator = typename Combiner::Accumulator;
    static Accumulator shuffled(Accumulator value, int distance) { return shuffle_xor(value, distance); }
};

// The extremum of some elements and its first position, or no position; NaN is the extremum of all.
template <typename T>
struct Found {
    T value;
    int64_t position;
};

template <typename Combiner>
struct FirstExtremum {
    using Accumulator = Found<typename Combiner::Accumulator>;
    static Accumulator identity() { return {Combiner::identity(), -1}; }
    static Accumulator combine(Accumulator a, Accumulator b) {
        if (a.position < 0) return b;
        if (b.position < 0) return a;
        const bool a_is_nan = a.value != a.value, b_is_nan = b.value != b.value;
        const bool level = a_is_nan || b_is_nan ? a_is_nan == b_is_nan : a.value == b.value;
        if (level) return a.position < b.position ? a : b;
        const auto extremum = Combiner::combine(a.value, b.value);
        return a_is_nan || extremum == a.value ? a : b;
    }
    static Accumulator shuffled(Accumulator here, int distance) {
        return {shuffle_xor(here.value, distance), shuffle_xor(here.position, distance)};
    }
};

// Rows in one phase, or in two by way of the launch's scratch memory; store(row, total).
template <typename Combiner, std::size_t Reduced, typename Row, typename Store>
inline void reduce_in_phases(const tdsl_launch &call, int64_t rows, const int64_t *reduced, const Row &row_values,
                             const Store &store) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t elements = element_count<Reduced>(reduced);
    const RowReduction plan = row_reduction(rows, elements);
    Accumulator *const partials = reinterpret_cast<Accumulator *>(call.scratch);
    // The second phase has its own values, and threads for them; both share this code.
    const int group = static_cast<int>(call.phase == 0 ? plan.group : 32);
    const int64_t parts = call.phase == 0 ? plan.parts : 1;
    reduce_groups<Combiner, Accumulator>(
        rows * parts, group,
        [&](int64_t item, int lane) {
            if (call.phase > 0) {
                const int64_t none[] = {plan.parts};
                const Accumulator *const mine = partials + item * plan.parts;
                return reduce_strided<Combiner, 1, Accumulator>(none, lane, plan.parts, group,
                                                                [=](const int64_t *at) { return mine[at[0]]; });
            }
            int64_t row = item, part = 0;
            if (parts > 1) {
                const Divided at = divide(item, parts);
                row = at.quotient, part = at.rest;
            }
            const int64_t first = part * plan.part, last = min(elements, first + plan.part);
            return reduce_strided<Combiner, Reduced, Accumulator>(reduced, first + lane, last, group, row_values(row));
        },
        [&](int64_t item, Accumulator total) {
            if (parts > 1) partials[item] = total;
            else store(item, total);
        });
}

}  // namespace cuda

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
inline void reduce_rows(const tdsl_launch &call, const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                        typename Combiner::Value *target, const Body &body) {
    cuda::reduce_in_phases<cuda::Exchanged<Combiner>, Reduced>(
        call, element_count<Kept>(kept), reduced,
        [&](int64_t row) {
            const MultiIndex<Kept> outer(kept, row);
            return [&body, outer](const int64_t *at) {
                return inner_body(body, outer.at, at, std::make_index_sequence<Kept>{},
                                  std::make_index_sequence<Reduced - 1>{})(at[Reduced - 1]);
            };
        },
        [=](int64_t row, typename Combiner::Accumulator total) { target[row] = typename Combiner::Value(total); });
}

// The first index of the maximum or minimum of each row; NaN propagates.
template <typename Combiner, typename Index, std::size_t Kept, typename Body>
inline void arg_reduce(const tdsl_launch &call, const int64_t (&kept)[Kept], const int64_t (&reduced)[1],
                       Index *target, const Body &body) {
    using Search = cuda::FirstExtremum<Combiner>;
    cuda::reduce_in_phases<Search, 1>(
        call, element_count<Kept>(kept), reduced,
        [&](int64_t row) {
            const MultiIndex<Kept> outer(kept, row);
            return [&body, outer](const int64_t *at) -> typename Search::Accumulator {
                const auto inner = inner_body(body, outer.at, std::make_index_sequence<Kept>{});
                return {typename Combiner::Accumulator(inner(at[0])), at[0]};
            };
        },
        [=](int64_t row, typename Search::Accumulator found) {
            target[row] = Index(found.position < 0 ? 0 : found.position);
        });
}

namespace cuda {

// Rows [first, last) of groups of columns, combined into store(group, column, part, total).
template <typename Combiner, std::size_t Reduced, typename Column, typename Store>
inline void reduce_tiles(int64_t groups, int64_t columns, const int64_t *reduced, const ColumnReduction &plan,
                         const Column &column_values, const Store &store) {
    using Accumulator = typename Combiner::Accumulator;
    TDSL_SHARED Accumulator tile[block_threads];
    const int64_t rows = element_count<Reduced>(reduced);
    const int width = static_cast<int>(plan.width), lanes = static_cast<int>(plan.lanes);
    const int place = thread_index() % width, lane = thread_index() / width;
    for (int64_t item = block_index(); item < groups * plan.in_group * plan.parts; item += block_count()) {
        const Divided by_group = divide(item, plan.in_group * plan.parts), at = divide(by_group.rest, plan.in_group);
        const int64_t group = by_group.quotient, part = at.quotient, column = at.rest * width + place;
        Accumulator total = Combiner::identity();
        if (column < columns) {
            const int64_t first = part * plan.part, last = min(rows, first + plan.part);
            total = reduce_strided<Combiner, Reduced, Accumulator>(reduced, first + lane, last, lanes,
                                                                   column_values(group, column));
        }
        tile[thread_index()] = total;
        for (int half = lanes / 2; half > 0; half /= 2) {
            barrier();
            if (lane < half)
                tile[thread_index()] =
                    Combiner::combine(tile[thread_index()], tile[thread_index() + half * width]);
        }
        if (lane == 0 && column < columns) store(group, column, part, tile[place]);
        barrier();
    }
}

}  // namespace cuda

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
inline void reduce_columns(const tdsl_launch &call, const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                           typename Combiner::Value *target, const Body &body) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t groups = element_count<Kept - 1>(kept), columns = kept[Kept - 1];
    const cuda::ColumnReduction plan =
        cuda::column_reduction(groups, columns, element_count<Reduced>(reduced));
    Accumulator *const partials = reinterpret_cast<Accumulator *>(call.scratch);
    const int64_t all = groups * columns;
    if (call.phase > 0) {
        const int64_t parts[] = {plan.parts};
        const cuda::ColumnReduction last = cuda::column_reduction(1, all, plan.parts);
        return cuda::reduce_tiles<Combiner, 1>(
            1, all, parts, {last.width, last.lanes, last.in_group, 1, plan.parts},
            [=](int64_t, int64_t column) {
                return [=](const int64_t *at) { return partials[at[0] * all + column]; };
            },
            [=](int64_t, int64_t column, int64_t, Accumulator total) {
                target[column] = typename Combiner::Value(total);
            });
    }
    cuda::reduce_tiles<Combiner, Reduced>(
        groups, columns, reduced, plan,
        [&](int64_t group, int64_t column) {
            const MultiIndex<Kept - 1> outer(kept, group);
            return [&body, outer, column](const int64_t *at) {
                return inner_body(body, outer.at, at, std::make_index_sequence<Kept - 1>{},
                                  std::make_index_sequence<Reduced>{})(column);
            };
        },
        [=](int64_t group, int64_t column, int64_t part, Accumulator total) {
            if (plan.parts > 1) partials[part * all + group * columns + column] = total;
            else target[group * columns + column] = typename Combiner::Value(total);
        });
}

}  // namespace tdsl

#endif
