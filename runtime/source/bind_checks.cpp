// The check of a call in debug mode, by the notes of its two runs.
#include "bind.hpp"

namespace tdsl::binding {
namespace {

PyObject *bytes_of(const std::vector<char> &notes) {
    return PyBytes_FromStringAndSize(notes.data(), static_cast<Py_ssize_t>(notes.size()));
}

}  // namespace

bool raise_if_check_failed(const Frame &frame) {
    const Notes &notes = *frame.notes;
    PyObject *call = copy_of_call(frame);
    PyObject *first = bytes_of(notes.runs[0]), *second = bytes_of(notes.runs[1]), *found = bytes_of(notes.found);
    PyObject *error = nullptr;
    if (call && first && second && found)
        error = PyObject_CallFunction(frame.plan.module->failed_check, "OOOOOiO", frame.plan.module->table,
                                      frame.plan.table, call, first, second, notes.changed, found);
    for (PyObject *object : {call, first, second, found}) Py_XDECREF(object);
    // Python only makes the exception: a traceback through its frames would keep all these arrays alive.
    if (error && error != Py_None) PyErr_SetObject(reinterpret_cast<PyObject *>(Py_TYPE(error)), error);
    Py_XDECREF(error);
    return !PyErr_Occurred();
}

}  // namespace tdsl::binding
