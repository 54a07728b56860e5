// Factors and solutions of all sizes around blocks against products in long double, zero and NaN pivots, and the same
// bits for any number of threads.
#include "tdsl/linear_algebra.hpp"

#include "tdsl/pool.hpp"

#include "check.hpp"

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <vector>

namespace {

using Size = std::int64_t;

template <typename T>
using Numbers = std::vector<T>;

template <typename T>
Numbers<T> numbers(Size count, std::mt19937 &source) {
    Numbers<T> values(static_cast<std::size_t>(count));
    for (T &value : values) value = static_cast<T>(std::uniform_real_distribution<double>(-1, 1)(source));
    return values;
}

// a @ b, n × n by n × m, with either part of a or its transpose.
template <typename T>
std::vector<long double> product(Size n, Size m, const std::function<T(Size, Size)> &a, const T *b) {
    std::vector<long double> sums(static_cast<std::size_t>(n * m));
    for (Size i = 0; i < n; ++i)
        for (Size k = 0; k < n; ++k) {
            const long double factor = a(i, k);
            if (factor != 0)
                for (Size j = 0; j < m; ++j) sums[static_cast<std::size_t>(i * m + j)] += factor * b[k * m + j];
        }
    return sums;
}

template <typename T>
void check_near(const std::vector<long double> &found, const T *wanted, Size n) {
    const long double most = 64 * static_cast<long double>(n + 1) * std::numeric_limits<T>::epsilon();
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::fabs(found[i] - wanted[i]) <= most * static_cast<long double>(n));
}

// Runs with one and with three threads: the same bits.
template <typename T>
void run(std::vector<T> &out, const std::function<void(T *)> &body) {
    std::vector<T> again(out.size(), T(7));
    tdsl_set_threads(1);
    body(again.data());
    tdsl_set_threads(3);
    body(out.data());
    CHECK(std::memcmp(out.data(), again.data(), out.size() * sizeof(T)) == 0);
}

template <typename T>
void check_matrices(Size count, Size n, Size m, std::mt19937 &source) {
    tdsl_call call{};
    auto a = numbers<T>(count * n * n, source);
    const auto b = numbers<T>(count * n * m, source);
    for (Size c = 0; c < count; ++c)
        for (Size i = 0; i < n; ++i) a[static_cast<std::size_t>((c * n + i) * n + i)] += static_cast<T>(n);
    Numbers<T> factor(a.size()), x(b.size());
    run<T>(factor, [&](T *to) { tdsl::cholesky<T>(&call, 0, count, n, to, a.data()); });
    for (Size c = 0; c < count; ++c) {
        const T *const own = a.data() + c * n * n, *const lower = factor.data() + c * n * n;
        Numbers<T> transposed(static_cast<std::size_t>(n * n)), symmetric = transposed;
        for (Size i = 0; i < n; ++i)
            for (Size j = 0; j < n; ++j) {
                transposed[static_cast<std::size_t>(j * n + i)] = lower[i * n + j];
                symmetric[static_cast<std::size_t>(i * n + j)] = own[i > j ? i * n + j : j * n + i];
                CHECK(j <= i || lower[i * n + j] == 0);
            }
        check_near<T>(product<T>(n, n, [=](Size i, Size k) { return lower[i * n + k]; }, transposed.data()),
                      symmetric.data(), n);
    }
    for (const bool is_lower : {false, true})
        for (const bool is_transposed : {false, true}) {
            run<T>(x, [&](T *to) {
                tdsl::solve_triangular<T>(&call, 0, is_lower, is_transposed, count, n, m, to, a.data(), b.data());
            });
            for (Size c = 0; c < count; ++c) {
                const T *const own = a.data() + c * n * n;
                const auto element = [=](Size i, Size k) {
                    if (is_transposed) std::swap(i, k);
                    return (is_lower ? k <= i : k >= i) ? own[i * n + k] : T(0);
                };
                check_near<T>(product<T>(n, m, element, x.data() + c * n * m), b.data() + c * n * m, n);
            }
        }
    const auto general = numbers<T>(count * n * n, source);
    Numbers<T> factors(a.size());
    std::vector<Size> exchanges(static_cast<std::size_t>(count * n));
    std::vector<double> scratch(static_cast<std::size_t>(tdsl::lu_width * (n + tdsl::lu_width)));
    run<T>(factors, [&](T *to) { tdsl::lu<T>(count, n, to, exchanges.data(), general.data(), scratch.data()); });
    Numbers<T> det(static_cast<std::size_t>(count)), logdet = det;
    tdsl::lu_det<T>(count, n, det.data(), factors.data(), exchanges.data());
    tdsl::lu_logdet<T>(count, n, logdet.data(), factors.data(), exchanges.data());
    for (std::size_t c = 0; c < det.size(); ++c)
        if (std::isnormal(det[c]))
            CHECK(std::fabs(std::log(std::fabs(det[c])) - logdet[c]) < 1e-4 * static_cast<double>(n + 1));
    for (const bool is_transposed : {false, true}) {
        run<T>(x, [&](T *to) {
            tdsl::lu_solve<T>(&call, 0, is_transposed, count, n, m, to, factors.data(), exchanges.data(), b.data());
        });
        for (Size c = 0; c < count; ++c) {
            const T *const own = general.data() + c * n * n, *const found = x.data() + c * n * m;
            const auto back = product<T>(
                n, m, [=](Size i, Size k) { return is_transposed ? own[k * n + i] : own[i * n + k]; }, found);
            long double size = 1;
            for (Size i = 0; i < n * m; ++i) size = std::max<long double>(size, std::fabs(found[i]));
            for (Size i = 0; i < n * m; ++i)
                CHECK(std::fabs(back[static_cast<std::size_t>(i)] - b[static_cast<std::size_t>(c * n * m + i)]) <=
                      64 * static_cast<long double>(n + 1) * std::numeric_limits<T>::epsilon() * size);
        }
    }
    CHECK(call.fault.site == 0);
}

