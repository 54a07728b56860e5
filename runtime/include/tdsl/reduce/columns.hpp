// Reductions whose inner loop runs along the last kept axis, in which the operand is contiguous: accumulators of many
// columns advance together from row to row.
#ifndef TDSL_REDUCE_COLUMNS_HPP
#define TDSL_REDUCE_COLUMNS_HPP

#include "tdsl/reduce/blocks.hpp"

namespace tdsl {

constexpr int64_t strip_columns = 256;      // accumulators that a task holds
constexpr int64_t column_block_rows = 128;  // combined before they are added to the total

// Rows [first, last) of the reduced axes, combined into `count` columns from `column` on and their padding.
template <typename Combiner>
using ColumnStrip = void (*)(const void *body, typename Combiner::Accumulator *total, const int64_t *outer,
                             const int64_t *reduced, int64_t column, int64_t count, int64_t first, int64_t last);

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_NOINLINE void reduce_column_strip(const void *shared, typename Combiner::Accumulator *total, const int64_t *outer,
                                       const int64_t *reduced, int64_t column, int64_t count, int64_t first,
                                       int64_t last) {
    using Accumulator = typename Combiner::Accumulator;
    const Body body = *static_cast<const Body *>(shared);
    Accumulator part[strip_columns];
    const int64_t width = round_up<padding_of<Accumulator>>(count);
    for (int64_t j = 0; j < width; ++j) total[j] = Combiner::identity();
    MultiIndex<Reduced> index(reduced, first);
    for (int64_t start = first; start < last; start += column_block_rows) {
        const int64_t end = min(last, start + column_block_rows);
        for (int64_t j = 0; j < width; ++j) part[j] = Combiner::identity();
        for (int64_t row = start; row < end; ++row, index.next()) {
            const auto value = inner_body(body, outer, index.at, std::make_index_sequence<Kept - 1>{},
                                          std::make_index_sequence<Reduced>{});
            const auto combine = [&](int64_t j, bool exists) {
                Accumulator here = part[j];
                if (exists) here = Combiner::combine(here, Accumulator(value(column + j)));
                part[j] = here;
            };
            padded_vector_loop<padding_of<Accumulator>>(combine, count);
        }
#pragma GCC unroll 1
        for (int64_t j = 0; j < width; ++j) total[j] = Combiner::combine(total[j], part[j]);
    }
}

// Some neighbouring columns of one group: `group` is an index of the outer kept axes, `target` where results begin.
struct Strip {
    int64_t group, column, width, target;
};

struct Strips {
    const AxisSizes outer;
    const int64_t columns, rows, groups, in_group, count;

    Strips(AxisSizes kept, AxisSizes reduced)
        : outer{kept.sizes, kept.count - 1}, columns(kept.sizes[kept.count - 1]), rows(reduced.element_count()),
          groups(outer.element_count()), in_group(ceil_div(columns, strip_columns)), count(groups * in_group) {}
    int64_t width() const { return min(columns, strip_columns); }
    Strip operator[](int64_t number) const {
        const int64_t group = number / in_group, column = number % in_group * strip_columns;
        return {group, column, min(strip_columns, columns - column), group * columns + column};
    }
};

// Few strips of many rows, one after the other: their rows are cut into at most `most_row_parts` parts.
constexpr int64_t most_row_parts = 16;

template <typename Combiner>
void reduce_split_strips(ColumnStrip<Combiner> reduce, const void *body, const Strips &strips, const int64_t *reduced,
                         typename Combiner::Value *target) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t each = part_size(strips.rows, ceil_div(task_elements, strips.width()), most_row_parts);
    const int64_t parts = ceil_div(strips.rows, each);
    for (int64_t number = 0; number < strips.count; ++number) {
        const Strip strip = strips[number];
        int64_t at[most_axes];
        strips.outer.locate(strip.group, at);
        Accumulator values[most_row_parts][strip_columns];
        parallel_ranges(strips.rows, each, [&](int64_t first, int64_t last) {
            reduce(body, values[first / each], at, reduced, strip.column, strip.width, first, last);
        });
        for (int64_t j = 0; j < strip.width; ++j) {
            Accumulator total = values[0][j];
            for (int64_t part = 1; part < parts; ++part) total = Combiner::combine(total, values[part][j]);
            target[strip.target + j] = typename Combiner::Value(total);
        }
    }
}

