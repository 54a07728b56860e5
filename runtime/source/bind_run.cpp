// The run of a call: its frame, memory for its results, its kernels, and the scan for values that are not finite.
#include "bind.hpp"

#include "float_state.hpp"

#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <type_traits>

namespace tdsl::binding {
namespace {

// Whether no exponent is all ones.  Branch-free, in chunks of constant length, so that it runs at memory bandwidth.
template <typename Bits>
bool are_finite(const void *data, std::int64_t count, Bits exponent) {
    constexpr std::int64_t chunk = 64;
    const Bits *bits = static_cast<const Bits *>(data);
    Bits bad = 0;
    for (; count >= chunk && !bad; count -= chunk, bits += chunk)
        for (std::int64_t i = 0; i < chunk; ++i) bad |= (bits[i] & exponent) == exponent;
    for (std::int64_t i = 0; i < count; ++i) bad |= (bits[i] & exponent) == exponent;
    return !bad;
}

bool all_finite(tdsl_dtype dtype, const void *data, std::int64_t count) {
    if (dtype == TDSL_F32) return are_finite<std::uint32_t>(data, count, 0x7f800000U);
    if (dtype == TDSL_F64) return are_finite<std::uint64_t>(data, count, 0x7ff0000000000000ULL);
    return true;
}

void record_nonfinite(Frame &frame, Role role, int index) {
    frame.nonfinite_role = role;
    frame.nonfinite_index = index;
}

void find_nonfinite_arguments(Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    for (int i = 0; i < entry.argument_count; ++i)
        if (!all_finite(entry.arguments[i].dtype, frame.arguments[i], frame.counts[i]))
            return record_nonfinite(frame, Role::argument, i);
}

void find_nonfinite_results(Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    const ModulePlan &module = *frame.plan.module;
    for (int i = 0; i < entry.result_count; ++i)
        if (entry.results[i].role == TDSL_RETURN &&
            !all_finite(entry.results[i].dtype, frame.results[i], frame.result_counts[i]))
            return record_nonfinite(frame, Role::result, i);
    for (int i = 0; i < entry.update_count; ++i) {
        const std::int64_t variable = entry.updates[i];
        if (!all_finite(module.module->variables[variable].dtype, frame.updates[i],
                        module.variable_counts[static_cast<std::size_t>(variable)]))
            return record_nonfinite(frame, Role::update, i);
    }
}

}  // namespace

Frame::Frame(const EntryPlan &entry_plan, void *memory, const CoreObject *core)
    : plan(entry_plan), device(device_of(core)) {
    const tdsl_entry &entry = *plan.entry;
    const tdsl_module &module = *plan.module->module;
    auto *place = static_cast<char *>(memory);
    const auto carve = [&](auto *&pointer, int count) {
        pointer = reinterpret_cast<std::remove_reference_t<decltype(pointer)>>(place);
        place += static_cast<std::size_t>(count) * 8;
        static_assert(sizeof *pointer == 8);
    };
    carve(result_arrays, entry.result_count);
    carve(late_arrays, entry.result_count);
    carve(update_arrays, entry.update_count);
    carve(values, entry.argument_count);
    std::memset(memory, 0, static_cast<std::size_t>(place - static_cast<char *>(memory)));
    carve(shapes, entry.argument_count);
    carve(axes, plan.axes);
    carve(counts, entry.argument_count);
    carve(scalars, entry.argument_count);
    carve(arguments, entry.argument_count);
    carve(dims, module.dim_count);
    carve(results, entry.result_count);
    carve(result_counts, entry.result_count);
    carve(result_scalars, entry.result_count);
    carve(late_data, entry.result_count);
    carve(variables, module.variable_count);
    carve(updates, entry.update_count);
    if (entry.exchanged && core) exchange = make_exchange(core);
}

bool result_shape(const Frame &frame, const tdsl_result &result, npy_intp *shape, std::int64_t &count) {
    count = 1;
    for (int axis = 0; axis < result.rank; ++axis) {
        const tdsl_extent &extent = result.shape[axis];
        shape[axis] = extent.size >= 0  ? extent.size
                      : extent.dim >= 0 ? frame.dims[extent.dim]
                                        : extent.value(frame.dims);
        if (shape[axis] < 0 || __builtin_mul_overflow(count, shape[axis], &count)) return false;
    }
    return count <= INT64_MAX / 8;
}

bool fits_memory(const Frame &frame) {
    const ModulePlan &module = *frame.plan.module;
    return frame.has_cached_sizes || frame.plan.entry->memory.value(frame.dims) <=
                                         (frame.device < 0 ? module.memory_limit : module.device_memory_limit);
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

std::int64_t workspace_bytes(const Frame &frame) {
    if (frame.has_cached_sizes) return frame.workspace_bytes;
    return frame.plan.entry->host.workspace ? frame.plan.entry->host.workspace(frame.dims) : 0;
}

void run_in_kernel_state(Frame &frame, void *workspace) {
    const bool refuse = frame.plan.module->module->options.refuse_nan;
    if (refuse) find_nonfinite_arguments(frame);
    if (frame.nonfinite_role != Role::none) return;
    tdsl_call call{frame.arguments, frame.dims, frame.results, frame.variables, frame.updates, workspace, {}, nullptr,
                   nullptr, interface_of(frame.exchange)};
    const LapTimer timer(call, frame.plan, frame.dims, true);
    try {
        frame.plan.entry->host.run(&call);
    } catch (const std::bad_alloc &) {
        frame.failure = Failure::memory;
    } catch (const std::exception &error) {
        frame.failure = Failure::other;
        std::snprintf(frame.failure_text, sizeof frame.failure_text, "%s", error.what());
    }
    frame.fault = call.fault;
    if (refuse && frame.failure == Failure::none) find_nonfinite_results(frame);
}

void update_in_kernel_state(Frame &frame, void *workspace) {
    if (!frame.plan.entry->host.update) return;
    tdsl_call call{frame.arguments, frame.dims, frame.results, frame.variables, frame.updates, workspace, {}, nullptr,
                   nullptr, nullptr};
    const LapTimer timer(call, frame.plan, frame.dims, false);
    frame.plan.entry->host.update(&call);
}

void run(Frame &frame, void *workspace) {
    const ScopedFloatState state(FloatState::for_kernels(frame.plan.module->module->options.flush_subnormals));
    run_in_kernel_state(frame, workspace);
}

void update(Frame &frame, void *workspace) {
    if (!frame.plan.entry->host.update) return;
    const ScopedFloatState state(FloatState::for_kernels(frame.plan.module->module->options.flush_subnormals));
    update_in_kernel_state(frame, workspace);
}

bool has_succeeded(const Frame &frame) {
    if (frame.nonfinite_role != Role::none || frame.fault.site || frame.failure != Failure::none) return false;
    if (!frame.plan.may_fail) return true;
    const tdsl_entry &entry = *frame.plan.entry;
    for (int i = 0; i < entry.result_count; ++i)
        if (entry.results[i].role == TDSL_ASSERT && !*static_cast<const bool *>(frame.results[i])) return false;
    return true;
}

}  // namespace tdsl::binding
