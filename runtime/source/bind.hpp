// Shared by the files of the binding: the plan of a module, made from its table at import, and the frame of one call.
//
// The binding never words an error: on any mismatch Python's `prepare` (runtime/python/arguments.py) either raises the
// exception or returns arguments that fit exactly.
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
#include "call.hpp"
#include "lap_timer.hpp"

#include <cstdint>
#include <ctime>
#include <memory>
#include <vector>

namespace tdsl::binding {

// <chrono> would double the compile time of these files.
inline double seconds_now() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct ModulePlan;

struct EntryPlan : RoutinePlan {
    const ModulePlan *module = nullptr;
    PyObject *table = nullptr;            // its dictionary in the description
    std::vector<PyObject *> names{};      // interned, of the arguments
    PyObject *result_class = nullptr;     // of named results; else None
    bool accepts_out = true;              // unless an argument is named `out`
    bool is_scalar_call = false;          // numbers only, and no failure possible: a call is just its kernels
    mutable bool was_slow = false;        // the last call; written under the GIL only, like `cached`
    std::size_t frame_bytes = 0;
};

struct ModulePlan : ProgramPlan {
    PyObject *table = nullptr;  // the description, see runtime/python/description.py
    PyObject *support = nullptr;
    std::vector<EntryPlan> entries{};
    EntryPlan initialise{};
    std::int64_t device_memory_limit = 0;  // of a call on a device
    int default_device = -1;        // of models and functions: the number of a GPU, or -1 for the CPU
    PyTypeObject *core_type = nullptr;
    PyObject *prepare = nullptr, *checked_out = nullptr, *nested = nullptr, *print_results = nullptr;
    PyObject *raise_fault = nullptr, *raise_assertion = nullptr, *refusal = nullptr, *refuse_call = nullptr;
    PyObject *failed_check = nullptr;
};

// The one module of this library; set once, at import.
extern ModulePlan *plan_of_library;

struct Variable {
    PyArrayObject *current = nullptr;
    PyArrayObject *spares[2] = {nullptr, nullptr};  // usable while they have no other reference
    bool overwritten = false;  // the current call will write to the current array
};

struct CoreObject {
    PyObject_HEAD
    Variable *variables;  // on a device: a copy of those there
    Buffer *workspace, *staging, *scratch;
    struct Turns *turns;
    int device;                       // the number of a GPU, or -1: the CPU
    struct DeviceModel *device_model;  // null until it is used there
    CoreObject *next, *previous;  // of all models of the module
};

// An entry as a Python callable.
struct EntryObject {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *weak_references;
    const EntryPlan *plan;
};

inline const EntryPlan &plan_of(PyObject *entry) { return *reinterpret_cast<EntryObject *>(entry)->plan; }

// The arrays of a call that are in the memory of its device (bind_cuda_frame.hpp).
struct OnDevice;

// The function that adds up numbers over all processes (bind_exchange.cpp).
struct Exchange;

// The state of one call.  Its arrays lie in one block of plan.frame_bytes.  Shapes are copied here, as another thread
// that shares an argument may change its shape while the GIL is released.
struct Frame : CallState {
    Frame(const EntryPlan &plan, void *memory, const CoreObject *core);
    ~Frame();

