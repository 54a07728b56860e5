// A CUDA device as this process uses it: its context, the kernels of the module on it, its memory.
#ifndef TDSL_SOURCE_CUDA_DEVICE_HPP
#define TDSL_SOURCE_CUDA_DEVICE_HPP

#include <memory>
#include <utility>
#include <vector>

#include "cuda_driver.hpp"
#include "cuda_multiplier.hpp"
#include "tdsl/abi.h"

namespace tdsl::cuda {

class Queue;

// Lives until the process ends, like the module.
struct Device {
    int number;
    int architecture;  // 90 for compute capability 9.0
    Context context;   // the primary one, shared with other libraries
    std::vector<Function> kernels;  // by number
    std::unique_ptr<Multiplier> multiplier;
    Queue *queue;                   // for arrays outside of calls
};

const Device &device(const tdsl_module &module, int number);  // throws Error

// The device is the current one of this thread for the lifetime.
class Current {
public:
    explicit Current(const Device &device) { check(driver().cuCtxPushCurrent(device.context), "use the GPU"); }
    ~Current() {
        Context before;
        driver().cuCtxPopCurrent(&before);
    }
    Current(const Current &) = delete;
    Current &operator=(const Current &) = delete;
};

// All of the following are made, used and destroyed while their device is the current one.

// Memory that only ever grows; growing discards the contents.
template <typename Pointer, Pointer (*allocate)(std::int64_t), void (*release)(Pointer)>
class Block {
public:
    Block() = default;
    ~Block() { clear(); }
    Block(const Block &) = delete;
    Block &operator=(const Block &) = delete;

    bool holds(std::int64_t bytes) const { return bytes <= bytes_; }
    void reserve(std::int64_t bytes) {
        if (holds(bytes)) return;
        clear();
        data_ = allocate(bytes);
        bytes_ = bytes;
    }
    void clear() {
        if (bytes_) release(data_);
        data_ = {};
        bytes_ = 0;
    }
    Pointer data() const { return data_; }

private:
    Pointer data_ = {};
    std::int64_t bytes_ = 0;
};

char *allocate_on_device(std::int64_t bytes);
void release_on_device(char *data);
char *allocate_pinned(std::int64_t bytes);
void release_pinned(char *data);

using DeviceMemory = Block<char *, allocate_on_device, release_on_device>;  // 256-byte aligned
using PinnedMemory = Block<char *, allocate_pinned, release_pinned>;        // of the host, for asynchronous copies

inline Address address(const void *pointer) { return reinterpret_cast<Address>(pointer); }

// Work in order.
class Queue {
public:
    Queue() { check(driver().cuStreamCreate(&stream_, non_blocking), "make a stream"); }
    ~Queue() { driver().cuStreamDestroy(stream_); }
    Queue(const Queue &) = delete;
    Queue &operator=(const Queue &) = delete;

    Stream stream() const { return stream_; }
    void upload(void *to, const void *from, std::int64_t bytes);
    void download(void *to, const void *from, std::int64_t bytes);
    void copy(void *to, const void *from, std::int64_t bytes);
    void fill(void *to, unsigned char sign, std::int64_t bytes);
    void synchronise();

private:
    Stream stream_ = nullptr;
};

// Launches recorded once, to be launched together.
class Recorded {
public:
    Recorded() = default;
    Recorded(Recorded &&other) noexcept : graph_(std::exchange(other.graph_, nullptr)) {}
    Recorded &operator=(Recorded &&other) noexcept {
        std::swap(graph_, other.graph_);
        return *this;
    }
    ~Recorded() {
        if (graph_) driver().cuGraphExecDestroy(graph_);
    }

    explicit operator bool() const { return graph_ != nullptr; }
    void launch(const Queue &queue) const { check(driver().cuGraphLaunch(graph_, queue.stream()), "launch a graph"); }

    // Records what `issue` enqueues.
    template <typename Issue>
    static Recorded of(const Queue &queue, const Issue &issue) {
        Capture capture(queue);
        issue();
        return Recorded(capture.ended());
    }

private:
    class Capture {
    public:
        explicit Capture(const Queue &queue) : queue_(queue) {
            check(driver().cuStreamBeginCapture(queue.stream(), capture_of_thread), "record launches");
        }
        ~Capture() {
            if (!ended_) driver().cuStreamEndCapture(queue_.stream(), &graph_);
            if (graph_) driver().cuGraphDestroy(graph_);
        }
        GraphExec ended();

    private:
        const Queue &queue_;
        Graph graph_ = nullptr;
        bool ended_ = false;
    };

    explicit Recorded(GraphExec graph) : graph_(graph) {}
    GraphExec graph_ = nullptr;
};

}  // namespace tdsl::cuda

#endif
