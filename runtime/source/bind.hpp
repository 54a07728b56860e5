// What the files of the binding share: the plan made of a module's table at import, and the frame of one call.
//
// Explanations are never written here: on any mismatch Python's `prepare` (runtime/python/arguments.py) either raises
// the error or returns arguments that are exactly right.
#ifndef TDSL_SOURCE_BIND_HPP
#define TDSL_SOURCE_BIND_HPP

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL tdsl_numpy
#ifndef TDSL_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>

#include "buffer.hpp"
#include "tdsl/abi.h"

#include <cstdint>
#include <ctime>
#include <vector>

namespace tdsl::binding {

union Scalar {
    bool boolean;
    std::uint8_t u8;
    std::int32_t i32;
    std::int64_t i64;
    float f32;
    double f64;
};

// <chrono> would take half of the time that these files compile in.
inline double seconds_now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline bool is_real(tdsl_dtype dtype) { return dtype == TDSL_F32 || dtype == TDSL_F64; }
inline std::size_t item_size(tdsl_dtype dtype) {
    constexpr std::size_t sizes[] = {1, 1, 4, 8, 4, 8};
    return sizes[dtype];
}

struct ModulePlan;

// Dims with which a call was found to fit, and what follows from them: calls seldom come in other sizes than the last.
struct KnownSizes {
    std::vector<std::int64_t> dims;
    std::int64_t workspace_bytes = 0, elements = 0;
    bool any = false;
};

struct EntryPlan {
    const tdsl_entry *entry;
    const ModulePlan *module;
    PyObject *table;               // its dictionary in the description
    std::vector<PyObject *> names; // interned, of the arguments
    int returned = 0;              // results with the role TDSL_RETURN
    bool prints = false;
    bool derived_sizes = false;    // some argument has a size that is a formula
    bool takes_out = true;         // unless an argument has that name
    bool has_only_numbers = false; // and nothing that takes more than calling its kernels
    bool may_fail = false;         // after its kernels ran: bad data, assertions, prints
    mutable bool took_long = false;  // the last call; changes under the GIL only
    mutable KnownSizes known{};      // the same
    int axes = 0;  // of all arguments together
    std::size_t frame_bytes = 0;
};

struct ModulePlan {
    const tdsl_module *module;
    PyObject *table;  // the description, see runtime/python/description.py
    PyObject *support;
    std::vector<EntryPlan> entries;
    EntryPlan initialise;
    std::vector<std::int64_t> variable_counts;
    std::int64_t memory_limit = 0;  // bytes that a call may need
    PyTypeObject *core_type = nullptr;
    PyObject *prepare, *checked_out, *nested, *print_results, *raise_fault, *raise_assertion, *refusal,
        *refuse_call;
};

// The one module of this library; set once, at import.
extern ModulePlan *plan_of_library;

struct Variable {
    PyArrayObject *current = nullptr;
    PyArrayObject *spares[2] = {nullptr, nullptr};  // usable while nobody else holds them
    bool overwritten = false;  // the call under way will write to the current array
};

struct CoreObject {
    PyObject_HEAD
    Variable *variables;
    Buffer *workspace, *staging, *scratch;
    struct Turns *turns;
    CoreObject *next, *previous;  // of all models of the module
};

enum class Failure { none, memory, too_large, other };
enum class Role { none, argument, result, update };

// Everything a call needs besides Python objects; its arrays lie in one block of plan.frame_bytes.  What is read when
// others may have had the GIL is copied here: whoever shares an argument may change its shape meanwhile.
struct Frame {
    Frame(const EntryPlan &plan, void *memory);

