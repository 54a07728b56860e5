// The exchange of a call with other processes that train the same model: a function of Python, which adds up an array.
#include "bind.hpp"

#include "float_state.hpp"

#include <cstring>
#include <new>
#include <utility>

namespace tdsl::binding {

struct Exchange {
    tdsl_exchange interface;
    PyObject *function;
    FloatState outside;  // of Python
    // It has its own memory, as the function may keep it.
    PyArrayObject *array = nullptr;
    PyObject *type = nullptr, *raised = nullptr, *traceback = nullptr;
};

namespace {

PyArrayObject *array_of(Exchange &exchange, tdsl_dtype dtype, std::int64_t count) {
    if (exchange.array && Py_REFCNT(exchange.array) > 1) Py_CLEAR(exchange.array);
    const npy_intp shape[] = {static_cast<npy_intp>(count)};
    if (!exchange.array) exchange.array = new_array(dtype, 1, shape);
    return exchange.array;
}

bool call_function_of(Exchange &exchange, tdsl_dtype dtype, void *numbers, std::int64_t count) {
    PyArrayObject *array = array_of(exchange, dtype, count);
    if (!array) return false;
    const auto bytes = static_cast<std::size_t>(count) * item_size(dtype);
    std::memcpy(PyArray_DATA(array), numbers, bytes);
    PyObject *result = PyObject_CallOneArg(exchange.function, reinterpret_cast<PyObject *>(array));
    if (!result) return false;
    Py_DECREF(result);
    if (PyArray_NDIM(array) != 1 || PyArray_DIM(array, 0) != count || !PyArray_ISCARRAY(array) ||
        !has_dtype(array, dtype)) {
        PyErr_SetString(PyExc_ValueError, "the function of set_allreduce has changed the shape or dtype of its array");
        return false;
    }
    std::memcpy(numbers, PyArray_DATA(array), bytes);
    return true;
}

std::int32_t add_up(void *context, tdsl_dtype dtype, void *numbers, std::int64_t count) {
    auto &exchange = *static_cast<Exchange *>(context);
    const PyGILState_STATE state = PyGILState_Ensure();
    const FloatState inside = FloatState::now();
    exchange.outside.set();
    const bool good = call_function_of(exchange, dtype, numbers, count);
    if (!good) PyErr_Fetch(&exchange.type, &exchange.raised, &exchange.traceback);
    inside.set();
    PyGILState_Release(state);
    return good ? 0 : 1;
}

}  // namespace

Exchange *make_exchange(const CoreObject *core) {
    auto *const model = reinterpret_cast<PyObject *>(const_cast<CoreObject *>(core));
    PyObject *function = PyObject_GetAttrString(model, "_exchange");
    if (!function) PyErr_Clear();
    if (!function || function == Py_None) {
        Py_XDECREF(function);
        return nullptr;
    }
    auto *exchange = new (std::nothrow) Exchange{{add_up, nullptr}, function, FloatState::now()};
    if (exchange) exchange->interface.context = exchange;
    else Py_DECREF(function);
    return exchange;
}

void delete_exchange(Exchange *exchange) {
    for (PyObject *object : {exchange->function, reinterpret_cast<PyObject *>(exchange->array), exchange->type,
                             exchange->raised, exchange->traceback})
        Py_XDECREF(object);
    delete exchange;
}

const tdsl_exchange *interface_of(const Exchange *exchange) { return exchange ? &exchange->interface : nullptr; }

bool restore_exception(Exchange *exchange) {
    if (!exchange || !exchange->type) return false;
    PyErr_Restore(std::exchange(exchange->type, nullptr), std::exchange(exchange->raised, nullptr),
                  std::exchange(exchange->traceback, nullptr));
    return true;
}

}  // namespace tdsl::binding
