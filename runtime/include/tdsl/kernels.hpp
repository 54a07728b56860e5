// Loop nests of generated kernels.
//
// A body is two lambdas: body(i0, …) computes the part of an element that is invariant along the last axis and returns
// inner(in), which computes the rest.  The last axis is the inner loop; its iterations are independent (`ivdep`).
// Sizes alone decide how a nest is cut into tasks, so results do not depend on the number of threads.
#ifndef TDSL_KERNELS_HPP
#define TDSL_KERNELS_HPP

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "tdsl/abi.h"
#include "tdsl/attributes.hpp"
#include "tdsl/checks.hpp"
#include "tdsl/indices.hpp"
#include "tdsl/math.hpp"
#include "tdsl/sizes.hpp"
#include "tdsl/tasks.hpp"
#include "tdsl/workspace.hpp"

namespace tdsl {

constexpr int64_t scalar_elements = 16;       // up to which a nest runs without vectors
constexpr int64_t masked_lanes = 16;          // of a masked vector iteration
constexpr int64_t tile_size = 32;             // of a nest that reads along two axes
constexpr int64_t row_block_elements = 4096;  // of the longest statement in a block of rows
constexpr int64_t least_parallel_rows = 8;    // fewer rows are not divided among threads
constexpr int64_t scatter_columns = 32;       // of a task that adds all rows to some columns

// Calls inner(i) for i in [first, last).  With AVX-512 the remainder is one masked vector iteration.  The main loop's
// trip count is then a multiple of the vector width, so that the compiler emits no scalar epilogue and keeps its
// registers for the main loop.
template <typename Inner>
inline void vector_loop(const Inner &inner, int64_t first, int64_t last) {
#ifdef __AVX512VL__
    const int64_t whole = (last - first) & -masked_lanes;
#pragma GCC ivdep
    for (int64_t i = 0; i < whole; ++i) inner(first + i);
    const int64_t start = first + whole, rest = last - start;
    if (rest == 0) return;
#pragma GCC ivdep
#pragma GCC unroll 1
    for (int64_t lane = 0; lane < masked_lanes; ++lane)
        if (lane < rest) inner(start + lane);
#else
#pragma GCC ivdep
    for (int64_t i = first; i < last; ++i) inner(i);
#endif
}

// Calls inner(i, true) for i in [0, count), and inner(i, false) for the padding up to a multiple of `step`.
template <int64_t step, typename Inner>
inline void padded_vector_loop(const Inner &inner, int64_t count) {
#ifdef __AVX512VL__
    const int64_t whole = count & -step, rest = count - whole;
#pragma GCC ivdep
#pragma GCC unroll 1
    for (int64_t i = 0; i < whole; ++i) inner(i, true);
    if (rest == 0) return;
#pragma GCC ivdep
#pragma GCC unroll 1
    for (int64_t lane = 0; lane < step; ++lane) inner(whole + lane, lane < rest);
#else
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i) inner(i, true);
    for (int64_t i = count; i < round_up<step>(count); ++i) inner(i, false);
#endif
}

// Whether a length is a small compile-time constant: loops over it are fully unrolled.
TDSL_INLINE bool is_unrollable(int64_t length) { return __builtin_constant_p(length) && length <= 4; }

// Prevents the vectorisation of the loop that contains it.
inline void no_vectorise() { asm volatile(""); }

// A part of a nest: iterations [start, end) of the outer loops together, and [first, last) of the inner loop.
using NestPart = void (*)(const void *body, const int64_t *extents, int64_t start, int64_t end, int64_t first,
                          int64_t last);

// Vectorised.  Like the other parts never inlined or cloned, so that each nest is compiled once.
template <std::size_t Axes, typename Body>
TDSL_NOINLINE void run_vectorised(const void *shared, const int64_t *extents, int64_t start, int64_t end,
                                  int64_t first, int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    MultiIndex<Axes - 1> outer(extents, start);
    for (int64_t number = start; number < end; ++number, outer.next())
        vector_loop(inner_body(body, outer.at, std::make_index_sequence<Axes - 1>{}), first, last);
}

