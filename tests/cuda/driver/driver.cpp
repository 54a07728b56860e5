// A stand-in for the CUDA driver: devices are the memory and the CPU of this process, and an image is the path of an
// object of tests/cuda/shim.  It has the functions that the runtime calls, found as in the real one.
//
// Copies within memory that nobody allocated, and kernels that fail, end the process.  stand_in_fail makes one call
// fail; the stand_in_ functions are for tests.
#include <dlfcn.h>
#include <pthread.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace {

using Result = int;
using Address = unsigned long long;
constexpr Result success = 0, invalid_value = 1, out_of_memory = 2, no_device = 100, invalid_device = 101,
                 not_found = 500, capture_invalid = 901;

pthread_mutex_t everything = PTHREAD_MUTEX_INITIALIZER;
struct Lock {
    Lock() { pthread_mutex_lock(&everything); }
    ~Lock() { pthread_mutex_unlock(&everything); }
};

int device_count = 2, capability = 90, failing_code = 719;
int64_t calls = 0, failing_call = -1, launches = 0, graph_launches = 0, captures = 0, uploaded = 0, downloaded = 0, most_bytes = int64_t{1} << 34;
std::string failing_name;  // of the call that failed last

[[noreturn]] void die(const char *text) {
    std::fprintf(stderr, "stand-in driver: %s\n", text);
    std::abort();
}

struct Allocation {
    size_t bytes;
    int device;  // -1: pinned memory of the host
};
std::map<Address, Allocation> allocations;
int64_t allocated_bytes = 0;

struct ContextOf {
    int device;
} contexts[8] = {{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}};
thread_local std::vector<ContextOf *> current;

struct Image {
    int (*launch)(const char *, unsigned, unsigned, void **);
    int (*parameters)(const char *, uint32_t *);
};
struct Kernel {
    Image *image;
    std::string name;
    std::vector<uint32_t> bytes;
};
std::map<std::string, std::unique_ptr<Image>> images;
std::map<std::pair<Image *, std::string>, std::unique_ptr<Kernel>> kernels;

using Work = std::function<void()>;
struct StreamOf {
    int device;
    bool captures = false, broken = false;
    std::vector<Work> captured;
};
struct GraphOf {
    std::vector<Work> work;
};
int64_t streams = 0, graphs = 0;
std::map<StreamOf *, int64_t> waits;
constexpr uintptr_t per_thread_stream = 2;  // its handle; 0 and 1 are those of the default stream

// Whether this call fails, by the wish of a test.
Result begin(const char *name) {
    Lock const lock;
    if (calls++ != failing_call) return success;
    failing_name = name;
    return failing_code;
}
#define BEGIN \
    if (const Result failed = begin(__func__)) return failed

void check_device_range(Address address, size_t bytes, int device) {
    auto found = allocations.upper_bound(address);
    if (found == allocations.begin()) die("a copy of memory that is not the device's");
    --found;
    if (found->second.device != device) die("a copy of memory of another device");
    if (address + bytes > found->first + found->second.bytes) die("a copy beyond an allocation");
}

void enqueue(StreamOf *stream, Work work) {
    if (stream->captures) stream->captured.push_back(std::move(work));
    else work();
}

Result allocate(Address *made, size_t bytes, int device) {
    Lock const lock;
    if (bytes == 0) return invalid_value;
    if (device >= 0 && allocated_bytes + static_cast<int64_t>(bytes) > most_bytes) return out_of_memory;
    void *const memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
    if (!memory) return out_of_memory;
    std::memset(memory, 0xAA, bytes);
    *made = reinterpret_cast<Address>(memory);
    allocations[*made] = {bytes, device};
    if (device >= 0) allocated_bytes += static_cast<int64_t>(bytes);
    return success;
}

Result release(Address address, bool pinned) {
    Lock const lock;
    const auto found = allocations.find(address);
    if (found == allocations.end() || (found->second.device < 0) != pinned) die("memory is freed twice");
    if (!pinned) allocated_bytes -= static_cast<int64_t>(found->second.bytes);
    allocations.erase(found);
    std::free(reinterpret_cast<void *>(address));
    return success;
}

Result of_current(int *device) {
    if (current.empty()) return 201;
    *device = current.back()->device;
    return success;
}

