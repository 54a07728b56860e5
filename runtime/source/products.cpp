// Products of all other elements: what stands before an element times what stands behind it, without a division.
//
// For each set of directions, as the bits of a number, one sum of products is carried along a row: those in which each
// direction of the set replaces one element.  Rows are cut into blocks: first the sums of every block by itself, then
// those before and behind each block, then the elements.  Blocks depend on sizes alone, so bits do not depend on
// threads.
#include "tdsl/products.hpp"

#include <algorithm>
#include <memory>

#include "tdsl/pool.hpp"

namespace tdsl {

namespace {

constexpr int64_t block = 4096;
constexpr int64_t task = 8192;

inline int size_of(int64_t set) { return __builtin_popcountll(static_cast<unsigned long long>(set)); }

template <typename T>
struct Row {
    const T *x;
    const T *const *directions;
    int count;
    int64_t offset;

    int64_t sets() const { return int64_t{1} << count; }

    // One more element into the sums of a stretch that holds so many.  A set larger than the stretch has no products:
    // no zero stands for them, as zero times infinity is not zero.
    void extend(double *sums, int64_t held, int64_t k) const {
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

    // The sums of two stretches that hold so many elements, as those of both: every part of the set for the first
    // stretch, the rest for the second.
    double joined(const double *a, int64_t in_a, const double *b, int64_t in_b, int64_t set) const {
        double sum = size_of(set) <= in_a ? a[set] * b[0] : 0.0;
        for (int64_t part = set; part;) {
            part = (part - 1) & set;
            if (size_of(part) <= in_a && size_of(set ^ part) <= in_b) sum += a[part] * b[set ^ part];
        }
        return sum;
    }

    void none(double *sums) const {
        std::fill(sums, sums + sets(), 0.0);
        sums[0] = 1.0;
    }

    // The elements of a stretch, given the sums before and behind it.  `scratch` has room for the sums of a block.
    void fill(T *target, int64_t first, int64_t last, int64_t columns, double *before, double *behind,
              double *scratch) const {
        const int64_t whole = sets() - 1;
        for (int64_t k = last - 1; k >= first; --k) {
            std::copy(behind, behind + sets(), scratch + (k - first) * sets());
            extend(behind, columns - 1 - k, k);
        }
        for (int64_t k = first; k < last; ++k) {
            const double *const rest = scratch + (k - first) * sets();
            target[offset + k] = static_cast<T>(joined(before, k, rest, columns - 1 - k, whole));
            extend(before, k, k);
        }
    }
};

// Memory for the length of a call.
std::unique_ptr<double[]> scratch(int64_t count) {
    return std::unique_ptr<double[]>(new double[static_cast<std::size_t>(count)]);
}

// Rows of several blocks.
template <typename T>
void long_rows(int64_t rows, int64_t columns, T *target, const T *x, const T *const *directions, int count) {
    const int64_t sets = int64_t{1} << count, blocks = (columns + block - 1) / block;
    const auto first = [&](int64_t b) { return b * block; };
    const auto last = [&](int64_t b) { return std::min(columns, (b + 1) * block); };
    const auto row = [&](int64_t r) { return Row<T>{x, directions, count, r * columns}; };
    const auto inside = scratch(rows * blocks * sets), before = scratch(rows * blocks * sets),
               behind = scratch(rows * blocks * sets);
    parallel(rows * blocks, [&](int64_t t) {
        double *const sums = inside.get() + t * sets;
        const int64_t b = t % blocks;
        row(t / blocks).none(sums);
        for (int64_t k = first(b); k < last(b); ++k) row(t / blocks).extend(sums, k - first(b), k);
    });
    for (int64_t r = 0; r < rows; ++r) {
        const auto at = [&](const std::unique_ptr<double[]> &sums, int64_t b) {
            return sums.get() + (r * blocks + b) * sets;
        };
        row(r).none(at(before, 0));
        for (int64_t b = 1; b < blocks; ++b)
            for (int64_t set = 0; set < sets; ++set)
                at(before, b)[set] = row(r).joined(at(before, b - 1), first(b - 1), at(inside, b - 1), block, set);
        row(r).none(at(behind, blocks - 1));
        for (int64_t b = blocks - 1; b > 0; --b)
            for (int64_t set = 0; set < sets; ++set)
                at(behind, b - 1)[set] =
                    row(r).joined(at(inside, b), last(b) - first(b), at(behind, b), columns - last(b), set);
    }
    parallel(rows * blocks, [&](int64_t t) {
        const int64_t b = t % blocks;
        const auto own = scratch(block * sets);
        row(t / blocks).fill(target, first(b), last(b), columns, before.get() + t * sets, behind.get() + t * sets,
                             own.get());
    });
}

}  // namespace

template <typename T>
void other_products(int64_t rows, int64_t columns, T *target, const T *x, const T *const *directions, int count) {
    if (columns > block) return long_rows(rows, columns, target, x, directions, count);
    if (!columns) return;
    const int64_t together = std::max<int64_t>(1, task / columns);
    parallel((rows + together - 1) / together, [&](int64_t t) {
        const int64_t sets = int64_t{1} << count;
        const auto own = scratch((columns + 2) * sets);
        for (int64_t r = t * together; r < std::min(rows, (t + 1) * together); ++r) {
            const Row<T> row{x, directions, count, r * columns};
            double *const before = own.get() + columns * sets;
            row.none(before);
            row.none(before + sets);
            row.fill(target, 0, columns, columns, before, before + sets, own.get());
        }
    });
}

#define TDSL_DEFINE_PRODUCTS(T) \
    template void other_products<T>(int64_t, int64_t, T *, const T *, const T *const *, int);
#ifdef TDSL_TYPE  // of that type alone
TDSL_DEFINE_PRODUCTS(TDSL_TYPE)
#else
TDSL_DEFINE_PRODUCTS(float)
TDSL_DEFINE_PRODUCTS(double)
#endif

}  // namespace tdsl
