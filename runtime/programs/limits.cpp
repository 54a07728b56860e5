// The limits of the machine: answers "fma" with the GFLOP/s of multiply-adds that stay in registers, and "copy N" with
// the GB/s, read and written, of copying N bytes; all threads at once, the best of some runs.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <latch>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>

namespace {

#if defined(__AVX512F__)
constexpr int bytes = 64;
#elif defined(__AVX__)
constexpr int bytes = 32;
#else
constexpr int bytes = 16;
#endif
using Vector [[gnu::vector_size(bytes)]] = float;
constexpr int lanes = bytes / 4;

int threads() {
    cpu_set_t allowed;
    return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

// Seconds from the first thread's beginning, once all are there, to the last one's end.
double seconds(const std::function<void(int)> &work) {
    using Clock = std::chrono::steady_clock;
    const int count = threads();
    std::latch start(count);
    std::vector<Clock::time_point> begins(static_cast<std::size_t>(count)), ends = begins;
    std::vector<std::thread> pool;
    for (int thread = 0; thread < count; ++thread)
        pool.emplace_back([&, thread] {
            start.arrive_and_wait();
            begins[static_cast<std::size_t>(thread)] = Clock::now();
            work(thread);
            ends[static_cast<std::size_t>(thread)] = Clock::now();
        });
    for (auto &thread : pool) thread.join();
    return std::chrono::duration<double>(*std::ranges::max_element(ends) - *std::ranges::min_element(begins)).count();
}

double multiply_adds() {
    constexpr int chains = 16, rounds = 400'000;
    double best = 0;
    for (int repeat = 0; repeat < 5; ++repeat) {
        const double taken = seconds([](int) {
            Vector sums[chains] = {}, factor = Vector{} + 1.0F;
            for (auto &sum : sums) asm volatile("" : "+v"(sum));
            for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
                for (auto &sum : sums) sum = factor * factor + sum;
                asm volatile("" : "+v"(factor));
            }
            for (auto &sum : sums) asm volatile("" : : "v"(sum));
        });
        best = std::max(best, 2.0 * chains * rounds * lanes * threads() / taken / 1e9);
    }
    return best;
}

double copies(std::size_t size) {
    const std::size_t part = size / static_cast<std::size_t>(threads());
    const int repeats = static_cast<int>(std::max<std::size_t>(4, 200'000'000 / (size + 1)));
    std::vector<char> from(size, 1), to(size, 2);
    double best = 0;
    for (int repeat = 0; repeat < 5; ++repeat) {
        const double taken = seconds([&](int thread) {
            const std::size_t offset = part * static_cast<std::size_t>(thread);
            for (int time = 0; time < repeats; ++time) {
                std::memcpy(to.data() + offset, from.data() + offset, part);
                asm volatile("" : : "r"(to.data()) : "memory");
            }
        });
        best = std::max(best, 2.0 * static_cast<double>(part) * threads() * repeats / taken / 1e9);
    }
    return best;
}

}  // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string what;
        std::size_t size = 0;
        words >> what >> size;
        std::cout << (what == "copy" ? copies(size) : multiply_adds()) << std::endl;
    }
}
