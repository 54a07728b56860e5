// Products of all other elements of each row.
//
// Rows are cut into blocks, each of a thread: first the sums within every block, then the prefix and suffix of each
// block, then the elements.
#ifndef TDSL_CUDA_ROUTINES_PRODUCTS_HPP
#define TDSL_CUDA_ROUTINES_PRODUCTS_HPP

#include <cstdint>

#include "tdsl/cuda/routine_sizes.hpp"
#include "tdsl/cuda/routines/block.hpp"
#include "tdsl/other_products.hpp"
#include "tdsl/sizes.hpp"

namespace tdsl {

template <typename T, typename... Directions>
inline void prod_others(const tdsl_launch &call, int64_t rows, int64_t columns, T *target, const T *x,
                        Directions... directions) {
    constexpr int count = sizeof...(directions);
    constexpr int64_t sets = int64_t{1} << count, block = routines::others_block;
    const T *const all[] = {x, directions...};
    const int64_t blocks = ceil_div(columns, block);
    const auto row = [&](int64_t r) { return other::Row<T>{x, all + 1, count, r * columns}; };
    const auto first = [&](int64_t b) { return b * block; };
    const auto last = [&](int64_t b) { return min(columns, (b + 1) * block); };
    // For each block the sums within, of its prefix, and of its suffix.
    double *const inside = reinterpret_cast<double *>(call.scratch);
    double *const prefixes = inside + rows * blocks * sets, *const suffixes = prefixes + rows * blocks * sets;
    if (call.phase == 0)
        return routines::all_threads(rows * blocks, [&](int64_t t) {
            double *const sums = inside + t * sets;
            const int64_t b = t % blocks;
            row(t / blocks).clear(sums);
            for (int64_t k = first(b); k < last(b); ++k) row(t / blocks).extend(sums, k - first(b), k);
        });
    if (call.phase == 1)
        return routines::all_threads(blocks ? rows : 0, [&](int64_t r) {
            const auto at = [&](double *sums, int64_t b) { return sums + (r * blocks + b) * sets; };
            row(r).clear(at(prefixes, 0));
            for (int64_t b = 1; b < blocks; ++b)
                for (int64_t set = 0; set < sets; ++set)
                    at(prefixes, b)[set] =
                        row(r).concatenated(at(prefixes, b - 1), first(b - 1), at(inside, b - 1), block, set);
            row(r).clear(at(suffixes, blocks - 1));
            for (int64_t b = blocks - 1; b > 0; --b)
                for (int64_t set = 0; set < sets; ++set)
                    at(suffixes, b - 1)[set] = row(r).concatenated(at(inside, b), last(b) - first(b), at(suffixes, b),
                                                                   columns - last(b), set);
        });
    double *const own = suffixes + rows * blocks * sets + global_index() * block * sets;
    routines::all_threads(rows * blocks, [&](int64_t t) {
        const int64_t b = t % blocks;
        row(t / blocks).fill(target, first(b), last(b), columns, prefixes + t * sets, suffixes + t * sets, own);
    });
}

}  // namespace tdsl

#endif