Result cuInit(unsigned) {
    BEGIN;
    return device_count ? success : no_device;
}
Result cuGetErrorName(Result code, const char **name) {
    *name = code == out_of_memory ? "CUDA_ERROR_OUT_OF_MEMORY" : "CUDA_ERROR_LAUNCH_FAILED";
    return success;
}
Result cuGetErrorString(Result code, const char **text) {
    *text = code == out_of_memory ? "out of memory" : "a failure of the stand-in";
    return success;
}
Result cuDeviceGetCount(int *count) {
    BEGIN;
    *count = device_count;
    return success;
}
Result cuDeviceGet(int *device, int ordinal) {
    BEGIN;
    if (ordinal < 0 || ordinal >= device_count) return invalid_device;
    *device = ordinal;
    return success;
}
Result cuDeviceGetName(char *name, int bytes, int) {
    BEGIN;
    std::snprintf(name, static_cast<size_t>(bytes), "stand-in");
    return success;
}
Result cuDeviceGetAttribute(int *value, int attribute, int) {
    BEGIN;
    if (attribute != 75 && attribute != 76) return invalid_value;
    *value = attribute == 75 ? capability / 10 : capability % 10;
    return success;
}
Result cuDevicePrimaryCtxRetain(ContextOf **context, int device) {
    BEGIN;
    *context = &contexts[device];
    return success;
}
Result cuCtxPushCurrent(ContextOf *context) {
    BEGIN;
    current.push_back(context);
    return success;
}
Result cuCtxPopCurrent(ContextOf **context) {
    if (current.empty()) die("no context to pop");
    *context = current.back();
    current.pop_back();
    return success;
}
Result cuModuleLoadData(Image **image, const void *bytes) {
    BEGIN;
    Lock const lock;
    const std::string path(static_cast<const char *>(bytes));
    auto &found = images[path];
    if (!found) {
        void *const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) die(dlerror());
        found = std::make_unique<Image>();
        found->launch = reinterpret_cast<decltype(found->launch)>(dlsym(library, "tdsl_shim_launch"));
        found->parameters = reinterpret_cast<decltype(found->parameters)>(dlsym(library, "tdsl_shim_parameters"));
        if (!found->launch || !found->parameters) die("an image is no object of the shim");
    }
    *image = found.get();
    return success;
}
Result cuModuleGetFunction(Kernel **kernel, Image *image, const char *name) {
    BEGIN;
    Lock const lock;
    uint32_t bytes[256];
    const int count = image->parameters(name, bytes);
    if (count < 0) return not_found;
    auto &found = kernels[{image, name}];
    if (!found) found.reset(new Kernel{image, name, {bytes, bytes + count}});
    *kernel = found.get();
    return success;
}
Result cuMemGetInfo(size_t *available, size_t *total) {
    BEGIN;
    *total = static_cast<size_t>(most_bytes);
    *available = static_cast<size_t>(most_bytes - allocated_bytes);
    return success;
}
Result cuMemAlloc(Address *made, size_t bytes) {
    BEGIN;
    int device;
    if (const Result failed = of_current(&device)) return failed;
    return allocate(made, bytes, device);
}
Result cuMemFree(Address address) {
    int device;
    if (of_current(&device)) die("memory is freed without a context");
    return release(address, false);
}
Result cuMemHostAlloc(void **made, size_t bytes, unsigned) {
    BEGIN;
    Address address;
    const Result result = allocate(&address, bytes, -1);
    if (!result) *made = reinterpret_cast<void *>(address);
    return result;
}
Result cuMemFreeHost(void *memory) { return release(reinterpret_cast<Address>(memory), true); }
Result cuMemcpyHtoDAsync(Address to, const void *from, size_t bytes, StreamOf *stream) {
    BEGIN;
    Lock const lock;
    check_device_range(to, bytes, stream->device);
    enqueue(stream, [=] {
        uploaded += static_cast<int64_t>(bytes);
        std::memcpy(reinterpret_cast<void *>(to), from, bytes);
    });
    return success;
}
Result cuMemcpyDtoHAsync(void *to, Address from, size_t bytes, StreamOf *stream) {
    BEGIN;
    Lock const lock;
    check_device_range(from, bytes, stream->device);
    enqueue(stream, [=] {
        downloaded += static_cast<int64_t>(bytes);
        std::memcpy(to, reinterpret_cast<const void *>(from), bytes);
    });
    return success;
}
Result cuMemcpyDtoDAsync(Address to, Address from, size_t bytes, StreamOf *stream) {
    BEGIN;
    Lock const lock;
    check_device_range(to, bytes, stream->device);
    check_device_range(from, bytes, stream->device);
    enqueue(stream, [=] { std::memmove(reinterpret_cast<void *>(to), reinterpret_cast<const void *>(from), bytes); });
    return success;
}
Result cuMemsetD8Async(Address to, unsigned char sign, size_t bytes, StreamOf *stream) {
    BEGIN;
    Lock const lock;
    check_device_range(to, bytes, stream->device);
    enqueue(stream, [=] { std::memset(reinterpret_cast<void *>(to), sign, bytes); });
    return success;
}
Result cuPointerGetAttribute(void *value, int attribute, Address address) {
    BEGIN;
    Lock const lock;
    auto found = allocations.upper_bound(address);
    if (attribute != 9 || found == allocations.begin()) return invalid_value;
    --found;
    if (address >= found->first + found->second.bytes || found->second.device < 0) return invalid_value;
    *static_cast<int *>(value) = found->second.device;
    return success;
}
Result cuStreamCreate(StreamOf **stream, unsigned) {
    BEGIN;
    int device;
    if (const Result failed = of_current(&device)) return failed;
    *stream = new StreamOf{device, false, false, {}};
    __atomic_add_fetch(&streams, 1, __ATOMIC_RELAXED);
    return success;
}
Result cuStreamDestroy(StreamOf *stream) {
    delete stream;
    __atomic_sub_fetch(&streams, 1, __ATOMIC_RELAXED);
    return success;
}
Result cuStreamSynchronize(StreamOf *stream) {
    BEGIN;
    {
        Lock const lock;
        ++waits[stream];
    }
    if (reinterpret_cast<uintptr_t>(stream) <= per_thread_stream) return success;
    return stream->captures ? capture_invalid : success;
}
Result cuStreamBeginCapture(StreamOf *stream, int) {
    BEGIN;
    if (stream->captures) return capture_invalid;
    stream->captures = true;
    stream->captured.clear();
    return success;
}
Result cuStreamEndCapture(StreamOf *stream, GraphOf **graph) {
    if (!stream->captures) return capture_invalid;
    stream->captures = false;
    *graph = nullptr;
    BEGIN;
    *graph = new GraphOf{std::move(stream->captured)};
    Lock const lock;
    ++graphs, ++captures;
    return success;
}
Result cuGraphInstantiateWithFlags(GraphOf **made, GraphOf *graph, unsigned long long) {
    BEGIN;
    *made = new GraphOf{graph->work};
    __atomic_add_fetch(&graphs, 1, __ATOMIC_RELAXED);
    return success;
}
Result cuGraphDestroy(GraphOf *graph) {
    delete graph;
    __atomic_sub_fetch(&graphs, 1, __ATOMIC_RELAXED);
    return success;
}
Result cuGraphExecDestroy(GraphOf *graph) { return cuGraphDestroy(graph); }
Result cuGraphLaunch(GraphOf *graph, StreamOf *stream) {
    BEGIN;
    Lock const lock;
    ++graph_launches;
    for (const Work &work : graph->work) enqueue(stream, work);
    return success;
}
Result cuLaunchKernel(Kernel *kernel, unsigned blocks, unsigned y, unsigned z, unsigned threads, unsigned, unsigned,
                      unsigned, StreamOf *stream, void **parameters, void **) {
    BEGIN;
    if (!blocks || !threads || y != 1 || z != 1) return invalid_value;
    Lock const lock;
    ++launches;
    auto values = std::make_shared<std::vector<std::vector<char>>>();
    for (size_t i = 0; i < kernel->bytes.size(); ++i) {
        const char *const value = static_cast<const char *>(parameters[i]);
        values->emplace_back(value, value + kernel->bytes[i]);
    }
    enqueue(stream, [=] {
        std::vector<void *> pointers;
        for (std::vector<char> &value : *values) pointers.push_back(value.data());
        if (kernel->image->launch(kernel->name.c_str(), blocks, threads, pointers.data())) die(kernel->name.c_str());
    });
    return success;
}

