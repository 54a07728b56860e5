// Stable sorting.  Keys are unsigned integers in the order of the elements.
//
// The elements of a short line are ranked by comparing each with every other, which vectorizes.  Those of a long one
// are distributed by their digits, the lowest first: D. E. Knuth, The Art of Computer Programming 3 (1998), 5.2.5.
// Only bits in which keys differ make digits.  A stable order is unique, so bits do not depend on threads; parts of
// lines, whose counts need memory, depend on sizes alone.
#include "tdsl/sorting.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "tdsl/sort_keys.hpp"
#include "tdsl/tasks.hpp"
#include "vector.hpp"

namespace tdsl {

using namespace sorting;

namespace {

constexpr int digit_bits = 11, few_digit_bits = 8;
constexpr int64_t buckets = 1 << digit_bits;
// Lines below that length have small digits, as their buckets are cleared for every line.
constexpr int64_t medium = 3000;
constexpr int64_t part = 65536;
// Places of positions beyond are not stored beside keys of 32 bits.
constexpr int64_t most_places = int64_t{1} << 32;

template <typename K>
constexpr int64_t short_line = sizeof(K) == 8 ? 128 : 256;

template <typename T>
T element_of(Key<T> key) {
    if constexpr (std::is_floating_point_v<T>) {
        const Key<T> bits = key ^ (all_if<T>(key < sign<T>) | sign<T>);
        T x;
        __builtin_memcpy(&x, &bits, sizeof x);
        return x;
    } else {
        return static_cast<T>(key ^ sign<T>);
    }
}

// Whether the key of an element does not tell it from all others: it is -0 or nan.
template <typename T>
bool is_ambiguous(T x) {
    const Key<T> bits = bits_of(x);
    return bits == sign<T> || (bits & ~sign<T>) > infinite<T>;
}

// Every `step`-th element of an array.
template <typename T>
struct Line {
    T *first;
    int64_t step;

    T &operator[](int64_t i) const { return first[i * step]; }
};

// Neighbours are read as such, which vectorizes.
template <typename T, typename Each>
void each_of(const Line<T> &line, int64_t begin, int64_t end, const Each &each) {
    if (line.step == 1)
        for (int64_t i = begin; i < end; ++i) each(i, line.first[i]);
    else
        for (int64_t i = begin; i < end; ++i) each(i, line[i]);
}

template <typename K>
struct Placed {
    K key, place;
};

template <typename K>
K key(const Placed<K> &entry) { return entry.key; }
template <typename K>
K key(K entry) { return entry; }
template <typename Entry>
using KeyOf = decltype(key(Entry{}));

// The parts of a line, which run side by side.
struct Parts {
    int64_t length, count, each;

    explicit Parts(int64_t length)
        : length(length), count(max(1, length / part)), each(max(1, ceil_div(length, count))) {}

    template <typename Work>
    void run(const Work &work) const {
        parallel(count, [&](int64_t number) {
            work(number, min(number * each, length), min((number + 1) * each, length));
        });
    }
};

// The bits in which the keys of entries differ.
template <typename Entry>
KeyOf<Entry> differing(const Parts &parts, const Entry *entries, int64_t *memory) {
    using K = KeyOf<Entry>;
    static_assert(sizeof(K) <= sizeof(int64_t));
    parts.run([&](int64_t number, int64_t first, int64_t last) {
        K any = 0, all = ~K{0};
        for (int64_t i = first; i < last; ++i) {
            any |= key(entries[i]);
            all &= key(entries[i]);
        }
        memory[2 * number] = static_cast<int64_t>(any);
        memory[2 * number + 1] = static_cast<int64_t>(all);
    });
    K any = 0, all = ~K{0};
    for (int64_t number = 0; number < parts.count; ++number) {
        any |= static_cast<K>(memory[2 * number]);
        all &= static_cast<K>(memory[2 * number + 1]);
    }
    return any & ~all;
}

// A digit of keys.
struct Digit {
    int shift, width;