    const EntryPlan &plan;
    PyObject **values;           // of the arguments, borrowed
    const npy_intp **shapes;     // of the arguments, in `axes`
    npy_intp *axes;
    std::int64_t *counts;        // elements of the arguments
    Scalar *scalars;             // room for arguments of rank 0
    const void **arguments;
    std::int64_t *dims;
    bool knows_sizes = false;      // as they are those of plan.known, of which the next are copies: others may call
    std::int64_t workspace_bytes = 0, elements = 0;
    void **results;
    std::int64_t *result_counts;
    Scalar *result_scalars;
    PyArrayObject **result_arrays;  // owned, null for rank 0
    PyArrayObject **late_arrays;    // owned: what the caller gave for a result that is copied there at the end
    void **late_data;
    const void **variables;
    void **updates;
    PyArrayObject **update_arrays;  // owned until committed, null where the current array is overwritten
    tdsl_fault fault{0, 0, 0};
    Failure failure = Failure::none;
    char failure_text[200];
    // The first argument, result or update that is not finite, where that is refused.
    Role bad_role = Role::none;
    int bad_index = 0;
};

constexpr int most_dimensions = NPY_MAXDIMS;
constexpr int most_numbers = 8;  // that are taken without a frame

// Frame: arguments
bool has_dtype(PyArrayObject *array, tdsl_dtype dtype);
bool take_scalar(Scalar &to, const tdsl_argument &argument, PyObject *value);  // a Python number, or null: the default
bool take_values(Frame &frame);  // dtypes, layouts and scalars of frame.values
bool bind_sizes(Frame &frame, bool under_gil);  // frame.shapes against the declarations
void remember_sizes(const Frame &frame);        // of a call that fits; under the GIL
std::int64_t elements_of(const Frame &frame);   // of arguments, results and variables

// Frame: results and the run
bool result_shape(const Frame &frame, const tdsl_result &result, npy_intp *shape, std::int64_t &count);
bool fits(const Frame &frame);        // into the memory that a call may use
bool allocate_results(Frame &frame);  // where the caller gave no array; false with an exception set
void release_results(Frame &frame);
std::int64_t workspace_bytes(const Frame &frame);
void run(Frame &frame, void *workspace);     // needs no GIL
void update(Frame &frame, void *workspace);  // of a frame that is acceptable; cannot fail and needs no GIL
// The same on a thread that computes as kernels do.
void run_here(Frame &frame, void *workspace);
void update_here(Frame &frame, void *workspace);
bool acceptable(const Frame &frame);      // no fault, failure, failed assertion or bad number; needs no GIL
bool print_all(Frame &frame);
bool judge(Frame &frame);  // false with an exception set
PyObject *scalar_object(tdsl_dtype dtype, const void *value);

// Core
PyArrayObject *new_array(tdsl_dtype dtype, int rank, const npy_intp *shape);
bool is_forking();  // then values are written over under the GIL only, so that a child finds whole ones
bool watch_forks();  // at import; false with an exception set
inline bool may_overwrite(const tdsl_entry &entry, int update) { return entry.update && entry.in_place[update]; }
// Room for new values; where `overwrite` and nobody else holds the current array, that array.
bool take_updates(CoreObject *core, Frame &frame, bool overwrite);
void commit_updates(CoreObject *core, Frame &frame);
void return_updates(CoreObject *core, Frame &frame);
void read_variables(const CoreObject *core, Frame &frame);
PyArrayObject *take_spare(CoreObject *core, int variable);
void keep_spare(CoreObject *core, int variable, PyArrayObject *array);
PyTypeObject *make_core_type();
PyObject *core_steps(PyObject *self, PyObject *const *args, Py_ssize_t count);

// Turns
Turns *new_turns();  // throws std::bad_alloc
void delete_turns(Turns *turns);
bool begin_turn(CoreObject *core, const char *name);  // false with an exception set
void end_turn(CoreObject *core);
void keep_others_away(CoreObject *core, bool away);  // from values, in a turn of this thread
bool are_values_away(const CoreObject *core);
bool wait_for_values(CoreObject *core);  // until none is between old and new; false with an exception set
// In a child: makes turns anew for its one thread.  Whether a thread that does not exist there had the turn.
bool drop_turn_of_another(CoreObject *core);  // throws std::bad_alloc

// Entry
PyTypeObject *make_entry_type();
PyObject *make_entry(PyTypeObject *type, const EntryPlan *plan);
bool explain(const EntryPlan &plan, PyObject *args, PyObject *kwargs);  // always false: raises what prepare raises
// With `answer`, what is returned to the caller is made before anything is committed: that may fail as well.
bool call_core(CoreObject *core, Frame &frame, const char *name, PyObject *out, PyObject **answer);

}  // namespace tdsl::binding

#endif
