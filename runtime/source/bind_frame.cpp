// The frame of a call, and memory for its results.
#include "bind.hpp"

#include <cstring>

namespace tdsl::binding {
namespace {

// Of the arrays that the frame has beside those of its base.
std::size_t own_bytes(const tdsl_entry &entry) {
    const int slots = entry.argument_count + 3 * entry.result_count + entry.update_count;
    return static_cast<std::size_t>(slots) * 8;
}

}  // namespace

std::size_t frame_bytes(const RoutinePlan &routine) { return own_bytes(*routine.entry) + state_bytes(routine) + 8; }

Frame::Frame(const EntryPlan &entry_plan, void *memory, const CoreObject *core)
    : CallState(entry_plan, static_cast<char *>(memory) + own_bytes(*entry_plan.entry)),
      plan(entry_plan), device(device_of(core)) {
    const tdsl_entry &entry = *plan.entry;
    if (device >= 0) memory_limit = plan.module->device_memory_limit;
    std::memset(memory, 0, own_bytes(entry));
    Carver carve(memory);
    carve(values, entry.argument_count);
    carve(result_arrays, entry.result_count);
    carve(late_arrays, entry.result_count);
    carve(late_data, entry.result_count);
    carve(update_arrays, entry.update_count);
    if (entry.exchanged && core) exchange = make_exchange(core);
    exchanging = interface_of(exchange);
}

bool allocate_results(Frame &frame) {
    if (!fits_memory(frame)) return raise_too_large(frame);
    if (frame.on_device && !device_calls->take_results(frame)) return false;
    const tdsl_entry &entry = *frame.plan.entry;
    npy_intp shape[most_dimensions];
    std::int64_t rest = frame.plan.module->memory_limit;  // for the arrays here
    for (int i = 0; i < entry.result_count; ++i) {
        const tdsl_result &result = entry.results[i];
        if (frame.result_arrays[i]) continue;
        frame.results[i] = &frame.result_scalars[i];
        frame.result_counts[i] = 1;
        if (result.rank == 0) continue;
        if (!result_shape(frame, result, shape, frame.result_counts[i])) return raise_too_large(frame);
        rest -= frame.result_counts[i] * static_cast<std::int64_t>(item_size(result.dtype));
        if (rest < 0) return raise_too_large(frame);
        PyArrayObject *array = new_array(result.dtype, result.rank, shape);
        if (!array) {
            // NumPy counts an empty axis as 1 when it checks the size of an array.
            if (!PyErr_ExceptionMatches(PyExc_ValueError)) return false;
            PyErr_Clear();
            return raise_too_large(frame);
        }
        frame.result_arrays[i] = array;
        frame.results[i] = PyArray_DATA(array);
    }
    return true;
}

void release_results(Frame &frame) {
    for (int i = 0; i < frame.plan.entry->result_count; ++i) Py_CLEAR(frame.result_arrays[i]);
}

}  // namespace tdsl::binding
