// The library cuBLASLt, found when large products first ask for it: it is needed neither to build nor to run this.
#ifndef TDSL_SOURCE_CUDA_CUBLAS_HPP
#define TDSL_SOURCE_CUDA_CUBLAS_HPP

#include <cstddef>
#include <cstdint>

#include "cuda_driver.hpp"

namespace tdsl::cuda::cublas {

// The types, numbers and functions of its documented interface that are used here.  They are the same in versions 11 to
// 13; tests/cuda/test_cublas_header.py compares them with the header.
using Status = int;
using Handle = struct cublasLtContext *;
using Operation = void *;   // cublasLtMatmulDesc_t
using Layout = void *;      // cublasLtMatrixLayout_t
using Preference = void *;  // cublasLtMatmulPreference_t

constexpr Status success = 0;
constexpr int real_32 = 0, real_64 = 1;  // cudaDataType_t
constexpr int compute_32 = 68, compute_tf32 = 77, compute_64 = 70;
constexpr std::int32_t plain = 0, transposed = 1;                      // cublasOperation_t
constexpr int operation_a = 3, operation_b = 4;                        // attributes of an operation, of 32 bits
constexpr int batch_count = 5, batch_offset = 6;                       // of a layout, of 32 and 64 bits
constexpr int most_workspace = 1;                                      // of a preference, of 64 bits
constexpr int alignment_a = 5, alignment_b = 6, alignment_c = 7, alignment_d = 8;  // of 32 bits

struct Algorithm {
    std::uint64_t data[8];
};
struct Found {  // cublasLtMatmulHeuristicResult_t
    Algorithm algorithm;
    std::size_t workspace_bytes;
    Status state;
    float waves;
    int reserved[4];
};

#define TDSL_CUBLAS(FUNCTION)                                                                                         \
    FUNCTION(cublasLtCreate, (Handle *))                                                                              \
    FUNCTION(cublasLtMatmulDescCreate, (Operation *, int compute, int scale))                                         \
    FUNCTION(cublasLtMatmulDescSetAttribute, (Operation, int, const void *, std::size_t))                             \
    FUNCTION(cublasLtMatmulDescDestroy, (Operation))                                                                  \
    FUNCTION(cublasLtMatrixLayoutCreate, (Layout *, int, std::uint64_t rows, std::uint64_t columns, std::int64_t))    \
    FUNCTION(cublasLtMatrixLayoutSetAttribute, (Layout, int, const void *, std::size_t))                              \
    FUNCTION(cublasLtMatrixLayoutDestroy, (Layout))                                                                   \
    FUNCTION(cublasLtMatmulPreferenceCreate, (Preference *))                                                          \
    FUNCTION(cublasLtMatmulPreferenceSetAttribute, (Preference, int, const void *, std::size_t))                      \
    FUNCTION(cublasLtMatmulPreferenceDestroy, (Preference))                                                           \
    FUNCTION(cublasLtMatmulAlgoGetHeuristic, (Handle, Operation, Layout, Layout, Layout, Layout, Preference,          \
                                              int wanted, Found *, int *found))                                       \
    FUNCTION(cublasLtMatmul, (Handle, Operation, const void *alpha, const void *, Layout, const void *, Layout,       \
                              const void *beta, const void *, Layout, void *, Layout, const Algorithm *, void *,      \
                              std::size_t, Stream))

struct Library {
#define TDSL_MEMBER(name, parameters) Status (*name) parameters;
    TDSL_CUBLAS(TDSL_MEMBER)
#undef TDSL_MEMBER
};

// The file of an installed package, which is tried after the loader's path; the text stays.  Before the first use.
void use_package(const char *path);

const Library *library();  // null if there is none

}  // namespace tdsl::cuda::cublas

#endif