    int64_t count() const { return int64_t{1} << width; }
    template <typename Entry>
    int64_t of(const Entry &entry) const { return static_cast<int64_t>(key(entry) >> shift) & (count() - 1); }
};

// Counts the entries of each part by a digit.
template <typename Entry>
void count(const Parts &parts, const Entry *entries, Digit digit, int64_t *counts) {
    parts.run([&](int64_t number, int64_t first, int64_t last) {
        int64_t *const own = counts + number * buckets;
        std::fill(own, own + digit.count(), 0);
        for (int64_t i = first; i < last; ++i) ++own[digit.of(entries[i])];
    });
}

// Distributes entries by a digit; `to(at, entry)` stores them.
template <typename Entry, typename To>
void distribute(const Parts &parts, const Entry *entries, Digit digit, int64_t *counts, const To &to) {
    count(parts, entries, digit, counts);
    int64_t total = 0;
    for (int64_t bucket = 0; bucket < digit.count(); ++bucket)
        for (int64_t number = 0; number < parts.count; ++number)
            total += std::exchange(counts[number * buckets + bucket], total);
    parts.run([&](int64_t number, int64_t first, int64_t last) {
        int64_t *const own = counts + number * buckets;
        for (int64_t i = first; i < last; ++i) to(own[digit.of(entries[i])]++, entries[i]);
    });
}

// The ranks of `together` keys, whose counts stay in registers, among all keys of a short line.
template <typename K>
struct Ranks {
    using Several = Vector<K>;
    static constexpr int64_t together = lane_count<K>;

