// The arguments of a call: their dtypes, layouts and sizes, checked against the declarations.
#include "bind.hpp"

#include <algorithm>

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

// The argument of a parameter that is itself a size.
std::int64_t given_size(const Frame &frame, int argument) {
    return *static_cast<const std::int64_t *>(frame.arguments[argument]);
}

// Binds a dim or compares a size; a formula is compared once all dims are bound.
bool bind_size(const tdsl_extent &extent, std::int64_t size, std::int64_t *dims) {
    if (size < 0) return false;
    if (extent.size >= 0) return size == extent.size;
    if (extent.dim < 0) return true;
    if (dims[extent.dim] < 0) dims[extent.dim] = size;
    return dims[extent.dim] == size;
}

}  // namespace

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

bool read_scalar(Scalar &to, const tdsl_argument &argument, PyObject *value) {
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

bool read_arguments(Frame &frame, const CoreObject *core) {
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
        if (argument.rank == 0 && read_scalar(frame.scalars[i], argument, value)) {
            frame.arguments[i] = &frame.scalars[i];
            frame.shapes[i] = nullptr;
            continue;
        }
        const int device = device_of(core);
        if (!value || device < 0 || !device_calls->read_argument(frame, i, axes, device)) return false;
        frame.shapes[i] = axes;
        axes += argument.rank;
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
            const std::int64_t size = frame.shapes[i][axis];
            if (__builtin_mul_overflow(count, size, &count)) return false;
            if (!bind_size(argument.shape[axis], size, dims)) return false;
        }
        if (argument.binds && !bind_size(*argument.binds, given_size(frame, i), dims)) return false;
        frame.counts[i] = count;
    }
    const CachedSizes &cached = frame.plan.cached;
    frame.has_cached_sizes = under_gil && cached.any;
    for (std::size_t i = 0; i < cached.dims.size(); ++i) frame.has_cached_sizes &= cached.dims[i] == dims[i];
    if (frame.has_cached_sizes) {
        frame.workspace_bytes = cached.workspace_bytes;
        frame.elements = cached.elements;
    }
    // From here on sizes are computed without overflow checks.
    if (!frame.has_cached_sizes && entry.largest.value(dims) > TDSL_LARGEST_SIZE) return false;
    if (frame.plan.derived_sizes) {
        for (int i = 0; i < entry.argument_count; ++i) {
            const tdsl_argument &argument = entry.arguments[i];
            for (int axis = 0; axis < argument.rank; ++axis) {
                const tdsl_extent &extent = argument.shape[axis];
                if (is_derived(extent) && extent.value(dims) != frame.shapes[i][axis]) return false;
            }
            const tdsl_extent *const binds = argument.binds;
            if (binds && is_derived(*binds) && binds->value(dims) != given_size(frame, i)) return false;
        }
    }
    if (frame.has_cached_sizes) return true;
    for (int i = 0; i < entry.requirement_count; ++i)
        if (entry.requirements[i].value(dims) < 0) return false;
    return true;
}

void cache_sizes(const Frame &frame) {
    CachedSizes &cached = frame.plan.cached;
    cached.workspace_bytes = workspace_bytes(frame);
    cached.elements = elements_of(frame);
    std::copy_n(frame.dims, cached.dims.size(), cached.dims.begin());
    cached.any = true;
}

std::int64_t elements_of(const Frame &frame) {
    if (frame.has_cached_sizes) return frame.elements;
    const tdsl_entry &entry = *frame.plan.entry;
    std::int64_t elements = 0;
    for (int i = 0; i < entry.argument_count; ++i) elements += frame.counts[i];
    for (int i = 0; i < entry.result_count; ++i) elements += frame.result_counts[i];
    for (std::int64_t count : frame.plan.module->variable_counts) elements += count;
    return elements;
}

}  // namespace tdsl::binding