// Vectorised without masks: strided elements would be gathered and scattered lane by lane under them.
template <std::size_t Axes, typename Body>
TDSL_NOINLINE void run_strided(const void *shared, const int64_t *extents, int64_t start, int64_t end, int64_t first,
                               int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    MultiIndex<Axes - 1> outer(extents, start);
    for (int64_t number = start; number < end; ++number, outer.next()) {
        const auto inner = inner_body(body, outer.at, std::make_index_sequence<Axes - 1>{});
#pragma GCC ivdep
        for (int64_t i = first; i < last; ++i) inner(i);
    }
}

// Runs in order, for elements that depend on earlier ones.
template <std::size_t Axes, typename Body>
TDSL_NOINLINE void run_sequential(const void *shared, const int64_t *extents, int64_t start, int64_t end,
                                  int64_t first, int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    MultiIndex<Axes - 1> outer(extents, start);
    for (int64_t number = start; number < end; ++number, outer.next()) {
        const auto inner = inner_body(body, outer.at, std::make_index_sequence<Axes - 1>{});
        for (int64_t i = first; i < last; ++i) inner(i);
    }
}

// Tile by tile, for bodies that read along the last axis but one: the cache lines that a tile reads stay in the cache.
template <std::size_t Axes, typename Body>
TDSL_NOINLINE void run_tiled(const void *shared, const int64_t *extents, int64_t start, int64_t end, int64_t first,
                             int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    for (int64_t top = start; top < end; top += tile_size)
        for (int64_t left = first; left < last; left += tile_size) {
            MultiIndex<Axes - 1> outer(extents, top);
            const int64_t bottom = min(end, top + tile_size), right = min(last, left + tile_size);
            for (int64_t number = top; number < bottom; ++number, outer.next())
                vector_loop(inner_body(body, outer.at, std::make_index_sequence<Axes - 1>{}), left, right);
        }
}

// Scalar: for a handful of elements, setting up vectors takes longer than computing them.
template <std::size_t Axes, typename Body>
TDSL_INLINE void scalar_nest(const Body &body, const int64_t *extents, int64_t length) {
    const int64_t outer_count = element_count<Axes - 1>(extents);
    MultiIndex<Axes - 1> outer(extents, 0);
    for (int64_t number = 0; number < outer_count; ++number, outer.next()) {
        const auto inner = inner_body(body, outer.at, std::make_index_sequence<Axes - 1>{});
#pragma GCC unroll 4
        for (int64_t i = 0; i < length; ++i) no_vectorise(), inner(i);
    }
}

template <std::size_t Axes, typename Body>
TDSL_NOINLINE void run_scalar(const void *shared, const int64_t *extents) {
    const Body body = *static_cast<const Body *>(shared);
    scalar_nest<Axes>(body, extents, extents[Axes - 1]);
}

// Cuts a large nest into tasks.
void run_parallel(NestPart run, const void *body, const int64_t *extents, int64_t outer_count, int64_t length);

// A nest of any size: scalar, on this thread, or as tasks.
template <std::size_t Axes, typename Body>
TDSL_INLINE void run_nest(NestPart run, const Body &body, const int64_t (&extents)[Axes]) {
    const int64_t outer_count = element_count<Axes - 1>(extents);
    const int64_t length = extents[Axes - 1];
    if (outer_count == 0 || length == 0) return;
    if (outer_count * length <= scalar_elements) {
        if (is_unrollable(length)) scalar_nest<Axes>(body, extents, length);
        else run_scalar<Axes, Body>(&body, extents);
    } else if (outer_count * length <= 2 * task_elements) run(&body, extents, 0, outer_count, 0, length);
    else run_parallel(run, &body, extents, outer_count, length);
}

// body(i0, …)(in) for all indices, in any order.
template <std::size_t Axes, typename Body>
TDSL_INLINE void map(const int64_t (&extents)[Axes], const Body &body) {
    run_nest(run_vectorised<Axes, Body>, body, extents);
}

