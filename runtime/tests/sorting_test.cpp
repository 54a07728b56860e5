// Lines of all lengths around the limits between ways of sorting, in parts too, beside the standard library's; and the
// way of lines that are too long for this test.
#include "../source/sorting.cpp"

#include "check.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace {

template <typename T>
bool is_before(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
        if (a != a || b != b) return a == a;
    }
    return a < b;
}

template <typename T>
T drawn(int kind, std::mt19937_64 &source) {
    const double normal = std::normal_distribution<double>()(source);
    if (kind == 0) return static_cast<T>(normal * 20 + 128);
    if (kind == 1) return static_cast<T>(source() % 3);
    if constexpr (std::is_floating_point_v<T>) {
        using Limits = std::numeric_limits<T>;
        const T edges[] = {Limits::quiet_NaN(), -Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), T(0),
                           -T(0),               Limits::denorm_min(), -Limits::denorm_min()};
        return source() % 2 ? edges[source() % 8] : static_cast<T>(normal);
    } else {
        return static_cast<T>(source());
    }
}

template <typename T>
std::vector<int64_t> expected(const T *x, int64_t length, int64_t step, bool largest) {
    std::vector<int64_t> order(static_cast<size_t>(length));
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [=](int64_t a, int64_t b) {
        return largest ? is_before(x[b * step], x[a * step]) : is_before(x[a * step], x[b * step]);
    });
    return order;
}

template <typename T>
void check(int64_t outer, int64_t length, int64_t inner, int kind, std::mt19937_64 &source) {
    const int64_t k = length ? static_cast<int64_t>(source()) & 7 & length : 0, count = outer * length * inner;
    std::vector<T> x(static_cast<size_t>(count)), y(x.size());
    std::vector<int64_t> order(x.size()), first(static_cast<size_t>(outer * k * inner));
    std::vector<double> scratch(static_cast<size_t>(4 * count + outer * inner * (length / 65536 * 2048)));
    for (T &each : x) each = drawn<T>(kind, source);
    tdsl::sort(outer, length, inner, y.data(), x.data(), scratch.data());
    tdsl::argsort(outer, length, inner, order.data(), x.data(), scratch.data());
    tdsl::argtopk(outer, length, inner, k, first.data(), x.data(), scratch.data());
    for (int64_t row = 0; row < outer; ++row)
        for (int64_t column = 0; column < inner; ++column) {
            const int64_t start = row * length * inner + column;
            const std::vector<int64_t> wanted = expected(x.data() + start, length, inner, false);
            const std::vector<int64_t> largest = expected(x.data() + start, length, inner, true);
            for (int64_t i = 0; i < length; ++i) {
                const size_t at = static_cast<size_t>(start + i * inner);
                const int64_t place = wanted[static_cast<size_t>(i)];
                const T *const element = &x[static_cast<size_t>(start + place * inner)];
                CHECK(order[at] == place);
                CHECK(*element != *element || !std::memcmp(element, &y[at], sizeof(T)));
            }
            for (int64_t i = 0; i < k; ++i) {
                const size_t at = static_cast<size_t>((row * k + i) * inner + column);
                CHECK(first[at] == largest[static_cast<size_t>(i)]);
            }
        }
}

template <typename T>
void check_all(std::mt19937_64 &source) {
    for (const int64_t length : {0, 1, 2, 15, 16, 17, 127, 128, 129, 255, 256, 257, 2999, 3000, 3001})
        for (int kind = 0; kind < 3; ++kind)
            for (const int64_t inner : {1, 3}) check<T>(2, length, inner, kind, source);
    check<T>(1, 140001, 1, 2, source);
    check<T>(1, 131072, 2, 1, source);
}

void check_places(int64_t length) {
    std::vector<int64_t> places(static_cast<size_t>(length)), keys(places.size());
    for (int64_t i = 0; i < length; ++i) keys[static_cast<size_t>(i)] = i * 7919 % 13;
    const int64_t *const key = keys.data();
    tdsl::order_places(length, places.data(), [=](int64_t a, int64_t b) {
        return key[a] < key[b] || (key[a] == key[b] && a < b);
    });
    CHECK(places == expected(key, length, 1, false));
}

}  // namespace

int main() {
    std::mt19937_64 source(1);
    check_all<float>(source);
    check_all<double>(source);
    check_all<int32_t>(source);
    check_all<int64_t>(source);
    check_all<uint8_t>(source);
    for (const int64_t length : {0, 1, 2, 3, 4, 100, 1001}) check_places(length);
    std::puts("sorting_test: ok");
}
