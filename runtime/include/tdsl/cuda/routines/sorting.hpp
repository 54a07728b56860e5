// Stable sorting along the middle axis of arrays [outer, length, inner], and searches in ascending lines.
//
// Each element of a short line finds its rank among the others.  Tiles of a long one are sorted by a network (K. E.
// Batcher, Sorting networks and their applications, 1968), then runs are merged in pairs, twice as long in each phase:
// every element finds its place in the other run.  A stable order is unique, so these are the bits of a CPU.
#ifndef TDSL_CUDA_ROUTINES_SORTING_HPP
#define TDSL_CUDA_ROUTINES_SORTING_HPP

#include <cstdint>

#include "tdsl/cuda/routine_sizes.hpp"
#include "tdsl/cuda/routines/block.hpp"
#include "tdsl/sizes.hpp"
#include "tdsl/sort_keys.hpp"

namespace tdsl {
namespace routines {

// Lines whose entries are the elements themselves.
template <typename T>
struct Elements {
    using Entry = T;
    using Key = sorting::Key<T>;
    const T *x;
    T *y;
    int64_t length, inner;

    inline int64_t start(int64_t line) const { return line / inner * length * inner + line % inner; }
    inline Entry entry(int64_t line, int64_t i) const { return x[start(line) + i * inner]; }
    inline Key key(int64_t, Entry entry) const { return sorting::key_of(entry); }
    inline void store(int64_t line, int64_t at, Entry entry) const { y[start(line) + at * inner] = entry; }
};

// Lines whose entries are the positions of elements, of which the first `kept` are stored.  Keys that differ from those
// of the order by `turn` have the reverse order.
template <typename T>
struct Positions {
    using Entry = int64_t;
    using Key = sorting::Key<T>;
    const T *x;
    int64_t *positions;
    int64_t length, inner, kept;
    Key turn;

