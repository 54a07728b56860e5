// Makes a Python module from a module table: its description, its plan, its types and its attributes.
#define TDSL_IMPORTS_NUMPY
#include "bind.hpp"

#include "support.hpp"
#include "tdsl/pool.hpp"

#include <marshal.h>
// Only the reference counting of pybind11: all of its headers take five seconds to compile.
#include <pybind11/pytypes.h>

#include <cstring>
#include <exception>

namespace py = pybind11;

namespace tdsl::binding {

ModulePlan *plan_of_library = nullptr;
// bind_cuda.cpp has another definition, which the linker prefers: objects have no static initialisers.
__attribute__((weak)) const DeviceCalls *device_calls = nullptr;

namespace {

constexpr const char *dtype_names[] = {"bool", "u8", "i32", "i64", "f32", "f64"};
constexpr const char *role_names[] = {"return", "assert", "print"};
constexpr const char *kind_names[] = {"shared", "state", "rule"};
constexpr const char *fault_names[] = {"index", "division", "definite", "singular", "assertion"};

// A Python exception is set.
struct Raised : std::exception {};

py::object owned(PyObject *object) {
    if (!object) throw Raised();
    return py::reinterpret_steal<py::object>(object);
}

void done(int status) {
    if (status < 0) throw Raised();
}

// Texts of a program may hold any bytes; invalid UTF-8 must not make the import fail.
py::object value(const char *text) {
    const std::size_t size = text ? std::strlen(text) : 0;
    return owned(PyUnicode_DecodeUTF8(text ? text : "", static_cast<Py_ssize_t>(size), "replace"));
}
py::object value(std::int64_t number) { return owned(PyLong_FromLongLong(number)); }
py::object value(std::int32_t number) { return owned(PyLong_FromLong(number)); }
py::object value(double number) { return owned(PyFloat_FromDouble(number)); }
py::object value(bool boolean) { return owned(PyBool_FromLong(boolean)); }
py::object value(const py::object &object) { return object; }
py::object none() { return owned(Py_NewRef(Py_None)); }

class Dictionary {
public:
    template <typename Item>
    Dictionary &with(const char *key, const Item &item) {
        done(PyDict_SetItemString(object_.ptr(), key, value(item).ptr()));
        return *this;
    }
    operator py::object() const { return object_; }

private:
    py::object object_ = owned(PyDict_New());
};

template <typename Item, typename Describe>
py::object described(const Item *items, int count, Describe describe) {
    py::object list = owned(PyList_New(0));
    for (int i = 0; i < count; ++i) done(PyList_Append(list.ptr(), py::object(describe(items[i])).ptr()));
    return list;
}

py::object described(const std::int64_t *items, int count) {
    return described(items, count, [](std::int64_t item) { return value(item); });
}

py::object describe_extent(const tdsl_extent &extent) {
    return Dictionary()
        .with("size", extent.size < 0 ? std::int64_t(-1) : extent.size)
        .with("dim", extent.dim)
        .with("text", extent.text)
        .with("formula", extent.formula);
}

template <typename Item>
Dictionary named(const Item &item) {
    return Dictionary().with("name", item.name).with("doc", item.doc).with("place", item.place);
}

py::object describe_argument(const tdsl_argument &argument) {
    return named(argument)
        .with("dtype", dtype_names[argument.dtype])
        .with("shape", described(argument.shape, argument.rank, describe_extent))
        .with("has_default", argument.has_default != 0)
        .with("default_real", argument.default_real)
        .with("default_integer", argument.default_integer)
        .with("binds", argument.binds ? describe_extent(*argument.binds) : none());
}

py::object describe_result(const tdsl_result &result) {
    return Dictionary()
        .with("role", role_names[result.role])
        .with("statement", result.statement)
        .with("name", result.name)
        .with("text", result.text)
        .with("place", result.place)
        .with("dtype", dtype_names[result.dtype])
        .with("shape", described(result.shape, result.rank, describe_extent));
}

py::object describe_requirement(const tdsl_requirement &requirement) {
    return Dictionary()
        .with("text", requirement.text)
        .with("formula", requirement.formula)
        .with("place", requirement.place);
}

py::object describe_formula(const tdsl_formula &formula) {
    return Dictionary().with("text", formula.text).with("formula", formula.formula);
}

py::object describe_entry(const tdsl_entry &entry) {
    return named(entry)
        .with("arguments", described(entry.arguments, entry.argument_count, describe_argument))
        .with("results", described(entry.results, entry.result_count, describe_result))
        .with("nesting", entry.nesting)
        .with("fields", described(entry.fields, entry.field_count, [](const char *name) { return value(name); }))
        .with("updates", described(entry.updates, entry.update_count))
        .with("requirements", described(entry.requirements, entry.requirement_count, describe_requirement))
        .with("memory", describe_formula(entry.memory))
        .with("largest", describe_formula(entry.largest))
        .with("lap_count", entry.lap_count)
        .with("exchanged_dtype", dtype_names[entry.exchanged_dtype])
        .with("exchanged", entry.exchanged);
}

py::object describe_variable(const tdsl_variable &variable) {
    return named(variable)
        .with("kind", kind_names[variable.kind])
        .with("dtype", dtype_names[variable.dtype])
        .with("shape", described(variable.shape, variable.rank));
}

py::object describe_site(const tdsl_site &site) {
    return Dictionary()
        .with("kind", fault_names[site.kind])
        .with("place", site.place)
        .with("text", site.text)
        .with("loops", site.loops);
}

py::object describe_training(const tdsl_training &training) {
    return named(training)
        .with("entry", training.entry)
        .with("rows", training.rows)
        .with("cost", training.cost)
        .with("batch", training.batch)
        .with("epochs", training.epochs)
        .with("shuffle", training.shuffle != 0);
}

py::object describe_image(const tdsl_image &image) { return Dictionary().with("architecture", image.architecture); }

py::object describe_options(const tdsl_options &options) {
#define TDSL_OPTION(name) .with(#name, options.name)
    return Dictionary() TDSL_OPTIONS(TDSL_OPTION);
#undef TDSL_OPTION
}

py::object describe_module(const tdsl_module &module) {
    return Dictionary()
        .with("name", module.name)
        .with("doc", module.doc)
        .with("source", module.source)
        .with("build", module.build)
        .with("origins", module.origins)
        .with("options", describe_options(module.options))
        .with("dims", described(module.dims, module.dim_count, [](const char *name) { return value(name); }))
        .with("variables", described(module.variables, module.variable_count, describe_variable))
        .with("entries", described(module.entries, module.entry_count, describe_entry))
        .with("initialise", module.initialise ? describe_entry(*module.initialise) : none())
        .with("sites", described(module.sites, module.site_count, describe_site))
        .with("kernels", described(module.kernels, module.kernel_count, [](const char *name) { return value(name); }))
        .with("images", described(module.images, module.image_count, describe_image))
        .with("default_device", module.default_device)
        .with("profile", module.profile)
        .with("trainings", described(module.trainings, module.training_count, describe_training));
}

// Loads the Python part as a module of its own: from its byte code if this Python has compiled it, else from its text.
py::object load_support(const py::object &owner) {
    const bool same = static_cast<unsigned long>(PyImport_GetMagicNumber()) == tdsl_support_magic;
    const auto *bytes = reinterpret_cast<const char *>(tdsl_support_code);
    const py::object code =
        owned(same ? PyMarshal_ReadObjectFromString(bytes, static_cast<Py_ssize_t>(tdsl_support_code_size))
                   : Py_CompileString(tdsl_support, "<tdsl support>", Py_file_input));
    py::object support = owned(PyModule_NewObject(owned(PyModule_GetNameObject(owner.ptr())).ptr()));
    PyObject *const space = PyModule_GetDict(support.ptr());
    done(PyDict_SetItemString(space, "__builtins__", PyEval_GetBuiltins()));
    owned(PyEval_EvalCode(code.ptr(), space, space));
    return support;
}

PyObject *kept(const py::object &object) { return Py_NewRef(object.ptr()); }

// Whether a call takes a few numbers, returns one, cannot fail and has no dims: entries without arrays and sizes among
// their arguments have none.
bool is_scalar_call(const EntryPlan &plan) {
    const tdsl_entry &entry = *plan.entry;
    const bool plain = !*entry.nesting && !entry.field_count;
    bool only = plain && !plan.may_fail && plan.module->module->variable_count == 0 && !entry.host.update &&
                plan.returned == 1 && entry.argument_count <= most_scalars && entry.requirement_count == 0;
    for (int i = 0; i < entry.argument_count; ++i)
        only &= entry.arguments[i].rank == 0 && !entry.arguments[i].binds;
    for (int i = 0; i < entry.result_count; ++i) only &= entry.results[i].rank == 0;
    if (plan.module->default_device >= 0) return false;
    const std::vector<std::int64_t> none(static_cast<std::size_t>(plan.module->module->dim_count), -1);
    return only && entry.largest.value(none.data()) <= TDSL_LARGEST_SIZE && entry.host.workspace(none.data()) == 0 &&
           entry.memory.value(none.data()) <= plan.module->memory_limit;
}

EntryPlan make_plan(const ModulePlan &module, const tdsl_entry &entry, PyObject *table) {
    EntryPlan plan{plan_routine(module, entry), &module, Py_NewRef(table)};
    for (int i = 0; i < entry.argument_count; ++i) {
        plan.names.push_back(owned(PyUnicode_InternFromString(entry.arguments[i].name)).release().ptr());
        plan.accepts_out &= std::strcmp(entry.arguments[i].name, "out") != 0;
    }
    plan.frame_bytes = frame_bytes(plan);
    plan.is_scalar_call = is_scalar_call(plan);
    plan.result_class =
        owned(PyObject_CallMethod(module.support, "result_class", "OO", module.table, table)).release().ptr();
    return plan;
}

// Never freed: it lives as long as the process, like the module.
ModulePlan *make_module_plan(const tdsl_module &module, const py::object &owner) {
    auto *plan = new ModulePlan{plan_program(module)};
    const py::object table = describe_module(module), support = load_support(owner);
    plan->table = kept(table);
    plan->support = kept(support);
    const auto function = [&](const char *name) {
        return owned(PyObject_GetAttrString(plan->support, name)).release().ptr();
    };
    plan->prepare = function("prepare");
    plan->checked_out = function("checked_out");
    plan->nested = function("nested");
    plan->print_results = function("print_results");
    plan->raise_fault = function("raise_fault");
    plan->raise_assertion = function("raise_assertion");
    plan->refusal = function("refusal");
    plan->failed_check = function("failed_check");
    plan->refuse_call = function("refuse_call");
    const auto limit = [&](const char *name) {
        const py::object bytes = owned(PyObject_CallMethod(plan->support, name, "O", plan->table));
        const std::int64_t found = PyLong_AsLongLong(bytes.ptr());
        if (found < 0) throw Raised();
        return found;
    };
    plan->memory_limit = limit("memory_limit");
    plan->device_memory_limit = limit("device_memory_limit");
    const py::object device = owned(PyObject_CallMethod(plan->support, "default_device", "O", plan->table));
    plan->default_device = static_cast<int>(PyLong_AsLong(device.ptr()));
    if (PyErr_Occurred()) throw Raised();
    const bool is_for_cpu = module.entry_count == 0 || module.entries->host.run;
    if (!is_for_cpu && plan->default_device < 0) plan->default_device = module.default_device;
    if (device_calls && module.options.cublas) {
        const py::object path = owned(PyObject_CallMethod(plan->support, "installed_cublas", nullptr));
        device_calls->use_cublas(PyBytes_AsString(kept(path)));
    }
    PyObject *const entries = PyDict_GetItemString(plan->table, "entries");
    for (int i = 0; i < module.entry_count; ++i)
        plan->entries.push_back(make_plan(*plan, module.entries[i], PyList_GET_ITEM(entries, i)));
    if (module.initialise)
        plan->initialise = make_plan(*plan, *module.initialise, PyDict_GetItemString(plan->table, "initialise"));
    return plan;
}

PyModuleDef definition{PyModuleDef_HEAD_INIT, nullptr, nullptr, -1, nullptr, nullptr, nullptr, nullptr, nullptr};

// The first module of a process shares its pool with later ones.
void share_pool() {
    constexpr const char *name = "tdsl.pool.1";
    const py::object own = owned(PyCapsule_New(reinterpret_cast<void *>(own_pool()), name, nullptr));
    PyObject *const space = PyInterpreterState_GetDict(PyInterpreterState_Get());
    PyObject *const shared =
        space ? PyDict_SetDefault(space, owned(PyUnicode_FromString(name)).ptr(), own.ptr()) : nullptr;
    void *const pool = shared ? PyCapsule_GetPointer(shared, name) : nullptr;
    if (!pool) throw Raised();
    use_pool(reinterpret_cast<Pool>(pool));
}

py::object make_module(const tdsl_module &module) {
    if (module.abi_version != TDSL_ABI_VERSION) {
        PyErr_Format(PyExc_ImportError, "%s was generated for version %d of the table, not %d", module.name,
                     int(module.abi_version), TDSL_ABI_VERSION);
        throw Raised();
    }
    definition.m_name = module.name;
    py::object result = owned(PyModule_Create(&definition));
    tdsl_want_threads(module.options.threads);
    share_pool();
    plan_of_library = make_module_plan(module, result);
    ModulePlan &plan = *plan_of_library;
    py::object core = none();
    if (module.variable_count) {
        plan.core_type = make_core_type();
        if (!watch_forks()) throw Raised();
        core = owned(Py_XNewRef(reinterpret_cast<PyObject *>(plan.core_type)));
    }
    PyTypeObject *const entry_type = make_entry_type();
    if (!entry_type) throw Raised();
    Dictionary entries;
    for (const EntryPlan &entry : plan.entries) entries.with(entry.entry->name, owned(make_entry(entry_type, &entry)));
    const py::object laps = module.options.profile ? owned(lap_reader()) : none();
    const py::object attributes = owned(PyObject_CallMethod(plan.support, "module_attributes", "OOOO", plan.table,
                                                            core.ptr(), py::object(entries).ptr(), laps.ptr()));
    done(PyDict_Update(PyModule_GetDict(result.ptr()), attributes.ptr()));
    return result;
}

}  // namespace
}  // namespace tdsl::binding

// Called by the init function of a generated module.
extern "C" PyObject *tdsl_bind(const tdsl_module *module) {
    if (_import_array() < 0) return nullptr;
    try {
        return tdsl::binding::make_module(*module).release().ptr();
    } catch (const tdsl::binding::Raised &) {
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_ImportError, error.what());
    }
    return nullptr;
}
