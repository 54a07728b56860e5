// The CUDA driver, found when it is first used: no toolkit is needed to build this, and no driver to import it.
#ifndef TDSL_SOURCE_CUDA_DRIVER_HPP
#define TDSL_SOURCE_CUDA_DRIVER_HPP

#include <cstddef>
#include <pthread.h>

#include <cstdint>
#include <exception>

namespace tdsl::cuda {

// The types, numbers and functions of the driver's documented interface that are used here.
using Result = int;
using DeviceNumber = int;
using Address = unsigned long long;
using Context = struct CUctx_st *;
using Module = struct CUmod_st *;
using Function = struct CUfunc_st *;
using Stream = struct CUstream_st *;
using Graph = struct CUgraph_st *;
using GraphExec = struct CUgraphExec_st *;

constexpr int interface_version = 12000;
constexpr Result success = 0, invalid_value = 1, out_of_memory = 2, no_device = 100, no_binary = 209;
constexpr int capability_major = 75, capability_minor = 76;
constexpr unsigned non_blocking = 1;  // of a stream: it does not wait for the default stream
constexpr int capture_of_thread = 1;
constexpr int pointer_device = 9;

#define TDSL_DRIVER(FUNCTION)                                                                                       \
    FUNCTION(cuInit, (unsigned))                                                                                    \
    FUNCTION(cuGetErrorName, (Result, const char **))                                                               \
    FUNCTION(cuGetErrorString, (Result, const char **))                                                             \
    FUNCTION(cuDeviceGetCount, (int *))                                                                             \
    FUNCTION(cuDeviceGet, (DeviceNumber *, int))                                                                    \
    FUNCTION(cuDeviceGetName, (char *, int, DeviceNumber))                                                          \
    FUNCTION(cuDeviceGetAttribute, (int *, int, DeviceNumber))                                                      \
    FUNCTION(cuDevicePrimaryCtxRetain, (Context *, DeviceNumber))                                                   \
    FUNCTION(cuCtxPushCurrent, (Context))                                                                           \
    FUNCTION(cuCtxPopCurrent, (Context *))                                                                          \
    FUNCTION(cuModuleLoadData, (Module *, const void *))                                                            \
    FUNCTION(cuModuleGetFunction, (Function *, Module, const char *))                                               \
    FUNCTION(cuMemGetInfo, (std::size_t *, std::size_t *))                                                          \
    FUNCTION(cuMemAlloc, (Address *, std::size_t))                                                                  \
    FUNCTION(cuMemFree, (Address))                                                                                  \
    FUNCTION(cuMemHostAlloc, (void **, std::size_t, unsigned))                                                      \
    FUNCTION(cuMemFreeHost, (void *))                                                                               \
    FUNCTION(cuMemcpyHtoDAsync, (Address, const void *, std::size_t, Stream))                                       \
    FUNCTION(cuMemcpyDtoHAsync, (void *, Address, std::size_t, Stream))                                             \
    FUNCTION(cuMemcpyDtoDAsync, (Address, Address, std::size_t, Stream))                                            \
    FUNCTION(cuMemsetD8Async, (Address, unsigned char, std::size_t, Stream))                                        \
    FUNCTION(cuPointerGetAttribute, (void *, int, Address))                                                         \
    FUNCTION(cuStreamCreate, (Stream *, unsigned))                                                                  \
    FUNCTION(cuStreamDestroy, (Stream))                                                                             \
    FUNCTION(cuStreamSynchronize, (Stream))                                                                         \
    FUNCTION(cuStreamBeginCapture, (Stream, int))                                                                   \
    FUNCTION(cuStreamEndCapture, (Stream, Graph *))                                                                 \
    FUNCTION(cuGraphInstantiateWithFlags, (GraphExec *, Graph, unsigned long long))                                 \
    FUNCTION(cuGraphDestroy, (Graph))                                                                               \
    FUNCTION(cuGraphExecDestroy, (GraphExec))                                                                       \
    FUNCTION(cuGraphLaunch, (GraphExec, Stream))                                                                    \
    FUNCTION(cuLaunchKernel, (Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, Stream, \
                              void **, void **))

struct Driver {
#define TDSL_MEMBER(name, parameters) Result (*name) parameters;
    TDSL_DRIVER(TDSL_MEMBER)
#undef TDSL_MEMBER
    Result (*cuFuncLoad)(Function);  // null in drivers before 12.4
};

// A failure of the device, the driver or their set-up, as a text for the user.
class Error : public std::exception {
public:
    __attribute__((format(printf, 3, 4))) Error(bool is_memory, const char *format, ...);
    const char *what() const noexcept override { return text_; }
    bool is_memory() const { return is_memory_; }

private:
    bool is_memory_;
    char text_[400];
};

const Driver &driver();  // throws Error without one, and in a forked child of the process that used it first
bool is_of_this_process();  // not so in a forked child, nor before its first use
bool is_in_forked_child();  // of the process that used it first

void check(Result result, const char *action);  // throws Error: "cannot launch a kernel: …"

// Holds a mutex for the lifetime.
class Lock {
public:
    explicit Lock(pthread_mutex_t &mutex) : mutex_(mutex) { pthread_mutex_lock(&mutex_); }
    ~Lock() { pthread_mutex_unlock(&mutex_); }
    Lock(const Lock &) = delete;
    Lock &operator=(const Lock &) = delete;

private:
    pthread_mutex_t &mutex_;
};

}  // namespace tdsl::cuda

#endif
