// Reductions whose inner loop runs along the last reduced axis: each kept element is a row.
#ifndef TDSL_REDUCE_ROWS_HPP
#define TDSL_REDUCE_ROWS_HPP

#include "tdsl/reduce/blocks.hpp"

namespace tdsl {

// A part of one row: iterations [start, end) of its outer loops, and [first, last) of the inner loop.
template <typename Combiner>
using RowPart = typename Combiner::Accumulator (*)(const void *body, const int64_t *row, const int64_t *reduced,
                                                   int64_t start, int64_t end, int64_t first, int64_t last);

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_NOINLINE typename Combiner::Accumulator reduce_row_part(const void *shared, const int64_t *row,
                                                             const int64_t *reduced, int64_t start, int64_t end,
                                                             int64_t first, int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    MultiIndex<Reduced - 1> outer(reduced, start);
    BlockedReduction<Combiner> blocks;
    for (int64_t number = start; number < end; ++number, outer.next())
        blocks.add(first, last,
                   inner_body(body, row, outer.at, std::make_index_sequence<Kept>{},
                              std::make_index_sequence<Reduced - 1>{}));
    return blocks.total();
}

// Many or short rows: a task takes some of them.
template <typename Combiner>
void reduce_whole_rows(RowPart<Combiner> part, const void *body, AxisSizes kept, const int64_t *reduced, int64_t rows,
                       int64_t outer_count, int64_t length, typename Combiner::Value *target) {
    const int64_t row_elements = outer_count * length;
    const int64_t each = rows * row_elements <= 2 * task_elements ? rows : ceil_div(task_elements, row_elements);
    if (rows == 0) return;
    parallel_ranges(rows, each, [&](int64_t first, int64_t last) {
        int64_t at[most_axes];
        kept.locate(first, at);
        for (int64_t row = first; row < last; ++row, kept.next(at))
            target[row] = typename Combiner::Value(part(body, at, reduced, 0, outer_count, 0, length));
    });
}

// Few long rows, one after the other: each is cut into at most 256 parts.
template <typename Combiner>
void reduce_split_rows(RowPart<Combiner> part, const void *body, AxisSizes kept, const int64_t *reduced, int64_t rows,
                       int64_t outer_count, int64_t length, typename Combiner::Value *target) {
    constexpr int64_t most = 256;
    const bool by_outer = outer_count > 1;
    const int64_t size = by_outer ? outer_count : length;
    const int64_t each = part_size(size, by_outer ? ceil_div(task_elements, length) : task_elements, most);
    const int64_t parts = ceil_div(size, each);
    for (int64_t row = 0; row < rows; ++row) {
        int64_t at[most_axes];
        kept.locate(row, at);
        typename Combiner::Accumulator values[most];
        parallel_ranges(size, each, [&](int64_t first, int64_t last) {
            values[first / each] = by_outer ? part(body, at, reduced, first, last, 0, length)
                                            : part(body, at, reduced, 0, 1, first, last);
        });
        PairwiseTree<Combiner> tree;
        for (int64_t number = 0; number < parts; ++number) tree.add(values[number]);
        target[row] = typename Combiner::Value(tree.total());
    }
}

// Cuts a reduction into tasks: by rows, or by parts of rows.
template <typename Combiner>
void reduce_rows_parallel(RowPart<Combiner> part, const void *body, AxisSizes kept, AxisSizes reduced,
                          typename Combiner::Value *target) {
    const int64_t rows = kept.element_count();
    const int64_t length = reduced.sizes[reduced.count - 1];
    const int64_t outer_count = AxisSizes{reduced.sizes, reduced.count - 1}.element_count();
    if (outer_count * length == 0) {
        for (int64_t row = 0; row < rows; ++row) target[row] = typename Combiner::Value(Combiner::identity());
        return;
    }
    if (rows >= least_parallel_rows || outer_count * length <= 2 * task_elements)
        return reduce_whole_rows<Combiner>(part, body, kept, reduced.sizes, rows, outer_count, length, target);
    reduce_split_rows<Combiner>(part, body, kept, reduced.sizes, rows, outer_count, length, target);
}

// A handful of elements, in the order of the indices.
template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_NOINLINE void reduce_rows_scalar(const int64_t *kept, const int64_t *reduced, typename Combiner::Value *target,
                                      const Body &body) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t rows = element_count<Kept>(kept), outer_count = element_count<Reduced - 1>(reduced);
    const int64_t length = reduced[Reduced - 1];
    MultiIndex<Kept> row(kept, 0);
    for (int64_t number = 0; number < rows; ++number, row.next()) {
        Accumulator total = Combiner::identity();
        MultiIndex<Reduced - 1> outer(reduced, 0);
        for (int64_t at = 0; at < outer_count; ++at, outer.next()) {
            const auto value = inner_body(body, row.at, outer.at, std::make_index_sequence<Kept>{},
                                          std::make_index_sequence<Reduced - 1>{});
            for (int64_t i = 0; i < length; ++i)
                no_vectorise(), total = Combiner::combine(total, Accumulator(value(i)));
        }
        target[number] = typename Combiner::Value(total);
    }
}

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
inline void reduce_rows(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                        typename Combiner::Value *target, const Body &body) {
    static_assert(Kept <= most_axes);
    if (is_scalar_reduction(kept, reduced))
        return reduce_rows_scalar<Combiner, Kept, Reduced>(kept, reduced, target, body);
    reduce_rows_parallel<Combiner>(reduce_row_part<Combiner, Kept, Reduced, Body>, &body, {kept, Kept},
                                   {reduced, Reduced}, target);
}

// The first index of the maximum or minimum of each row; NaN propagates.
template <typename Combiner, typename Index, std::size_t Kept, typename Body>
inline void arg_reduce(const int64_t (&kept)[Kept], const int64_t (&reduced)[1], Index *target, const Body &body) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t rows = element_count<Kept>(kept);
    const int64_t length = reduced[0];
    if (rows == 0) return;
    const int64_t each = rows * length <= 2 * task_elements ? rows : ceil_div(task_elements, length);
    parallel_ranges(rows, each, [&](int64_t first, int64_t last) {
        const Body local = body;
        MultiIndex<Kept> index(kept, first);
        for (int64_t row = first; row < last; ++row, index.next()) {
            const auto here = inner_body(local, index.at, std::make_index_sequence<Kept>{});
            const auto value = [&](int64_t i) { return Accumulator(here(i)); };
            int64_t best = 0;
            Accumulator extremum = length > 0 ? value(0) : Accumulator(0);
            for (int64_t i = 1; i < length && extremum == extremum; ++i) {
                const Accumulator combined = Combiner::combine(extremum, value(i));
                if (combined != extremum) best = i, extremum = combined;
            }
            target[row] = Index(best);
        }
    });
}

}  // namespace tdsl

#endif
