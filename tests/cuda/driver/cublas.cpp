// A stand-in for cuBLASLt, over the stand-in for the driver.  It has the functions that the runtime calls, with the
// numbers and sizes of the real one's attributes, and computes products in double.
//
// What the real one refuses ends the process: sizes of attributes, strides that are too short, memory that nobody
// allocated, pointers that are less aligned than the algorithm was asked for.
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

using Status = int;
constexpr Status success = 0, failed = 13, not_supported = 15;

[[noreturn]] void die(const char *text) {
    std::fprintf(stderr, "stand-in cuBLASLt: %s\n", text);
    std::abort();
}
void require(bool good, const char *text) {
    if (!good) die(text);
}

template <typename Function>
Function of_driver(const char *name) {
    static void *const library = dlopen("libcuda.so.1", RTLD_NOW);
    void *const found = library ? dlsym(library, name) : nullptr;
    require(found, "there is no stand-in for the driver");
    return reinterpret_cast<Function>(found);
}

struct Operation {
    int compute, scale;
    int32_t operations[2] = {0, 0};
};
struct Layout {
    int type;
    uint64_t rows, columns;
    int64_t stride;
    int32_t count = 1;
    int64_t offset = 0;
};
struct Preference {
    uint64_t workspace = 0;
    uint32_t alignments[4] = {256, 256, 256, 256};
};
struct Algorithm {
    uint64_t mark, workspace, alignments[4], rows, columns;
};
static_assert(sizeof(Algorithm) == 64);
struct Found {
    Algorithm algorithm;
    size_t workspace;
    Status state;
    float waves;
    int reserved[4];
};
static_assert(sizeof(Found) == 96);
constexpr uint64_t mark = 0x7d51;

int64_t calls = 0, failing_call = -1, live = 0, heuristics = 0;
int64_t launched = 0, recorded = 0, computed = 0, computes[3] = {0, 0, 0};  // products; of f32, f32 as TF32, f64
bool has_algorithms = true;

#define BEGIN \
    if (calls++ == failing_call) return failed

template <typename Made, typename... Values>
Status make(Made **made, Values... values) {
    *made = new Made{values...};
    ++live;
    return success;
}
template <typename Made>
Status destroy(Made *made) {
    delete made;
    --live;
    return success;
}
template <typename Value>
void assign(Value &place, const void *value, size_t bytes) {
    require(bytes == sizeof place, "an attribute of another size");
    std::memcpy(&place, value, bytes);
}

// What a recorded product needs.
struct Work {
    Operation operation;
    Layout a, b, c;
    const void *left, *right;
    void *result;
};

template <typename Real>
void multiply(const Work &work) {
    const auto m = static_cast<int64_t>(work.c.rows), n = static_cast<int64_t>(work.c.columns);
    const auto k = static_cast<int64_t>(work.operation.operations[0] ? work.a.rows : work.a.columns);
    const auto steps = [](const Layout &layout, int32_t transposed, int64_t &row, int64_t &column) {
        row = transposed ? layout.stride : 1, column = transposed ? 1 : layout.stride;
    };
    int64_t a_row, a_column, b_row, b_column;
    steps(work.a, work.operation.operations[0], a_row, a_column);
    steps(work.b, work.operation.operations[1], b_row, b_column);
    std::vector<double> left(static_cast<size_t>(m * k)), sums(static_cast<size_t>(m));
    for (int32_t batch = 0; batch < work.c.count; ++batch) {
        const Real *const a = static_cast<const Real *>(work.left) + batch * work.a.offset;
        const Real *const b = static_cast<const Real *>(work.right) + batch * work.b.offset;
        Real *const c = static_cast<Real *>(work.result) + batch * work.c.offset;
        for (int64_t p = 0; p < k; ++p)
            for (int64_t i = 0; i < m; ++i) left[static_cast<size_t>(p * m + i)] = a[i * a_row + p * a_column];
        for (int64_t j = 0; j < n; ++j) {
            for (double &sum : sums) sum = 0;
            for (int64_t p = 0; p < k; ++p) {
                const double factor = b[p * b_row + j * b_column];
                const double *const from = left.data() + p * m;
                for (int64_t i = 0; i < m; ++i) sums[static_cast<size_t>(i)] += from[i] * factor;
            }
            for (int64_t i = 0; i < m; ++i) c[i + j * work.c.stride] = static_cast<Real>(sums[static_cast<size_t>(i)]);
        }
    }
}

