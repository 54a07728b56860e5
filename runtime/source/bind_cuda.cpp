// Calls of the binding on CUDA devices.
//
// The values of a model that is on a device are there; its arrays on the host are copied from there when somebody reads
// them, and copied to it before the next call if somebody has assigned them.
#include "bind_cuda.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

namespace tdsl::binding {
namespace {

using cuda::Current;
using cuda::Error;

const tdsl_module &the_module() { return *plan_of_library->module; }

// Entries of modules without variables share a model without values, which has one call at a time.
struct Functions {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    unsigned long owner = 0;       // the thread that has the turn
    DeviceModel *model = nullptr;  // never deleted, as the driver may end before
} functions;

bool begin_functions(const char *name) {
    if (cuda::is_in_forked_child()) return true;  // where another thread may have had the turn; the call will fail
    const unsigned long self = PyThread_get_thread_ident();
    if (__atomic_load_n(&functions.owner, __ATOMIC_RELAXED) == self) {
        PyErr_Format(PyExc_RuntimeError, "%s.%s: the GPU is in use by the call that this one is part of",
                     the_module().name, name);
        return false;
    }
    Py_BEGIN_ALLOW_THREADS
    pthread_mutex_lock(&functions.mutex);
    Py_END_ALLOW_THREADS
    __atomic_store_n(&functions.owner, self, __ATOMIC_RELAXED);
    return true;
}

void end_functions() {
    if (cuda::is_in_forked_child()) return;
    __atomic_store_n(&functions.owner, 0, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&functions.mutex);
}

DeviceModel &model_of(CoreObject *core) { return core ? *core->device_model : *functions.model; }

void run(CoreObject *core, Frame &frame) {
    try {
        DeviceModel &model = ready_model(core, frame.plan);
        const Current current(model.device);
        allocate_device_results(frame, model.device);
        run_frame(model, frame);
    } catch (const Error &error) {
        note_error(frame, error);
    } catch (const std::bad_alloc &) {
        frame.failure = Failure::memory;
    }
}

bool commit(CoreObject *core, Frame &frame) {
    if (!core || frame.plan.entry->update_count == 0) return true;
    try {
        const Current current(core->device_model->device);
        core->device_model->model.commit();
        note_updates(*core->device_model, *frame.plan.entry);
        return true;
    } catch (const Error &error) {
        note_error(frame, error);
    } catch (const std::bad_alloc &) {
        frame.failure = Failure::memory;
    }
    return raise_if_failed(frame);
}

bool is_here(const CoreObject *core, int variable) {
    const auto &newest = core->device_model->newest;
    if (variable >= 0) return newest[static_cast<std::size_t>(variable)] != Newest::device;
    for (const auto &value : newest)
        if (value == Newest::device) return false;
    return true;
}

bool fetch_one(CoreObject *core, int index) {
    DeviceModel &model = *core->device_model;
    auto &newest = model.newest[static_cast<std::size_t>(index)];
    if (newest != Newest::device) return true;
    PyArrayObject *array = take_spare(core, index);  // somebody may hold the current one
    if (!array) return false;
    void *const data = PyArray_DATA(array);
    std::unique_ptr<Error> error;
    Py_BEGIN_ALLOW_THREADS
    try {
        const Current current(model.device);
        model.model.read(index, data);
    } catch (const Error &found) {
        error.reset(new Error(found));
    }
    Py_END_ALLOW_THREADS
    if (!error) {
        std::swap(core->variables[index].current, array);
        newest = Newest::both;
    }
    keep_spare(core, index, array);
    return !error || raised(*error);
}

bool fetch(CoreObject *core, int variable) {
    const int first = variable < 0 ? 0 : variable;
    const int last = variable < 0 ? the_module().variable_count : variable + 1;
    for (int i = first; i < last; ++i)
        if (!fetch_one(core, i)) return false;
    return true;
}

void assigned(CoreObject *core, int variable) {
    core->device_model->newest[static_cast<std::size_t>(variable)] = Newest::host;
}

bool fits(const CoreObject *core, int index, PyObject *value) {
    const tdsl_variable &variable = the_module().variables[index];
    if (!is_device_array(value)) return false;
    const auto &array = *reinterpret_cast<const DeviceArray *>(value);
    return array.device == core->device && has_type(array, variable.dtype, variable.rank) &&
           std::equal(variable.shape, variable.shape + variable.rank, array.shape);
}

bool assign(CoreObject *core, PyObject *values) {
    std::unique_ptr<Error> error;
    try {
        std::vector<cuda::Assignment> found;
        PyObject *key, *value;
        Py_ssize_t position = 0;
        while (PyDict_Next(values, &position, &key, &value))
            if (is_device_array(value))
                found.push_back({PyLong_AsLong(key), reinterpret_cast<const DeviceArray *>(value)->data});
        if (found.empty()) return true;
        Py_BEGIN_ALLOW_THREADS
        try {
            if (!core->device_model) core->device_model = new DeviceModel(the_module(), core->device);
            const Current current(core->device_model->device);
            core->device_model->model.assign(found);
        } catch (const Error &failure) {
            error.reset(new Error(failure));
        }
        Py_END_ALLOW_THREADS
        if (error) return raised(*error);
        for (const cuda::Assignment &one : found)
            core->device_model->newest[static_cast<std::size_t>(one.variable)] = Newest::device;
        return true;
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
        return false;
    }
}

// The message of a number that is not finite shows it, and the arguments and variables of the call, from which the
// checks of debug mode compute all values.
void explain(CoreObject *core, Frame &frame) {
    const bool is_checked = frame.notes && frame.failure == Failure::none;
    if (frame.nonfinite_role == Role::none && !is_checked) return;
    const bool is_argument = frame.nonfinite_role == Role::argument;
    if (core && !is_argument) {
        if (!fetch(core, -1)) return;
        read_variables(core, frame);
    }
    try {
        DeviceModel &model = model_of(core);
        const Current current(model.device);
        copy_frame_to_host(frame, model.model);
        if (is_argument || frame.nonfinite_role == Role::none) return;
        if (frame.nonfinite_role == Role::result) {
            model.model.read_result(frame.nonfinite_index, frame.results[frame.nonfinite_index]);
            return;
        }
        const tdsl_entry &entry = *frame.plan.entry;
        const std::int64_t variable = entry.updates[frame.nonfinite_index];
        const std::size_t bytes = item_size(the_module().variables[variable].dtype) *
                                  static_cast<std::size_t>(
                                      frame.plan.module->variable_counts[static_cast<std::size_t>(variable)]);
        frame.updates[frame.nonfinite_index] = core->scratch->reserve(bytes);
        model.model.read_update(frame.nonfinite_index, frame.updates[frame.nonfinite_index]);
    } catch (const Error &error) {
        raised(error);
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    }
}

// Into arrays of the caller on the device; false with an exception.
bool copy_late_results(CoreObject *core, Frame &frame) {
    if (!frame.on_device || !frame.on_device->is_late) return true;
    Py_BEGIN_ALLOW_THREADS
    try {
        DeviceModel &model = model_of(core);
        const Current current(model.device);
        model.model.copy_results(call_of(frame));
    } catch (const Error &error) {
        note_error(frame, error);
    }
    Py_END_ALLOW_THREADS
    return frame.failure == Failure::none || raise_if_failed(frame);
}

bool run_call_on_device(CoreObject *core, Frame &frame, const char *name, PyObject *out, PyObject **answer) {
    if (!(core ? begin_turn(core, name) : begin_functions(name))) return false;
    Py_BEGIN_ALLOW_THREADS
    run(core, frame);
    Py_END_ALLOW_THREADS
    explain(core, frame);
    bool good = !PyErr_Occurred() && raise_if_failed(frame) && copy_late_results(core, frame);
    if (good && answer) good = (*answer = returned_objects(frame, out)) != nullptr;
    if (good && !commit(core, frame)) {
        good = false;
        if (answer) Py_CLEAR(*answer);
    }
    if (core) end_turn(core);
    else end_functions();
    return good;
}

// In a forked child everything on the device is abandoned.
void release(CoreObject *core) {
    DeviceModel *const model = std::exchange(core->device_model, nullptr);
    model->release_arguments();
    if (!cuda::is_of_this_process()) return;
    try {
        const Current current(model->device);
        delete model;
    } catch (const Error &) {  // the device is lost
    }
}

const DeviceCalls calls{run_call_on_device, is_here,      fetch,   assigned, assign, fits,
                        run_steps_on_device, explain, forget_steps, release, cuda::cublas::use_package,
                        read_device_argument, use_device_out, return_device_arrays,
                        take_device_results, has_device_argument, drop_device_arrays, imported};

}  // namespace

const DeviceCalls *device_calls = &calls;

DeviceModel &ready_model(CoreObject *core, const EntryPlan &plan) {
    if (!plan.entry->device.run)
        throw cuda::Error(false, "was not compiled for GPUs: compile %s with --target cuda", the_module().source);
    if (!core) {
        if (!functions.model) functions.model = new DeviceModel(the_module(), plan.module->default_device);
        return *functions.model;
    }
    if (!core->device_model) core->device_model = new DeviceModel(the_module(), core->device);
    DeviceModel &model = *core->device_model;
    const Current current(model.device);
    // The initial values depend on no others.
    for (int i = 0; i < the_module().variable_count && plan.entry != the_module().initialise; ++i) {
        auto &newest = model.newest[static_cast<std::size_t>(i)];
        if (newest != Newest::host) continue;
        model.model.write(i, PyArray_DATA(core->variables[i].current));
        newest = Newest::both;
    }
    return model;
}

void note_updates(DeviceModel &model, const tdsl_entry &entry) {
    for (int i = 0; i < entry.update_count; ++i)
        model.newest[static_cast<std::size_t>(entry.updates[i])] = Newest::device;
}

cuda::Outcome run_frame(DeviceModel &model, Frame &frame, const cuda::Batches &batches) {
    if (the_module().options.check) frame.notes = std::make_unique<Notes>();
    const cuda::Outcome outcome = model.model.run(call_of(frame), batches);
    note_outcome(frame, outcome);
    return outcome;
}

void note_outcome(Frame &frame, const cuda::Outcome &outcome) {
    frame.fault = outcome.fault;
    if (outcome.nonfinite == cuda::no_number) return;
    const tdsl_entry &entry = *frame.plan.entry;
    int index = outcome.nonfinite;
    frame.nonfinite_role = Role::argument;
    if (index >= entry.argument_count) {
        index -= entry.argument_count;
        frame.nonfinite_role = Role::result;
        if (index >= entry.result_count) {
            index -= entry.result_count;
            frame.nonfinite_role = Role::update;
        }
    } else {
        frame.fault = {};  // the CPU does not run such a call
    }
    frame.nonfinite_index = index;
}

void note_error(Frame &frame, const Error &error) {
    frame.failure = error.is_memory() ? Failure::device_memory : Failure::other;
    std::snprintf(frame.failure_text, sizeof frame.failure_text, "%s", error.what());
}

}  // namespace tdsl::binding
