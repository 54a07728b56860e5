// Devices, their images, memory and queues.
#include "cuda_device.hpp"

#include <pthread.h>

#include <string>

namespace tdsl::cuda {
namespace {

pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

// By number, null until used.
std::vector<const Device *> &devices() {
    static auto *const made = new std::vector<const Device *>;
    return *made;
}

// The machine code for this GPU of the most similar one before it, else the latest PTX that it can translate.
const tdsl_image *best_image(const tdsl_module &module, int architecture) {
    const tdsl_image *best = nullptr;
    for (int i = 0; i < module.image_count; ++i) {
        const tdsl_image &image = module.images[i];
        const bool is_code = image.architecture > 0;
        const int wanted = is_code ? image.architecture : -image.architecture;
        if (wanted > architecture || (is_code && wanted / 10 != architecture / 10)) continue;
        const bool is_better = !best || (is_code && best->architecture < 0) ||
                               (is_code == (best->architecture > 0) &&
                                wanted > (is_code ? best->architecture : -best->architecture));
        if (is_better) best = &image;
    }
    return best;
}

std::string architectures(const tdsl_module &module) {
    std::string text;
    for (int i = 0; i < module.image_count; ++i) {
        const int architecture = module.images[i].architecture;
        if (i) text += ", ";
        text += architecture > 0 ? "sm_" + std::to_string(architecture)
                                 : "compute_" + std::to_string(-architecture) + " and later";
    }
    return text;
}

Module load_image(const tdsl_module &module, const Device &device) {
    const tdsl_image *const image = best_image(module, device.architecture);
    if (!image)
        throw Error(false, "was compiled for GPUs with %s, and cuda:%d is sm_%d: compile %s for it",
                    architectures(module).c_str(), device.number, device.architecture, module.source);
    // PTX is a text, which ends with a zero.
    const std::string bytes(reinterpret_cast<const char *>(image->bytes), static_cast<std::size_t>(image->size));
    Module loaded;
    check(driver().cuModuleLoadData(&loaded, bytes.c_str()), "load the kernels onto the GPU");
    return loaded;
}

// Loaded now: a kernel that is loaded by its first launch may not be in a graph.
Function loaded_kernel(Module image, const char *name) {
    Function found;
    check(driver().cuModuleGetFunction(&found, image, name), "find a kernel");
    if (driver().cuFuncLoad) check(driver().cuFuncLoad(found), "load a kernel onto the GPU");
    return found;
}

std::unique_ptr<Device> opened(const tdsl_module &module, int number) {
    auto made = std::make_unique<Device>();
    made->number = number;
    DeviceNumber handle;
    int major, minor;
    check(driver().cuDeviceGet(&handle, number), "find the GPU");
    check(driver().cuDeviceGetAttribute(&major, capability_major, handle), "ask for the GPU's architecture");
    check(driver().cuDeviceGetAttribute(&minor, capability_minor, handle), "ask for the GPU's architecture");
    made->architecture = 10 * major + minor;
    check(driver().cuDevicePrimaryCtxRetain(&made->context, handle), "use the GPU");
    const Current current(*made);
    Module const loaded = load_image(module, *made);
    made->kernels.resize(static_cast<std::size_t>(module.kernel_count));
    for (int i = 0; i < module.kernel_count; ++i)
        made->kernels[static_cast<std::size_t>(i)] = loaded_kernel(loaded, module.kernels[i]);
    made->multiplier = std::make_unique<Multiplier>(module.options);
    made->queue = new Queue;
    return made;
}

}  // namespace

const Device &device(const tdsl_module &module, int number) {
    const Driver &found = driver();
    const Lock lock(opening);
    const auto index = static_cast<std::size_t>(number);
    if (index >= devices().size() || !devices()[index]) {
        int count = 0;
        check(found.cuDeviceGetCount(&count), "count the GPUs");
        if (number >= count)
            throw Error(false, "there is no cuda:%d, CUDA sees %d GPU%s", number, count, count == 1 ? "" : "s");
        devices().resize(static_cast<std::size_t>(count));
        devices()[index] = opened(module, number).release();
    }
    return *devices()[index];
}

char *allocate_on_device(std::int64_t bytes) {
    Address made;
    const Result result = driver().cuMemAlloc(&made, static_cast<std::size_t>(bytes));
    if (result == out_of_memory) {
        std::size_t free = 0, total = 0;
        driver().cuMemGetInfo(&free, &total);
        throw Error(true, "needs %lld bytes of memory of the GPU, which has %llu of %llu free; nothing was changed",
                    static_cast<long long>(bytes), static_cast<unsigned long long>(free),
                    static_cast<unsigned long long>(total));
    }
    check(result, "allocate memory of the GPU");
    return reinterpret_cast<char *>(made);
}

void release_on_device(char *data) { driver().cuMemFree(address(data)); }

char *allocate_pinned(std::int64_t bytes) {
    void *made;
    check(driver().cuMemHostAlloc(&made, static_cast<std::size_t>(bytes), 0), "allocate pinned memory");
    return static_cast<char *>(made);
}

void release_pinned(char *data) { driver().cuMemFreeHost(data); }

void Queue::upload(void *to, const void *from, std::int64_t bytes) {
    if (bytes)
        check(driver().cuMemcpyHtoDAsync(address(to), from, static_cast<std::size_t>(bytes), stream_),
              "copy to the GPU");
}

void Queue::download(void *to, const void *from, std::int64_t bytes) {
    if (bytes)
        check(driver().cuMemcpyDtoHAsync(to, address(from), static_cast<std::size_t>(bytes), stream_),
              "copy from the GPU");
}

void Queue::copy(void *to, const void *from, std::int64_t bytes) {
    if (bytes)
        check(driver().cuMemcpyDtoDAsync(address(to), address(from), static_cast<std::size_t>(bytes), stream_),
              "copy on the GPU");
}

void Queue::fill(void *to, unsigned char sign, std::int64_t bytes) {
    if (bytes)
        check(driver().cuMemsetD8Async(address(to), sign, static_cast<std::size_t>(bytes), stream_),
              "fill memory of the GPU");
}

void Queue::synchronise() { check(driver().cuStreamSynchronize(stream_), "finish the work on the GPU"); }

GraphExec Recorded::Capture::ended() {
    ended_ = true;
    check(driver().cuStreamEndCapture(queue_.stream(), &graph_), "record launches");
    GraphExec made;
    check(driver().cuGraphInstantiateWithFlags(&made, graph_, 0), "make a graph of launches");
    return made;
}

}  // namespace tdsl::cuda
