// Products of all other elements: the product of the prefix before an element times that of the suffix behind it,
// without a division.
//
// Long rows are cut into blocks: first the sums within every block, then the prefix and suffix of each block, then the
// elements.  Sizes alone decide the blocks, so bits do not depend on threads.
#include "tdsl/products.hpp"

#include <algorithm>
#include <memory>

#include "tdsl/other_products.hpp"
#include "tdsl/tasks.hpp"

namespace tdsl {

using other::Row;

namespace {

constexpr int64_t block = 4096;
constexpr int64_t task = 8192;

// Scratch memory of one call.
std::unique_ptr<double[]> scratch(int64_t count) {
    return std::unique_ptr<double[]>(new double[static_cast<std::size_t>(count)]);
}

// Rows of several blocks.
template <typename T>
void long_rows(int64_t rows, int64_t columns, T *target, const T *x, const T *const *directions, int count) {
    const int64_t sets = int64_t{1} << count, blocks = ceil_div(columns, block);
    const auto first = [&](int64_t b) { return b * block; };
    const auto last = [&](int64_t b) { return std::min(columns, (b + 1) * block); };
    const auto row = [&](int64_t r) { return Row<T>{x, directions, count, r * columns}; };
    const auto inside = scratch(rows * blocks * sets), prefix = scratch(rows * blocks * sets),
               suffix = scratch(rows * blocks * sets);
    parallel(rows * blocks, [&](int64_t t) {
        double *const sums = inside.get() + t * sets;
        const int64_t b = t % blocks;
        row(t / blocks).clear(sums);
        for (int64_t k = first(b); k < last(b); ++k) row(t / blocks).extend(sums, k - first(b), k);
    });
    for (int64_t r = 0; r < rows; ++r) {
        const auto at = [&](const std::unique_ptr<double[]> &sums, int64_t b) {
            return sums.get() + (r * blocks + b) * sets;
        };
        row(r).clear(at(prefix, 0));
        for (int64_t b = 1; b < blocks; ++b)
            for (int64_t set = 0; set < sets; ++set)
                at(prefix, b)[set] =
                    row(r).concatenated(at(prefix, b - 1), first(b - 1), at(inside, b - 1), block, set);
        row(r).clear(at(suffix, blocks - 1));
        for (int64_t b = blocks - 1; b > 0; --b)
            for (int64_t set = 0; set < sets; ++set)
                at(suffix, b - 1)[set] =
                    row(r).concatenated(at(inside, b), last(b) - first(b), at(suffix, b), columns - last(b), set);
    }
    parallel(rows * blocks, [&](int64_t t) {
        const int64_t b = t % blocks;
        const auto own = scratch(block * sets);
        row(t / blocks).fill(target, first(b), last(b), columns, prefix.get() + t * sets, suffix.get() + t * sets,
                             own.get());
    });
}

}  // namespace

template <typename T>
void other_products(int64_t rows, int64_t columns, T *target, const T *x, const T *const *directions, int count) {
    if (columns > block) return long_rows(rows, columns, target, x, directions, count);
    if (!columns) return;
    const int64_t together = std::max<int64_t>(1, task / columns);
    parallel_ranges(rows, together, [&](int64_t first, int64_t last) {
        const int64_t sets = int64_t{1} << count;
        const auto own = scratch((columns + 2) * sets);
        for (int64_t r = first; r < last; ++r) {
            const Row<T> row{x, directions, count, r * columns};
            double *const prefix = own.get() + columns * sets;
            row.clear(prefix);
            row.clear(prefix + sets);
            row.fill(target, 0, columns, columns, prefix, prefix + sets, own.get());
        }
    });
}

#define TDSL_DEFINE_PRODUCTS(T) \
    template void other_products<T>(int64_t, int64_t, T *, const T *, const T *const *, int);
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_PRODUCTS(TDSL_TYPE)
#else
TDSL_DEFINE_PRODUCTS(float)
TDSL_DEFINE_PRODUCTS(double)
#endif

}  // namespace tdsl
