// Products in the terms of cuBLASLt, whose matrices are stored by columns: it computes Cᵀ = Bᵀ Aᵀ.
#include "cuda_multiplier.hpp"

namespace tdsl::cuda {
namespace {

constexpr std::int64_t largest = INT32_MAX;  // of sizes and strides

bool is_stride(std::int64_t stride, std::int64_t least) { return least <= stride && stride <= largest; }

bool is_by_rows(const OperandMatrix &matrix, std::int64_t columns) {
    return matrix.column == 1 && is_stride(matrix.row, columns);
}

bool is_matrix(const OperandMatrix &matrix, std::int64_t rows, std::int64_t columns) {
    return is_by_rows(matrix, columns) || (matrix.row == 1 && is_stride(matrix.column, rows));
}

// The transpose of a rows × columns matrix: one that is stored by columns, or that of one that is.
struct Side {
    std::int32_t operation;
    std::int64_t rows, columns, stride, batch;
};

Side side_of(const OperandMatrix &matrix, std::int64_t rows, std::int64_t columns) {
    if (is_by_rows(matrix, columns)) return {cublas::plain, columns, rows, matrix.row, matrix.batch};
    return {cublas::transposed, rows, columns, matrix.column, matrix.batch};
}

std::uint32_t alignment_of(const void *pointer) {
    const auto address = reinterpret_cast<std::uintptr_t>(pointer) | 256;
    return static_cast<std::uint32_t>(address & -address);
}

// One of the library's descriptors.
class Descriptor {
public:
    explicit Descriptor(cublas::Status (*destroy)(void *)) : destroy_(destroy) {}
    ~Descriptor() {
        if (made_) destroy_(made_);
    }
    Descriptor(const Descriptor &) = delete;
    Descriptor &operator=(const Descriptor &) = delete;

    void **place() { return &made_; }
    operator void *() const { return made_; }

private:
    cublas::Status (*destroy_)(void *);
    void *made_ = nullptr;
};

class Description {
public:
    Description(const cublas::Library &library, const Products &products, const ResultMatrix &c, bool tf32)
        : library_(library), type_(products.element_bytes == 4 ? cublas::real_32 : cublas::real_64),
          count_(static_cast<std::int32_t>(products.count)) {
        const bool is_f32 = products.element_bytes == 4;
        const int compute = is_f32 ? tf32 ? cublas::compute_tf32 : cublas::compute_32 : cublas::compute_64;
        const Side left = side_of(products.b, products.k, products.n);
        const Side right = side_of(products.a, products.m, products.k);
        is_good_ = !library.cublasLtMatmulDescCreate(operation_.place(), compute, type_) &&
                   set(cublas::operation_a, left.operation) && set(cublas::operation_b, right.operation) &&
                   make(left_, left) && make(right_, right) &&
                   make(c_, {cublas::plain, products.n, products.m, c.row, c.batch});
    }

    bool is_good() const { return is_good_; }

    bool choose(cublas::Handle handle, const Products &products, const ResultMatrix &c,
                cublas::Algorithm *algorithm) const {
        Descriptor preference(library_.cublasLtMatmulPreferenceDestroy);
        const auto aligned = [&](int attribute, const void *data) {
            const std::uint32_t bytes = alignment_of(data);
            return !library_.cublasLtMatmulPreferenceSetAttribute(preference, attribute, &bytes, sizeof bytes);
        };
        const std::uint64_t most = Multiplier::workspace_bytes;
        cublas::Found found{};
        int count = 0;
        const bool good = !library_.cublasLtMatmulPreferenceCreate(preference.place()) &&
                          !library_.cublasLtMatmulPreferenceSetAttribute(preference, cublas::most_workspace, &most,
                                                                         sizeof most) &&
                          aligned(cublas::alignment_a, products.b.data) &&
                          aligned(cublas::alignment_b, products.a.data) && aligned(cublas::alignment_c, c.data) &&
                          aligned(cublas::alignment_d, c.data) &&
                          !library_.cublasLtMatmulAlgoGetHeuristic(handle, operation_, left_, right_, c_, c_,
                                                                   preference, 1, &found, &count);
        *algorithm = found.algorithm;
        return good && count == 1 && found.state == cublas::success;
    }

