// Indices of loop nests, and bodies of two lambdas: body(i0, …) computes the part of an element that is invariant along
// the last axis and returns inner(in), which computes the rest.
#ifndef TDSL_INDICES_HPP
#define TDSL_INDICES_HPP

#include <cstddef>
#include <cstdint>
#include <utility>

#include "tdsl/attributes.hpp"
#include "tdsl/sizes.hpp"

namespace tdsl {

// The body of the inner loop for given indices of the outer loops.
template <typename Body, std::size_t... Outer>
inline auto inner_body(const Body &body, const int64_t *outer, std::index_sequence<Outer...>) {
    static_cast<void>(outer);
    return body(outer[Outer]...);
}

// The body of the inner loop for given indices of the other loops, kept and reduced.
template <typename Body, std::size_t... Kept, std::size_t... Reduced>
inline auto inner_body(const Body &body, const int64_t *kept, const int64_t *reduced, std::index_sequence<Kept...>,
                       std::index_sequence<Reduced...>) {
    static_cast<void>(kept);
    static_cast<void>(reduced);
    return body(kept[Kept]..., reduced[Reduced]...);
}

// One index per axis, counted like the digits of a number.
template <std::size_t Axes>
struct MultiIndex {
    int64_t at[Axes == 0 ? 1 : Axes] = {};
    const int64_t *extents;

    inline MultiIndex(const int64_t *sizes, int64_t number) : extents(sizes) {
        if (number == 0) return;
        for (std::size_t axis = Axes; axis-- > 1;) {
            const Divided by_extent = divide(number, extents[axis]);
            at[axis] = by_extent.rest;
            number = by_extent.quotient;
        }
        at[0] = number;
    }
    inline void next() {
        for (std::size_t axis = Axes; axis-- > 0;) {
            if (++at[axis] < extents[axis]) return;
            at[axis] = 0;
        }
    }
    // The index `count` numbers further on.
    inline void advance(int64_t count) {
        for (std::size_t axis = Axes; axis-- > 0;) {
            at[axis] += count;
            if (axis == 0 || at[axis] < extents[axis]) return;
            const Divided by_extent = divide(at[axis], extents[axis]);
            at[axis] = by_extent.rest;
            count = by_extent.quotient;
        }
    }
};

template <std::size_t Axes>
TDSL_INLINE int64_t element_count(const int64_t *extents) {
    int64_t total = 1;
    for (std::size_t axis = Axes; axis-- > 0;) total *= extents[axis];
    return total;
}

}  // namespace tdsl

#endif
