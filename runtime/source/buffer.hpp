// Scratch memory, a model's or a thread's own: aligned to cache lines, and it only ever grows.
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

    // The contents are not kept when it grows.
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

enum class Purpose { workspace, left, right, sums, parts, layers, count };

// What a thread has for itself, from its first use of it until it ends.
struct Thread {
    Buffer buffers[static_cast<int>(Purpose::count)];
    bool is_inside_loop = false;
};

// Throws std::bad_alloc where there is no memory for it: `thread_local` would end the process.
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
