// Reductions over loop nests on a device: kept axes first, then reduced ones.
//
// A thread combines elements that lie apart, in four lines and in blocks, so that sums are accurate; the threads of a
// row or column are combined pairwise.  Sizes alone decide the order (cuda/grid.hpp).
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

constexpr int lines = 4, block_steps = 16;

// The values at every `step`-th index of some axes from number `first` on, below `last`.
template <typename Combiner, std::size_t Axes, typename Value>
inline typename Combiner::Accumulator reduce_strided(const int64_t *extents, int64_t first, int64_t last, int64_t step,
                                                     const Value &value) {
    using Accumulator = typename Combiner::Accumulator;
    const Accumulator none = Combiner::identity();
    Accumulator total = none;
    if constexpr (Axes == 1) {
        while (first < last) {
            Accumulator part[lines] = {none, none, none, none};
            for (int k = 0; k < block_steps && first < last; ++k, first += lines * step) {
                // Loads without conditions between them overlap; behind the end they repeat one.
                Accumulator here[lines];
                TDSL_UNROLL(4)
                for (int line = 0; line < lines; ++line) {
                    const int64_t at[] = {first + line * step < last ? first + line * step : first};
                    here[line] = Accumulator(value(at));
                }
                TDSL_UNROLL(4)
                for (int line = 0; line < lines; ++line)
                    part[line] = Combiner::combine(part[line], first + line * step < last ? here[line] : none);
            }
            total = Combiner::combine(total, Combiner::combine(Combiner::combine(part[0], part[1]),
                                                               Combiner::combine(part[2], part[3])));
        }
    } else if (first < last) {
        MultiIndex<Axes> index(extents, first);
        while (first < last) {
            Accumulator part = none;
            for (int k = 0; k < lines * block_steps && first < last; ++k, first += step, index.advance(step))
                part = Combiner::combine(part, Accumulator(value(index.at)));
            total = Combiner::combine(total, part);
        }
    }
    return total;
}

