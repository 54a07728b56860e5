// Products of all forms and borders against a triple loop in long double, and the same bits for any thread count.
#include "tdsl/gemm.hpp"
#include "tdsl/pool.hpp"

#include "../source/buffer.hpp"
#include "../source/caches.hpp"

#include "check.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

namespace {

using Size = std::int64_t;

template <typename T>
std::vector<T> numbers(Size count, std::mt19937 &source) {
    std::vector<T> values(static_cast<std::size_t>(count));
    for (T &value : values) {
        const double uniform = std::uniform_real_distribution<double>(-1, 1)(source);
        value = static_cast<T>(std::is_integral_v<T> ? uniform * 1000 : uniform);
    }
    return values;
}

// Column sums of half of c: the same for any number of threads, and as exact as a tree.
template <typename T>
void check_columns(Size m, Size n, Size k, tdsl::Matrix<T> left, tdsl::Matrix<T> right, const std::vector<T> &c,
                   Size c_row) {
    std::vector<T> sums(static_cast<std::size_t>(n), T(77)), again = sums;
    tdsl::gemm_epilogue_column_sums(m, n, k, left, right, sums.data(), [=](Size, Size, T value) { return value; });
    for (Size j = 0; j < n; ++j) {
        long double sum = 0, size = 0;
        for (Size i = 0; i < m; ++i) {
            sum += c[static_cast<std::size_t>(i * c_row + j)] / T(2);
            size += std::fabs(static_cast<long double>(c[static_cast<std::size_t>(i * c_row + j)]));
        }
        const long double unit = std::is_integral_v<T> ? 0 : std::numeric_limits<T>::epsilon();
        CHECK(std::fabs(sums[static_cast<std::size_t>(j)] - sum) <= unit * size * 64);
    }
    tdsl_set_threads(1);
    tdsl::gemm_epilogue_column_sums(m, n, k, left, right, again.data(), [=](Size, Size, T value) { return value; });
    tdsl_set_threads(3);
    CHECK(sums == again);
}

template <typename T>
void check_product(Size m, Size n, Size k, bool turn_a, bool turn_b, Size gap, std::mt19937 &source) {
    const Size a_row = turn_a ? 1 : k + gap, a_col = turn_a ? m + gap : 1;
    const Size b_row = turn_b ? 1 : n + gap, b_col = turn_b ? k + gap : 1, c_row = n + gap;
    const auto a = numbers<T>((m + gap) * (k + gap) + 1, source), b = numbers<T>((k + gap) * (n + gap) + 1, source);
    const T poison = std::is_integral_v<T> ? T(77) : std::numeric_limits<T>::quiet_NaN();
    std::vector<T> c(static_cast<std::size_t>(m * c_row + 1), poison), again = c;
    const tdsl::Matrix<T> left{a.data(), a_row, a_col}, right{b.data(), b_row, b_col};
    tdsl::gemm(m, n, k, left, right, c.data(), c_row);
    for (Size i = 0; i < m; ++i) {
        for (Size j = 0; j < n; ++j) {
            long double sum = 0, size = 0;
            for (Size p = 0; p < k; ++p) {
                const long double term = static_cast<long double>(a[static_cast<std::size_t>(i * a_row + p * a_col)]) *
                                         b[static_cast<std::size_t>(p * b_row + j * b_col)];
                sum += term;
                size += std::fabs(term);
            }
            const long double unit = std::is_integral_v<T> ? 0 : std::numeric_limits<T>::epsilon();
            const long double bound = unit * size * static_cast<long double>(k + 1);
            CHECK(std::fabs(c[static_cast<std::size_t>(i * c_row + j)] - sum) <= bound);
        }
        for (Size j = n; j < c_row; ++j) {  // the gap between rows is not written
            const T untouched = c[static_cast<std::size_t>(i * c_row + j)];
            CHECK(std::memcmp(&untouched, &poison, sizeof(T)) == 0);
        }
    }
    tdsl_set_threads(1);
    tdsl::gemm(m, n, k, left, right, again.data(), c_row);
    tdsl_set_threads(3);
    CHECK(std::memcmp(c.data(), again.data(), c.size() * sizeof(T)) == 0);
    std::vector<T> doubled(c.size(), poison);
    T *const to = doubled.data();
    tdsl::gemm_epilogue(m, n, k, left, right, [=](Size i, Size j, T value) { to[i * c_row + j] = value + value; });
    for (Size i = 0; i < m; ++i)
        for (Size j = 0; j < n; ++j) c[static_cast<std::size_t>(i * c_row + j)] *= 2;
    CHECK(std::memcmp(c.data(), to, c.size() * sizeof(T)) == 0);
    check_columns(m, n, k, left, right, c, c_row);
}

template <typename T>
void check_all(std::mt19937 &source) {
    const Size sizes[] = {0, 1, 2, 3, 13, 14, 15, 31, 32, 33, 67};
    for (Size m : sizes)
        for (Size n : sizes)
            for (Size k : sizes)
                for (int way = 0; way < 4; ++way) check_product<T>(m, n, k, way & 1, way & 2, (m + n + k) % 3, source);
    const Size larger[][3] = {
        {257, 129, 1031}, {1, 700, 513}, {700, 1, 513}, {5, 1000, 40}, {1000, 2, 70}, {150, 4200, 9},
        {120000, 17, 5}, {9, 300, 1100}, {300, 9, 1100}, {130, 70, 2100}, {3, 300, 90}, {6, 300, 90}, {90, 1024, 20},
        {45, 4200, 33}, {20, 1024, 300}, {100, 1, 5000}, {1, 300, 1500}, {70, 40, 300}, {33, 33, 270}, {14, 700, 260},
        {120, 520, 300}, {40, 24, 5000}, {150, 90, 1}, {150, 90, 2}};
    for (const auto &size : larger)
        for (int way = 0; way < 4; ++way) check_product<T>(size[0], size[1], size[2], way & 1, way & 2, way, source);
}

// The bits of a product are those of copies without gaps.  Along an axis of one element a stride says nothing, and rows
// of one element that overlap are as far apart as their elements.
template <typename T>
void check_strides(std::mt19937 &source) {
    const Size sizes[][3] = {{1300, 4, 0}, {1300, 4, 1}, {1300, 4, 2}, {4, 1300, 1}, {1, 3, 3000}, {3, 1, 3000},
                             {1, 40, 3000}, {3000, 1, 40}, {1, 1, 3000}, {70, 90, 1}, {9, 1, 500}, {1, 9, 500},
                             {300, 10, 40}, {10, 300, 40}, {1, 300, 20}, {300, 1, 20}, {30, 1, 160}, {1, 30, 160}};
    const auto halved = [](Size, Size, T value) { return value / T(2); };
    for (const auto &[m, n, k] : sizes)
        for (int way = 0; way < 4; ++way)
            for (Size gap : {-1, 1, 5}) {  // -1: all rows, or columns, are one element apart
                const Size a_step = gap < 0 ? 1 : (way & 1 ? m : k) + gap;
                const Size b_step = gap < 0 ? 1 : (way & 2 ? k : n) + gap;
                const tdsl::Matrix<T> turned_a{nullptr, 1, a_step}, straight_a{nullptr, a_step, 1};
                const tdsl::Matrix<T> turned_b{nullptr, 1, b_step}, straight_b{nullptr, b_step, 1};
                // The compiler does not know the order of columns that overlap, which it passes as affine.
                if (gap < 0 && way) continue;
                tdsl::Matrix<T> a = way & 1 ? turned_a : straight_a, b = way & 2 ? turned_b : straight_b;
                const auto held_a = numbers<T>(m * a.row + k * a.column, source);
                const auto held_b = numbers<T>(k * b.row + n * b.column, source);
                a.data = held_a.data(), b.data = held_b.data();
                std::vector<T> copy_a(static_cast<std::size_t>(m * k + 1)), copy_b(static_cast<std::size_t>(n * k + 1));
                const tdsl::Matrix<T> left{copy_a.data(), way & 1 ? 1 : k, way & 1 ? m : 1};
                const tdsl::Matrix<T> right{copy_b.data(), way & 2 ? 1 : n, way & 2 ? k : 1};
                for (Size i = 0; i < m; ++i)
                    for (Size p = 0; p < k; ++p)
                        copy_a[static_cast<std::size_t>(i * left.row + p * left.column)] = a.at(i, p);
                for (Size p = 0; p < k; ++p)
                    for (Size j = 0; j < n; ++j)
                        copy_b[static_cast<std::size_t>(p * right.row + j * right.column)] = b.at(p, j);
                std::vector<T> c(static_cast<std::size_t>(m * n)), again = c;
                std::vector<T> sums(static_cast<std::size_t>(n)), other_sums = sums;
                tdsl::gemm(m, n, k, left, right, c.data(), n);
                tdsl::gemm(m, n, k, a, b, again.data(), n);
                CHECK(c == again);
                tdsl::gemm_epilogue_column_sums(m, n, k, left, right, sums.data(), halved);
                tdsl::gemm_epilogue_column_sums(m, n, k, a, b, other_sums.data(), halved);
                CHECK(sums == other_sums);
            }
}

// The bits of a product depend on no cache: those of small, common and large ones.
template <typename T>
void check_caches(std::mt19937 &source) {
    const tdsl::Caches own = tdsl::caches();
    const tdsl::Caches others[] = {{8 << 10, 128 << 10}, {48 << 10, 2 << 20}, {1 << 20, 16 << 20}};
    const Size sizes[][3] = {{150, 170, 1300}, {33, 700, 260}, {700, 33, 700}, {90, 1024, 300}, {450, 96, 1024},
                             {64, 48, 4100}, {120, 520, 300}};
    for (const auto &[m, n, k] : sizes)
        for (int way = 0; way < 4; ++way) {
            const auto a = numbers<T>(m * k, source), b = numbers<T>(k * n, source);
            const tdsl::Matrix<T> left{a.data(), way & 1 ? 1 : k, way & 1 ? m : 1};
            const tdsl::Matrix<T> right{b.data(), way & 2 ? 1 : n, way & 2 ? k : 1};
            std::vector<T> first(static_cast<std::size_t>(m * n)), sums(static_cast<std::size_t>(n));
            const auto halved = [](Size, Size, T value) { return value / T(2); };
            tdsl::gemm(m, n, k, left, right, first.data(), n);
            tdsl::gemm_epilogue_column_sums(m, n, k, left, right, sums.data(), halved);
            for (const tdsl::Caches &other : others) {
                tdsl::use_caches(other);
                std::vector<T> again(first.size()), others_sums(sums.size());
                tdsl::gemm(m, n, k, left, right, again.data(), n);
                tdsl::gemm_epilogue_column_sums(m, n, k, left, right, others_sums.data(), halved);
                CHECK(first == again);
                CHECK(sums == others_sums);
            }
            tdsl::use_caches(own);
        }
}

// Products of operands that are no matrices have the bits that copies of them give.  Rows are walked along two axes,
// depth along two that overlap, columns along two, the last one backwards.
template <typename T>
void check_affine(Size rows, Size more_rows, Size depth, Size more_depth, Size columns, std::mt19937 &source) {
    const Size m = rows * more_rows, k = depth * more_depth, n = 2 * columns;
    const Size a_row = depth + more_depth, a_next = rows * a_row, b_row = n + 1;
    const auto a = numbers<T>(more_rows * a_next + a_row, source), b = numbers<T>((k + 1) * b_row, source);
    const auto a_at = [=](Size i, Size p) {
        return i / more_rows * a_row + i % more_rows * a_next + p / more_depth + p % more_depth;
    };
    const auto b_at = [=](Size p, Size j) { return p * b_row + j / columns * columns + columns - 1 - j % columns; };
    std::vector<T> left(static_cast<std::size_t>(m * k)), right(static_cast<std::size_t>(k * n));
    for (Size i = 0; i < m; ++i)
        for (Size p = 0; p < k; ++p)
            left[static_cast<std::size_t>(i * k + p)] = a[static_cast<std::size_t>(a_at(i, p))];
    for (Size p = 0; p < k; ++p)
        for (Size j = 0; j < n; ++j)
            right[static_cast<std::size_t>(p * n + j)] = b[static_cast<std::size_t>(b_at(p, j))];
    const T poison = std::is_integral_v<T> ? T(77) : std::numeric_limits<T>::quiet_NaN();
    std::vector<T> expected(static_cast<std::size_t>(m * n), poison), c = expected;
    std::vector<T> sums(static_cast<std::size_t>(n), poison), expected_sums = sums;
    const tdsl::Matrix<T> copy_a{left.data(), k, 1}, copy_b{right.data(), n, 1};
    const auto halved = [](Size, Size, T value) { return value / T(2); };
    tdsl::gemm(m, n, k, copy_a, copy_b, expected.data(), n);
    tdsl::gemm_epilogue_column_sums(m, n, k, copy_a, copy_b, expected_sums.data(), halved);
    const auto same = [](const std::vector<T> &one, const std::vector<T> &other) {
        return one.empty() || std::memcmp(one.data(), other.data(), one.size() * sizeof(T)) == 0;
    };
    for (int threads : {1, 3}) {
        tdsl_set_threads(threads);
        tdsl::affine_gemm<T>(m, n, k, {a.data(), k, 1, {{rows, a_row}, {more_rows, a_next}},
                                       {{depth, 1}, {more_depth, 1}}},
                             {b.data() + (columns - 1) * (columns > 0), n, 1, {{depth, more_depth * b_row},
                              {more_depth, b_row}}, {{2, columns}, {columns, -1}}}, c.data(), n);
        CHECK(same(c, expected));
        T *const to = c.data();
        tdsl::affine_gemm_epilogue<T>(
            m, n, k, {a.data(), k, 1, {{rows, a_row}, {more_rows, a_next}}, {{k, 0}}}, {right.data(), n, 1, {{k, n}},
            {{n, 1}}}, [=](Size i, Size j, T value) { to[i * n + j] = value; });
        std::vector<T> stretched(left.size());
        for (Size i = 0; i < m; ++i)
            for (Size p = 0; p < k; ++p)
                stretched[static_cast<std::size_t>(i * k + p)] = a[static_cast<std::size_t>(a_at(i, 0))];
        std::vector<T> again(c.size(), poison);
        tdsl::gemm(m, n, k, {stretched.data(), k, 1}, copy_b, again.data(), n);
        CHECK(same(c, again));
        tdsl::affine_gemm_epilogue_column_sums<T>(
            m, n, k, {a.data(), k, 1, {{rows, a_row}, {more_rows, a_next}}, {{depth, 1}, {more_depth, 1}}},
            {right.data(), n, 1, {{depth, more_depth * n}, {more_depth, n}}, {{n, 1}}}, sums.data(), halved);
        CHECK(same(sums, expected_sums));
        std::vector<T> other(c.size(), poison);
        tdsl::affine_gemm<T>(n, m, k, {right.data(), 1, n, {{2, columns}, {columns, 1}}, {{k, n}}},
                             {left.data(), 1, k, {{k, 1}}, {{rows, more_rows * k}, {more_rows, k}}}, other.data(), m);
        tdsl::gemm(n, m, k, {right.data(), 1, n}, {left.data(), 1, k}, again.data(), m);
        CHECK(same(other, again));
    }
}

// Operands that are kept packed have the bits of others, whatever the number of threads of each step.
template <typename T>
void check_kept(std::mt19937 &source) {
    const Size sizes[][3] = {{1, 1, 1}, {20, 1024, 256}, {20, 256, 1024}, {3, 300, 90}, {40, 7, 600}, {7, 40, 600},
                             {150, 40, 300}, {600, 20, 300}, {33, 700, 260}, {1, 90, 700}, {90, 1, 700}, {70, 70, 70}};
    for (const auto &[m, n, k] : sizes)
        for (int way = 0; way < 4; ++way) {
            tdsl::Kept kept_left{tdsl::most_kept - 1}, kept_right{0};
            const auto a = numbers<T>(m * k, source), b = numbers<T>(k * n, source);
            const tdsl::Matrix<T> left{a.data(), way & 1 ? 1 : k, way & 1 ? m : 1};
            const tdsl::Matrix<T> right{b.data(), way & 2 ? 1 : n, way & 2 ? k : 1};
            for (int threads : {3, 1, 3}) {
                tdsl_set_threads(threads);
                const auto other = numbers<T>(std::max(m, n) * k, source);
                std::vector<T> expected(static_cast<std::size_t>(m * n)), c = expected;
                tdsl::Matrix<T> changing{other.data(), left.row, left.column}, kept = right;
                kept.kept = &kept_right;
                tdsl::gemm(m, n, k, changing, right, expected.data(), n);
                tdsl::gemm(m, n, k, changing, kept, c.data(), n);
                CHECK(c == expected);
                changing = {other.data(), right.row, right.column}, kept = left, kept.kept = &kept_left;
                tdsl::gemm(m, n, k, left, changing, expected.data(), n);
                tdsl::gemm(m, n, k, kept, changing, c.data(), n);
                CHECK(c == expected);
            }
        }
    tdsl_set_threads(3);
}

// Windows of images, each a column or a row: packing copies runs of their rows.
template <typename T>
void check_windows(Size m, Size channels, Size side, Size width, Size high, Size wide, std::mt19937 &source) {
    const Size row = wide + width - 1, image = (high + side - 1) * row, k = channels * side * width, n = high * wide;
    const auto images = numbers<T>(channels * image, source), a = numbers<T>(m * std::max(k, n), source);
    std::vector<T> windows(static_cast<std::size_t>(k * n)), expected(static_cast<std::size_t>(m * std::max(k, n)));
    for (Size p = 0; p < k; ++p)
        for (Size j = 0; j < n; ++j)
            windows[static_cast<std::size_t>(p * n + j)] = images[static_cast<std::size_t>(
                p / (side * width) * image + (p / width % side + j / wide) * row + p % width + j % wide)];
    const std::initializer_list<tdsl::Axis> inside{{channels, image}, {side, row}, {width, 1}};
    const std::initializer_list<tdsl::Axis> places{{high, row}, {wide, 1}};
    std::vector<T> c = expected;
    tdsl::gemm<T>(m, n, k, {a.data(), k, 1}, {windows.data(), n, 1}, expected.data(), n);
    tdsl::affine_gemm<T>(m, n, k, {a.data(), k, 1, {{m, k}}, {{k, 1}}}, {images.data(), n, 1, inside, places}, c.data(),
                         n);
    CHECK(c == expected);
    tdsl::gemm<T>(m, k, n, {a.data(), n, 1}, {windows.data(), 1, n}, expected.data(), k);
    tdsl::affine_gemm<T>(m, k, n, {a.data(), n, 1, {{m, n}}, {{n, 1}}}, {images.data(), 1, n, places, inside}, c.data(),
                         k);
    CHECK(c == expected);
}

template <typename T>
void check_all_windows(std::mt19937 &source) {
    for (Size wide : {1, 2, 3, 4, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 50})
        for (Size width : {1, 3, 4, 5, 9, 17}) check_windows<T>(15, 5, 3, width, 9, wide, source);
}

template <typename T>
void check_all_affine(std::mt19937 &source) {
    const Size sizes[][5] = {
        {1, 1, 1, 1, 1}, {0, 2, 2, 3, 2}, {2, 3, 0, 3, 2}, {2, 3, 3, 2, 0}, {2, 2, 2, 2, 1}, {5, 3, 7, 3, 4},
        {13, 9, 5, 14, 2}, {13, 9, 5, 14, 5}, {3, 1, 5, 30, 70}, {2, 40, 7, 9, 33}, {9, 14, 60, 3, 20},
        {16, 16, 30, 40, 65}, {5, 4, 70, 60, 12}, {40, 33, 3, 4, 150}, {200, 30, 2, 1, 1}, {1, 1, 100, 30, 200},
        {40, 33, 1, 1, 35}, {1, 3000, 1, 1, 4}, {1, 1, 60, 50, 2}, {40, 33, 1, 1, 4}, {40, 33, 1, 2, 4}};
    for (const auto &size : sizes) check_affine<T>(size[0], size[1], size[2], size[3], size[4], source);
}

}  // namespace

int main() {
    std::mt19937 source(1);
    tdsl_set_threads(3);
    CHECK(tdsl::caches().first >= 8 << 10 && tdsl::caches().second >= tdsl::caches().first);
    check_caches<float>(source);
    check_caches<double>(source);
    check_kept<float>(source);
    check_kept<double>(source);
    check_all_windows<float>(source);
    check_all_windows<double>(source);
    check_strides<float>(source);
    check_strides<double>(source);
    // All forms again, with caches so small that each product is cut into many blocks.
    tdsl::use_caches({8 << 10, 128 << 10});
    check_all_affine<float>(source);
    check_all<float>(source);
    tdsl::use_caches({48 << 10, 2 << 20});
    check_all_affine<float>(source);
    check_all_affine<double>(source);
    check_all_affine<std::int32_t>(source);
    check_all_affine<std::int64_t>(source);
    check_all<float>(source);
    check_all<double>(source);
    check_all<std::int32_t>(source);
    check_all<std::int64_t>(source);
}
