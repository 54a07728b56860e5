// The numbers and types of runtime/source/cuda_cublas.hpp are those of the library's header.
#include <cublasLt.h>

#include <type_traits>

#include "cuda_cublas.hpp"

namespace ours = tdsl::cuda::cublas;

static_assert(ours::success == CUBLAS_STATUS_SUCCESS);
static_assert(ours::real_32 == CUDA_R_32F && ours::real_64 == CUDA_R_64F);
static_assert(ours::compute_32 == CUBLAS_COMPUTE_32F && ours::compute_64 == CUBLAS_COMPUTE_64F);
static_assert(ours::compute_tf32 == CUBLAS_COMPUTE_32F_FAST_TF32);
static_assert(ours::plain == CUBLAS_OP_N && ours::transposed == CUBLAS_OP_T);
static_assert(ours::operation_a == CUBLASLT_MATMUL_DESC_TRANSA && ours::operation_b == CUBLASLT_MATMUL_DESC_TRANSB);
static_assert(ours::batch_count == CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT);
static_assert(ours::batch_offset == CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET);
static_assert(ours::most_workspace == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES);
static_assert(ours::alignment_a == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES);
static_assert(ours::alignment_b == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES);
static_assert(ours::alignment_c == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES);
static_assert(ours::alignment_d == CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES);
static_assert(sizeof(ours::Algorithm) == sizeof(cublasLtMatmulAlgo_t));
static_assert(sizeof(ours::Found) == sizeof(cublasLtMatmulHeuristicResult_t));
static_assert(offsetof(ours::Found, workspace_bytes) == offsetof(cublasLtMatmulHeuristicResult_t, workspaceSize));
static_assert(offsetof(ours::Found, state) == offsetof(cublasLtMatmulHeuristicResult_t, state));

// Whether parameters are passed alike: pointers and enumerations by their size.
template <typename Ours, typename Theirs>
constexpr bool is_alike = sizeof(Ours) == sizeof(Theirs) && std::is_pointer_v<Ours> == std::is_pointer_v<Theirs>;
template <typename Ours, typename Theirs>
constexpr bool has_type = false;
template <typename... Ours, typename... Theirs>
constexpr bool has_type<ours::Status (*)(Ours...), cublasStatus_t(Theirs...)> =
    sizeof...(Ours) == sizeof...(Theirs) && []() {
        if constexpr (sizeof...(Ours) == sizeof...(Theirs)) return (is_alike<Ours, Theirs> && ...);
        return false;
    }();

#define TDSL_COMPARE(name, parameters) static_assert(has_type<decltype(ours::Library::name), decltype(name)>);
TDSL_CUBLAS(TDSL_COMPARE)
