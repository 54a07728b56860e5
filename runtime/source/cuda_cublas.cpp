// Loading cuBLASLt.
#include "cuda_cublas.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <initializer_list>

namespace tdsl::cuda::cublas {
namespace {

const char *package = "";
Library functions;
bool is_loaded = false;
pthread_once_t loading = PTHREAD_ONCE_INIT;

// By its name the loader also finds the one that another library of the process has loaded.
void *opened() {
    for (const char *const name : {"libcublasLt.so.13", package, "libcublasLt.so.12"})
        if (void *const found = *name ? dlopen(name, RTLD_NOW | RTLD_LOCAL) : nullptr) return found;
    return nullptr;
}

void load() {
    void *const found = opened();
    if (!found) return;
    is_loaded = true;
#define TDSL_FIND(name, parameters)                                              \
    functions.name = reinterpret_cast<decltype(functions.name)>(dlsym(found, #name)); \
    is_loaded = is_loaded && functions.name;
    TDSL_CUBLAS(TDSL_FIND)
#undef TDSL_FIND
}

}  // namespace

void use_package(const char *path) { package = path; }

const Library *library() {
    pthread_once(&loading, load);
    return is_loaded ? &functions : nullptr;
}

}  // namespace tdsl::cuda::cublas
