// The pool: every task once, nested and contended loops, exceptions, changes of size, lending, and life after fork.
#include "tdsl/pool.hpp"

#include "check.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

void check_every_task_once(std::int64_t tasks) {
    std::vector<std::atomic<int>> counts(static_cast<std::size_t>(tasks));
    tdsl::parallel(tasks, [&](std::int64_t task) { ++counts[static_cast<std::size_t>(task)]; });
    for (const auto &count : counts) CHECK(count == 1);
}

void check_nested() {
    std::atomic<int> count{0};
    tdsl::parallel(10, [&](std::int64_t) { tdsl::parallel(10, [&](std::int64_t) { ++count; }); });
    CHECK(count == 100);
}

void check_contended() {
    std::atomic<int> count{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 4; ++caller)
        callers.emplace_back([&] {
            for (int round = 0; round < 500; ++round) tdsl::parallel(7, [&](std::int64_t) { ++count; });
        });
    for (auto &caller : callers) caller.join();
    CHECK(count == 4 * 500 * 7);
}

// Every caller progresses while others run loops.
void check_nobody_starves() {
    constexpr int callers = 4;
    std::atomic<int> rounds[callers] = {};
    std::atomic<bool> enough{false};
    std::vector<std::thread> threads;
    for (int caller = 0; caller < callers; ++caller)
        threads.emplace_back([&, caller] {
            while (!enough) {
                tdsl::parallel(5, [](std::int64_t) { std::this_thread::yield(); });
                if (++rounds[caller] == 50) {
                    bool all = true;
                    for (const auto &count : rounds) all = all && count >= 50;
                    if (all) enough = true;
                }
            }
        });
    for (auto &thread : threads) thread.join();
    for (const auto &count : rounds) CHECK(count >= 50);
}

void check_exception() {
    for (int round = 0; round < 20; ++round) {
        bool caught = false;
        try {
            tdsl::parallel(50, [](std::int64_t task) {
                if (task == 20) throw std::runtime_error("task 20");
            });
        } catch (const std::runtime_error &) {
            caught = true;
        }
        CHECK(caught);
    }
}

// A module that uses the pool of another one.
int lent_loops = 0;
void lent_pool(int threads, std::int64_t tasks, bool (*task)(void *, std::int64_t), void *context) {
    ++lent_loops;
    tdsl::own_pool()(threads, tasks, task, context);
}

void check_lent_pool() {
    tdsl::use_pool(lent_pool);
    check_every_task_once(100);
    check_exception();
    tdsl::use_pool(tdsl::own_pool());
    CHECK(lent_loops == (tdsl_threads() > 1 ? 21 : 0));
    lent_loops = 0;
}

void check_fork() {
    check_every_task_once(100);
    for (int round = 0; round < 20; ++round) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(20);
            check_every_task_once(1000);
            _exit(0);
        }
        int status = 1;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    check_every_task_once(100);
}

}  // namespace

int main() {
    for (int threads : {1, 2, 5}) {
        tdsl_set_threads(threads);
        CHECK(tdsl_threads() == threads);
        for (std::int64_t tasks : {0, 1, 2, 3, 1000})
            for (int round = 0; round < 50; ++round) check_every_task_once(tasks);
        check_nested();
        check_contended();
        check_nobody_starves();
        check_exception();
        check_lent_pool();
        check_fork();
    }
    tdsl_set_threads(0);
    CHECK(tdsl_threads() >= 1);
    check_every_task_once(10);
}