template <typename T>
void check_faults(Size n, Size pivot) {
    Numbers<T> a(static_cast<std::size_t>(2 * n * n)), b(static_cast<std::size_t>(2 * n), T(1)), x = b, out = a;
    for (Size i = 0; i < 2 * n; ++i) a[static_cast<std::size_t>(i * n + i % n)] = T(1);
    T &wrong = a[static_cast<std::size_t>(n * n + pivot * (n + 1))];
    const auto pivot_of = [&](const std::function<void(tdsl_call *)> &body) {
        tdsl_call call{};
        body(&call);
        CHECK(call.fault.site == 6 && call.fault.bound == n && call.fault.value / n == 1);
        return call.fault.value % n;
    };
    for (const T value : {T(0), T(-1), std::numeric_limits<T>::quiet_NaN()}) {
        wrong = value;
        CHECK(pivot_of([&](tdsl_call *call) { tdsl::cholesky<T>(call, 5, 2, n, out.data(), a.data()); }) == pivot);
    }
    wrong = T(0);
    CHECK(pivot_of([&](tdsl_call *call) {
              tdsl::solve_triangular<T>(call, 5, true, false, 2, n, 1, x.data(), a.data(), b.data());
          }) == pivot);
    std::vector<Size> exchanges(static_cast<std::size_t>(2 * n));
    std::vector<double> scratch(static_cast<std::size_t>(tdsl::lu_width * (n + tdsl::lu_width)));
    tdsl::lu<T>(2, n, out.data(), exchanges.data(), a.data(), scratch.data());
    pivot_of([&](tdsl_call *call) {
        tdsl::lu_solve<T>(call, 5, false, 2, n, 1, x.data(), out.data(), exchanges.data(), b.data());
    });
    T det[2], logdet[2];
    tdsl::lu_det<T>(2, n, det, out.data(), exchanges.data());
    tdsl::lu_logdet<T>(2, n, logdet, out.data(), exchanges.data());
    CHECK(det[0] == 1 && det[1] == 0 && logdet[0] == 0 && std::isinf(logdet[1]) && logdet[1] < 0);
    // A NaN anywhere makes the whole solution NaN.
    wrong = std::numeric_limits<T>::quiet_NaN();
    tdsl_call call{};
    tdsl::lu<T>(2, n, out.data(), exchanges.data(), a.data(), scratch.data());
    tdsl::lu_solve<T>(&call, 5, false, 2, n, 1, x.data(), out.data(), exchanges.data(), b.data());
    CHECK(call.fault.site == 0);
    for (std::size_t i = 0; i < x.size() / 2; ++i) CHECK(x[i] == 1 && std::isnan(x[x.size() / 2 + i]));
}

template <typename T>
void check_all(std::mt19937 &source) {
    for (const Size n : {0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 100, 129, 257})
        for (const Size m : {0, 1, 3, 16, 130})
            if (n * m < 10000) check_matrices<T>(n < 20 ? 9 : n < 100 ? 2 : 1, n, m, source);
    check_matrices<T>(0, 3, 2, source);
    check_matrices<T>(2, 260, 1, source);
    for (const Size n : {1, 5, 40, 70, 300}) check_faults<T>(n, n / 2);
}

}  // namespace

int main() {
    std::mt19937 source(1);
    check_all<float>(source);
    check_all<double>(source);
}