void run(const void *needs) {
    Work work;
    ++computed;
    std::memcpy(&work, needs, sizeof work);
    if (work.a.type == 0) multiply<float>(work);
    else multiply<double>(work);
}

// Whether the descriptions are those of products that the library can compute.
void check(const Operation &operation, const Layout &a, const Layout &b, const Layout &c) {
    const bool is_f32 = operation.compute == 68 || operation.compute == 77;
    require(is_f32 || operation.compute == 70, "another type of computation");
    require(operation.scale == (is_f32 ? 0 : 1), "another type of factors");
    for (const Layout *each : {&a, &b, &c}) {
        require(each->type == operation.scale, "matrices of several types");
        require(each->stride >= static_cast<int64_t>(each->rows), "columns overlap");
        require(each->count == c.count, "batches of several sizes");
    }
    const bool left = operation.operations[0], right = operation.operations[1];
    require((left ? a.columns : a.rows) == c.rows && (right ? b.rows : b.columns) == c.columns &&
                (left ? a.rows : a.columns) == (right ? b.columns : b.rows),
            "sizes that do not fit");
    require(c.count == 1 || c.offset >= static_cast<int64_t>(c.columns) * c.stride, "results overlap");
}

uint64_t alignment_of(const void *pointer) {
    const auto address = reinterpret_cast<uint64_t>(pointer);
    return address & -address;
}

void check_memory(void *stream, const Layout &layout, const void *memory, uint64_t alignment) {
    const size_t width = layout.type == 0 ? 4 : 8;
    const auto columns = static_cast<int64_t>(layout.columns), rows = static_cast<int64_t>(layout.rows);
    const int64_t elements = (layout.count - 1) * layout.offset + (columns - 1) * layout.stride + rows;
    of_driver<void (*)(void *, const void *, size_t)>("stand_in_check")(stream, memory,
                                                                       static_cast<size_t>(elements) * width);
    require(alignment_of(memory) >= alignment, "memory that is less aligned than the algorithm needs");
}

}  // namespace

#define EXPORTED extern "C" __attribute__((visibility("default")))

