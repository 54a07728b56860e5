// Loading the CUDA driver, and its errors.
#include "cuda_driver.hpp"

#include <dlfcn.h>
#include <pthread.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>

namespace tdsl::cuda {
namespace {

constexpr const char *library_name = "libcuda.so.1";

Driver functions;
pid_t process = 0;  // that initialised the driver; 0: none
pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

using GetFunction = Result (*)(const char *, void **, int, std::uint64_t, void *);

void load() {
#ifndef __linux__
    throw Error(false, "modules for CUDA devices run on Linux only");
#else
    void *const library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        throw Error(false,
                    "no CUDA driver (%s): install the NVIDIA driver, version 580 or later; a container needs access to "
                    "the GPU, as by docker run --gpus all",
                    dlerror());
    const auto get = reinterpret_cast<GetFunction>(dlsym(library, "cuGetProcAddress_v2"));
    const auto find = [&](const char *name) {
        void *found = nullptr;
        if (!get || get(name, &found, interface_version, 0, nullptr) != success || !found)
            throw Error(false, "the CUDA driver is too old, it has no %s: install the NVIDIA driver, version 580 or "
                               "later", get ? name : "cuGetProcAddress");
        return found;
    };
    Driver found;
#define TDSL_FIND(name, parameters) found.name = reinterpret_cast<decltype(found.name)>(find(#name));
    TDSL_DRIVER(TDSL_FIND)
#undef TDSL_FIND
    void *load_kernel = nullptr;
    get("cuFuncLoad", &load_kernel, 12040, 0, nullptr);
    found.cuFuncLoad = reinterpret_cast<decltype(found.cuFuncLoad)>(load_kernel);
    functions = found;
    const Result result = functions.cuInit(0);
    if (result == no_device) throw Error(false, "the CUDA driver finds no GPU; CUDA_VISIBLE_DEVICES may hide it");
    check(result, "start CUDA");
    process = getpid();
#endif
}

}  // namespace

Error::Error(bool is_memory, const char *format, ...) : is_memory_(is_memory) {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text_, sizeof text_, format, arguments);
    va_end(arguments);
}

bool is_of_this_process() { return process == getpid(); }

bool is_in_forked_child() { return process && process != getpid(); }

const Driver &driver() {
    if (__atomic_load_n(&process, __ATOMIC_ACQUIRE) == getpid()) return functions;
    if (is_in_forked_child())
        throw Error(false, "CUDA does not work in a process forked from one that has used it: start processes by the "
                           "method 'spawn' or 'forkserver', or use devices in them only");
    const Lock lock(loading);
    if (!process) load();
    return functions;
}

void check(Result result, const char *action) {
    if (result == success) return;
    const char *name = nullptr, *text = nullptr;
    functions.cuGetErrorName(result, &name);
    functions.cuGetErrorString(result, &text);
    throw Error(result == out_of_memory, "cannot %s: %s (%s)", action, text ? text : "unknown error",
                name ? name : "CUDA_ERROR");
}

}  // namespace tdsl::cuda