    bool run(cublas::Handle handle, const Products &products, const ResultMatrix &c, const cublas::Algorithm &algorithm,
             char *workspace, Stream stream) const {
        const float one = 1, zero = 0;
        const double one_64 = 1, zero_64 = 0;
        const bool is_f32 = type_ == cublas::real_32;
        const void *const alpha = is_f32 ? static_cast<const void *>(&one) : &one_64;
        const void *const beta = is_f32 ? static_cast<const void *>(&zero) : &zero_64;
        return !library_.cublasLtMatmul(handle, operation_, alpha, products.b.data, left_, products.a.data, right_,
                                        beta, c.data, c_, c.data, c_, &algorithm, workspace,
                                        Multiplier::workspace_bytes, stream);
    }

private:
    bool set(int attribute, std::int32_t value) const {
        return !library_.cublasLtMatmulDescSetAttribute(operation_, attribute, &value, sizeof value);
    }
    bool make(Descriptor &layout, const Side &side) const {
        return !library_.cublasLtMatrixLayoutCreate(layout.place(), type_, static_cast<std::uint64_t>(side.rows),
                                                    static_cast<std::uint64_t>(side.columns), side.stride) &&
               !library_.cublasLtMatrixLayoutSetAttribute(layout, cublas::batch_count, &count_, sizeof count_) &&
               !library_.cublasLtMatrixLayoutSetAttribute(layout, cublas::batch_offset, &side.batch,
                                                          sizeof side.batch);
    }

    const cublas::Library &library_;
    int type_;
    std::int32_t count_;
    bool is_good_;
    Descriptor operation_{library_.cublasLtMatmulDescDestroy};
    Descriptor left_{library_.cublasLtMatrixLayoutDestroy}, right_{library_.cublasLtMatrixLayoutDestroy},
        c_{library_.cublasLtMatrixLayoutDestroy};
};

}  // namespace

bool Multiplier::accepts(const Products &products) {
    const auto &[count, m, n, k, bytes, sums, a, b, c] = products;
    return options_.cublas && are_large(products) && count <= largest && m <= largest && n <= largest && k <= largest &&
           is_matrix(a, m, k) && is_matrix(b, k, n) && a.batch >= 0 && b.batch >= 0 && is_open();
}

bool Multiplier::can_fill(const ResultMatrix &c, const Products &products) {
    const bool is_batch = products.count > 1;
    return c.data && is_stride(c.row, products.n) && (!is_batch || c.batch >= products.m * c.row);
}

bool Multiplier::is_open() {
    const Lock lock(mutex_);
    if (!was_opened_) {
        was_opened_ = true;
        const cublas::Library *const library = cublas::library();
        if (library && library->cublasLtCreate(&handle_)) handle_ = nullptr;
    }
    return handle_ != nullptr;
}

bool Multiplier::multiply(const Products &products, const ResultMatrix &c, char *workspace, Stream stream) {
    const auto &[count, m, n, k, bytes, sums, a, b, own] = products;
    const Key key{count, m, n, k, bytes, a.row, a.column, a.batch, alignment_of(a.data), b.row, b.column, b.batch,
                  alignment_of(b.data), c.row, c.batch, alignment_of(c.data)};
    const Description description(*cublas::library(), products, c, options_.tf32);
    if (!description.is_good()) return false;
    const Lock lock(mutex_);
    const auto [found, is_new] = choices_.try_emplace(key);
    Choice &choice = found->second;
    if (is_new) choice.is_good = description.choose(handle_, products, c, &choice.algorithm);
    choice.is_good = choice.is_good && description.run(handle_, products, c, choice.algorithm, workspace, stream);
    return choice.is_good;
}

}  // namespace tdsl::cuda
