// Loop nests of generated kernels.
//
// A nest is split into tasks by its sizes alone, so results are the same for any number of threads.  The last axis is
// the inner loop; `ivdep` tells the compiler what the generator knows: no element depends on another.
#ifndef TDSL_KERNELS_HPP
#define TDSL_KERNELS_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <utility>

#include "tdsl/abi.h"
#include "tdsl/math.hpp"
#include "tdsl/pool.hpp"

// Compiled where it is called, with the constants there.
#define TDSL_INLINE __attribute__((always_inline)) inline

// Compiled once however often it is called, and with whatever constants.
#ifdef __clang__
#define TDSL_NOINLINE __attribute__((noinline))
#define TDSL_UNOPTIMISED
#else
#define TDSL_NOINLINE __attribute__((noinline, noclone))
// Hundreds of calls one after the other, on which no optimisation is worth its time.
#define TDSL_UNOPTIMISED __attribute__((optimize("Og")))
#endif

// A unit is compiled as a whole, or into parts side by side, which call each other's functions.
#ifdef TDSL_PART
#define TDSL_IN_PART(number) (TDSL_PART == (number))
#define TDSL_ROUTINE TDSL_NOINLINE
#else
#define TDSL_IN_PART(number) 1
#define TDSL_ROUTINE TDSL_NOINLINE static
#endif
#define TDSL_CALL_SEQUENCE TDSL_UNOPTIMISED TDSL_ROUTINE