EXPORTED size_t cublasLtGetVersion() { return 130102; }
EXPORTED Status cublasLtCreate(int **handle) {
    BEGIN;
    static int made = 1;
    *handle = &made;
    return success;
}
EXPORTED Status cublasLtMatmulDescCreate(Operation **made, int compute, int scale) {
    BEGIN;
    return make(made, compute, scale);
}
EXPORTED Status cublasLtMatmulDescDestroy(Operation *made) { return destroy(made); }
EXPORTED Status cublasLtMatmulDescSetAttribute(Operation *operation, int attribute, const void *value, size_t bytes) {
    BEGIN;
    require(attribute == 3 || attribute == 4, "another attribute of an operation");
    assign(operation->operations[attribute - 3], value, bytes);
    return success;
}
EXPORTED Status cublasLtMatrixLayoutCreate(Layout **made, int type, uint64_t rows, uint64_t columns, int64_t stride) {
    BEGIN;
    return make(made, type, rows, columns, stride);
}
EXPORTED Status cublasLtMatrixLayoutDestroy(Layout *made) { return destroy(made); }
EXPORTED Status cublasLtMatrixLayoutSetAttribute(Layout *layout, int attribute, const void *value, size_t bytes) {
    BEGIN;
    require(attribute == 5 || attribute == 6, "another attribute of a layout");
    if (attribute == 5) assign(layout->count, value, bytes);
    else assign(layout->offset, value, bytes);
    return success;
}
EXPORTED Status cublasLtMatmulPreferenceCreate(Preference **made) {
    BEGIN;
    return make(made);
}
EXPORTED Status cublasLtMatmulPreferenceDestroy(Preference *made) { return destroy(made); }
EXPORTED Status cublasLtMatmulPreferenceSetAttribute(Preference *preference, int attribute, const void *value,
                                                     size_t bytes) {
    BEGIN;
    require(attribute == 1 || (attribute >= 5 && attribute <= 8), "another attribute of a preference");
    if (attribute == 1) assign(preference->workspace, value, bytes);
    else assign(preference->alignments[attribute - 5], value, bytes);
    return success;
}
EXPORTED Status cublasLtMatmulAlgoGetHeuristic(int *handle, Operation *operation, Layout *a, Layout *b, Layout *c,
                                               Layout *d, Preference *preference, int wanted, Found *found,
                                               int *count) {
    BEGIN;
    require(*handle == 1 && c == d && wanted == 1, "another question than for one algorithm");
    check(*operation, *a, *b, *c);
    ++heuristics;
    *count = has_algorithms;
    if (!has_algorithms) return not_supported;
    found->algorithm = {mark, preference->workspace, {}, c->rows, c->columns};
    for (int i = 0; i < 4; ++i) found->algorithm.alignments[i] = preference->alignments[i];
    found->state = success;
    return success;
}
EXPORTED Status cublasLtMatmul(int *handle, Operation *operation, const void *alpha, const void *left, Layout *a,
                               const void *right, Layout *b, const void *beta, const void *before, Layout *c,
                               void *result, Layout *d, const Algorithm *algorithm, void *workspace, size_t bytes,
                               void *stream) {
    BEGIN;
    require(*handle == 1 && before == result && c == d, "another result than the matrix that is added");
    check(*operation, *a, *b, *c);
    double factors[2] = {0, 0};
    for (int i = 0; i < 2; ++i) {
        const void *const factor = i ? beta : alpha;
        factors[i] = operation->scale ? *static_cast<const double *>(factor) : *static_cast<const float *>(factor);
    }
    require(factors[0] == 1 && factors[1] == 0, "other factors than 1 and 0");
    require(algorithm->mark == mark && algorithm->rows == c->rows && algorithm->columns == c->columns,
            "an algorithm of other products");
    require(bytes >= algorithm->workspace && alignment_of(workspace) >= 256, "too small a workspace");
    check_memory(stream, {0, bytes / 4, 1, static_cast<int64_t>(bytes / 4)}, workspace, 256);
    check_memory(stream, *a, left, algorithm->alignments[0]);
    check_memory(stream, *b, right, algorithm->alignments[1]);
    check_memory(stream, *c, result, algorithm->alignments[3]);
    ++launched;
    recorded += of_driver<bool (*)(void *)>("stand_in_records")(stream);
    ++computes[operation->scale ? 2 : operation->compute == 77];
    const Work work{*operation, *a, *b, *c, left, right, result};
    of_driver<void (*)(void *, void (*)(const void *), const void *, size_t)>("stand_in_enqueue")(stream, run, &work,
                                                                                                sizeof work);
    return success;
}

// Calls, those of cublasLtMatmul, those of them that were recorded, those in f32, as TF32 and in f64; questions for an
// algorithm; products that were computed; descriptors that there are.
EXPORTED void stand_in_cublas_counts(int64_t *counts) {
    const int64_t found[] = {calls,       launched,   recorded, computes[0], computes[1],
                             computes[2], heuristics, computed, live};
    std::memcpy(counts, found, sizeof found);
}
// The call number `after` from now on fails; -1: none.
EXPORTED void stand_in_cublas_fail(int64_t after) { failing_call = after < 0 ? -1 : calls + after; }
EXPORTED void stand_in_cublas_algorithms(int there_are) { has_algorithms = there_are; }

__attribute__((constructor)) static void configure() {
    if (const char *text = std::getenv("STAND_IN_CUBLAS_FAIL")) failing_call = std::atoll(text);
}
