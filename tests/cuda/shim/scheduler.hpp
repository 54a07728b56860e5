// The threads of a block as fibers, or as threads of the system, and the functions that a shared object exports.
#ifndef TDSL_SHIM_SCHEDULER_HPP
#define TDSL_SHIM_SCHEDULER_HPP

namespace tdsl_shim {

inline uint64_t seed = 0;

// xorshift64*.
struct Random {
    uint64_t state;
    explicit Random(uint64_t start) : state(start * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du) {}
    unsigned below(unsigned count) {
        state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
        return static_cast<unsigned>(((state * 0x2545f4914f6cdd1du) >> 33) % count);
    }
};

struct Launch {
    const Kernel *kernel;
    void **parameters;
};

}  // namespace tdsl_shim

#ifdef TDSL_SHIM_THREADS

#include <pthread.h>

namespace tdsl_shim {

inline pthread_barrier_t of_block, of_warps[most_threads / warp];
inline Launch launched;

inline void wait_for_block() { pthread_barrier_wait(&of_block); }
inline void wait_for_warp() { pthread_barrier_wait(&of_warps[thread.x / warp]); }

inline void *run_thread(void *number) {
    thread.x = static_cast<unsigned>(reinterpret_cast<uintptr_t>(number));
    for (unsigned each = 0; each < grid_size.x; ++each) {
        block.x = each;
        launched.kernel->run(launched.parameters);
        wait_for_block();
    }
    return nullptr;
}

inline bool run(Launch launch) {
    launched = launch;
    static pthread_t threads[most_threads];
    const unsigned count = block_size.x;
    pthread_barrier_init(&of_block, nullptr, count);
    for (unsigned first = 0; first < count; first += warp)
        pthread_barrier_init(&of_warps[first / warp], nullptr, count - first < warp ? count - first : warp);
    for (uintptr_t each = 0; each < count; ++each)
        if (pthread_create(&threads[each], nullptr, run_thread, reinterpret_cast<void *>(each))) abort();
    for (unsigned each = 0; each < count; ++each) pthread_join(threads[each], nullptr);
    return true;
}

}  // namespace tdsl_shim

#else

#include <setjmp.h>
#include <sys/mman.h>
#include <ucontext.h>

namespace tdsl_shim {

enum class State { ready, waits_for_block, waits_for_warp, ended };

struct Fiber {
    ucontext_t start;
    jmp_buf at;
    State state;
};

// setjmp and longjmp switch without a system call; contexts only begin the stacks.
class Fibers {
public:
    void wait(State state) {
        fibers_[thread.x].state = state;
        leave();
    }
    bool run(Launch launch) {
        launch_ = launch;
        if (memory_ == nullptr) begin();
        Random random(seed);
        unsigned *order = order_;
        // The order of blocks: shuffled in windows, so that memory does not grow with the grid.
        for (unsigned first = 0; first < grid_size.x; first += kept_order) {
            const unsigned count = grid_size.x - first < kept_order ? grid_size.x - first : kept_order;
            for (unsigned each = 0; each < count; ++each) order[each] = first + each;
            if (seed)
                for (unsigned each = count; each > 1; --each) swap(order[each - 1], order[random.below(each)]);
            for (unsigned each = 0; each < count; ++each) {
                block.x = order[each];
                if (!run_block(random)) return false;
            }
        }
        return true;
    }

private:
    static constexpr size_t stack = size_t{1} << 18;
    static constexpr unsigned kept_order = 4096;

