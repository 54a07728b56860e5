// The speed of products against the FMA peak of the same run: gemm_speed [M N K [FIRST SECOND]], for caches of so many
// KiB instead of the processor's own.
#include "tdsl/gemm.hpp"
#include "tdsl/pool.hpp"

#include "../source/caches.hpp"
#include "../source/vector.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double peak() {
    constexpr int chains = 16, rounds = 400000;
    double best = 0;
    for (int repeat = 0; repeat < 5; ++repeat) {
        std::vector<float> sink(64);
        const double start = seconds();
        tdsl::parallel(tdsl_threads(), [&](std::int64_t task) {
            tdsl::Vector<float> sums[chains], factor = 1.0F - tdsl::Vector<float>{};
            for (int chain = 0; chain < chains; ++chain)
                sums[chain] = static_cast<float>(chain) - tdsl::Vector<float>{};
            for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
                for (int chain = 0; chain < chains; ++chain)
                    sums[chain] = tdsl::multiply_add(factor, factor, sums[chain]);
                asm volatile("" : "+v"(factor));
            }
            for (const auto &sum : sums) sink[static_cast<std::size_t>(task)] += sum[0];
        });
        const double flops = 2.0 * chains * rounds * tdsl::lane_count<float> * tdsl_threads();
        best = std::max(best, flops / (seconds() - start) / 1e9);
    }
    return best;
}

}  // namespace

int main(int count, char **arguments) {
    const auto number = [&](int position, std::int64_t usual) {
        return count > position ? std::atoll(arguments[position]) : usual;
    };
    const std::int64_t m = number(1, 1000), n = number(2, m), k = number(3, m);
    tdsl::use_caches({number(4, tdsl::caches().first >> 10) << 10, number(5, tdsl::caches().second >> 10) << 10});
    std::vector<float> a(static_cast<std::size_t>(m * k), 0.5F), b(static_cast<std::size_t>(k * n), 0.5F);
    std::vector<float> c(static_cast<std::size_t>(m * n), 0.5F);
    const double limit = peak();
    std::printf("%d threads, peak %.0f GFLOP/s, caches %lld and %lld KiB\n", tdsl_threads(), limit,
                static_cast<long long>(tdsl::caches().first >> 10),
                static_cast<long long>(tdsl::caches().second >> 10));
    for (int way = 0; way < 4; ++way) {
        const bool left = way & 1, right = way & 2;
        double best = 1e9;
        for (int repeat = 0; repeat < 20; ++repeat) {
            const double start = seconds();
            const tdsl::Matrix<float> first{a.data(), left ? 1 : k, left ? m : 1};
            tdsl::gemm(m, n, k, first, {b.data(), right ? 1 : n, right ? k : 1}, c.data(), n);
            best = std::min(best, seconds() - start);
        }
        const double speed = 2.0 * static_cast<double>(m * n * k) / best / 1e9;
        std::printf("%s @ %s  %8.3f ms  %6.1f GFLOP/s  %3.0f %%\n", left ? "A.T" : "A  ", right ? "B.T" : "B  ",
                    best * 1e3, speed, 100 * speed / limit);
    }
}
