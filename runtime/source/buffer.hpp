// Scratch memory of a model or a thread: aligned to cache lines; it only ever grows.
#ifndef TDSL_SOURCE_BUFFER_HPP
#define TDSL_SOURCE_BUFFER_HPP

#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <new>

namespace tdsl {

class Buffer {
public:
    Buffer() = default;
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;
    ~Buffer() { release(); }

    // Growing discards the contents.
    void *reserve(std::size_t bytes) {
        if (bytes > size_) {
            release();
            data_ = ::operator new(bytes, alignment);
            size_ = bytes;
        }
        return data_;
    }

private:
    static constexpr std::align_val_t alignment{64};

    void release() {
        ::operator delete(data_, alignment);
        data_ = nullptr;
        size_ = 0;
    }

    void *data_ = nullptr;
    std::size_t size_ = 0;
};

enum class Purpose { workspace, packed_a, packed_b, sums, parts, split_k, gathered, offsets, count };

constexpr int most_kept = 16;  // MOST_KEPT of tdsl/schedule/kept_operands.py

// The state of a thread, from its first use until the thread ends.
struct Thread {
    Buffer buffers[static_cast<int>(Purpose::count)], kept[most_kept];
    bool is_inside_loop = false;
};

// Throws std::bad_alloc without memory, where `thread_local` would end the process.
inline Thread &this_thread() {
    static const pthread_key_t key = [] {
        pthread_key_t made;
        if (pthread_key_create(&made, [](void *thread) { delete static_cast<Thread *>(thread); }))
            throw std::bad_alloc();
        return made;
    }();
    if (void *const found = pthread_getspecific(key)) return *static_cast<Thread *>(found);
    auto *const made = new Thread;
    if (pthread_setspecific(key, made)) {
        delete made;
        throw std::bad_alloc();
    }
    return *made;
}

template <typename T>
T *thread_buffer(Purpose purpose, std::int64_t count) {
    Buffer &buffer = this_thread().buffers[static_cast<int>(purpose)];
    return static_cast<T *>(buffer.reserve(static_cast<std::size_t>(count) * sizeof(T)));
}

}  // namespace tdsl

#endif