    const EntryPlan &plan;
    const int device;               // the number of a GPU, or -1 for the CPU
    PyObject **values;              // of the arguments, borrowed
    PyArrayObject **result_arrays;  // owned, null for rank 0
    PyArrayObject **late_arrays;    // owned: the caller's `out` arrays, to which results are copied at the end
    void **late_data;
    PyArrayObject **update_arrays;  // owned until committed, null where the current array is overwritten
    OnDevice *on_device = nullptr;  // owned; null without such arrays
    Exchange *exchange = nullptr;   // owned; null where this process trains alone
};

std::size_t frame_bytes(const RoutinePlan &routine);
constexpr int most_dimensions = NPY_MAXDIMS;
constexpr int most_scalars = 8;  // of a call without a frame

// Arguments (bind_arguments.cpp)
bool has_dtype(PyArrayObject *array, tdsl_dtype dtype);
bool read_scalar(Scalar &to, const tdsl_argument &argument, PyObject *value);  // a number; null means the default
bool read_arguments(Frame &frame, const CoreObject *core);  // checks dtypes and layouts of frame.values

// Results (bind_frame.cpp)
bool allocate_results(Frame &frame);  // unless the caller passed arrays; false with an exception set
void release_results(Frame &frame);

// Debug mode (bind_checks.cpp)
bool raise_if_check_failed(const Frame &frame);  // false with an exception set

// Outcome (bind_outcome.cpp): false means that an exception is set
bool raise_if_failed(Frame &frame);  // first writes the output of the call's prints
bool raise_too_large(const Frame &frame);  // always false
PyObject *copy_of_call(const Frame &frame);  // its arguments, dims and variables; None without memory for them
PyObject *scalar_object(tdsl_dtype dtype, const void *value);

// Results into arrays of the caller (bind_out.cpp)
// False with an exception set; no `out` is left if new arrays are wanted on the device.
bool use_out(Frame &frame, CoreObject *core, PyObject *&out);

// Exchange (bind_exchange.cpp)
Exchange *make_exchange(const CoreObject *core);  // null if the model has no function for it
void delete_exchange(Exchange *exchange);
const tdsl_exchange *interface_of(const Exchange *exchange);  // for a call
bool restore_exception(Exchange *exchange);  // sets the one that its function has raised; false if there is none

// Core (bind_core.cpp)
PyArrayObject *new_array(tdsl_dtype dtype, int rank, const npy_intp *shape);
bool is_forking();  // while true, values are overwritten under the GIL only, so that a child never sees half of them
bool watch_forks();  // at import; false with an exception set
// Finds arrays for new values: with `overwrite` the current array, unless somebody else holds it.
bool take_updates(CoreObject *core, Frame &frame, bool overwrite);
void commit_updates(CoreObject *core, Frame &frame);
void return_updates(CoreObject *core, Frame &frame);
void read_variables(const CoreObject *core, Frame &frame);
PyArrayObject *take_spare(CoreObject *core, int variable);
void keep_spare(CoreObject *core, int variable, PyArrayObject *array);
PyTypeObject *make_core_type();
PyObject *core_steps(PyObject *self, PyObject *const *args, Py_ssize_t count);
PyObject *core_row_order(PyObject *self, PyObject *args);
// Copies the value from a device if it is newer there; -1: all values; false with an exception set.
bool values_are_here(CoreObject *core, int variable);

// Turns (bind_turns.cpp)
Turns *new_turns();  // throws std::bad_alloc
void delete_turns(Turns *turns);
bool begin_turn(CoreObject *core, const char *name);  // false with an exception set
void end_turn(CoreObject *core);
void block_readers(CoreObject *core, bool blocked);  // while values are overwritten, in a turn of this thread
bool is_updating(const CoreObject *core);
bool has_turn(const CoreObject *core);  // this thread
bool wait_for_update(CoreObject *core);  // until no values are being overwritten; false with an exception set
// In a forked child: new turns for its only thread.  Returns whether a thread that does not exist there had the turn.
bool reset_turns_in_child(CoreObject *core);  // throws std::bad_alloc

// Calls (bind_call.cpp): the vectorcalls of entries of a module and of a model
PyObject *call_function(PyObject *self, PyObject *const *args, std::size_t flags, PyObject *names);
PyObject *call_method(PyObject *self, PyObject *const *args, std::size_t flags, PyObject *names);
// Raises what `prepare` raises: false.
bool raise_mismatch(const EntryPlan &plan, CoreObject *core, PyObject *args, PyObject *kwargs);
// The array that a value is on the device of the model or, without one, of functions; None; or a text, see `imported`.
PyObject *array_on_device(PyObject *core, PyObject *value);
PyObject *find_on_device(CoreObject *core);  // this as a function of Python; None on the CPU
PyObject *returned_objects(Frame &frame, PyObject *out);  // for the caller
// With `answer`, the object for the caller is made before anything is committed, as that may fail as well.
bool run_call(CoreObject *core, Frame &frame, const char *name, PyObject *out, PyObject **answer);

// Calls on devices (bind_cuda.cpp), in modules with code for them.
struct DeviceCalls {
    bool (*run_call)(CoreObject *core, Frame &frame, const char *name, PyObject *out, PyObject **answer);
    bool (*is_here)(const CoreObject *core, int variable);  // its newest value; -1: all values
    bool (*fetch)(CoreObject *core, int variable);  // from the device into `variables`; -1: all; in a turn
    void (*assigned)(CoreObject *core, int variable);
    // Arrays on its device by variable, among others; in a turn; false with an exception set and nothing assigned.
    bool (*assign)(CoreObject *core, PyObject *values);
    bool (*fits)(const CoreObject *core, int variable, PyObject *value);  // whether it is such an array
    bool (*run_steps)(struct StepLoop &loop, PyThreadState *&state);  // false when a step failed
    void (*explain)(CoreObject *core, Frame &frame);  // copies from the device what the exception of a failure shows
    void (*forget_steps)(CoreObject *core);
    void (*release)(CoreObject *core);
    void (*use_cublas)(const char *path);  // of an installed package; the text stays
    // Arrays on the device (bind_cuda_frame.cpp).  False if the value is none that fits.
    bool (*read_argument)(Frame &frame, int index, npy_intp *axes, int device);
    bool (*use_out)(Frame &frame, int index, PyObject *value, int device);
    bool (*return_arrays)(Frame &frame, int device);  // false with an exception set, like the next one
    bool (*take_results)(Frame &frame);               // those on the device
    bool (*has_argument)(const Frame &frame, int index);
    void (*drop)(Frame &frame);  // its arrays there
    PyObject *(*imported)(PyObject *value, int device);
};
extern const DeviceCalls *device_calls;  // null in other modules
inline Frame::~Frame() {
    if (on_device) device_calls->drop(*this);
    if (exchange) delete_exchange(exchange);
}
inline int device_of(const CoreObject *core) { return core ? core->device : plan_of_library->default_device; }

// Profiles (bind_profile.cpp)
PyObject *lap_reader();  // the function that returns all times

// Entries (bind_entry.cpp)
PyTypeObject *make_entry_type();
PyObject *make_entry(PyTypeObject *type, const EntryPlan *plan);

}  // namespace tdsl::binding

#endif
