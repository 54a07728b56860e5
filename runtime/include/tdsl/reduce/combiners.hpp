// The combiners of reductions: sums, products, extrema, and the logical any and all.
#ifndef TDSL_REDUCE_COMBINERS_HPP
#define TDSL_REDUCE_COMBINERS_HPP

#include <cstdint>
#include <limits>
#include <type_traits>

// -Wpsabi is irrelevant: functions that take vectors are always inlined.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace tdsl {

// An unsigned type for integers, whose arithmetic wraps around also in vectors; reals are themselves, bool is a byte.
template <typename T, bool Integer = std::is_integral_v<T>>
struct Wrapping {
    using type = T;
};
template <typename T>
struct Wrapping<T, true> {
    using type = std::make_unsigned_t<T>;
};
template <>
struct Wrapping<bool, true> {
    using type = uint8_t;
};

// A combiner has a type of results, `Value`, a type of partial results, `Accumulator`, its identity element, and
// combine() for two accumulators or two vectors of them.
template <typename T>
struct Sum {
    using Value = T;
    using Accumulator = typename Wrapping<T>::type;
    static inline Accumulator identity() { return Accumulator(0); }
    template <typename V>
    static inline V combine(V a, V b) { return V(a + b); }
};

template <typename T>
struct Prod {
    using Value = T;
    using Accumulator = typename Wrapping<T>::type;
    static inline Accumulator identity() { return Accumulator(1); }
    template <typename V>
    static inline V combine(V a, V b) { return V(a * b); }
};

// NaN propagates, as in NumPy.
template <typename T>
struct Max {
    using Value = T;
    using Accumulator = T;
    static inline Accumulator identity() {
        return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                    : std::numeric_limits<T>::lowest();
    }
    template <typename V>
    static inline V combine(V a, V b) {
        const auto keep = a >= b;
        const auto nan = a != a;
        return (keep | nan) ? a : b;
    }
};

template <typename T>
struct Min {
    using Value = T;
    using Accumulator = T;
    static inline Accumulator identity() {
        return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                    : std::numeric_limits<T>::max();
    }
    template <typename V>
    static inline V combine(V a, V b) {
        const auto keep = a <= b;
        const auto nan = a != a;
        return (keep | nan) ? a : b;
    }
};

template <typename T>
struct Any {
    using Value = uint8_t;  // the layout of bool in memory
    using Accumulator = uint8_t;
    static inline Accumulator identity() { return 0; }
    template <typename V>
    static inline V combine(V a, V b) { return V(a | b); }
};

template <typename T>
struct All {
    using Value = uint8_t;  // the layout of bool in memory
    using Accumulator = uint8_t;
    static inline Accumulator identity() { return 1; }
    template <typename V>
    static inline V combine(V a, V b) { return V(a & b); }
};

}  // namespace tdsl

#endif
