// The texts of a C library: failures in the words of runtime/python, and the output of prints.
#include "library_model.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <new>

namespace tdsl::library {
namespace {

struct ErrorText {
    char text[4000];
};

pthread_key_t error_key() {
    static const pthread_key_t key = [] {
        pthread_key_t made;
        if (pthread_key_create(&made, [](void *text) { delete static_cast<ErrorText *>(text); }))
            throw std::bad_alloc();
        return made;
    }();
    return key;
}

std::string with_thousands(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

std::string named(const tdsl_module &module, const std::int64_t *dims, const char *text) {
    std::string found;
    for (int i = 0; i < module.dim_count; ++i) {
        const std::size_t length = std::strlen(module.dims[i]);
        const auto is_of_name = [](char sign) { return std::isalnum(static_cast<unsigned char>(sign)) || sign == '_'; };
        bool mentioned = false;
        for (const char *at = text; dims[i] >= 0 && (at = std::strstr(at, module.dims[i])); ++at)
            mentioned |= (at == text || !is_of_name(at[-1])) && !is_of_name(at[length]);
        if (!mentioned) continue;
        found += (found.empty() ? " with " : " and ") + std::string(module.dims[i]) + " = " + std::to_string(dims[i]);
    }
    return found;
}

std::string within_text(const tdsl_site &site, const std::int64_t *steps) {
    std::string found;
    const char *loop = site.loops;
    for (int level = 0; level < TDSL_MOST_STEPS && *loop; ++level) {
        const std::size_t length = std::strcspn(loop, "\n");
        found += ", in step " + std::to_string(steps[level]) + " of " + std::string(loop, length);
        loop += length + (loop[length] != 0);
    }
    return found;
}

[[noreturn]] void raise_fault(const CallState &call) {
    const tdsl_site &site = call.routine.program->module->sites[call.fault.site - 1];
    const std::string start = where(call.routine) + ": ", within = within_text(site, call.fault.steps);
    const std::string value = std::to_string(call.fault.value);
    const std::string at = (*site.text ? "in " + std::string(site.text) + " " : "") + "at " + site.place;
    switch (site.kind) {
        case TDSL_INDEX:
            fail(bad_index, start + "index " + value + " is out of bounds for size " +
                                std::to_string(call.fault.bound) + " " + at + within);
        case TDSL_DIVISION:
            fail(bad_division, start + value + " is divided by zero " + at + within);
        case TDSL_ASSERTION:
            fail(bad_assertion, start + "assertion failed at " + site.place + ": " + site.text + within);
        case TDSL_DEFINITE:
        case TDSL_SINGULAR:
            break;
    }
    const std::int64_t bound = call.fault.bound;
    const std::string pivot = bound ? "matrix " + std::to_string(call.fault.value / bound) + ", pivot " +
                                          std::to_string(call.fault.value % bound)
                                    : "pivot " + value;
    const char *const what = site.kind == TDSL_DEFINITE ? "not positive definite" : "singular";
    fail(bad_matrix, start + (*site.text ? at.substr(3) : at) + ": " + what + " (" + pivot + ")" + within);
}

void raise_not_finite(const CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    const int index = call.nonfinite_index;
    const std::string start = where(call.routine) + ": ";
    AxisSize shape[most_axes];
    if (call.nonfinite_role == Role::argument) {
        const tdsl_argument &argument = entry.arguments[index];
        fail(not_finite, not_finite_text(start + "argument " + quoted(argument.name), argument.name, argument.place,
                                         argument.dtype, argument.rank, call.shapes[index], call.arguments[index]));
    }
    if (call.nonfinite_role == Role::update) {
        const tdsl_variable &variable = call.routine.program->module->variables[entry.updates[index]];
        std::copy_n(variable.shape, variable.rank, shape);
        fail(not_finite, not_finite_text(start + "the new value of " + quoted(variable.name), variable.name,
                                         variable.place, variable.dtype, variable.rank, shape, call.updates[index]));
    }
    if (call.nonfinite_role != Role::result) return;
    const tdsl_result &result = entry.results[index];
    std::int64_t count;
    result_shape(call, result, shape, count);
    const bool is_alone = entry.result_count == 1;
    const std::string name = *result.name ? result.name : is_alone ? "result" : "result " + std::to_string(index + 1);
    const std::string what = *result.name ? "result " + quoted(result.name) : is_alone ? "the result" : name;
    fail(not_finite, not_finite_text(start + what, name.c_str(), result.place, result.dtype, result.rank, shape,
                                     call.results[index]));
}

// The shortest text that reads back as the number, as Python writes it.
template <typename Real>
std::string real_text(Real number) {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
    char text[64];
    const int exponent = [&] {
        *std::to_chars(text, text + 60, number, std::chars_format::scientific).ptr = 0;
        return std::atoi(std::strchr(text, 'e') + 1);
    }();
    if (number != 0 && (exponent < -4 || exponent >= 16)) return text;
    *std::to_chars(text, text + 60, number, std::chars_format::fixed).ptr = 0;
    return std::string(text) + (std::strchr(text, '.') ? "" : ".0");
}

std::string element_text(tdsl_dtype dtype, const void *data, std::int64_t index) {
    switch (dtype) {
        case TDSL_BOOL:
            return static_cast<const std::uint8_t *>(data)[index] ? "True" : "False";
        case TDSL_U8:
            return std::to_string(static_cast<const std::uint8_t *>(data)[index]);
        case TDSL_I32:
            return std::to_string(static_cast<const std::int32_t *>(data)[index]);
        case TDSL_I64:
            return std::to_string(static_cast<const std::int64_t *>(data)[index]);
        case TDSL_F32:
            return real_text(static_cast<const float *>(data)[index]);
        case TDSL_F64:
            return real_text(static_cast<const double *>(data)[index]);
    }
    return "";
}

// "[[1 2] [3 4]]"
std::string array_text(const tdsl_result &result, const AxisSize *shape, const void *data) {
    if (result.rank == 0)  // a number of Python, whose reals are f64
        return result.dtype == TDSL_F32 ? real_text(double{*static_cast<const float *>(data)})
                                        : element_text(result.dtype, data, 0);
    std::int64_t count = 1;
    for (int axis = 0; axis < result.rank; ++axis) count *= shape[axis];
    std::string found;
    for (std::int64_t i = 0; i < count; ++i) {
        std::int64_t block = 1;
        int begun = 0, ended = 0;
        for (int axis = result.rank; axis-- > 0;) {
            block *= shape[axis];
            begun += i % block == 0;
            ended += (i + 1) % block == 0;
        }
        found += (i ? " " : "") + std::string(static_cast<std::size_t>(begun), '[') +
                 element_text(result.dtype, data, i) + std::string(static_cast<std::size_t>(ended), ']');
    }
    return count ? found : "[]";
}

}  // namespace

void keep_error(const char *text) noexcept {
    try {
        const pthread_key_t key = error_key();
        auto *kept = static_cast<ErrorText *>(pthread_getspecific(key));
        if (!kept) {
            kept = new ErrorText;
            if (pthread_setspecific(key, kept)) return delete kept;
        }
        std::snprintf(kept->text, sizeof kept->text, "%s", text);
    } catch (...) {  // error_text() then says so
    }
}

const char *error_text() noexcept {
    try {
        const auto *kept = static_cast<const ErrorText *>(pthread_getspecific(error_key()));
        return kept ? kept->text : "";
    } catch (...) {
        return "out of memory";
    }
}

int status_of_exception() noexcept {
    try {
        throw;
    } catch (const Failed &failed) {
        keep_error(failed.text.c_str());
        return failed.status;
    } catch (const std::bad_alloc &) {
        keep_error("out of memory; nothing was changed");
        return no_memory;
    } catch (const std::exception &error) {
        keep_error(error.what());
        return internal;
    } catch (...) {
        keep_error("an unknown failure");
        return internal;
    }
}

std::string where(const RoutinePlan &routine) {
    return std::string(routine.program->module->name) + "." + routine.entry->name;
}

std::string in_place(const char *place) { return *place ? " (" + std::string(place) + ")" : ""; }

std::string quoted(const char *name) { return "'" + std::string(name) + "'"; }

std::string type_text(tdsl_dtype dtype, int rank, const std::int64_t *shape) {
    constexpr const char *names[] = {"bool", "u8", "i32", "i64", "f32", "f64"};
    std::string found = names[dtype];
    for (int axis = 0; axis < rank; ++axis) found += (axis ? ", " : "[") + std::to_string(shape[axis]);
    return found + (rank ? "]" : "");
}

std::string not_finite_text(const std::string &what, const char *name, const char *place, tdsl_dtype dtype, int rank,
                            const AxisSize *shape, const void *data) {
    std::int64_t first = 0;
    while (all_finite(dtype, static_cast<const char *>(data) + static_cast<std::size_t>(first) * item_size(dtype), 1))
        ++first;
    std::string position;
    std::int64_t rest = first;
    for (int axis = rank; axis-- > 0; rest /= shape[axis])
        position = std::to_string(rest % shape[axis]) + (position.empty() ? "" : ", ") + position;
    return what + " is not finite: " + name + (rank ? "[" + position + "]" : "") + " = " +
           element_text(dtype, data, first) + in_place(place);
}

void raise_too_large(const CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    const Program &program = the_program();
    const std::int64_t needed = entry.memory.value(call.dims), counted = entry.largest.value(call.dims);
    if (needed > program.memory_limit) {
        const std::string known = named(*program.module, call.dims, entry.memory.text);
        fail(no_memory,
             where(call.routine) + ": needs " + (needed == INT64_MAX ? "more than " : "") + with_thousands(needed) +
                 " bytes" + (known.empty() ? "" : " = " + std::string(entry.memory.text) + known) +
                 " for workspace, results and new values, more than the limit of " +
                 with_thousands(program.memory_limit) + " bytes (" + program.memory_origin + "); nothing was changed");
    }
    fail(no_memory, where(call.routine) + ": counts up to " + with_thousands(counted) + " = " + entry.largest.text +
                        named(*program.module, call.dims, entry.largest.text) + ", more than the limit of " +
                        with_thousands(TDSL_LARGEST_SIZE) + "; nothing was changed");
}

void raise_size_mismatch(const CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    const tdsl_module &module = *call.routine.program->module;
    const std::string start = where(call.routine) + ": ";
    for (int i = 0; i < module.dim_count; ++i) {
        if (call.dims[i] < -1)
            fail(bad_argument, start + "the size " + module.dims[i] + " cannot be " + std::to_string(call.dims[i]));
        if (call.dims[i] > TDSL_LARGEST_SIZE)
            fail(no_memory, start + "the size " + module.dims[i] + " is " + with_thousands(call.dims[i]) +
                                ", more than the limit of " + with_thousands(TDSL_LARGEST_SIZE) +
                                "; nothing was changed");
    }
    for (int i = 0; i < entry.argument_count; ++i)
        for (int axis = 0; axis < entry.arguments[i].rank; ++axis) {
            const tdsl_extent &extent = entry.arguments[i].shape[axis];
            if (size_of(extent, call.dims) < 0)
                fail(bad_argument, start + "the size " + extent.text + " of argument " +
                                       quoted(entry.arguments[i].name) + " cannot be " +
                                       std::to_string(size_of(extent, call.dims)) +
                                       named(module, call.dims, extent.text) + in_place(entry.arguments[i].place));
        }
    for (int i = 0; i < entry.requirement_count; ++i) {
        const tdsl_requirement &requirement = entry.requirements[i];
        if (requirement.value(call.dims) < 0)
            fail(bad_argument, start + "needs " + requirement.text + named(module, call.dims, requirement.text) +
                                   in_place(requirement.place));
    }
    fail(bad_argument, start + "the sizes of its arguments do not fit");
}

void raise_if_failed(const CallState &call) {
    switch (call.failure) {
        case Failure::none:
            break;
        case Failure::memory:
        case Failure::device_memory:
            throw std::bad_alloc();
        case Failure::too_large:
            raise_too_large(call);
        case Failure::other:
            fail(internal, where(call.routine) + ": " + call.failure_text);
    }
    if (call.nonfinite_role == Role::argument) raise_not_finite(call);
    if (call.fault.site) raise_fault(call);
    const tdsl_entry &entry = *call.routine.entry;
    for (int i = 0; i < entry.result_count; ++i)
        if (entry.results[i].role == TDSL_ASSERT && !*static_cast<const bool *>(call.results[i]))
            fail(bad_assertion, where(call.routine) + ": assertion failed at " + entry.results[i].place + ": " +
                                    entry.results[i].text);
    raise_not_finite(call);
}

void print_results(const CallState &call) {
    if (call.failure != Failure::none || call.nonfinite_role == Role::argument) return;
    const tdsl_entry &entry = *call.routine.entry;
    AxisSize shape[most_axes];
    std::string lines;
    int statement = -1;
    for (int i = 0; i < entry.result_count; ++i) {
        const tdsl_result &result = entry.results[i];
        if (result.role != TDSL_PRINT) continue;
        std::int64_t count;
        result_shape(call, result, shape, count);
        if (statement >= 0) lines += result.statement == statement ? " " : "\n";
        statement = result.statement;
        lines += (*result.text ? std::string(result.text) + " " : "") + array_text(result, shape, call.results[i]);
    }
    std::puts(lines.c_str());
}

}  // namespace tdsl::library