struct Entry {
    const char *name;
    void *function;
};
#define ENTRY(name) {#name, reinterpret_cast<void *>(name)}
const Entry entries[] = {
    ENTRY(cuInit), ENTRY(cuGetErrorName), ENTRY(cuGetErrorString), ENTRY(cuDeviceGetCount), ENTRY(cuDeviceGet),
    ENTRY(cuDeviceGetName), ENTRY(cuDeviceGetAttribute), ENTRY(cuDevicePrimaryCtxRetain), ENTRY(cuCtxPushCurrent),
    ENTRY(cuCtxPopCurrent), ENTRY(cuModuleLoadData), ENTRY(cuModuleGetFunction), ENTRY(cuMemGetInfo),
    ENTRY(cuMemAlloc), ENTRY(cuMemFree), ENTRY(cuMemHostAlloc), ENTRY(cuMemFreeHost), ENTRY(cuMemcpyHtoDAsync),
    ENTRY(cuMemcpyDtoHAsync), ENTRY(cuMemcpyDtoDAsync), ENTRY(cuMemsetD8Async),
    ENTRY(cuPointerGetAttribute), ENTRY(cuStreamCreate),
    ENTRY(cuStreamDestroy), ENTRY(cuStreamSynchronize), ENTRY(cuStreamBeginCapture), ENTRY(cuStreamEndCapture),
    ENTRY(cuGraphInstantiateWithFlags), ENTRY(cuGraphDestroy), ENTRY(cuGraphExecDestroy), ENTRY(cuGraphLaunch),
    ENTRY(cuLaunchKernel)};

}  // namespace

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED Result cuGetProcAddress_v2(const char *name, void **function, int, uint64_t, void *) {
    for (const Entry &entry : entries)
        if (std::strcmp(entry.name, name) == 0) {
            *function = entry.function;
            return success;
        }
    return not_found;
}

