// A call without its Python side: arguments taken by dtype and size, the run itself, and what is found wrong after it.
#include "bind.hpp"

#include "float_state.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <type_traits>

namespace tdsl::binding {
namespace {

void set_real(Scalar &to, tdsl_dtype dtype, double value) {
    if (dtype == TDSL_F32)
        to.f32 = static_cast<float>(value);
    else
        to.f64 = value;
}

bool set_integer(Scalar &to, tdsl_dtype dtype, long long value) {
    switch (dtype) {
        case TDSL_U8: to.u8 = static_cast<std::uint8_t>(value); return value >= 0 && value <= UINT8_MAX;
        case TDSL_I32: to.i32 = static_cast<std::int32_t>(value); return value >= INT32_MIN && value <= INT32_MAX;
        case TDSL_I64: to.i64 = value; return true;
        default: return false;
    }
}

// Whether no exponent is all ones; branch-free, and most of it in stretches of a length that the compiler knows, so
// that it runs at the speed of memory.
template <typename Bits>
bool finite(const void *data, std::int64_t count, Bits exponent) {
    constexpr std::int64_t stretch = 64;
    const Bits *bits = static_cast<const Bits *>(data);
    Bits bad = 0;
    for (; count >= stretch && !bad; count -= stretch, bits += stretch)
        for (std::int64_t i = 0; i < stretch; ++i) bad |= (bits[i] & exponent) == exponent;
    for (std::int64_t i = 0; i < count; ++i) bad |= (bits[i] & exponent) == exponent;
    return !bad;
}

bool all_finite(tdsl_dtype dtype, const void *data, std::int64_t count) {
    if (dtype == TDSL_F32) return finite<std::uint32_t>(data, count, 0x7f800000U);
    if (dtype == TDSL_F64) return finite<std::uint64_t>(data, count, 0x7ff0000000000000ULL);
    return true;
}

void note_bad(Frame &frame, Role role, int index) {
    frame.bad_role = role;
    frame.bad_index = index;
}

void find_bad_arguments(Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    for (int i = 0; i < entry.argument_count; ++i)
        if (!all_finite(entry.arguments[i].dtype, frame.arguments[i], frame.counts[i]))
            return note_bad(frame, Role::argument, i);
}

void find_bad_results(Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    const ModulePlan &module = *frame.plan.module;
    for (int i = 0; i < entry.result_count; ++i)
        if (entry.results[i].role == TDSL_RETURN &&
            !all_finite(entry.results[i].dtype, frame.results[i], frame.result_counts[i]))
            return note_bad(frame, Role::result, i);
    for (int i = 0; i < entry.update_count; ++i) {
        const std::int64_t variable = entry.updates[i];
        if (!all_finite(module.module->variables[variable].dtype, frame.updates[i],
                        module.variable_counts[static_cast<std::size_t>(variable)]))
            return note_bad(frame, Role::update, i);
    }
}

PyObject *copied(tdsl_dtype dtype, int rank, const npy_intp *shape, const void *data) {
    PyArrayObject *array = new_array(dtype, rank, shape);
    if (array) std::memcpy(PyArray_DATA(array), data, static_cast<std::size_t>(PyArray_NBYTES(array)));
    return reinterpret_cast<PyObject *>(array);
}

PyObject *result_object(const Frame &frame, int index) {
    const tdsl_result &result = frame.plan.entry->results[index];
    if (PyArrayObject *array = frame.result_arrays[index]) return Py_NewRef(reinterpret_cast<PyObject *>(array));
    if (result.rank == 0) return scalar_object(result.dtype, frame.results[index]);
    npy_intp shape[most_dimensions];
    std::int64_t count;
    if (!result_shape(frame, result, shape, count)) return PyErr_NoMemory();
    return copied(result.dtype, result.rank, shape, frame.results[index]);
}

PyObject *list_of_dims(const Frame &frame) {
    const int count = frame.plan.module->module->dim_count;
    PyObject *dims = PyList_New(count);
    for (int i = 0; dims && i < count; ++i) {
        PyObject *size = PyLong_FromLongLong(frame.dims[i]);
        if (!size) Py_CLEAR(dims);
        if (dims) PyList_SET_ITEM(dims, i, size);
    }
    return dims;
}

// Takes the reference; false where there is none.
bool append(PyObject *list, PyObject *item) {
    const bool good = item && PyList_Append(list, item) == 0;
    Py_XDECREF(item);
    return good;
}

// Its arguments, dims and variables; None where there is no room for that.
PyObject *copy_of_call(const Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    const tdsl_module &module = *frame.plan.module->module;
    PyObject *arguments = PyList_New(0), *variables = PyList_New(0), *dims = list_of_dims(frame);
    bool good = arguments && variables && dims;
    npy_intp shape[most_dimensions];
    for (int i = 0; good && i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        std::copy_n(frame.shapes[i], argument.rank, shape);
        good = append(arguments, copied(argument.dtype, argument.rank, shape, frame.arguments[i]));
    }
    for (int i = 0; good && i < module.variable_count; ++i) {
        const tdsl_variable &variable = module.variables[i];
        std::copy_n(variable.shape, variable.rank, shape);
        good = append(variables, copied(variable.dtype, variable.rank, shape, frame.variables[i]));
    }
    PyObject *call = good ? PyTuple_Pack(3, arguments, dims, variables) : nullptr;
    Py_XDECREF(arguments);
    Py_XDECREF(variables);
    Py_XDECREF(dims);
    if (call) return call;
    PyErr_Clear();
    Py_RETURN_NONE;
}

bool raise_not_finite(const Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    const int index = frame.bad_index;
    const char *role;
    tdsl_dtype dtype;
    int rank;
    npy_intp shape[most_dimensions];
    const void *data;
    if (frame.bad_role == Role::argument) {
        role = "argument";
        dtype = entry.arguments[index].dtype;
        rank = entry.arguments[index].rank;
        std::copy_n(frame.shapes[index], rank, shape);
        data = frame.arguments[index];
    } else if (frame.bad_role == Role::result) {
        role = "result";
        dtype = entry.results[index].dtype;
        rank = entry.results[index].rank;
        std::int64_t count;
        if (!result_shape(frame, entry.results[index], shape, count)) return false;
        data = frame.results[index];
    } else {
        role = "update";
        const tdsl_variable &variable = frame.plan.module->module->variables[entry.updates[index]];
        dtype = variable.dtype;
        rank = variable.rank;
        std::copy_n(variable.shape, rank, shape);
        data = frame.updates[index];
    }
    PyObject *array = copied(dtype, rank, shape, data);
    if (!array) return false;
    PyObject *call = frame.bad_role == Role::argument ? Py_NewRef(Py_None) : copy_of_call(frame);
    // Python only says it: a traceback of its frames would keep all these arrays alive.
    PyObject *text = PyObject_CallFunction(frame.plan.module->refusal, "OOsiNN", frame.plan.module->table,
                                           frame.plan.table, role, index, array, call);
    if (text) PyErr_SetObject(PyExc_FloatingPointError, text);
    Py_XDECREF(text);
    return false;
}

// Python says why a call does not fit; always false.
bool refuse(const Frame &frame) {
    PyObject *dims = list_of_dims(frame);
    if (!dims) return false;
    PyObject *none = PyObject_CallFunction(frame.plan.module->refuse_call, "OON", frame.plan.module->table,
                                           frame.plan.table, dims);
    Py_XDECREF(none);
    if (!PyErr_Occurred()) PyErr_NoMemory();
    return false;
}

}  // namespace

Frame::Frame(const EntryPlan &entry_plan, void *memory) : plan(entry_plan) {
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
}

bool has_dtype(PyArrayObject *array, tdsl_dtype dtype) {
    const int type = PyArray_TYPE(array);
    switch (dtype) {
        case TDSL_BOOL: return type == NPY_BOOL;
        case TDSL_U8: return type == NPY_UINT8;
        case TDSL_I32: return type == NPY_INT32;
        case TDSL_I64: return type == NPY_INT64 || type == NPY_LONGLONG;
        case TDSL_F32: return type == NPY_FLOAT32;
        case TDSL_F64: return type == NPY_FLOAT64;
    }
    return false;
}

bool take_scalar(Scalar &to, const tdsl_argument &argument, PyObject *value) {
    const tdsl_dtype dtype = argument.dtype;
    if (!value) {
        if (!argument.has_default) return false;
        if (is_real(dtype))
            set_real(to, dtype, argument.default_real);
        else if (dtype == TDSL_BOOL)
            to.boolean = argument.default_integer != 0;
        else
            return set_integer(to, dtype, argument.default_integer);
        return true;
    }
    if (PyFloat_Check(value)) {
        if (!is_real(dtype)) return false;
        set_real(to, dtype, PyFloat_AS_DOUBLE(value));
        return true;
    }
    if (PyBool_Check(value)) {
        if (is_real(dtype))
            set_real(to, dtype, value == Py_True);
        else if (dtype == TDSL_BOOL)
            to.boolean = value == Py_True;
        else
            return set_integer(to, dtype, value == Py_True);
        return true;
    }
    if (!PyLong_Check(value) || dtype == TDSL_BOOL) return false;
    int overflow = 0;
    const long long integer = PyLong_AsLongLongAndOverflow(value, &overflow);
    if (overflow) return false;
    if (!is_real(dtype)) return set_integer(to, dtype, integer);
    set_real(to, dtype, static_cast<double>(integer));
    return true;
}

bool take_values(Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    npy_intp *axes = frame.axes;
    for (int i = 0; i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        PyObject *const value = frame.values[i];
        if (value && PyArray_CheckExact(value)) {
            auto *array = reinterpret_cast<PyArrayObject *>(value);
            if (PyArray_NDIM(array) != argument.rank || !PyArray_ISCARRAY_RO(array) ||
                !has_dtype(array, argument.dtype))
                return false;
            frame.arguments[i] = PyArray_DATA(array);
            frame.shapes[i] = axes;
            axes = std::copy_n(PyArray_DIMS(array), argument.rank, axes);
            continue;
        }
        if (argument.rank != 0 || !take_scalar(frame.scalars[i], argument, value)) return false;
        frame.arguments[i] = &frame.scalars[i];
        frame.shapes[i] = nullptr;
    }
    return true;
}

bool bind_sizes(Frame &frame, bool under_gil) {
    const tdsl_entry &entry = *frame.plan.entry;
    std::int64_t *const dims = frame.dims;
    for (int i = 0; i < frame.plan.module->module->dim_count; ++i) dims[i] = -1;
    for (int i = 0; i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        std::int64_t count = 1;
        for (int axis = 0; axis < argument.rank; ++axis) {
            const tdsl_extent &extent = argument.shape[axis];
            const std::int64_t size = frame.shapes[i][axis];
            if (__builtin_mul_overflow(count, size, &count)) return false;
            if (extent.size >= 0) {
                if (size != extent.size) return false;
            } else if (extent.dim >= 0) {
                std::int64_t &dim = dims[extent.dim];
                if (dim < 0) dim = size;
                if (dim != size) return false;
            }
        }
        frame.counts[i] = count;
    }
    const KnownSizes &known = frame.plan.known;
    frame.knows_sizes = under_gil && known.any;
    for (std::size_t i = 0; i < known.dims.size(); ++i) frame.knows_sizes &= known.dims[i] == dims[i];
    if (frame.knows_sizes) {
        frame.workspace_bytes = known.workspace_bytes;
        frame.elements = known.elements;
    }
    // From here on sizes are computed, unchecked.
    if (!frame.knows_sizes && entry.largest.value(dims) > TDSL_LARGEST_SIZE) return false;
    if (frame.plan.derived_sizes) {
        for (int i = 0; i < entry.argument_count; ++i) {
            const tdsl_argument &argument = entry.arguments[i];
            for (int axis = 0; axis < argument.rank; ++axis) {
                const tdsl_extent &extent = argument.shape[axis];
                if (extent.size < 0 && extent.dim < 0 && extent.value(dims) != frame.shapes[i][axis]) return false;
            }
        }
    }
    if (frame.knows_sizes) return true;
    for (int i = 0; i < entry.requirement_count; ++i)
        if (entry.requirements[i].value(dims) < 0) return false;
    return true;
}

void remember_sizes(const Frame &frame) {
    KnownSizes &known = frame.plan.known;
    known.workspace_bytes = workspace_bytes(frame);
    known.elements = elements_of(frame);
    std::copy_n(frame.dims, known.dims.size(), known.dims.begin());
    known.any = true;
}

std::int64_t elements_of(const Frame &frame) {
    if (frame.knows_sizes) return frame.elements;
    const tdsl_entry &entry = *frame.plan.entry;
    std::int64_t elements = 0;
    for (int i = 0; i < entry.argument_count; ++i) elements += frame.counts[i];
    for (int i = 0; i < entry.result_count; ++i) elements += frame.result_counts[i];
    for (std::int64_t count : frame.plan.module->variable_counts) elements += count;
    return elements;
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

bool fits(const Frame &frame) {
    return frame.knows_sizes || frame.plan.entry->memory.value(frame.dims) <= frame.plan.module->memory_limit;
}

bool allocate_results(Frame &frame) {
    if (!fits(frame)) return refuse(frame);
    const tdsl_entry &entry = *frame.plan.entry;
    npy_intp shape[most_dimensions];
    for (int i = 0; i < entry.result_count; ++i) {
        const tdsl_result &result = entry.results[i];
        if (frame.result_arrays[i]) continue;
        frame.results[i] = &frame.result_scalars[i];
        frame.result_counts[i] = 1;
        if (result.rank == 0) continue;
        if (!result_shape(frame, result, shape, frame.result_counts[i])) return refuse(frame);
        PyArrayObject *array = new_array(result.dtype, result.rank, shape);
        if (!array) {
            // NumPy counts an axis without elements as one, and makes no array that is too large then.
            if (!PyErr_ExceptionMatches(PyExc_ValueError)) return false;
            PyErr_Clear();
            return refuse(frame);
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
    if (frame.knows_sizes) return frame.workspace_bytes;
    return frame.plan.entry->workspace ? frame.plan.entry->workspace(frame.dims) : 0;
}

void run_here(Frame &frame, void *workspace) {
    const bool refuse = frame.plan.module->module->options.refuse_nan;
    if (refuse) find_bad_arguments(frame);
    if (frame.bad_role != Role::none) return;
    tdsl_call call{frame.arguments, frame.dims, frame.results, frame.variables, frame.updates, workspace, {0, 0, 0}};
    try {
        frame.plan.entry->run(&call);
    } catch (const std::bad_alloc &) {
        frame.failure = Failure::memory;
    } catch (const std::exception &error) {
        frame.failure = Failure::other;
        std::snprintf(frame.failure_text, sizeof frame.failure_text, "%s", error.what());
    }
    frame.fault = call.fault;
    if (refuse && frame.failure == Failure::none) find_bad_results(frame);
}

void update_here(Frame &frame, void *workspace) {
    if (!frame.plan.entry->update) return;
    tdsl_call call{frame.arguments, frame.dims, frame.results, frame.variables, frame.updates, workspace, {0, 0, 0}};
    frame.plan.entry->update(&call);
}

void run(Frame &frame, void *workspace) {
    const InFloatState state(FloatState::of_kernels(frame.plan.module->module->options.flush_subnormals));
    run_here(frame, workspace);
}

void update(Frame &frame, void *workspace) {
    if (!frame.plan.entry->update) return;
    const InFloatState state(FloatState::of_kernels(frame.plan.module->module->options.flush_subnormals));
    update_here(frame, workspace);
}

bool acceptable(const Frame &frame) {
    if (frame.bad_role != Role::none || frame.fault.site || frame.failure != Failure::none) return false;
    if (!frame.plan.may_fail) return true;
    const tdsl_entry &entry = *frame.plan.entry;
    for (int i = 0; i < entry.result_count; ++i)
        if (entry.results[i].role == TDSL_ASSERT && !*static_cast<const bool *>(frame.results[i])) return false;
    return true;
}

bool print_all(Frame &frame) {
    const tdsl_entry &entry = *frame.plan.entry;
    PyObject *values = PyList_New(0);
    for (int i = 0; values && i < entry.result_count; ++i) {
        if (entry.results[i].role != TDSL_PRINT) continue;
        PyObject *value = result_object(frame, i);
        if (!value || PyList_Append(values, value) < 0) Py_CLEAR(values);
        Py_XDECREF(value);
    }
    if (!values) return false;
    PyObject *none = PyObject_CallFunction(frame.plan.module->print_results, "ON", frame.plan.table, values);
    Py_XDECREF(none);
    return none != nullptr;
}

bool judge(Frame &frame) {
    const ModulePlan &module = *frame.plan.module;
    const bool ran = frame.failure == Failure::none && frame.bad_role != Role::argument;
    if (ran && frame.plan.prints && !print_all(frame)) return false;
    if (acceptable(frame)) return true;
    const tdsl_entry &entry = *frame.plan.entry;
    if (frame.failure == Failure::memory) {
        PyErr_NoMemory();
    } else if (frame.failure == Failure::too_large) {
        refuse(frame);
    } else if (frame.failure == Failure::other) {
        PyErr_Format(PyExc_RuntimeError, "%s.%s: %s", module.module->name, entry.name, frame.failure_text);
    } else if (frame.fault.site) {
        PyObject *none = PyObject_CallFunction(
            module.raise_fault, "OOiLL", module.table, frame.plan.table, frame.fault.site - 1,
            static_cast<long long>(frame.fault.value), static_cast<long long>(frame.fault.bound));
        Py_XDECREF(none);
    } else {
        for (int i = 0; ran && i < entry.result_count; ++i) {
            if (entry.results[i].role != TDSL_ASSERT || *static_cast<const bool *>(frame.results[i])) continue;
            PyObject *none = PyObject_CallFunction(module.raise_assertion, "OOi", module.table, frame.plan.table, i);
            Py_XDECREF(none);
            return false;
        }
        raise_not_finite(frame);
    }
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "tdsl: a failed call was not explained");
    return false;
}

PyObject *scalar_object(tdsl_dtype dtype, const void *value) {
    switch (dtype) {
        case TDSL_BOOL: return PyBool_FromLong(*static_cast<const std::uint8_t *>(value));
        case TDSL_U8: return PyLong_FromLong(*static_cast<const std::uint8_t *>(value));
        case TDSL_I32: return PyLong_FromLong(*static_cast<const std::int32_t *>(value));
        case TDSL_I64: return PyLong_FromLongLong(*static_cast<const std::int64_t *>(value));
        case TDSL_F32: return PyFloat_FromDouble(*static_cast<const float *>(value));
        case TDSL_F64: return PyFloat_FromDouble(*static_cast<const double *>(value));
    }
    return nullptr;
}

}  // namespace tdsl::binding
