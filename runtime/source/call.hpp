// A call of a routine, without Python: its sizes, its kernels and whether it has succeeded.  The binding of Python
// modules (bind.hpp) and C libraries (library.hpp) are made of it.
#ifndef TDSL_SOURCE_CALL_HPP
#define TDSL_SOURCE_CALL_HPP

#include "notes.hpp"
#include "tdsl/abi.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tdsl {

union Scalar {
    bool boolean;
    std::uint8_t u8;
    std::int32_t i32;
    std::int64_t i64;
    float f32;
    double f64;
};

using AxisSize = std::ptrdiff_t;  // the type of NumPy's shapes
constexpr int most_axes = 64;     // NPY_MAXDIMS or more

// A size that is a formula, which binds no dim.
inline bool is_derived(const tdsl_extent &extent) { return extent.size < 0 && extent.dim < 0; }
inline bool is_real(tdsl_dtype dtype) { return dtype == TDSL_F32 || dtype == TDSL_F64; }
inline std::size_t item_size(tdsl_dtype dtype) {
    constexpr std::size_t sizes[] = {1, 1, 4, 8, 4, 8};
    return sizes[dtype];
}

struct ProgramPlan {
    const tdsl_module *module;
    std::vector<std::int64_t> variable_counts{};  // elements
    std::int64_t memory_limit = 0;                // bytes that a call may need
};

// The dims of the last call that fit, with the sizes derived from them: most calls have the sizes of the call before.
struct CachedSizes {
    std::vector<std::int64_t> dims;
    std::int64_t workspace_bytes = 0, elements = 0;
    bool any = false;
};

// An entry, or the routine that computes the first values.
struct RoutinePlan {
    const tdsl_entry *entry = nullptr;
    const ProgramPlan *program = nullptr;
    int returned = 0;            // results with the role TDSL_RETURN
    bool prints = false;
    bool derived_sizes = false;  // a size of some argument is a formula
    bool may_fail = false;       // after its kernels ran: faults, assertions, prints
    int axes = 0;                // of all arguments together
    mutable CachedSizes cached{};  // one thread at a time may read or write it
    mutable struct Laps *laps = nullptr;  // of a profile, see lap_timer.hpp
    mutable std::int64_t ticks_in_calls = 0;
};

ProgramPlan plan_program(const tdsl_module &module);
RoutinePlan plan_routine(const ProgramPlan &program, const tdsl_entry &entry);

enum class Failure { none, memory, device_memory, too_large, other };
enum class Role { none, argument, result, update };

// Divides memory into arrays whose elements have eight bytes, one behind the other.
class Carver {
public:
    explicit Carver(void *memory) : place_(static_cast<char *>(memory)) {}

    template <typename T>
    void operator()(T *&pointer, int count) {
        static_assert(sizeof(T) == 8);
        pointer = reinterpret_cast<T *>(place_);
        place_ += static_cast<std::size_t>(count) * 8;
    }

private:
    char *place_;
};

// Its arrays lie in one block of memory.
struct CallState {
    CallState(const RoutinePlan &routine, void *memory);  // of state_bytes(routine)
    CallState(const CallState &) = delete;
    CallState &operator=(const CallState &) = delete;

    const RoutinePlan &routine;
    std::int64_t memory_limit;
    const AxisSize **shapes;  // of the arguments, in `axes`
    AxisSize *axes;
    std::int64_t *counts;     // elements of the arguments
    Scalar *scalars;          // memory for arguments of rank 0
    const void **arguments;
    std::int64_t *dims;
    bool has_cached_sizes = false;  // the dims are those of routine.cached; the next two are copies, as others may call
    std::int64_t workspace_bytes = 0, elements = 0;
    void **results;
    std::int64_t *result_counts;
    Scalar *result_scalars;
    const void **variables;
    void **updates;
    const tdsl_exchange *exchanging = nullptr;  // null: this process trains alone
    tdsl_fault fault{};
    Failure failure = Failure::none;
    char failure_text[400];
    // The first argument, result or update that is not finite, where those are refused.
    Role nonfinite_role = Role::none;
    int nonfinite_index = 0;
    std::unique_ptr<Notes> notes{};  // of a run in debug mode
};

std::size_t state_bytes(const RoutinePlan &routine);

// The value of a real or an integer as a scalar of the type; false if the type cannot hold it.
void set_real(Scalar &to, tdsl_dtype dtype, double value);
bool set_integer(Scalar &to, tdsl_dtype dtype, long long value);

// Checks `shapes` and given sizes against the declarations, and binds `dims`.
bool bind_sizes(CallState &call, bool use_cache);
void cache_sizes(const CallState &call);           // of a call that fits
std::int64_t elements_of(const CallState &call);   // of arguments, results and variables
std::int64_t workspace_bytes(const CallState &call);
AxisSize size_of(const tdsl_extent &extent, const std::int64_t *dims);
bool result_shape(const CallState &call, const tdsl_result &result, AxisSize *shape, std::int64_t &count);
bool fits_memory(const CallState &call);  // within its limit
bool overlaps(const void *a, std::size_t a_bytes, const void *b, std::size_t b_bytes);
bool overlaps_argument(const CallState &call, const void *data, std::size_t bytes);
bool all_finite(tdsl_dtype dtype, const void *data, std::int64_t count);

void run(CallState &call, void *workspace);
void update(CallState &call, void *workspace);  // of a call that has succeeded; cannot fail
// The same on a thread that is in the floating-point state of kernels.
void run_in_kernel_state(CallState &call, void *workspace);
void update_in_kernel_state(CallState &call, void *workspace);
bool has_succeeded(const CallState &call);  // without fault, failure, failed assertion or refused number
inline bool may_overwrite(const tdsl_entry &entry, int update) {
    return entry.host.update && entry.host.in_place[update];
}

}  // namespace tdsl

#endif
