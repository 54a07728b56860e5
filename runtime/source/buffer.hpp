// Scratch memory, a model's or a thread's own: aligned to cache lines, and it only ever grows.
#ifndef TDSL_SOURCE_BUFFER_HPP
#define TDSL_SOURCE_BUFFER_HPP

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

enum class Purpose { left, right, sums, parts, count };

template <typename T>
T *thread_buffer(Purpose purpose, std::int64_t count) {
    static thread_local Buffer buffers[static_cast<int>(Purpose::count)];
    return static_cast<T *>(buffers[static_cast<int>(purpose)].reserve(static_cast<std::size_t>(count) * sizeof(T)));
}

}  // namespace tdsl

#endif
