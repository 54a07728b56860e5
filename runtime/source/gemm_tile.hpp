// The register kernels of a product: a tile of C, and the two ways to multiply a matrix and a vector.
#ifndef TDSL_SOURCE_GEMM_TILE_HPP
#define TDSL_SOURCE_GEMM_TILE_HPP

#include "vector.hpp"

#include <cstring>

namespace tdsl {

template <typename T>
constexpr std::int64_t tile_columns = 2 * lanes<T>;

// rows x tile_columns of C, from rows of A packed tile_rows apart and rows of B b_row apart.
template <typename T, int rows>
void multiply_rows(std::int64_t columns, std::int64_t depth, const T *a, const T *b, std::int64_t b_row, T *c,
                   std::int64_t c_row, bool accumulate) {
    constexpr int width = lanes<T>;
    Vector<T> sums[rows][2];
    const bool full = columns == 2 * width;
    T edge[rows][2 * width];
    T *to = c;
    std::int64_t to_row = c_row;
    if (!full) {
        to = edge[0];
        to_row = 2 * width;
        std::memset(edge, 0, sizeof edge);
        if (accumulate)
            for (int i = 0; i < rows; ++i)
                for (std::int64_t j = 0; j < columns; ++j) edge[i][j] = c[i * c_row + j];
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
        sums[i][0] = accumulate ? load(to + i * to_row) : Vector<T>{};
        sums[i][1] = accumulate ? load(to + i * to_row + width) : Vector<T>{};
    }
    for (std::int64_t p = 0; p < depth; ++p) {
        const Vector<T> left = load(b), right = load(b + width);
        b += b_row;
#pragma GCC unroll 16
        for (int i = 0; i < rows; ++i) {
            const Vector<T> factor = a[i] - Vector<T>{};
            sums[i][0] = multiply_add(factor, left, sums[i][0]);
            sums[i][1] = multiply_add(factor, right, sums[i][1]);
        }
        a += tile_rows;
    }
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
        store(to + i * to_row, sums[i][0]);
        store(to + i * to_row + width, sums[i][1]);
    }
    if (!full)
        for (int i = 0; i < rows; ++i)
            for (std::int64_t j = 0; j < columns; ++j) c[i * c_row + j] = edge[i][j];
}

template <typename T, int rows = tile_rows>
void multiply_tile(std::int64_t count, std::int64_t columns, std::int64_t depth, const T *a, const T *b,
                   std::int64_t b_row, T *c, std::int64_t c_row, bool accumulate) {
    if constexpr (rows > 1) {
        if (count < rows) {
            multiply_tile<T, rows - 1>(count, columns, depth, a, b, b_row, c, c_row, accumulate);
            return;
        }
    }
    multiply_rows<T, rows>(columns, depth, a, b, b_row, c, c_row, accumulate);
}

template <typename T>
T dot_product(std::int64_t count, const T *x, const T *y) {
    constexpr int width = lanes<T>, chains = 4;
    Vector<T> sums[chains] = {};
    std::int64_t p = 0;
    for (; p + chains * width <= count; p += chains * width)
#pragma GCC unroll 4
        for (int chain = 0; chain < chains; ++chain)
            sums[chain] = multiply_add(load(x + p + chain * width), load(y + p + chain * width), sums[chain]);
    for (; p + width <= count; p += width) sums[0] = multiply_add(load(x + p), load(y + p), sums[0]);
    const Vector<T> together = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    T total = T(0);
    for (int lane = 0; lane < width; ++lane) total += together[lane];
    for (; p < count; ++p) total += x[p] * y[p];
    return total;
}

// sums[i] = sum over p of matrix(i, p) * x[p] for up to eight vectors of i; fastest where neighbours in i are adjacent.
template <typename T>
void sum_of_columns(std::int64_t count, std::int64_t depth, const T *matrix, std::int64_t row, std::int64_t column,
                    const T *x, T *sums) {
    constexpr int width = lanes<T>, parts = 8;
    if (count == parts * width && row == 1) {
        Vector<T> totals[parts] = {};
        for (std::int64_t p = 0; p < depth; ++p) {
            const Vector<T> factor = x[p] - Vector<T>{};
#pragma GCC unroll 8
            for (int part = 0; part < parts; ++part)
                totals[part] = multiply_add(factor, load(matrix + p * column + part * width), totals[part]);
        }
        for (int part = 0; part < parts; ++part) store(sums + part * width, totals[part]);
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) sums[i] = T(0);
    for (std::int64_t p = 0; p < depth; ++p)
        for (std::int64_t i = 0; i < count; ++i) sums[i] += matrix[i * row + p * column] * x[p];
}

}  // namespace tdsl

#endif
