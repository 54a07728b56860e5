// A part of a row of products of all other elements: the product of the prefix before an element times that of the
// suffix behind it, without a division.
//
// For each set of directions, the bits of a number, a sum of products runs along a row: of the products in which each
// direction of the set replaces one element.
#ifndef TDSL_OTHER_PRODUCTS_HPP
#define TDSL_OTHER_PRODUCTS_HPP

#include <cstdint>

#include "tdsl/bits.hpp"

namespace tdsl::other {

inline int size_of(int64_t set) { return count_bits(static_cast<uint64_t>(set)); }

template <typename T>
struct Row {
    const T *x;
    const T *const *directions;
    int count;
    int64_t offset;

    inline int64_t sets() const { return int64_t{1} << count; }

    // Extends the sums of `held` elements by one more.  A set with more directions than elements has no products, and
    // no zero represents them, as zero times infinity is not zero.
    inline void extend(double *sums, int64_t held, int64_t k) const {
        const double value = static_cast<double>(x[offset + k]);
        if (!count) {
            sums[0] *= value;
            return;
        }
        for (int64_t set = sets() - 1; set >= 0; --set) {
            if (size_of(set) > held + 1) continue;
            double sum = size_of(set) <= held ? sums[set] * value : 0.0;
            for (int i = 0; i < count; ++i)
                if (set >> i & 1) sum += sums[set ^ (int64_t{1} << i)] * static_cast<double>(directions[i][offset + k]);
            sums[set] = sum;
        }
    }

    // Concatenates two ranges: every subset of the directions goes to the first, the others to the second.
    inline double concatenated(const double *a, int64_t in_a, const double *b, int64_t in_b, int64_t set) const {
        double sum = size_of(set) <= in_a ? a[set] * b[0] : 0.0;
        for (int64_t part = set; part;) {
            part = (part - 1) & set;
            if (size_of(part) <= in_a && size_of(set ^ part) <= in_b) sum += a[part] * b[set ^ part];
        }
        return sum;
    }

    inline void clear(double *sums) const {
        for (int64_t set = 0; set < sets(); ++set) sums[set] = set ? 0.0 : 1.0;
    }

    // The elements of a range, given its prefix and suffix.  `scratch` holds the sums of a block.
    inline void fill(T *target, int64_t first, int64_t last, int64_t columns, double *prefix, double *suffix,
              double *scratch) const {
        const int64_t whole = sets() - 1;
        for (int64_t k = last - 1; k >= first; --k) {
            for (int64_t set = 0; set < sets(); ++set) scratch[(k - first) * sets() + set] = suffix[set];
            extend(suffix, columns - 1 - k, k);
        }
        for (int64_t k = first; k < last; ++k) {
            const double *const rest = scratch + (k - first) * sets();
            target[offset + k] = static_cast<T>(concatenated(prefix, k, rest, columns - 1 - k, whole));
            extend(prefix, k, k);
        }
    }
};

}  // namespace tdsl::other

#endif
