// The pool: every task once, nested and contended loops, exceptions, changes of size, and life after fork.
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
        check_exception();
        check_fork();
    }
    tdsl_set_threads(0);
    CHECK(tdsl_threads() >= 1);
    check_every_task_once(10);
}
