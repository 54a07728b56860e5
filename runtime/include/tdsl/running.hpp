// One step of running sums, products and maxima, and of linear recurrences.
#ifndef TDSL_RUNNING_HPP
#define TDSL_RUNNING_HPP

#include <cstdint>
#include <type_traits>

namespace tdsl::running {

// The type that a line carries from one element to the next; integers wrap around.
template <typename T, bool is_real = std::is_floating_point_v<T>>
struct Carried {
    using type = double;
};
template <typename T>
struct Carried<T, false> {
    using type = std::make_unsigned_t<T>;
};
template <typename T>
using carried = typename Carried<T>::type;

// A sum of nothing: -0 for reals, which changes no other number and not even the sign of a zero.
template <typename T>
constexpr carried<T> nothing = std::is_floating_point_v<T> ? static_cast<carried<T>>(-0.0) : carried<T>{0};

template <typename T>
inline bool in_range(carried<T> value) {
    if constexpr (std::is_floating_point_v<T>)
        return value - value == 0;
    else
        return true;
}

template <typename T>
inline carried<T> add(carried<T> a, carried<T> b) {
    return static_cast<carried<T>>(a + b);
}

template <typename T>
inline carried<T> multiply(carried<T> a, carried<T> b) {
    return static_cast<carried<T>>(a * b);
}

// `first(i)` is the value at the first element of a line, `next(value, i, step)` at i after that at i - step.  Parts of
// lines of sums and maxima are `joined`, if the value is in the range.
template <typename T>
struct Sum {
    const T *x;

    inline carried<T> first(int64_t i) const { return static_cast<carried<T>>(x[i]); }
    inline carried<T> next(carried<T> value, int64_t i, int64_t) const { return add<T>(value, first(i)); }
    static inline carried<T> joined(carried<T> a, carried<T> b) { return add<T>(a, b); }
    static inline bool is_in_range(carried<T> value) { return in_range<T>(value); }
};

template <typename T>
struct Product {
    const T *x;

    inline carried<T> first(int64_t i) const { return static_cast<carried<T>>(x[i]); }
    inline carried<T> next(carried<T> value, int64_t i, int64_t) const { return multiply<T>(value, first(i)); }
};

template <typename T>
struct Maximum {
    const T *x;

    inline carried<T> first(int64_t i) const { return static_cast<carried<T>>(x[i]); }
    inline carried<T> next(carried<T> value, int64_t i, int64_t) const { return joined(value, first(i)); }
    static inline carried<T> joined(carried<T> a, carried<T> b) {
        const T last = static_cast<T>(a), here = static_cast<T>(b);
        return static_cast<carried<T>>(here > last || here != here ? here : last);  // NaN propagates
    }
    static inline bool is_in_range(carried<T>) { return true; }
};

// A value of 0 stays 0 for any factor, infinities included.
template <typename T>
struct Recurrence {
    const T *a, *b;
    bool reverse;

    inline carried<T> first(int64_t i) const { return static_cast<carried<T>>(b[i]); }
    inline carried<T> next(carried<T> value, int64_t i, int64_t step) const {
        const carried<T> factor = static_cast<carried<T>>(a[reverse ? i - step : i]);
        return add<T>(value == 0 ? carried<T>{0} : multiply<T>(factor, value), first(i));
    }
};

}  // namespace tdsl::running

#endif
