// Stable sorting of positions: short lines by insertion, long ones by their digits, the lowest first.
#include "tdsl/sorting.hpp"

#include <utility>

namespace tdsl {

namespace {

constexpr int64_t short_line = 32;
constexpr int digit_bits = 11, digits = 6;  // of keys of 64 bits
constexpr int64_t buckets = 1 << digit_bits;

struct Line {
    uint64_t *keys;
    int64_t *places;
};

uint64_t digit_of(uint64_t key, int digit) { return key >> (digit * digit_bits) & (buckets - 1); }

void insert_each(const Line &line, int64_t length) {
    for (int64_t i = 1; i < length; ++i) {
        const uint64_t key = line.keys[i];
        const int64_t place = line.places[i];
        int64_t at = i;
        for (; at > 0 && line.keys[at - 1] > key; --at) {
            line.keys[at] = line.keys[at - 1];
            line.places[at] = line.places[at - 1];
        }
        line.keys[at] = key;
        line.places[at] = place;
    }
}

// The line that is sorted in the end; a digit that all keys share costs no pass.
Line sort_by_digits(Line from, Line to, int64_t length, int64_t (&counts)[digits][buckets]) {
    for (auto &each : counts)
        for (int64_t &count : each) count = 0;
    for (int64_t i = 0; i < length; ++i)
        for (int digit = 0; digit < digits; ++digit) ++counts[digit][digit_of(from.keys[i], digit)];
    for (int digit = 0; digit < digits; ++digit) {
        int64_t *const next = counts[digit];
        if (next[digit_of(from.keys[0], digit)] == length) continue;
        int64_t total = 0;
        for (int64_t bucket = 0; bucket < buckets; ++bucket) total += std::exchange(next[bucket], total);
        for (int64_t i = 0; i < length; ++i) {
            const int64_t at = next[digit_of(from.keys[i], digit)]++;
            to.keys[at] = from.keys[i];
            to.places[at] = from.places[i];
        }
        std::swap(from, to);
    }
    return from;
}

}  // namespace

template <typename T>
void argsort(int64_t outer, int64_t length, int64_t inner, T *positions, const T *x, double *scratch) {
    if (outer == 0 || length == 0 || inner == 0) return;
    static_assert(sizeof(double) == sizeof(uint64_t) && sizeof(T) == sizeof(int64_t));
    int64_t counts[digits][buckets];
    auto *const memory = reinterpret_cast<uint64_t *>(scratch);
    const auto places = [&](int64_t at) { return reinterpret_cast<int64_t *>(memory + at * length); };
    const Line line{memory, places(1)}, other{memory + 2 * length, places(3)};
    for (int64_t row = 0; row < outer; ++row)
        for (int64_t column = 0; column < inner; ++column) {
            const int64_t start = row * length * inner + column;
            for (int64_t i = 0; i < length; ++i) {
                line.keys[i] = static_cast<uint64_t>(x[start + i * inner]) ^ uint64_t{1} << 63;
                line.places[i] = i;
            }
            Line sorted = line;
            if (length <= short_line) insert_each(line, length);
            else sorted = sort_by_digits(line, other, length, counts);
            for (int64_t i = 0; i < length; ++i) positions[start + i * inner] = sorted.places[i];
        }
}

template void argsort<int64_t>(int64_t, int64_t, int64_t, int64_t *, const int64_t *, double *);

}  // namespace tdsl
