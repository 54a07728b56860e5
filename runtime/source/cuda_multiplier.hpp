// Large products by cuBLASLt, on one device.
#ifndef TDSL_SOURCE_CUDA_MULTIPLIER_HPP
#define TDSL_SOURCE_CUDA_MULTIPLIER_HPP

#include <pthread.h>

#include <array>
#include <map>

#include "cuda_cublas.hpp"
#include "tdsl/abi.h"
#include "tdsl/cuda/products.hpp"

namespace tdsl::cuda {

// Lives as long as its device, which is the current one of all calls.
class Multiplier {
public:
    static constexpr std::int64_t workspace_bytes = 32 << 20;  // as NVIDIA advises for GPUs from Hopper on

    explicit Multiplier(const tdsl_options &options) : options_(options) {}
    Multiplier(const Multiplier &) = delete;
    Multiplier &operator=(const Multiplier &) = delete;

    // Whether the products are large, their operands are matrices as the library knows them, and there is the library.
    bool accepts(const Products &products);
    // Whether it can store them there.
    static bool can_fill(const ResultMatrix &c, const Products &products);
    // Enqueues the products; false if the library has no algorithm or fails, so that c may hold anything.
    bool multiply(const Products &products, const ResultMatrix &c, char *workspace, Stream stream);

private:
    struct Choice {
        bool is_good;
        cublas::Algorithm algorithm;
    };
    // Sizes, strides and alignments.
    using Key = std::array<std::int64_t, 16>;

    bool is_open();

    const tdsl_options &options_;
    pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    bool was_opened_ = false;
    cublas::Handle handle_ = nullptr;
    std::map<Key, Choice> choices_;  // kept, so that equal calls have equal bits
};

}  // namespace tdsl::cuda

#endif