// Many strips: a task takes some of them with all their rows.
template <typename Combiner>
void reduce_whole_strips(ColumnStrip<Combiner> reduce, const void *body, const Strips &strips, const int64_t *reduced,
                         typename Combiner::Value *target) {
    const bool is_small = strips.groups * strips.columns * strips.rows <= 2 * task_elements;
    const int64_t each = is_small ? strips.count : ceil_div(task_elements, strips.width() * max(1, strips.rows));
    parallel_ranges(strips.count, each, [&](int64_t first, int64_t last) {
        for (int64_t number = first; number < last; ++number) {
            const Strip strip = strips[number];
            typename Combiner::Accumulator total[strip_columns];
            int64_t at[most_axes];
            strips.outer.locate(strip.group, at);
            reduce(body, total, at, reduced, strip.column, strip.width, 0, strips.rows);
            for (int64_t j = 0; j < strip.width; ++j)
                target[strip.target + j] = typename Combiner::Value(total[j]);
        }
    });
}

// Cuts a reduction into tasks: by strips of columns, or by the rows of few strips.
template <typename Combiner>
void reduce_columns_parallel(ColumnStrip<Combiner> reduce, const void *body, AxisSizes kept, AxisSizes reduced,
                             typename Combiner::Value *target) {
    const Strips strips(kept, reduced);
    if (strips.groups * strips.columns == 0) return;
    if (strips.rows * strips.columns > 2 * task_elements && strips.count < most_row_parts)
        reduce_split_strips<Combiner>(reduce, body, strips, reduced.sizes, target);
    else reduce_whole_strips<Combiner>(reduce, body, strips, reduced.sizes, target);
}

// A handful of elements, row by row.
template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_INLINE void scalar_columns(const int64_t *kept, const int64_t *reduced, typename Combiner::Value *target,
                                const Body &body, int64_t columns) {
    using Accumulator = typename Combiner::Accumulator;
    const int64_t groups = element_count<Kept - 1>(kept), rows = element_count<Reduced>(reduced);
    MultiIndex<Kept - 1> group(kept, 0);
    for (int64_t number = 0; number < groups; ++number, group.next(), target += columns) {
        Accumulator totals[scalar_elements];
#pragma GCC unroll 4
        for (int64_t j = 0; j < columns; ++j) no_vectorise(), totals[j] = Combiner::identity();
        MultiIndex<Reduced> index(reduced, 0);
        for (int64_t row = 0; row < rows; ++row, index.next()) {
            const auto value = inner_body(body, group.at, index.at, std::make_index_sequence<Kept - 1>{},
                                          std::make_index_sequence<Reduced>{});
#pragma GCC unroll 4
            for (int64_t j = 0; j < columns; ++j)
                no_vectorise(), totals[j] = Combiner::combine(totals[j], Accumulator(value(j)));
        }
#pragma GCC unroll 4
        for (int64_t j = 0; j < columns; ++j) no_vectorise(), target[j] = typename Combiner::Value(totals[j]);
    }
}

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_NOINLINE void reduce_columns_scalar(const int64_t *kept, const int64_t *reduced, typename Combiner::Value *target,
                                         const Body &body) {
    scalar_columns<Combiner, Kept, Reduced>(kept, reduced, target, body, kept[Kept - 1]);
}

template <typename Combiner, std::size_t Kept, std::size_t Reduced, typename Body>
TDSL_INLINE void reduce_columns(const int64_t (&kept)[Kept], const int64_t (&reduced)[Reduced],
                                typename Combiner::Value *target, const Body &body) {
    static_assert(Kept <= most_axes);
    if (is_scalar_reduction(kept, reduced)) {
        if (is_unrollable(kept[Kept - 1]))
            return scalar_columns<Combiner, Kept, Reduced>(kept, reduced, target, body, kept[Kept - 1]);
        return reduce_columns_scalar<Combiner, Kept, Reduced>(kept, reduced, target, body);
    }
    reduce_columns_parallel<Combiner>(reduce_column_strip<Combiner, Kept, Reduced, Body>, &body, {kept, Kept},
                                      {reduced, Reduced}, target);
}

}  // namespace tdsl

#endif