namespace tdsl {

constexpr int64_t task_elements = 16384;
constexpr int64_t cached_elements = 4096;
constexpr int64_t tile_elements = 32;
constexpr int64_t added_columns = 32;
constexpr int64_t few_rows = 8;
constexpr int64_t masked_lanes = 16;
constexpr int64_t few_elements = 16;

// Calls inner(i) for i in [first, last).  Where vectors have masks, what is less than a vector is one masked step, so
// that short lines are as good as long ones; and of the others the compiler sees that they are whole vectors, so that
// it adds no loops for the rest, whose registers it would take from the loop that counts.
template <typename Inner>
inline void line(const Inner &inner, int64_t first, int64_t last) {
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

// How many whole steps make.
template <int64_t step>
TDSL_INLINE int64_t filled(int64_t count) { return (count + step - 1) & -step; }

// Calls inner(i, true) for i in [0, count), and inner(i, false) for those that fill up the last step.
template <int64_t step, typename Inner>
inline void filled_line(const Inner &inner, int64_t count) {
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
    for (int64_t i = count; i < filled<step>(count); ++i) inner(i, false);
#endif
}

// Whether the compiler sees that a length is so small that loops over it had better be written out.
TDSL_INLINE bool is_short(int64_t length) { return __builtin_constant_p(length) && length <= 4; }

// Keeps a loop of few rounds from becoming one of vectors.
inline void one_by_one() { asm volatile(""); }

// The body of the inner loop at the indices of the outer ones.
template <typename Body, std::size_t... Outer>
inline auto at_line(const Body &body, const int64_t *outer, std::index_sequence<Outer...>) {
    static_cast<void>(outer);
    return body(outer[Outer]...);
}

// The indices of the lines of a nest: all axes but the last, counted like the digits of a number.
template <std::size_t Axes>
struct Lines {
    int64_t at[Axes == 0 ? 1 : Axes] = {};
    const int64_t *extents;

    Lines(const int64_t *sizes, int64_t number) : extents(sizes) {
        if (number == 0) return;
        for (std::size_t axis = Axes; axis-- > 0; number /= extents[axis]) at[axis] = number % extents[axis];
    }
    void next() {
        for (std::size_t axis = Axes; axis-- > 0;) {
            if (++at[axis] < extents[axis]) return;
            at[axis] = 0;
        }
    }
};

template <std::size_t Axes>
TDSL_INLINE int64_t product(const int64_t *extents) {
    int64_t total = 1;
    for (std::size_t axis = 0; axis < Axes; ++axis) total *= extents[axis];
    return total;
}

inline int64_t pieces(int64_t items, int64_t each) { return (items + each - 1) / each; }

inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// The lines from start to end, of each the indices from first to last.  Never inlined or copied, so that a nest is
// compiled once.
template <std::size_t Axes, typename Body>
TDSL_NOINLINE void lines_of(const void *shared, const int64_t *extents, int64_t start, int64_t end, int64_t first,
                            int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    Lines<Axes - 1> position(extents, start);
    for (int64_t number = start; number < end; ++number, position.next())
        line(at_line(body, position.at, std::make_index_sequence<Axes - 1>{}), first, last);
}

// The same for bodies whose elements lie apart in memory: masked, they would be gathered and scattered one by one.
template <std::size_t Axes, typename Body>
TDSL_NOINLINE void spread_lines_of(const void *shared, const int64_t *extents, int64_t start, int64_t end,
                                   int64_t first, int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    Lines<Axes - 1> position(extents, start);
    for (int64_t number = start; number < end; ++number, position.next()) {
        const auto inner = at_line(body, position.at, std::make_index_sequence<Axes - 1>{});
#pragma GCC ivdep
        for (int64_t i = first; i < last; ++i) inner(i);
    }
}

// The same one by one in order.
template <std::size_t Axes, typename Body>
TDSL_NOINLINE void ordered_lines_of(const void *shared, const int64_t *extents, int64_t start, int64_t end,
                                    int64_t first, int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    Lines<Axes - 1> position(extents, start);
    for (int64_t number = start; number < end; ++number, position.next()) {
        const auto inner = at_line(body, position.at, std::make_index_sequence<Axes - 1>{});
        for (int64_t i = first; i < last; ++i) inner(i);
    }
}

// The same tile by tile, for bodies that read along the axis before the last: what a tile reads stays in the cache.
template <std::size_t Axes, typename Body>
TDSL_NOINLINE void tiles_of(const void *shared, const int64_t *extents, int64_t start, int64_t end, int64_t first,
                            int64_t last) {
    const Body body = *static_cast<const Body *>(shared);
    for (int64_t top = start; top < end; top += tile_elements)
        for (int64_t left = first; left < last; left += tile_elements) {
            Lines<Axes - 1> position(extents, top);
            const int64_t bottom = smaller(end, top + tile_elements), right = smaller(last, left + tile_elements);
            for (int64_t number = top; number < bottom; ++number, position.next())
                line(at_line(body, position.at, std::make_index_sequence<Axes - 1>{}), left, right);
        }
}

// A few elements one by one: setting up vectors would take longer than all of them.
template <std::size_t Axes, typename Body>
TDSL_INLINE void few_lines(const Body &body, const int64_t *extents, int64_t length) {
    const int64_t lines = product<Axes - 1>(extents);
    Lines<Axes - 1> position(extents, 0);
    for (int64_t number = 0; number < lines; ++number, position.next()) {
        const auto inner = at_line(body, position.at, std::make_index_sequence<Axes - 1>{});
#pragma GCC unroll 4
        for (int64_t i = 0; i < length; ++i) one_by_one(), inner(i);
    }
}

template <std::size_t Axes, typename Body>
TDSL_NOINLINE void few_of(const void *shared, const int64_t *extents) {
    const Body body = *static_cast<const Body *>(shared);
    few_lines<Axes>(body, extents, extents[Axes - 1]);
}

using LinesOf = void (*)(const void *body, const int64_t *extents, int64_t start, int64_t end, int64_t first,
                         int64_t last);

// Runs the lines of a large nest as tasks.
void share_lines(LinesOf run, const void *body, const int64_t *extents, int64_t lines, int64_t length);

// All lines: a nest that is not large on this thread.
template <std::size_t Axes, typename Body>
TDSL_INLINE void run_lines(LinesOf run, const Body &body, const int64_t (&extents)[Axes]) {
    const int64_t lines = product<Axes - 1>(extents);
    const int64_t length = extents[Axes - 1];
    if (lines == 0 || length == 0) return;
    if (lines * length <= few_elements) {
        if (is_short(length)) few_lines<Axes>(body, extents, length);
        else few_of<Axes, Body>(&body, extents);
    } else if (lines * length <= 2 * task_elements) run(&body, extents, 0, lines, 0, length);
    else share_lines(run, &body, extents, lines, length);
}

// body(i0, …)(in) for all indices: a body computes what is the same for a whole line, and returns what is left to do
// for an element of it.
template <std::size_t Axes, typename Body>
TDSL_INLINE void map(const int64_t (&extents)[Axes], const Body &body) {
    run_lines(lines_of<Axes, Body>, body, extents);
}

// The same for a body of many operations, of which a vector is worth its set-up for the fewest elements, and a copy for
// them one by one would cost a quarter of the time that the nest compiles in.
template <std::size_t Axes, typename Body>
TDSL_INLINE void map_large_body(const int64_t (&extents)[Axes], const Body &body) {
    const int64_t lines = product<Axes - 1>(extents), length = extents[Axes - 1];
    if (lines == 0 || length == 0) return;
    if (lines * length > 2 * task_elements) return share_lines(lines_of<Axes, Body>, &body, extents, lines, length);
    lines_of<Axes, Body>(&body, extents, 0, lines, 0, length);
}

// The same for a body whose neighbouring elements do not lie side by side.
template <std::size_t Axes, typename Body>
TDSL_INLINE void map_strided(const int64_t (&extents)[Axes], const Body &body) {
    run_lines(spread_lines_of<Axes, Body>, body, extents);
}

// The same for a body that reads along the axis before the last.
template <std::size_t Axes, typename Body>
inline void map_tiled(const int64_t (&extents)[Axes], const Body &body) {
    run_lines(tiles_of<Axes, Body>, body, extents);
}

// Runs groups of so many lines; threads share groups, or of a single group the columns if those lie apart.
void share_groups(LinesOf run, const void *body, const int64_t *extents, int64_t groups, int64_t lines, int64_t length,
                  bool by_columns);

template <std::size_t Axes, std::size_t Apart, typename Body>
TDSL_INLINE void run_groups(LinesOf run, const Body &body, const int64_t (&extents)[Axes], bool by_columns) {
    const int64_t groups = product<Apart>(extents), lines = product<Axes - 1 - Apart>(extents + Apart);
    const int64_t length = extents[Axes - 1];
    if (groups == 0 || lines == 0 || length == 0) return;
    if (groups * lines * length <= 2 * task_elements) run(&body, extents, 0, groups * lines, 0, length);
    else share_groups(run, &body, extents, groups, lines, length, by_columns);
}

// The same for a body whose elements may depend on those of lines before, but on none of their own line and on none
// with other indices along the first axes.
template <std::size_t Apart, std::size_t Axes, typename Body>
TDSL_INLINE void scatter_add_rows(const int64_t (&extents)[Axes], const Body &body) {
    run_groups<Axes, Apart>(lines_of<Axes, Body>, body, extents, true);
}

// The same where they may depend on any element before with the same indices along the first axes.
template <std::size_t Apart, std::size_t Axes, typename Body>
TDSL_INLINE void scatter_add_elements(const int64_t (&extents)[Axes], const Body &body) {
    run_groups<Axes, Apart>(ordered_lines_of<Axes, Body>, body, extents, false);
}

// body(first, last) for all rows, so few at a time that what belongs to them stays in a core's own cache; or once, if
// there is little to do or rows are too few to share.  The lengths are those of a row.
template <typename Body>
inline void for_row_blocks(int64_t rows, std::initializer_list<int64_t> lengths, const Body &body) {
    int64_t length = lengths.size() == 0;  // of rows without elements there may be as many as a size can tell
    for (const int64_t each : lengths) length = each > length ? each : length;
    if (rows < few_rows || rows * length <= 2 * task_elements) return body(0, rows);
    const int64_t each = pieces(cached_elements, length);
    parallel(pieces(rows, each), [&](int64_t task) { body(task * each, smaller(rows, (task + 1) * each)); });
}

// body(i0, …) for all indices, each of them much work.
template <std::size_t Axes, typename Body>
inline void parallel_for_each(const int64_t (&extents)[Axes], const Body &body) {
    parallel(product<Axes>(extents), [&](int64_t task) {
        const Lines<Axes> position(extents, task);
        [&]<std::size_t... I>(std::index_sequence<I...>) { body(position.at[I]...); }(std::make_index_sequence<Axes>{});
    });
}

template <typename T>
inline void clear(T *target, int64_t count) {
    if (count > 0) std::memset(static_cast<void *>(target), 0, static_cast<std::size_t>(count) * sizeof(T));
}

inline bool in_bounds(int64_t index, int64_t size) {
    return static_cast<uint64_t>(index) < static_cast<uint64_t>(size);
}

// Keeps the fault of the lowest site, and of one site the least value: the same one for any number of threads.
TDSL_NOINLINE __attribute__((cold)) inline void report_fault(tdsl_call *call, int32_t site, int64_t value,
                                                             int64_t bound) {
    static char busy = 0;
    while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE)) {
    }
    tdsl_fault &kept = call->fault;
    if (kept.site == 0 || site + 1 < kept.site || (site + 1 == kept.site && value < kept.value))
        kept = {site + 1, value, bound};
    __atomic_clear(&busy, __ATOMIC_RELEASE);
}

