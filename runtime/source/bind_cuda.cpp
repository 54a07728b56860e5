// Calls of the binding on CUDA devices.
//
// The values of a model that is on a device are there; its arrays on the host are copied from there when somebody reads
// them, and copied to it before the next call if somebody has assigned them.
#include "bind_cuda.hpp"

#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

namespace tdsl::binding {
namespace {

using cuda::Current;
using cuda::Error;

const tdsl_module &the_module() { return *plan_of_library->module; }

// Entries of modules without variables share a model without values.
struct Functions {
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    DeviceModel *model = nullptr;  // never deleted, as the driver may end before
} functions;

class FunctionsLock {
public:
    explicit FunctionsLock(bool wanted) : wanted_(wanted) {
        if (wanted_) pthread_mutex_lock(&functions.mutex);
    }
    ~FunctionsLock() {
        if (wanted_) pthread_mutex_unlock(&functions.mutex);
    }
    FunctionsLock(const FunctionsLock &) = delete;
    FunctionsLock &operator=(const FunctionsLock &) = delete;

private:
    bool wanted_;
};

bool raise(const Error &error) {
    PyErr_Format(error.is_memory() ? PyExc_MemoryError : PyExc_RuntimeError, "%s: %s", the_module().name, error.what());
    return false;
}

void run(CoreObject *core, Frame &frame) {
    try {
        cuda::driver();  // in a forked child another thread may have had the lock
        const FunctionsLock lock(!core);
        DeviceModel &model = ready_model(core, frame.plan);
        const Current current(model.device);
        note_outcome(frame, model.model.run(call_of(frame)));
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
    return !error || raise(*error);
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

// The message of a result or a new value that is not finite shows it, and the variables of the call.
void explain(CoreObject *core, Frame &frame) {
    if (frame.nonfinite_role != Role::result && frame.nonfinite_role != Role::update) return;
    if (!core) return;
    if (!fetch(core, -1)) return;
    read_variables(core, frame);
    try {
        DeviceModel &model = *core->device_model;
        const Current current(model.device);
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
        raise(error);
    } catch (const std::bad_alloc &) {
        PyErr_NoMemory();
    }
}

bool run_call_on_device(CoreObject *core, Frame &frame, const char *name, PyObject *out, PyObject **answer) {
    if (core && !begin_turn(core, name)) return false;
    Py_BEGIN_ALLOW_THREADS
    run(core, frame);
    Py_END_ALLOW_THREADS
    explain(core, frame);
    bool good = !PyErr_Occurred() && raise_if_failed(frame);
    if (good && answer) good = (*answer = returned_objects(frame, out)) != nullptr;
    if (good && !commit(core, frame)) {
        good = false;
        if (answer) Py_CLEAR(*answer);
    }
    if (core) end_turn(core);
    return good;
}

// In a forked child everything on the device is abandoned.
void release(CoreObject *core) {
    DeviceModel *const model = std::exchange(core->device_model, nullptr);
    model->steps.hold(nullptr);
    if (!cuda::is_of_this_process()) return;
    try {
        const Current current(model->device);
        delete model;
    } catch (const Error &) {  // the device is lost
    }
}

const DeviceCalls calls{run_call_on_device, is_here,      fetch,   assigned,
                        run_steps_on_device, explain, forget_steps, release, cuda::cublas::use_package};

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

cuda::Call call_of(const Frame &frame) {
    return {*frame.plan.entry, frame.dims, frame.arguments, frame.counts, frame.results, frame.result_counts};
}

}  // namespace tdsl::binding
