// Running sums, products and maxima along an axis, and linear recurrences.
//
// Lines side by side, or one below the other, run together.  A single line that is summed runs as segments, each from
// the sum of those before it, unless such a sum leaves the range, as the running one may stay inside.  Singles are
// carried as doubles.  Tasks, blocks and segments depend on sizes and values alone, so bits do not depend on threads.
// Products and recurrences are never regrouped: the product of a segment leaves the range easily.
#include "tdsl/cumulative.hpp"

#include <algorithm>

#include "tdsl/running.hpp"
#include "tdsl/tasks.hpp"

namespace tdsl {

using namespace running;

namespace {

// The number of lines that run together: side by side, or one below the other.
constexpr int columns = 64, rows = 8;
// The number of elements of a task, if the array has as many.
constexpr int64_t task = 32768;
constexpr int64_t block = 4096;
constexpr int segments = 8;

// `count` lines whose first elements are `apart`, each of `length` elements every `step` from `start` on.
template <typename T, int Most, bool SideBySide, typename Line>
void run_together(const Line &line, T *y, int64_t start, int64_t apart, int64_t count, int64_t length, int64_t step) {
    carried<T> values[Most];
    const auto each = [&](const auto &element) {
        const int64_t between = SideBySide ? 1 : apart;
        if (count == Most)
            for (int64_t number = 0; number < Most; ++number) element(number, number * between);
        else
            for (int64_t number = 0; number < count; ++number) element(number, number * between);
    };
    each([&](int64_t number, int64_t offset) {
        values[number] = line.first(start + offset);
        y[start + offset] = static_cast<T>(values[number]);
    });
    for (int64_t k = 1; k < length; ++k)
        each([&, i = start + k * step](int64_t number, int64_t offset) {
            values[number] = line.next(values[number], i + offset, step);
            y[i + offset] = static_cast<T>(values[number]);
        });
}

template <typename T, typename Line>
void run(const Line &line, T *y, bool reverse, int64_t outer, int64_t length, int64_t inner) {
    if (!length || !inner) return;
    const int64_t begin = reverse ? (length - 1) * inner : 0, step = reverse ? -inner : inner;
    const bool side_by_side = inner > 1;
    const int64_t across = ceil_div(inner, columns);
    const int64_t groups = side_by_side ? outer * across : ceil_div(outer, rows);
    const int64_t together = std::max<int64_t>(1, task / (length * (side_by_side ? columns : rows)));
    parallel_ranges(groups, together, [&](int64_t first, int64_t last) {
        for (int64_t group = first; group < last; ++group) {
            const int64_t column = group % across * columns, row = group * rows, below = outer - row;
            if (side_by_side)
                run_together<T, columns, true>(line, y, group / across * length * inner + column + begin, 1,
                                               std::min<int64_t>(columns, inner - column), length, step);
            else
                run_together<T, rows, false>(line, y, row * length + begin, length, std::min<int64_t>(rows, below),
                                             length, step);
        }
    });
}

// The sums of equal segments, and of the rest.
template <typename T>
carried<T> segment_sums(carried<T> *sums, const T *x, int64_t step, int64_t length) {
    const int64_t each = length / segments;
    std::fill(sums, sums + segments, nothing<T>);
    for (int64_t k = 0; k < each; ++k)
        for (int64_t segment = 0; segment < segments; ++segment)
            sums[segment] = add<T>(sums[segment], static_cast<carried<T>>(x[(segment * each + k) * step]));
    carried<T> rest = nothing<T>;
    for (int64_t k = segments * each; k < length; ++k) rest = add<T>(rest, static_cast<carried<T>>(x[k * step]));
    return rest;
}

// A part of a line, given the sum of the elements before it: its segments run together.
template <typename T>
void sum_part(T *y, const T *x, int64_t step, int64_t length, carried<T> value) {
    int64_t each = length / segments;
    carried<T> values[segments];
    segment_sums(values, x, step, length);
    carried<T> end = value;
    for (carried<T> &start : values) {
        const carried<T> sum = start;
        start = end;
        end = add<T>(end, sum);
    }
    if (in_range<T>(end))
        value = end;
    else
        each = 0;
    for (int64_t k = 0; k < each; ++k)
        for (int64_t segment = 0; segment < segments; ++segment) {
            const int64_t i = (segment * each + k) * step;
            values[segment] = add<T>(values[segment], static_cast<carried<T>>(x[i]));
            y[i] = static_cast<T>(values[segment]);
        }
    for (int64_t k = segments * each; k < length; ++k) {
        value = add<T>(value, static_cast<carried<T>>(x[k * step]));
        y[k * step] = static_cast<T>(value);
    }
}

// Each line separately, in blocks; the blocks of a line start from the sums of the blocks before them.
template <typename T>
void sum_lines(bool reverse, int64_t outer, int64_t length, T *y, const T *x, carried<T> *sums) {
    const int64_t blocks = ceil_div(length, block), step = reverse ? -1 : 1;
    const auto start = [&](int64_t t) {
        const int64_t first = t % blocks * block;
        return t / blocks * length + (reverse ? length - 1 - first : first);
    };
    const auto size = [&](int64_t t) { return std::min(block, length - t % blocks * block); };
    const int64_t together = std::max<int64_t>(1, task / std::min(block, length)), all = outer * blocks;
    const auto each_block = [&](const auto &work) {
        parallel_ranges(all, together, [&](int64_t first, int64_t last) {
            for (int64_t t = first; t < last; ++t) work(t);
        });
    };
    if (blocks > 1)
        each_block([&](int64_t t) {
            carried<T> parts[segments];
            carried<T> sum = segment_sums(parts, x + start(t), step, size(t));
            for (const carried<T> part : parts) sum = add<T>(sum, part);
            sums[t] = sum;
        });
    for (int64_t line = 0; line < outer; ++line) {
        carried<T> value = nothing<T>;
        for (int64_t t = line * blocks; t < (line + 1) * blocks; ++t) {
            const carried<T> sum = blocks > 1 ? sums[t] : value;
            sums[t] = value;
            value = add<T>(value, sum);
        }
    }
    each_block([&](int64_t t) { sum_part(y + start(t), x + start(t), step, size(t), sums[t]); });
    for (int64_t t = 0; blocks > 1 && t < all; t += blocks)
        if (!std::all_of(sums + t, sums + t + blocks, in_range<T>))
            run_together<T, 1, false>(Sum<T>{x}, y, start(t), 0, 1, length, step);
}

}  // namespace

template <typename T>
void cumsum(bool reverse, int64_t outer, int64_t length, int64_t inner, T *y, const T *x, double *scratch) {
    static_assert(sizeof(carried<T>) <= sizeof(double));
    if (inner == 1 && length >= 8 * segments)
        sum_lines(reverse, outer, length, y, x, reinterpret_cast<carried<T> *>(scratch));
    else
        run(Sum<T>{x}, y, reverse, outer, length, inner);
}

template <typename T>
void cumprod(int64_t outer, int64_t length, int64_t inner, T *y, const T *x) {
    run(Product<T>{x}, y, false, outer, length, inner);
}

template <typename T>
void cummax(int64_t outer, int64_t length, int64_t inner, T *y, const T *x) {
    run(Maximum<T>{x}, y, false, outer, length, inner);
}

template <typename T>
void recurrence(bool reverse, int64_t outer, int64_t length, int64_t inner, T *y, const T *a, const T *b) {
    run(Recurrence<T>{a, b, reverse}, y, reverse, outer, length, inner);
}

#define TDSL_DEFINE_CUMULATIVE(T)                                            \
    template void cumsum<T>(bool, int64_t, int64_t, int64_t, T *, const T *, double *); \
    template void cumprod<T>(int64_t, int64_t, int64_t, T *, const T *);      \
    template void cummax<T>(int64_t, int64_t, int64_t, T *, const T *);       \
    template void recurrence<T>(bool, int64_t, int64_t, int64_t, T *, const T *, const T *);
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_CUMULATIVE(TDSL_TYPE)
#else
TDSL_DEFINE_CUMULATIVE(float)
TDSL_DEFINE_CUMULATIVE(double)
TDSL_DEFINE_CUMULATIVE(int32_t)
TDSL_DEFINE_CUMULATIVE(int64_t)
TDSL_DEFINE_CUMULATIVE(uint8_t)
#endif

}  // namespace tdsl