    static void swap(unsigned &a, unsigned &b) {
        const unsigned kept = a;
        a = b, b = kept;
    }
    // Runs the threads until all have ended; false if some wait for others that do not come.
    bool run_block(Random &random) {
        const unsigned count = block_size.x;
        unsigned at_block = 0, ended = 0, ready = count;
        unsigned in_warp[most_threads / warp] = {};
        for (unsigned each = 0; each < count; ++each) {
            ready_[count - 1 - each] = each;
            fibers_[each].state = State::ready;
        }
        while (ready > 0) {
            const unsigned place = seed ? random.below(ready) : ready - 1, next = ready_[place];
            ready_[place] = ready_[--ready];
            resume(next);
            const unsigned its_warp = next / warp, lanes_there = count - its_warp * warp;
            switch (fibers_[next].state) {
            case State::ready: ready_[ready++] = next; break;
            case State::ended: ++ended; break;
            case State::waits_for_block: ++at_block; break;
            case State::waits_for_warp:
                if (++in_warp[its_warp] < (lanes_there < warp ? lanes_there : warp)) break;
                in_warp[its_warp] = 0;
                for (unsigned lane = lanes_there < warp ? lanes_there : warp; lane-- > 0;)
                    release(its_warp * warp + lane, ready);
            }
            if (at_block == count) {
                at_block = 0;
                for (unsigned each = count; each-- > 0;) release(each, ready);
            }
        }
        if (ended == count) return true;
        fprintf(stderr, "kernel %s: threads of block %u wait for others that have ended or wait elsewhere\n",
                launch_.kernel->name, block.x);
        begin();
        return false;
    }
    void release(unsigned number, unsigned &ready) {
        fibers_[number].state = State::ready;
        ready_[ready++] = number;
    }
    void resume(unsigned number) {
        thread.x = number;
        if (_setjmp(scheduler_) == 0) _longjmp(fibers_[number].at, 1);
    }
    void leave() {
        if (_setjmp(fibers_[thread.x].at) == 0) _longjmp(scheduler_, 1);
    }
    void begin() {
        if (memory_ == nullptr)
            memory_ = static_cast<char *>(mmap(nullptr, stack * most_threads, PROT_READ | PROT_WRITE,
                                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        if (memory_ == MAP_FAILED) abort();
        for (unsigned each = 0; each < most_threads; ++each) {
            ucontext_t &start = fibers_[each].start;
            getcontext(&start);
            start.uc_stack.ss_sp = memory_ + each * stack;
            start.uc_stack.ss_size = stack;
            start.uc_link = nullptr;
            makecontext(&start, live, 0);
            thread.x = each;
            if (_setjmp(scheduler_) == 0) setcontext(&start);
        }
    }
    static void live();

    Launch launch_{};
    char *memory_ = nullptr;
    jmp_buf scheduler_;
    Fiber fibers_[most_threads];
    unsigned ready_[most_threads], order_[kept_order];
};

inline Fibers fibers;

inline void Fibers::live() {
    for (;;) {
        fibers.leave();
        fibers.launch_.kernel->run(fibers.launch_.parameters);
        fibers.fibers_[thread.x].state = State::ended;
    }
}

__attribute__((noinline)) inline void wait_for_block() { fibers.wait(State::waits_for_block); }
__attribute__((noinline)) inline void wait_for_warp() { fibers.wait(State::waits_for_warp); }
inline bool run(Launch launch) { return fibers.run(launch); }

}  // namespace tdsl_shim

#endif

extern "C" {

// 0, 1 without such a kernel, or 2 if its threads wait for each other forever; one launch at a time.
__attribute__((visibility("default"))) int tdsl_shim_launch(const char *name, unsigned blocks, unsigned threads,
                                                                   void **parameters) {
    if (blocks == 0 || threads == 0 || threads > tdsl_shim::most_threads) return 3;
    for (const tdsl_shim::Kernel *each = tdsl_shim::kernels; each; each = each->next)
        if (strcmp(each->name, name) == 0) {
            tdsl_shim::block_size.x = threads, tdsl_shim::grid_size.x = blocks;
            return tdsl_shim::run({each, parameters}) ? 0 : 2;
        }
    return 1;
}

// The number of a kernel's parameters and their sizes in bytes; -1 without such a kernel.
__attribute__((visibility("default"))) int tdsl_shim_parameters(const char *name, uint32_t *bytes) {
    for (const tdsl_shim::Kernel *each = tdsl_shim::kernels; each; each = each->next)
        if (strcmp(each->name, name) == 0) return each->parameters(bytes);
    return -1;
}

// The order of blocks and threads; 0: that of their numbers.
__attribute__((visibility("default"))) void tdsl_shim_seed(uint64_t seed) { tdsl_shim::seed = seed; }
}

#endif