    // Of the keys from `first` on: those before them count if they are equal.
    static void store(int64_t length, const K *keys, int64_t first, K *ranks) {
        const Several own = load(keys + first);
        Several counts{}, places{};
        for (int64_t place = 0; place < together; ++place) places[place] = static_cast<K>(place);
        int64_t j = 0;
        for (; j < first; ++j) counts -= reinterpret_cast<Several>((Several{} + keys[j]) <= own);
        for (; j < min(first + together, length); ++j) {
            const Several key = Several{} + keys[j];
            const auto is_later = (Several{} + static_cast<K>(j - first)) < places;
            counts -= reinterpret_cast<Several>((key < own) | ((key == own) & is_later));
        }
        for (; j < length; ++j) counts -= reinterpret_cast<Several>((Several{} + keys[j]) < own);
        tdsl::store(ranks + first, counts);
    }
};

// Stores entries in order, by `to(at, entry)`.
template <typename Entry, typename To>
void rank(int64_t length, const Entry *entries, const To &to) {
    using K = KeyOf<Entry>;
    K keys[short_line<K>], ranks[short_line<K>];
    for (int64_t i = 0; i < length; ++i) keys[i] = key(entries[i]);
    for (int64_t i = length; i % Ranks<K>::together; ++i) keys[i] = 0;
    for (int64_t first = 0; first < length; first += Ranks<K>::together) Ranks<K>::store(length, keys, first, ranks);
    for (int64_t i = 0; i < length; ++i) to(static_cast<int64_t>(ranks[i]), entries[i]);
}

// Likewise, for any length; `other` is memory for as many entries.
template <typename Entry, typename To>
void order(int64_t length, Entry *entries, Entry *other, int64_t *counts, const To &to) {
    if (length <= short_line<KeyOf<Entry>>) return rank(length, entries, to);
    const Parts parts{length};
    const uint64_t bits = differing(parts, entries, counts);
    const int low = bits ? __builtin_ctzll(bits) : 0, digits = bits ? 64 - __builtin_clzll(bits) - low : 1;
    const int passes = static_cast<int>(ceil_div(digits, length < medium ? few_digit_bits : digit_bits));
    const int width = static_cast<int>(ceil_div(digits, passes));
    for (int pass = 0; pass < passes - 1; ++pass) {
        Entry *const target = other;
        distribute(parts, entries, {low + pass * width, width}, counts,
                   [=](int64_t at, const Entry &entry) { target[at] = entry; });
        std::swap(entries, other);
    }
    distribute(parts, entries, {low + (passes - 1) * width, width}, counts, to);
}

// Elements with equal keys that differ, in the order of the line.
template <typename T>
void keep_order(int64_t length, const Line<T> &y, const Line<const T> &x) {
    const Key<T> zero = sign<T>;
    int64_t zero_at = 0, nan_at = length;
    for (int64_t i = 0; i < length; ++i) {
        zero_at += key_of(x[i]) < zero;
        nan_at -= key_of(x[i]) == ~Key<T>{0};
    }
    for (int64_t i = 0; i < length; ++i) {
        const Key<T> own = key_of(x[i]);
        if (own == zero) y[zero_at++] = x[i];
        else if (own == ~Key<T>{0}) y[nan_at++] = x[i];
    }
}

template <typename T>
void sort_line(int64_t length, const Line<T> &y, const Line<const T> &x, Key<T> *memory, int64_t *counts) {
    Parts{length}.run([&](int64_t, int64_t first, int64_t last) {
        each_of(x, first, last, [=](int64_t i, T element) { memory[i] = key_of(element); });
    });
    order(length, memory, memory + length, counts, [=](int64_t at, Key<T> own) { y[at] = element_of<T>(own); });
    if constexpr (std::is_floating_point_v<T>) {
        bool any = false;
        each_of(x, 0, length, [&](int64_t, T element) { any |= is_ambiguous(element); });
        if (any) keep_order(length, y, x);
    }
}

// The number of entries with the least digits that are k at least; they are moved to the front, in their order.
template <typename Entry>
int64_t keep_least(int64_t length, int64_t k, Entry *entries, Entry *kept, int64_t *counts) {
    const Parts parts{length};
    const uint64_t bits = differing(parts, entries, counts);
    const int beyond = bits ? 64 - __builtin_clzll(bits) : digit_bits;
    const Digit digit{std::max(0, beyond - digit_bits), digit_bits};
    count(parts, entries, digit, counts);
    int64_t bucket = 0, enough = 0;
    for (;; ++bucket) {
        for (int64_t number = 0; number < parts.count; ++number) enough += counts[number * buckets + bucket];
        if (enough >= k) break;
    }
    int64_t start = 0;
    for (int64_t number = 0; number < parts.count; ++number) {
        int64_t *const own = counts + number * buckets;
        int64_t here = 0;
        for (int64_t each = 0; each <= bucket; ++each) here += own[each];
        own[0] = start;
        start += here;
    }
    parts.run([&](int64_t number, int64_t first, int64_t last) {
        int64_t at = counts[number * buckets];
        for (int64_t i = first; i < last; ++i)
            if (digit.of(entries[i]) <= bucket) kept[at++] = entries[i];
    });
    return enough;
}

// The places of the first k elements in order: of a line so long that a place takes more than 32 bits, which keys of 32
// bits do not leave room for.  A heap, the last one on top: J. W. J. Williams, Algorithm 232 (1964).
template <typename Before>
void order_places(int64_t length, int64_t *places, const Before &before) {
    const auto sink = [&](int64_t at, int64_t end) {
        for (int64_t child = 2 * at + 1; child < end; child = 2 * at + 1) {
            if (child + 1 < end && before(places[child], places[child + 1])) ++child;
            if (!before(places[at], places[child])) return;
            std::swap(places[at], places[child]);
            at = child;
        }
    };
    for (int64_t i = 0; i < length; ++i) places[i] = i;
    for (int64_t at = length / 2; at-- > 0;) sink(at, length);
    for (int64_t end = length; end-- > 1;) {
        std::swap(places[0], places[end]);
        sink(0, end);
    }
}

// Keys that differ from those of the order by `turn` have the reverse order.
template <typename T>
void place_line(int64_t length, int64_t k, Key<T> turn, const Line<int64_t> &positions, const Line<const T> &x,
                double *memory, int64_t *counts) {
    using Entry = Placed<Key<T>>;
    if (sizeof(T) < sizeof(int64_t) && length > most_places) {
        int64_t *const places = reinterpret_cast<int64_t *>(memory);
        order_places(length, places, [&](int64_t a, int64_t b) {
            const Key<T> one = key_of(x[a]) ^ turn, other = key_of(x[b]) ^ turn;
            return one < other || (one == other && a < b);
        });
        for (int64_t at = 0; at < k; ++at) positions[at] = places[at];
        return;
    }
    Entry *entries = reinterpret_cast<Entry *>(memory), *other = entries + length;
    Parts{length}.run([&](int64_t, int64_t first, int64_t last) {
        each_of(x, first, last, [=](int64_t i, T element) {
            entries[i] = {static_cast<Key<T>>(key_of(element) ^ turn), static_cast<Key<T>>(i)};
        });
    });
    if (k <= length / 2 && length > short_line<Key<T>>) {
        length = keep_least(length, k, entries, other, counts);
        std::swap(entries, other);
    }
    order(length, entries, other, counts, [=](int64_t at, const Entry &entry) {
        if (at < k) positions[at] = static_cast<int64_t>(entry.place);
    });
}

// work(row, column, number, counts) for each line; few lines run one after the other, their parts side by side.
template <typename Work>
void each_line(int64_t outer, int64_t length, int64_t inner, double *more, const Work &work) {
    const int64_t lines = outer * inner, parts = length / part;
    const auto some = [&](int64_t first, int64_t last) {
        int64_t own[buckets];
        for (int64_t number = first; number < last; ++number) {
            int64_t *const counts = parts > 1 ? reinterpret_cast<int64_t *>(more) + number * parts * buckets : own;
            work(number / inner, number % inner, number, counts);
        }
    };
    if (lines < 8 && parts > 1) some(0, lines);
    else parallel_ranges(lines, max(1, task_elements / length), some);
}

template <typename T>
void place(int64_t outer, int64_t length, int64_t inner, int64_t k, Key<T> turn, int64_t *positions, const T *x,
           double *scratch) {
    if (outer == 0 || length == 0 || inner == 0 || k == 0) return;
    constexpr int64_t doubles = sizeof(Key<T>) == 8 ? 4 : 2;
    each_line(outer, length, inner, scratch + outer * length * inner * doubles,
              [&](int64_t row, int64_t column, int64_t number, int64_t *counts) {
                  const Line<int64_t> to{positions + row * k * inner + column, inner};
                  const Line<const T> from{x + row * length * inner + column, inner};
                  place_line<T>(length, k, turn, to, from, scratch + number * length * doubles, counts);
              });
}

}  // namespace

template <typename T>
void sort(int64_t outer, int64_t length, int64_t inner, T *y, const T *x, double *scratch) {
    if (outer == 0 || length == 0 || inner == 0) return;
    const int64_t elements = outer * length * inner;
    each_line(outer, length, inner, scratch + (sizeof(Key<T>) == 8 ? 2 * elements : elements),
              [&](int64_t row, int64_t column, int64_t number, int64_t *counts) {
                  const int64_t start = row * length * inner + column;
                  sort_line<T>(length, {y + start, inner}, {x + start, inner},
                               reinterpret_cast<Key<T> *>(scratch) + 2 * number * length, counts);
              });
}

template <typename T>
void argsort(int64_t outer, int64_t length, int64_t inner, int64_t *positions, const T *x, double *scratch) {
    place<T>(outer, length, inner, length, Key<T>{0}, positions, x, scratch);
}

template <typename T>
void argtopk(int64_t outer, int64_t length, int64_t inner, int64_t k, int64_t *positions, const T *x, double *scratch) {
    place<T>(outer, length, inner, k, ~Key<T>{0}, positions, x, scratch);
}

template <typename T>
void searchsorted(bool right, int64_t length, int64_t count, int64_t *positions, const T *line, const T *values) {
    parallel_ranges(count, task_elements / 16, [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i) positions[i] = place_of(right, length, line, values[i]);
    });
}

#define TDSL_DEFINE_SORTING(T)                                                            \
    template void sort<T>(int64_t, int64_t, int64_t, T *, const T *, double *);           \
    template void argsort<T>(int64_t, int64_t, int64_t, int64_t *, const T *, double *);  \
    template void argtopk<T>(int64_t, int64_t, int64_t, int64_t, int64_t *, const T *, double *); \
    template void searchsorted<T>(bool, int64_t, int64_t, int64_t *, const T *, const T *);
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_SORTING(TDSL_TYPE)
#else
TDSL_DEFINE_SORTING(float)
TDSL_DEFINE_SORTING(double)
TDSL_DEFINE_SORTING(int32_t)
TDSL_DEFINE_SORTING(int64_t)
TDSL_DEFINE_SORTING(uint8_t)
#endif

}  // namespace tdsl