// A map with a body of many operations.  Vectors pay off for a single element of it, and a scalar copy would add a
// quarter to the nest's compile time.
template <std::size_t Axes, typename Body>
TDSL_INLINE void map_large_body(const int64_t (&extents)[Axes], const Body &body) {
    const int64_t outer_count = element_count<Axes - 1>(extents), length = extents[Axes - 1];
    if (outer_count == 0 || length == 0) return;
    if (outer_count * length > 2 * task_elements)
        return run_parallel(run_vectorised<Axes, Body>, &body, extents, outer_count, length);
    run_vectorised<Axes, Body>(&body, extents, 0, outer_count, 0, length);
}

// A map whose body reads or writes with a stride along the last axis.
template <std::size_t Axes, typename Body>
TDSL_INLINE void map_strided(const int64_t (&extents)[Axes], const Body &body) {
    run_nest(run_strided<Axes, Body>, body, extents);
}

// A map whose body reads contiguous elements along the last axis but one.
template <std::size_t Axes, typename Body>
inline void map_tiled(const int64_t (&extents)[Axes], const Body &body) {
    run_nest(run_tiled<Axes, Body>, body, extents);
}

// Cuts a nest of independent groups into tasks: by groups, or, where `by_columns` and the groups are too few, by ranges
// of the inner loop.
void run_parallel_groups(NestPart run, const void *body, const int64_t *extents, int64_t groups, int64_t outer_count,
                         int64_t length, bool by_columns);

// The first axes count the groups; the iterations of a group keep their order.
template <std::size_t Axes, std::size_t Independent, typename Body>
TDSL_INLINE void run_groups(NestPart run, const Body &body, const int64_t (&extents)[Axes], bool by_columns) {
    const int64_t groups = element_count<Independent>(extents);
    const int64_t outer_count = element_count<Axes - 1 - Independent>(extents + Independent);
    const int64_t length = extents[Axes - 1];
    if (groups == 0 || outer_count == 0 || length == 0) return;
    if (groups * outer_count * length <= 2 * task_elements) run(&body, extents, 0, groups * outer_count, 0, length);
    else run_parallel_groups(run, &body, extents, groups, outer_count, length, by_columns);
}

// A scatter of rows: an element may depend on earlier rows of its group, in the same column only.
template <std::size_t Independent, std::size_t Axes, typename Body>
TDSL_INLINE void scatter_by_columns(const int64_t (&extents)[Axes], const Body &body) {
    run_groups<Axes, Independent>(run_vectorised<Axes, Body>, body, extents, true);
}

// A scatter of rows: an element may depend on any earlier row of its group, in any column.
template <std::size_t Independent, std::size_t Axes, typename Body>
TDSL_INLINE void scatter_by_rows(const int64_t (&extents)[Axes], const Body &body) {
    run_groups<Axes, Independent>(run_vectorised<Axes, Body>, body, extents, false);
}

// A scatter of single elements: an element may depend on any earlier one of its group.
template <std::size_t Independent, std::size_t Axes, typename Body>
TDSL_INLINE void scatter_by_elements(const int64_t (&extents)[Axes], const Body &body) {
    run_groups<Axes, Independent>(run_sequential<Axes, Body>, body, extents, false);
}

// body(first, last) for blocks of rows, short enough that their elements stay in a core's own cache from one statement
// of the body to the next.  `lengths` are the row lengths of the statements.  Little work is a single block.
template <typename Body>
inline void for_row_blocks(int64_t rows, std::initializer_list<int64_t> lengths, const Body &body) {
    int64_t length = lengths.size() == 0;  // without lengths a row counts as one element
    for (const int64_t each : lengths) length = max(length, each);
    if (rows < least_parallel_rows || rows * length <= 2 * task_elements) return body(0, rows);
    parallel_ranges(rows, ceil_div(row_block_elements, length), body);
}

// body(i0, …) for all indices, one task each: for bodies with much to do, such as the products of a batch.
template <std::size_t Axes, typename Body>
inline void parallel_for_each(const int64_t (&extents)[Axes], const Body &body) {
    parallel(element_count<Axes>(extents), [&](int64_t task) {
        const MultiIndex<Axes> index(extents, task);
        [&]<std::size_t... I>(std::index_sequence<I...>) { body(index.at[I]...); }(std::make_index_sequence<Axes>{});
    });
}

}  // namespace tdsl

#endif
