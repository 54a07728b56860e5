// An entry as a Python callable: its type, attributes and descriptors.
#include "bind.hpp"

#include <structmember.h>

namespace tdsl::binding {
namespace {

PyObject *entry_get(PyObject *self, PyObject *instance, PyObject *) {
    if (!instance || instance == Py_None || !plan_of(self).module->core_type) return Py_NewRef(self);
    return PyMethod_New(self, instance);
}

PyObject *entry_repr(PyObject *self) {
    return PyUnicode_FromFormat("<entry %s.%s>", plan_of(self).module->module->name, plan_of(self).entry->name);
}

PyObject *entry_name(PyObject *self, void *) { return PyUnicode_FromString(plan_of(self).entry->name); }

PyObject *entry_qualified_name(PyObject *self, void *) {
    return PyUnicode_FromFormat(plan_of(self).module->core_type ? "Model.%s" : "%s", plan_of(self).entry->name);
}

PyObject *entry_module(PyObject *self, void *) { return PyModule_GetNameObject(plan_of(self).module->support); }

PyObject *entry_document(PyObject *self, void *) {
    const EntryPlan &plan = plan_of(self);
    return PyObject_CallMethod(plan.module->support, "entry_document", "OO", plan.module->table, plan.table);
}

PyObject *entry_signature(PyObject *self, void *function) {
    const EntryPlan &plan = plan_of(self);
    return PyObject_CallMethod(plan.module->support, static_cast<const char *>(function), "OO", plan.table,
                               plan.module->core_type ? Py_True : Py_False);
}

PyObject *entry_result(PyObject *self, void *) {
    const EntryPlan &plan = plan_of(self);
    if (plan.result_class != Py_None) return Py_NewRef(plan.result_class);
    return PyErr_Format(PyExc_AttributeError, "the results of %s have no names", plan.entry->name);
}

PyGetSetDef entry_attributes[] = {
    {"__name__", entry_name, nullptr, nullptr, nullptr},
    {"__qualname__", entry_qualified_name, nullptr, nullptr, nullptr},
    {"__module__", entry_module, nullptr, nullptr, nullptr},
    {"__doc__", entry_document, nullptr, nullptr, nullptr},
    {"__signature__", entry_signature, nullptr, nullptr, const_cast<char *>("entry_signature")},
    {"Result", entry_result, nullptr, nullptr, nullptr},
    {"__text_signature__", entry_signature, nullptr, nullptr, const_cast<char *>("text_signature")},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

// Copies and pickles refer to the entry by name.
PyObject *entry_reduce(PyObject *self, PyObject *) { return entry_qualified_name(self, nullptr); }

PyMethodDef entry_methods[] = {
    {"__reduce__", entry_reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef entry_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(EntryObject, weak_references), READONLY, nullptr},
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(EntryObject, call), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr},
};

void entry_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    if (reinterpret_cast<EntryObject *>(self)->weak_references) PyObject_ClearWeakRefs(self);
    type->tp_free(self);
    Py_DECREF(type);
}

}  // namespace

PyTypeObject *make_entry_type() {
    static PyType_Slot slots[] = {
        {Py_tp_call, reinterpret_cast<void *>(PyVectorcall_Call)},
        {Py_tp_descr_get, reinterpret_cast<void *>(entry_get)},
        {Py_tp_repr, reinterpret_cast<void *>(entry_repr)},
        {Py_tp_getset, entry_attributes},
        {Py_tp_methods, entry_methods},
        {Py_tp_members, entry_members},
        {Py_tp_dealloc, reinterpret_cast<void *>(entry_dealloc)},
        {0, nullptr},
    };
    static PyType_Spec spec = {
        "tdsl.Entry", static_cast<int>(sizeof(EntryObject)), 0,
        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_METHOD_DESCRIPTOR | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_IMMUTABLETYPE |
            Py_TPFLAGS_DISALLOW_INSTANTIATION,
        slots};
    return reinterpret_cast<PyTypeObject *>(PyType_FromSpec(&spec));
}

PyObject *make_entry(PyTypeObject *type, const EntryPlan *plan) {
    PyObject *self = type->tp_alloc(type, 0);
    if (!self) return nullptr;
    auto *entry = reinterpret_cast<EntryObject *>(self);
    entry->call = plan->module->module->variable_count ? call_method : call_function;
    entry->plan = plan;
    return self;
}

}  // namespace tdsl::binding