// store(item, total) of partial(item, lane) from 2^group_bits lanes for each item, at most a block.
template <typename Combiner, typename Partial, typename Store>
inline void reduce_groups(int64_t items, int group_bits, const Partial &partial, const Store &store) {
    using Accumulator = typename Combiner::Accumulator;
    TDSL_SHARED Accumulator of_warps[block_warps];
    const int in_block = block_threads >> group_bits, group = 1 << group_bits;
    const int mine = thread_index() >> group_bits, lane = thread_index() & (group - 1);
    for (int64_t first = block_index() * in_block; first < items; first += block_count() * in_block) {
        const int64_t item = first + mine;
        Accumulator total = Combiner::identity();
        if (item < items) total = partial(item, lane);
        for (int distance = (group < warp_threads ? group : warp_threads) / 2; distance > 0; distance /= 2)
            total = Combiner::combine(total, Combiner::shuffled(total, distance));
        if (group > warp_threads) {
            if (lane_index() == 0) of_warps[warp_index()] = total;
            barrier();
            if (lane == 0)
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
    static inline Accumulator shuffled(Accumulator value, int distance) { return shuffle_xor(value, distance); }
};

// The extremum of some elements and its first position; NaN is the extremum of all.
template <typename T>
struct Found {
    T value;
    int64_t position;
};

template <typename Combiner>
struct FirstExtremum {
    using Accumulator = Found<typename Combiner::Accumulator>;
    static constexpr int64_t nowhere = INT64_MAX;
    static inline Accumulator identity() { return {Combiner::identity(), nowhere}; }
    static inline Accumulator combine(Accumulator a, Accumulator b) {
        const bool a_is_nan = a.value != a.value, b_is_nan = b.value != b.value;
        const bool level = (a_is_nan & b_is_nan) | (a.value == b.value);
        const bool later = !a_is_nan & (Combiner::combine(a.value, b.value) != a.value);
        const bool second = (level & (b.position < a.position)) | (!level & later);
        return {second ? b.value : a.value, second ? b.position : a.position};
    }
    static inline Accumulator shuffled(Accumulator here, int distance) {
        return {shuffle_xor(here.value, distance), shuffle_xor(here.position, distance)};
    }
};

// store(row, total) of the values of rows, in one phase, or in two by way of the launch's scratch memory.
template <typename Combiner, std::size_t Reduced, typename Row, typename Store>
inline void reduce_in_phases(const tdsl_launch &call, int64_t rows, const int64_t *reduced, const Row &values_of,
                             const Store &store) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t elements = element_count<Reduced>(reduced);
    const RowReduction plan = row_reduction(rows, elements);
    Accumulator *const partials = reinterpret_cast<Accumulator *>(call.scratch);
    // Both phases share this code.
    const bool again = call.phase > 0;
    const int group_bits = again ? 5 : plan.group_bits, part_bits = again ? 0 : plan.part_bits;
    reduce_groups<Combiner>(
        rows << part_bits, group_bits,
        [&](int64_t item, int lane) {
            const int64_t step = int64_t{1} << group_bits;
            if (again) {
                const int64_t parts = int64_t{1} << plan.part_bits;
                const Accumulator *const mine = partials + (item << plan.part_bits);
                Accumulator total = Combiner::identity();
                for (int64_t part = lane; part < parts; part += step) total = Combiner::combine(total, mine[part]);
                return total;
            }
            const int64_t row = item >> part_bits, first = (item - (row << part_bits)) * plan.part;
            return reduce_strided<Combiner, Reduced>(reduced, first + lane, min(elements, first + plan.part), step,
                                                     values_of(row));
        },
        [&](int64_t item, Accumulator total) {
            if (part_bits > 0) partials[item] = total;
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
            target[row] = Index(found.position == Search::nowhere ? 0 : found.position);
        });
}

// A block combines a tile of columns, in one phase, or in two by way of the launch's scratch memory, which holds all
// columns of the first part of the rows, of the second one, and so on.
template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
inline void reduce_columns(const tdsl_launch &call, const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                           typename Combiner::Value *target, const Body &body) {
    using Accumulator = typename Combiner::Accumulator;
    TDSL_SHARED Accumulator tile[block_threads];
    const int64_t all_groups = element_count<Kept - 1>(kept), all_columns = kept[Kept - 1];
    const int64_t all = all_groups * all_columns;
    const cuda::ColumnReduction first_plan =
        cuda::column_reduction(all_groups, all_columns, element_count<Reduced>(reduced));
    Accumulator *const partials = reinterpret_cast<Accumulator *>(call.scratch);
    // In the second phase all columns are one group, whose rows are the parts.
    const bool again = call.phase > 0;
    const int64_t groups = again ? 1 : all_groups, columns = again ? all : all_columns;
    const int64_t rows = again ? int64_t{1} << first_plan.part_bits : element_count<Reduced>(reduced);
    cuda::ColumnReduction plan = again ? cuda::column_reduction(1, columns, rows) : first_plan;
    if (again) plan.part_bits = 0, plan.part = rows;
    const int width = 1 << plan.width_bits, lanes = block_threads >> plan.width_bits;
    const int place = thread_index() & (width - 1), lane = thread_index() >> plan.width_bits;
    for (int64_t item = block_index(); item < (groups * plan.in_group) << plan.part_bits; item += block_count()) {
        const int64_t number = item >> plan.part_bits, part = item - (number << plan.part_bits);
        const Divided at = divide(number, plan.in_group);
        const int64_t column = (at.rest << plan.width_bits) + place, found = at.quotient * columns + column;
        const int64_t first = part * plan.part + lane, last = min(rows, (part + 1) * plan.part);
        Accumulator total = Combiner::identity();
        if (again && column < columns) {
            for (int64_t row = first; row < last; row += lanes)
                total = Combiner::combine(total, partials[row * all + column]);
        } else if (column < columns) {
            const MultiIndex<Kept - 1> outer(kept, at.quotient);
            total = cuda::reduce_strided<Combiner, Reduced>(reduced, first, last, lanes, [&](const int64_t *row) {
                return inner_body(body, outer.at, row, std::make_index_sequence<Kept - 1>{},
                                  std::make_index_sequence<Reduced>{})(column);
            });
        }
        tile[thread_index()] = total;
        for (int half = lanes / 2; half > 0; half /= 2) {
            barrier();
            if (lane < half)
                tile[thread_index()] = Combiner::combine(tile[thread_index()], tile[thread_index() + half * width]);
        }
        if (lane == 0 && column < columns) {
            if (plan.part_bits > 0) partials[part * all + found] = tile[place];
            else target[found] = typename Combiner::Value(tile[place]);
        }
        barrier();
    }
}

}  // namespace tdsl

#endif
