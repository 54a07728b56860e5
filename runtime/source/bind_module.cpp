// A module table becomes a Python module: its description, its plan, its types, its attributes.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("O1")  // runs once per import, and compiles in two thirds of the time
#endif
#define TDSL_IMPORTS_NUMPY
#include "bind.hpp"

#include "support.hpp"

#include <marshal.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <string>

namespace py = pybind11;

namespace tdsl::binding {

ModulePlan *plan_of_library = nullptr;

namespace {

constexpr const char *dtype_names[] = {"bool", "u8", "i32", "i64", "f32", "f64"};
constexpr const char *role_names[] = {"return", "assert", "print"};
constexpr const char *kind_names[] = {"shared", "state", "rule"};
constexpr const char *fault_names[] = {"index", "division"};

// Texts of a program may hold any bytes; a broken one must not make the import fail.
py::str text(const char *characters) {
    return py::reinterpret_steal<py::str>(
        PyUnicode_DecodeUTF8(characters ? characters : "", characters ? Py_ssize_t(strlen(characters)) : 0, "replace"));
}

template <typename Item, typename Describe>
py::list described(const Item *items, int count, Describe describe) {
    py::list list;
    for (int i = 0; i < count; ++i) list.append(describe(items[i]));
    return list;
}

py::dict describe_extent(const tdsl_extent &extent) {
    py::dict table;
    table["size"] = extent.size < 0 ? std::int64_t(-1) : extent.size;
    table["dim"] = extent.dim;
    table["text"] = text(extent.text);
    table["formula"] = text(extent.formula);
    return table;
}

template <typename Item>
py::dict named(const Item &item) {
    py::dict table;
    table["name"] = text(item.name);
    table["doc"] = text(item.doc);
    table["place"] = text(item.place);
    return table;
}

py::dict describe_argument(const tdsl_argument &argument) {
    py::dict table = named(argument);
    table["dtype"] = dtype_names[argument.dtype];
    table["shape"] = described(argument.shape, argument.rank, describe_extent);
    table["default"] = py::none();
    if (argument.has_default && is_real(argument.dtype)) table["default"] = argument.default_real;
    if (argument.has_default && !is_real(argument.dtype)) table["default"] = argument.default_integer;
    return table;
}

py::dict describe_result(const tdsl_result &result) {
    py::dict table;
    table["role"] = role_names[result.role];
    table["statement"] = result.statement;
    table["name"] = text(result.name);
    table["text"] = text(result.text);
    table["place"] = text(result.place);
    table["dtype"] = dtype_names[result.dtype];
    table["shape"] = described(result.shape, result.rank, describe_extent);
    return table;
}

py::dict describe_entry(const tdsl_entry &entry) {
    py::dict table = named(entry);
    table["arguments"] = described(entry.arguments, entry.argument_count, describe_argument);
    table["results"] = described(entry.results, entry.result_count, describe_result);
    table["updates"] = described(entry.updates, entry.update_count, [](std::int32_t index) { return py::int_(index); });
    table["requirements"] =
        described(entry.requirements, entry.requirement_count, [](const tdsl_requirement &requirement) {
            py::dict found;
            found["text"] = text(requirement.text);
            found["formula"] = text(requirement.formula);
            found["place"] = text(requirement.place);
            return found;
        });
    return table;
}

py::dict describe_variable(const tdsl_variable &variable) {
    py::dict table = named(variable);
    table["kind"] = kind_names[variable.kind];
    table["dtype"] = dtype_names[variable.dtype];
    table["shape"] = described(variable.shape, variable.rank, [](std::int64_t size) { return py::int_(size); });
    return table;
}

py::dict describe_module(const tdsl_module &module) {
    py::dict table;
    table["name"] = text(module.name);
    table["doc"] = text(module.doc);
    table["source"] = text(module.source);
    table["build"] = text(module.build);
    table["refuse_nan"] = module.refuse_nan != 0;
    table["dims"] = described(module.dims, module.dim_count, text);
    table["variables"] = described(module.variables, module.variable_count, describe_variable);
    table["entries"] = described(module.entries, module.entry_count, describe_entry);
    table["initialise"] = py::none();
    if (module.initialise) table["initialise"] = describe_entry(*module.initialise);
    table["sites"] = described(module.sites, module.site_count, [](const tdsl_site &site) {
        py::dict found;
        found["kind"] = fault_names[site.kind];
        found["place"] = text(site.place);
        found["text"] = text(site.text);
        return found;
    });
    return table;
}

// The Python part as a module of its own, from byte code where the running Python is the one it was made by.
py::object load_support(const py::object &owner) {
    py::object code;
    const auto magic = static_cast<unsigned long>(PyImport_GetMagicNumber());
    if (magic == tdsl_support_magic) {
        const auto *bytes = reinterpret_cast<const char *>(tdsl_support_code);
        code = py::reinterpret_steal<py::object>(
            PyMarshal_ReadObjectFromString(bytes, static_cast<Py_ssize_t>(tdsl_support_code_size)));
    } else {
        code = py::reinterpret_steal<py::object>(Py_CompileString(tdsl_support, "<tdsl support>", Py_file_input));
    }
    if (!code) throw py::error_already_set();
    auto support = py::reinterpret_steal<py::object>(PyModule_NewObject(py::object(owner.attr("__name__")).ptr()));
    py::dict space = support.attr("__dict__");
    space["__builtins__"] = py::module_::import("builtins");
    if (!py::reinterpret_steal<py::object>(PyEval_EvalCode(code.ptr(), space.ptr(), space.ptr())))
        throw py::error_already_set();
    return support;
}

EntryPlan make_plan(const ModulePlan &module, const tdsl_entry &entry, const py::handle &table) {
    EntryPlan plan{&entry, &module, table.inc_ref().ptr(), {}};
    for (int i = 0; i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        PyObject *name = PyUnicode_InternFromString(argument.name);
        if (!name) throw py::error_already_set();
        plan.names.push_back(name);
        plan.takes_out &= std::string(argument.name) != "out";
        for (int axis = 0; axis < argument.rank; ++axis)
            plan.derived_sizes |= argument.shape[axis].size < 0 && argument.shape[axis].dim < 0;
    }
    for (int i = 0; i < entry.result_count; ++i) {
        plan.returned += entry.results[i].role == TDSL_RETURN;
        plan.prints |= entry.results[i].role == TDSL_PRINT;
    }
    const int slots = 5 * entry.argument_count + 4 * entry.result_count + 2 * entry.update_count +
                      module.module->dim_count + module.module->variable_count;
    plan.frame_bytes = static_cast<std::size_t>(slots + 1) * 8;
    return plan;
}

std::int64_t variable_count(const tdsl_variable &variable) {
    std::int64_t count = 1;
    for (int axis = 0; axis < variable.rank; ++axis) count *= variable.shape[axis];
    return count;
}

// Lives as long as the process, like the module itself.
ModulePlan *make_module_plan(const tdsl_module &module, const py::object &owner) {
    auto *plan = new ModulePlan{};
    py::dict table = describe_module(module);
    py::object support = load_support(owner);
    plan->module = &module;
    const auto function = [&](const char *name) { return py::object(support.attr(name)).release().ptr(); };
    plan->prepare = function("prepare");
    plan->checked_out = function("checked_out");
    plan->print_results = function("print_results");
    plan->raise_fault = function("raise_fault");
    plan->raise_assertion = function("raise_assertion");
    plan->raise_not_finite = function("raise_not_finite");
    for (int i = 0; i < module.variable_count; ++i) plan->variable_counts.push_back(variable_count(module.variables[i]));
    py::list entries = table["entries"];
    for (int i = 0; i < module.entry_count; ++i)
        plan->entries.push_back(make_plan(*plan, module.entries[i], entries[static_cast<std::size_t>(i)]));
    if (module.initialise) plan->initialise = make_plan(*plan, *module.initialise, table["initialise"]);
    plan->table = table.release().ptr();
    plan->support = support.release().ptr();
    return plan;
}

PyModuleDef definition{PyModuleDef_HEAD_INIT, nullptr, nullptr, -1, nullptr, nullptr, nullptr, nullptr, nullptr};

py::object make_module(const tdsl_module &module) {
    if (module.abi_version != TDSL_ABI_VERSION) {
        PyErr_Format(PyExc_ImportError, "%s was generated for version %d of the table, not %d", module.name,
                     int(module.abi_version), TDSL_ABI_VERSION);
        throw py::error_already_set();
    }
    definition.m_name = module.name;
    auto result = py::reinterpret_steal<py::object>(PyModule_Create(&definition));
    if (!result) throw py::error_already_set();
    plan_of_library = make_module_plan(module, result);
    ModulePlan &plan = *plan_of_library;
    py::object core = py::none();
    if (module.variable_count) {
        plan.core_type = make_core_type();
        if (!plan.core_type) throw py::error_already_set();
        core = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject *>(plan.core_type));
    }
    PyTypeObject *entry_type = make_entry_type();
    if (!entry_type) throw py::error_already_set();
    py::dict entries;
    for (const EntryPlan &entry : plan.entries) {
        auto object = py::reinterpret_steal<py::object>(make_entry(entry_type, &entry));
        if (!object) throw py::error_already_set();
        entries[text(entry.entry->name)] = object;
    }
    py::dict attributes = py::handle(plan.support).attr("module_attributes")(py::handle(plan.table), core, entries);
    for (const auto &[name, value] : attributes) py::setattr(result, name, value);
    return result;
}

}  // namespace
}  // namespace tdsl::binding

// What the init function of a generated unit calls.
extern "C" PyObject *tdsl_bind(const tdsl_module *module) {
    if (_import_array() < 0) return nullptr;
    try {
        return tdsl::binding::make_module(*module).release().ptr();
    } catch (py::error_already_set &error) {
        error.restore();
    } catch (const std::exception &error) {
        PyErr_SetString(PyExc_ImportError, error.what());
    }
    return nullptr;
}