// A position counted from the end if negative; 0 and a fault if outside.
TDSL_INLINE int64_t checked_index(tdsl_call *call, int32_t site, int64_t position, int64_t bound, bool real = true) {
    const int64_t from_start = position < 0 && position >= -bound ? position + bound : position;
    if (in_bounds(from_start, bound)) return from_start;
    if (real) report_fault(call, site, position, bound);
    return 0;
}

// A label as it is; 0 and a fault if outside.
TDSL_INLINE int64_t checked_label(tdsl_call *call, int32_t site, int64_t label, int64_t bound, bool real = true) {
    if (in_bounds(label, bound)) return label;
    if (real) report_fault(call, site, label, bound);
    return 0;
}

template <typename T>
inline T floordiv(tdsl_call *call, int32_t site, T a, T b, bool real = true) {
    if (b == 0 && real) report_fault(call, site, static_cast<int64_t>(a), 0);
    return floordiv(a, b);
}

template <typename T>
inline T mod(tdsl_call *call, int32_t site, T a, T b, bool real = true) {
    if (b == 0 && real) report_fault(call, site, static_cast<int64_t>(a), 0);
    return mod(a, b);
}

// Sizes of memory that stop at the largest number instead of wrapping around.
struct SaturatingSize {
    int64_t value;
    friend SaturatingSize operator+(SaturatingSize a, SaturatingSize b) {
        SaturatingSize sum{0};
        return __builtin_add_overflow(a.value, b.value, &sum.value) ? SaturatingSize{INT64_MAX} : sum;
    }
    friend SaturatingSize operator*(SaturatingSize a, SaturatingSize b) {
        SaturatingSize total{0};
        return __builtin_mul_overflow(a.value, b.value, &total.value) ? SaturatingSize{INT64_MAX} : total;
    }
    // What is taken away is part of what it is taken from.
    friend SaturatingSize operator-(SaturatingSize a, SaturatingSize b) {
        return a.value == INT64_MAX ? a : SaturatingSize{a.value - b.value};
    }
};

// Where the slots of the workspace begin, each at a cache line.
template <std::size_t Count>
inline void place_slots(char **slots, void *memory, const int64_t (&bytes)[Count]) {
    char *next = static_cast<char *>(memory);
    for (std::size_t slot = 0; slot < Count; ++slot) {
        slots[slot] = next;
        next += (bytes[slot] + 63) & ~int64_t{63};
    }
}

struct Slots {
    SaturatingSize count;
    int64_t width, number;
};

// Bytes of all slots.
template <std::size_t Kinds>
inline int64_t workspace(const Slots (&slots)[Kinds]) {
    SaturatingSize total{0};
    for (const Slots &kind : slots) {
        const SaturatingSize bytes = kind.count * SaturatingSize{kind.width} + SaturatingSize{63};
        total = total + (bytes.value == INT64_MAX ? bytes : SaturatingSize{bytes.value & ~int64_t{63}}) *
                            SaturatingSize{kind.number};
    }
    return total.value;
}

}  // namespace tdsl

#endif
