// Launch shapes of the kernels of the tests, as numbers: blocks, threads, phases, bytes of scratch memory.
#include "tdsl/cuda/shapes.hpp"

#define EXPORT extern "C" __attribute__((visibility("default"))) void

static void put(int64_t *found, tdsl::cuda::Shape shape) {
    found[0] = shape.blocks, found[1] = shape.threads, found[2] = shape.phases, found[3] = shape.scratch_bytes;
}

EXPORT map(int64_t *found, int64_t n0, int64_t n1, int64_t n2) { put(found, tdsl::cuda::map_shape({n0, n1, n2})); }
EXPORT map_tiled(int64_t *found, int64_t n0, int64_t n1) { put(found, tdsl::cuda::map_tiled_shape({n0, n1})); }
EXPORT scatter_by_columns(int64_t *found, int64_t n0, int64_t n1, int64_t n2) {
    put(found, tdsl::cuda::scatter_by_columns_shape<1>({n0, n1, n2}));
}
EXPORT scatter_by_rows(int64_t *found, int64_t n0, int64_t n1, int64_t n2) {
    put(found, tdsl::cuda::scatter_by_rows_shape<1>({n0, n1, n2}));
}
EXPORT scatter_by_elements(int64_t *found, int64_t n0, int64_t n1, int64_t n2) {
    put(found, tdsl::cuda::scatter_by_elements_shape<1>({n0, n1, n2}));
}
EXPORT rows(int64_t *found, int64_t bytes, int64_t n0, int64_t n1, int64_t n2, int64_t n3) {
    put(found, tdsl::cuda::reduce_rows_shape({n0, n1}, {n2, n3}, bytes));
}
EXPORT line(int64_t *found, int64_t bytes, int64_t n0, int64_t n1) {
    put(found, tdsl::cuda::reduce_rows_shape({n0}, {n1}, bytes));
}
EXPORT columns(int64_t *found, int64_t bytes, int64_t n0, int64_t n1, int64_t n2, int64_t n3) {
    put(found, tdsl::cuda::reduce_columns_shape({n0, n3}, {n1, n2}, bytes));
}
EXPORT column(int64_t *found, int64_t bytes, int64_t n0, int64_t n1) {
    put(found, tdsl::cuda::reduce_columns_shape({n1}, {n0}, bytes));
}
EXPORT arg(int64_t *found, int64_t bytes, int64_t n0, int64_t n1) {
    put(found, tdsl::cuda::arg_reduce_shape({n0}, {n1}, bytes));
}
EXPORT multiplied(int64_t *found, int64_t count, int64_t m, int64_t n, int64_t k, int64_t bytes, int64_t sums_columns) {
    put(found, tdsl::cuda::gemm_shape(count, m, n, k, bytes, sums_columns != 0, true));
}
EXPORT gemm(int64_t *found, int64_t count, int64_t m, int64_t n, int64_t k, int64_t bytes, int64_t sums_columns) {
    put(found, tdsl::cuda::gemm_shape(count, m, n, k, bytes, sums_columns != 0));
}