// Those that `tdsl doctor` and gpu.sh call by their names.
#define NAMED(name, parameters, ...)                       \
    EXPORTED Result named_##name parameters __asm__(#name); \
    EXPORTED Result named_##name parameters { return name(__VA_ARGS__); }
NAMED(cuInit, (unsigned flags), flags)
NAMED(cuDeviceGetCount, (int *count), count)
NAMED(cuDeviceGet, (int *device, int ordinal), device, ordinal)
NAMED(cuDeviceGetName, (char *name, int bytes, int device), name, bytes, device)
NAMED(cuDeviceGetAttribute, (int *value, int attribute, int device), value, attribute, device)
EXPORTED Result cuDriverGetVersion(int *version) {
    const char *const text = std::getenv("STAND_IN_VERSION");
    *version = text ? std::atoi(text) : 13000;
    return success;
}

// The call number `after` from now on fails; -1: none.
EXPORTED void stand_in_fail(int64_t after, int code) {
    Lock const lock;
    failing_call = after < 0 ? -1 : calls + after;
    failing_code = code;
    failing_name.clear();
}
EXPORTED const char *stand_in_failed() { return failing_name.c_str(); }
EXPORTED void stand_in_devices(int count, int architecture, int64_t bytes) {
    device_count = count;
    capability = architecture;
    most_bytes = bytes;
}
// Calls, kernel launches, graph launches, captures, bytes copied to devices and from them; bytes on devices,
// allocations, streams, graphs.
EXPORTED void stand_in_counts(int64_t *counts) {
    Lock const lock;
    const int64_t found[] = {calls, launches, graph_launches, captures, uploaded, downloaded, allocated_bytes,
                             static_cast<int64_t>(allocations.size()), streams, graphs};
    std::memcpy(counts, found, sizeof found);
}
// For the stand-in of cuBLASLt: its work in a stream, with a copy of what that needs; whether the stream is recorded.
EXPORTED void stand_in_enqueue(StreamOf *stream, void (*work)(const void *), const void *needs, size_t bytes) {
    Lock const lock;
    const auto *const first = static_cast<const char *>(needs);
    auto kept = std::make_shared<std::vector<char>>(first, first + bytes);
    enqueue(stream, [=] { work(kept->data()); });
}
EXPORTED bool stand_in_records(const StreamOf *stream) { return stream->captures; }
EXPORTED void stand_in_check(const StreamOf *stream, const void *memory, size_t bytes) {
    Lock const lock;
    check_device_range(reinterpret_cast<Address>(memory), bytes, stream->device);
}
// How often the host has waited for a stream.
EXPORTED int64_t stand_in_waits(int64_t stream) {
    Lock const lock;
    return waits[reinterpret_cast<StreamOf *>(stream)];
}
EXPORTED int64_t stand_in_allocate(int64_t bytes, int device) {
    Address made = 0;
    allocate(&made, static_cast<size_t>(bytes), device);
    return static_cast<int64_t>(made);
}
EXPORTED void stand_in_release(int64_t address) { release(static_cast<Address>(address), false); }

__attribute__((constructor)) static void configure() {
    if (const char *text = std::getenv("STAND_IN_DEVICES")) device_count = std::atoi(text);
    if (const char *text = std::getenv("STAND_IN_CAPABILITY")) capability = std::atoi(text);
    if (const char *text = std::getenv("STAND_IN_FAIL")) failing_call = std::atoll(text);
}
