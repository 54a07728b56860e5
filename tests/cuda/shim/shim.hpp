// CUDA's names for a C++ compiler: the text of a device unit, compiled with this file included before it, becomes a
// shared object whose kernels run on the CPU.
//
// The blocks of a launch run one after the other, in an order that the seed decides.  The threads of a block are
// fibers: whenever one waits or ends, the seed decides which goes on.  A missing barrier changes results.  With
// TDSL_SHIM_THREADS they are threads of the system instead, for ThreadSanitizer.
#ifndef TDSL_SHIM_HPP
#define TDSL_SHIM_HPP

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <initializer_list>
#include <utility>

#define __global__ __attribute__((visibility("default"), used))
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __shared__ static
#define __constant__ static const
#define __launch_bounds__(...)

namespace tdsl_shim {

#ifdef TDSL_SHIM_THREADS
#define TDSL_SHIM_OWN thread_local
#else
#define TDSL_SHIM_OWN
#endif

struct Number {
    unsigned x = 0;
};
inline TDSL_SHIM_OWN Number thread, block;
inline Number block_size, grid_size;

constexpr unsigned most_threads = 1024, warp = 32;

// Waits for all threads of the block, or of the warp.
void wait_for_block();
void wait_for_warp();

// The values that the lanes of a warp exchange.  Two sets take turns: a lane may write while others still read.
struct Lanes {
    alignas(16) char value[2][warp][16];
};
inline Lanes lanes[most_threads / warp];
inline unsigned turns[most_threads];

// Hands a value to the other lanes; theirs, once they have all done so.
template <typename T>
const char (*share(T value))[16] {
    static_assert(sizeof(T) >= 4 && sizeof(T) <= 8, "CUDA shuffles words and pairs of words");
    const unsigned self = thread.x, turn = turns[self]++ % 2;
    char(*const all)[16] = lanes[self / warp].value[turn];
    memcpy(all[self % warp], &value, sizeof value);
    wait_for_warp();
    return all;
}

template <typename T, typename Partner>
T exchange(T value, const Partner &partner) {
    const int lane = static_cast<int>(thread.x % warp), other = partner(lane);
    memcpy(&value, share(value)[other < 0 || other >= static_cast<int>(warp) ? lane : other], sizeof value);
    return value;
}

// A kernel by its name.
struct Kernel {
    const char *name;
    int (*parameters)(uint32_t *bytes);
    void (*run)(void **parameters);
    Kernel *next;
};
inline Kernel *kernels = nullptr;

template <auto kernel, typename Type>
struct Adapter;
template <auto kernel, typename... Parameters>
struct Adapter<kernel, void (*)(Parameters...)> {
    static int parameters(uint32_t *bytes) {
        for (const uint32_t each : {static_cast<uint32_t>(sizeof(Parameters))...}) *bytes++ = each;
        return sizeof...(Parameters);
    }
    static void run(void **given) { call(given, std::index_sequence_for<Parameters...>{}); }

private:
    template <std::size_t... Numbers>
    static void call(void **given, std::index_sequence<Numbers...>) {
        kernel(*static_cast<Parameters *>(given[Numbers])...);
    }
};

template <auto kernel>
struct Registered {
    explicit Registered(const char *name)
        : self{name, Adapter<kernel, decltype(kernel)>::parameters, Adapter<kernel, decltype(kernel)>::run, kernels} {
        kernels = &self;
    }
    Kernel self;
};

}  // namespace tdsl_shim

#define threadIdx tdsl_shim::thread
#define blockIdx tdsl_shim::block
#define blockDim tdsl_shim::block_size
#define gridDim tdsl_shim::grid_size

inline void __syncthreads() { tdsl_shim::wait_for_block(); }
inline void __syncwarp(unsigned = 0xffffffffu) { tdsl_shim::wait_for_warp(); }
inline void __threadfence() {
#ifndef __SANITIZE_THREAD__  // which does not know fences; the atomics here have an order of their own
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
#endif
}

inline int __syncthreads_or(int condition) {
    static int found[2];
    static TDSL_SHIM_OWN unsigned turns_of_all[tdsl_shim::most_threads];
    const unsigned turn = turns_of_all[threadIdx.x]++ % 2;
    if (condition) __atomic_store_n(&found[turn], 1, __ATOMIC_RELAXED);
    tdsl_shim::wait_for_block();
    const int any = __atomic_load_n(&found[turn], __ATOMIC_RELAXED);
    tdsl_shim::wait_for_block();
    __atomic_store_n(&found[turn], 0, __ATOMIC_RELAXED);
    return any;
}

template <typename T>
T __shfl_sync(unsigned, T value, int lane) {
    return tdsl_shim::exchange(value, [=](int) { return lane % 32; });
}
template <typename T>
T __shfl_down_sync(unsigned, T value, unsigned delta) {
    return tdsl_shim::exchange(value, [=](int lane) { return lane + static_cast<int>(delta); });
}
template <typename T>
T __shfl_up_sync(unsigned, T value, unsigned delta) {
    return tdsl_shim::exchange(value, [=](int lane) { return lane - static_cast<int>(delta); });
}
template <typename T>
T __shfl_xor_sync(unsigned, T value, int mask) {
    return tdsl_shim::exchange(value, [=](int lane) { return lane ^ mask; });
}
inline unsigned __ballot_sync(unsigned, int condition) {
    const unsigned count = blockDim.x - threadIdx.x / 32 * 32;
    const char(*const all)[16] = tdsl_shim::share(unsigned{condition != 0});
    unsigned bits = 0, bit;
    for (unsigned lane = 0; lane < 32 && lane < count; ++lane) {
        memcpy(&bit, all[lane], sizeof bit);
        bits |= bit << lane;
    }
    return bits;
}

inline int __popc(unsigned bits) { return __builtin_popcount(bits); }

template <typename T>
T atomicAdd(T *at, T amount) { return __atomic_fetch_add(at, amount, __ATOMIC_RELAXED); }
template <typename T>
T atomicOr(T *at, T bits) { return __atomic_fetch_or(at, bits, __ATOMIC_ACQ_REL); }
template <typename T>
T atomicExch(T *at, T value) { return __atomic_exchange_n(at, value, __ATOMIC_ACQ_REL); }
template <typename T>
T atomicCAS(T *at, T expected, T desired) {
    __atomic_compare_exchange_n(at, &expected, desired, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    return expected;
}

inline float __fmaf_rn(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
inline double __fma_rn(double a, double b, double c) { return __builtin_fma(a, b, c); }

#endif
