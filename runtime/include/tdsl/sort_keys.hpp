// Keys of elements: unsigned integers in their order, from the least on.  nan comes last, and both zeros are equal.
#ifndef TDSL_SORT_KEYS_HPP
#define TDSL_SORT_KEYS_HPP

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace tdsl::sorting {

template <typename T>
using Key = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;

template <typename T>
constexpr Key<T> sign = std::is_signed_v<T> ? Key<T>{1} << (sizeof(T) * 8 - 1) : Key<T>{0};

// The bits of plus infinity, the largest number.
template <typename T>
constexpr Key<T> infinite = sizeof(T) == 8 ? static_cast<Key<T>>(uint64_t{0x7FF} << 52) : Key<T>{0x7F800000};

template <typename T>
inline Key<T> bits_of(T x) {
    Key<T> bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

// Branches on the signs of random numbers would be mispredicted.
template <typename T>
inline Key<T> all_if(bool condition) { return ~(static_cast<Key<T>>(condition) - 1); }

// Reads bits, as comparisons may take subnormal numbers for 0.
template <typename T>
inline Key<T> key_of(T x) {
    if constexpr (std::is_floating_point_v<T>) {
        const Key<T> bits = bits_of(x), size = bits & ~sign<T>;
        const Key<T> ordered = (bits ^ (all_if<T>(bits >= sign<T>) | sign<T>)) + (bits == sign<T>);
        return ordered | all_if<T>(size > infinite<T>);
    } else {
        return static_cast<Key<T>>(x) ^ sign<T>;
    }
}

// The number of elements of an ascending line that are less than a value, or with `right` not larger.
template <typename T>
inline int64_t place_of(bool right, int64_t length, const T *line, T value) {
    const Key<T> wanted = key_of(value);
    int64_t begin = 0, rest = length;
    while (rest > 0) {
        const int64_t half = rest / 2;
        const Key<T> key = key_of(line[begin + half]);
        const bool is_before = right ? key <= wanted : key < wanted;
        begin = is_before ? begin + half + 1 : begin;
        rest = is_before ? rest - half - 1 : half;
    }
    return begin;
}

}  // namespace tdsl::sorting

#endif