    inline Entry entry(int64_t, int64_t i) const { return i; }
    inline Key key(int64_t line, Entry entry) const {
        return sorting::key_of(x[line / inner * length * inner + line % inner + entry * inner]) ^ turn;
    }
    inline void store(int64_t line, int64_t at, Entry entry) const {
        if (at < kept) positions[line / inner * kept * inner + line % inner + at * inner] = entry;
    }
};

// Every thread ranks elements of short lines.
template <typename Lines>
inline void rank(int64_t lines, const Lines &of) {
    all_threads(lines * of.length, [&](int64_t number) {
        // Neighbouring threads take neighbouring elements in memory.
        const int64_t outer = number / (of.length * of.inner), rest = number % (of.length * of.inner);
        const int64_t line = outer * of.inner + rest % of.inner, own = rest / of.inner;
        const auto entry = of.entry(line, own);
        const auto key = of.key(line, entry);
        int64_t at = 0;
        for (int64_t i = 0; i < of.length; ++i) {
            const auto other = of.key(line, of.entry(line, i));
            at += other < key || (other == key && i < own);
        }
        of.store(line, at, entry);
    });
}

// Sorts a tile of a line; to(at, entry) stores its entries.
template <typename Lines, typename To>
inline void sort_tile(int64_t line, int64_t first, int count, const Lines &of, const To &to) {
    TDSL_SHARED typename Lines::Key keys[sort_tile_size];
    TDSL_SHARED int places[sort_tile_size];
    int size = 2;
    while (size < count) size *= 2;
    barrier();
    threads_of(0, size, [&](int64_t i) {
        keys[i] = i < count ? of.key(line, of.entry(line, first + i)) : ~typename Lines::Key{0};
        places[i] = static_cast<int>(i);  // those that do not exist come last
    });
    for (int run = 2; run <= size; run *= 2)
        for (int apart = run / 2; apart > 0; apart /= 2) {
            barrier();
            threads_of(0, size / 2, [&](int64_t pair) {
                const int low = static_cast<int>(2 * pair - pair % apart), high = low + apart;
                const bool is_later = keys[low] > keys[high] || (keys[low] == keys[high] && places[low] > places[high]);
                if (is_later != ((low & run) == 0)) return;
                const auto key = keys[low];
                const int place = places[low];
                keys[low] = keys[high], places[low] = places[high];
                keys[high] = key, places[high] = place;
            });
        }
    barrier();
    threads_of(0, count, [&](int64_t at) { to(first + at, of.entry(line, first + places[at])); });
}

// Merges runs of so many entries in pairs.
template <typename Lines, typename To>
inline void merge(int64_t lines, int64_t run, const Lines &of, const typename Lines::Entry *from, const To &to) {
    all_threads(lines * of.length, [&](int64_t number) {
        const int64_t line = number / of.length, i = number % of.length, pair = i / (2 * run) * (2 * run);
        const bool is_right = i - pair >= run;
        const auto *const entries = from + line * of.length;
        const auto entry = entries[i];
        const auto key = of.key(line, entry);
        const int64_t other = is_right ? pair : min(pair + run, of.length);
        const int64_t end = is_right ? pair + run : min(pair + 2 * run, of.length);
        int64_t begin = other, rest = end - other;
        while (rest > 0) {
            const int64_t half = rest / 2;
            const auto found = of.key(line, entries[begin + half]);
            const bool is_before = is_right ? found <= key : found < key;
            begin = is_before ? begin + half + 1 : begin;
            rest = is_before ? rest - half - 1 : half;
        }
        const int64_t at = (is_right ? i - run : i) + begin - other;
        to(line, at, entry);
    });
}

// `memory` has two entries for each element.
template <typename Lines>
inline void sort_lines(const tdsl_launch &call, int64_t lines, const Lines &of, typename Lines::Entry *memory) {
    const int64_t length = of.length, elements = lines * length, tiles = ceil_div(length, sort_tile_size);
    if (elements == 0) return;
    if (length <= ranked_length) return rank(lines, of);
    const int64_t last = sort_phases(length) - 1;
    if (call.phase == 0)
        return blocks_of(lines * tiles, [&](int64_t tile) {
            const int64_t line = tile / tiles, first = tile % tiles * sort_tile_size;
            const int count = static_cast<int>(min(sort_tile_size, length - first));
            sort_tile(line, first, count, of, [&](int64_t at, typename Lines::Entry entry) {
                if (last == 0) of.store(line, at, entry);
                else memory[line * length + at] = entry;
            });
        });
    const typename Lines::Entry *const from = memory + (call.phase % 2 ? 0 : elements);
    typename Lines::Entry *const next = memory + (call.phase % 2 ? elements : 0);
    const int64_t run = sort_tile_size << (call.phase - 1);
    merge(lines, run, of, from, [&](int64_t line, int64_t at, typename Lines::Entry entry) {
        if (call.phase == last) of.store(line, at, entry);
        else next[line * length + at] = entry;
    });
}

}  // namespace routines

template <typename T>
inline void sort(const tdsl_launch &call, int64_t outer, int64_t length, int64_t inner, T *y, const T *x,
                 double *scratch) {
    routines::sort_lines(call, outer * inner, routines::Elements<T>{x, y, length, inner},
                         reinterpret_cast<T *>(scratch));
}

template <typename T>
inline void argtopk(const tdsl_launch &call, int64_t outer, int64_t length, int64_t inner, int64_t k,
                    int64_t *positions, const T *x, double *scratch) {
    routines::sort_lines(call, outer * inner,
                         routines::Positions<T>{x, positions, length, inner, k, ~sorting::Key<T>{0}},
                         reinterpret_cast<int64_t *>(scratch));
}

template <typename T>
inline void argsort(const tdsl_launch &call, int64_t outer, int64_t length, int64_t inner, int64_t *positions,
                    const T *x, double *scratch) {
    routines::sort_lines(call, outer * inner,
                         routines::Positions<T>{x, positions, length, inner, length, sorting::Key<T>{0}},
                         reinterpret_cast<int64_t *>(scratch));
}

template <typename T>
inline void searchsorted(const tdsl_launch &, bool right, int64_t length, int64_t count, int64_t *positions,
                         const T *line, const T *values) {
    routines::all_threads(count, [&](int64_t i) {
        positions[i] = sorting::place_of(right, length, line, values[i]);
    });
}

}  // namespace tdsl

#endif
