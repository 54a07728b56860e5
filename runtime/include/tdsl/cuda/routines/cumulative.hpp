// Running sums, products and maxima along the middle axis of arrays [outer, length, inner], and linear recurrences.
//
// A thread runs through each line in order, as on a CPU and with its bits.  Only long lines of sums and maxima are
// regrouped: the threads of a block run through pieces, each from the value before.  Where a sum leaves the range, the
// running one may stay inside: such pieces run in order.
#ifndef TDSL_CUDA_ROUTINES_CUMULATIVE_HPP
#define TDSL_CUDA_ROUTINES_CUMULATIVE_HPP

#include <cstdint>

#include "tdsl/cuda/routine_sizes.hpp"
#include "tdsl/cuda/routines/block.hpp"
#include "tdsl/running.hpp"
#include "tdsl/sizes.hpp"

namespace tdsl {
namespace routines {

// The lines of an array, each from its first element or in reverse from its last.
struct RunningLines {
    bool reverse;
    int64_t outer, length, inner;

    inline int64_t count() const { return length ? outer * inner : 0; }
    inline int64_t step() const { return reverse ? -inner : inner; }
    inline int64_t start(int64_t line) const {
        return line / inner * length * inner + line % inner + (reverse ? (length - 1) * inner : 0);
    }
};

// Runs through so many elements from element i on, after `value` unless they begin a line.
template <typename T, typename Line>
inline running::carried<T> run_through(const Line &line, T *y, int64_t i, int64_t step, int64_t count, bool begins,
                                       running::carried<T> value) {
    for (int64_t k = 0; k < count; ++k, i += step) {
        value = begins && k == 0 ? line.first(i) : line.next(value, i, step);
        y[i] = static_cast<T>(value);
    }
    return value;
}

template <typename T, typename Line>
inline void run_lines(const Line &line, T *y, const RunningLines &of) {
    all_threads(of.count(), [&](int64_t number) {
        run_through(line, y, of.start(number), of.step(), of.length, true, running::carried<T>{});
    });
}

// Lines in pieces: first each piece by itself, whose results tell the values before all pieces.
template <typename T, typename Line>
inline void run_pieces(const Line &line, T *y, const RunningLines &of) {
    using Value = running::carried<T>;
    constexpr int64_t piece = 8, chunk = piece * block_threads;
    TDSL_SHARED Value ends[block_threads];
    const int64_t step = of.step(), own = thread_index();
    blocks_of(of.count(), [&](int64_t number) {
        Value before{};
        for (int64_t first = 0; first < of.length; first += chunk) {
            const int64_t some = min(chunk, of.length - first), begin = min(own * piece, some);
            const int64_t count = min(piece, some - begin), start = of.start(number) + first * step;
            const int pieces = static_cast<int>(ceil_div(some, piece));
            const int64_t i = start + begin * step;
            Value value = count ? line.first(i) : Value{};
            for (int64_t k = 1; k < count; ++k) value = line.next(value, i + k * step, step);
            barrier();
            ends[own] = value;
            // The values before pieces, with those of twice as many pieces each time.
            if (first > 0 && own == 0) ends[0] = line.joined(before, value);
            for (int apart = 1; apart < pieces; apart *= 2) {
                barrier();
                value = own >= apart ? line.joined(ends[own - apart], ends[own]) : ends[own];
                barrier();
                ends[own] = value;
            }
            barrier();
            const Value last = ends[pieces - 1];
            const bool fails = any_of_block(own < pieces && !line.is_in_range(ends[own]));
            if (fails) {
                if (own == 0) ends[0] = run_through(line, y, start, step, some, first == 0, before);
                barrier();
                before = ends[0];
            } else {
                run_through(line, y, i, step, count, first == 0 && own == 0, own ? ends[own - 1] : before);
                before = last;
            }
        }
    });
}

template <typename T, typename Line>
inline void run_regrouped(const Line &line, T *y, const RunningLines &of) {
    if (is_regrouped(of.outer, of.length, of.inner)) run_pieces(line, y, of);
    else run_lines(line, y, of);
}

}  // namespace routines

template <typename T>
inline void cumsum(const tdsl_launch &, bool reverse, int64_t outer, int64_t length, int64_t inner, T *y, const T *x,
                   double *) {
    routines::run_regrouped(running::Sum<T>{x}, y, {reverse, outer, length, inner});
}

template <typename T>
inline void cumprod(const tdsl_launch &, int64_t outer, int64_t length, int64_t inner, T *y, const T *x) {
    routines::run_lines(running::Product<T>{x}, y, {false, outer, length, inner});
}

template <typename T>
inline void cummax(const tdsl_launch &, int64_t outer, int64_t length, int64_t inner, T *y, const T *x) {
    routines::run_regrouped(running::Maximum<T>{x}, y, {false, outer, length, inner});
}

template <typename T>
inline void recurrence(const tdsl_launch &, bool reverse, int64_t outer, int64_t length, int64_t inner, T *y,
                       const T *a, const T *b) {
    routines::run_lines(running::Recurrence<T>{a, b, reverse}, y, {reverse, outer, length, inner});
}

}  // namespace tdsl

#endif
