// The models of a C library: their values, and the calls on them.
#include "library_model.hpp"

#include "library_memory.hpp"
#include "tdsl/pool.hpp"

#include <cmath>
#include <cstring>
#include <new>
#include <utility>

extern "C" {
extern const tdsl_module tdsl_this_module;
}

namespace tdsl::library {
namespace {

constexpr std::int64_t line = 64;  // values begin at lines of the cache

Program make_program() {
    Program program{plan_program(tdsl_this_module)};
    tdsl_want_threads(tdsl_this_module.options.threads);
    const Limit limit = memory_limit(tdsl_this_module);
    program.memory_limit = limit.bytes;
    program.memory_origin = limit.origin;
    return program;
}

// The plans of the entries point to the program, so it is made first.
struct Planned {
    Program program = make_program();
    Planned() {
        for (int i = 0; i < program.module->entry_count; ++i)
            program.entries.push_back(plan_routine(program, program.module->entries[i]));
        if (program.module->initialise) program.initialise = plan_routine(program, *program.module->initialise);
    }
};

// The value of each size that the caller leaves out, as others determine it.
void fill_sizes(CallState &call, std::vector<std::int64_t> &given) {
    const tdsl_entry &entry = *call.routine.entry;
    given.resize(static_cast<std::size_t>(entry.argument_count));
    for (int i = 0; i < entry.argument_count; ++i) {
        if (!entry.arguments[i].binds || call.arguments[i]) continue;
        given[static_cast<std::size_t>(i)] = size_of(*entry.arguments[i].binds, call.dims);
        call.arguments[i] = &given[static_cast<std::size_t>(i)];
    }
}

void read_arguments(CallState &call, const void *const *arguments, const std::int64_t *dims,
                    std::vector<std::int64_t> &given) {
    const tdsl_entry &entry = *call.routine.entry;
    for (int i = 0; i < call.routine.program->module->dim_count; ++i) {
        call.dims[i] = dims[i];
        if (dims[i] < -1 || dims[i] > TDSL_LARGEST_SIZE) raise_size_mismatch(call);
    }
    // -1 stands for a dim that the entry does not have, which the one that an argument gives is not.
    for (int i = 0; i < entry.argument_count; ++i) {
        const tdsl_extent *const binds = entry.arguments[i].binds;
        if (binds && binds->dim >= 0 && dims[binds->dim] < 0)
            fail(bad_argument, where(call.routine) + ": the size " + binds->text + " cannot be " +
                                   std::to_string(dims[binds->dim]));
    }
    // No other formula may be computed before this one is known to be small.
    if (entry.largest.value(call.dims) > TDSL_LARGEST_SIZE) raise_too_large(call);
    for (int i = 0; i < entry.argument_count; ++i) call.arguments[i] = arguments[i];
    fill_sizes(call, given);
    AxisSize *axes = call.axes;
    for (int i = 0; i < entry.argument_count; ++i) {
        call.shapes[i] = axes;
        for (int axis = 0; axis < entry.arguments[i].rank; ++axis)
            *axes++ = size_of(entry.arguments[i].shape[axis], call.dims);
    }
    if (!bind_sizes(call, false)) raise_size_mismatch(call);
}

void check_memory(const CallState &call, const void *data, std::int64_t count, tdsl_dtype dtype,
                  const std::string &what) {
    if (!data && count) fail(bad_argument, where(call.routine) + ": " + what + " is NULL");
    if (reinterpret_cast<std::uintptr_t>(data) % item_size(dtype))
        fail(bad_argument, where(call.routine) + ": " + what + " is not aligned: its memory begins within an element");
}

std::string result_name(const tdsl_entry &entry, int index) {
    if (*entry.results[index].name) return "result " + quoted(entry.results[index].name);
    return entry.result_count == 1 ? "the result" : "result " + std::to_string(index + 1);
}

std::size_t result_bytes(const CallState &call, int index) {
    return static_cast<std::size_t>(call.result_counts[index]) * item_size(call.routine.entry->results[index].dtype);
}

// Sets the places of all results: those of the caller, or `own` memory for the others.
void place_results(CallState &call, void *const *results, Buffer &own) {
    const tdsl_entry &entry = *call.routine.entry;
    AxisSize shape[most_axes];
    std::size_t needed = 0;
    int returned = 0;
    for (int i = 0; i < entry.result_count; ++i) {
        if (!result_shape(call, entry.results[i], shape, call.result_counts[i])) raise_too_large(call);
        void *const wanted = entry.results[i].role == TDSL_RETURN ? results[returned++] : nullptr;
        const bool is_scalar = entry.results[i].rank == 0;
        call.results[i] = wanted || !is_scalar ? wanted : &call.result_scalars[i];
        if (!wanted && !is_scalar) needed += (result_bytes(call, i) + line - 1) / line * line;
        if (!wanted) continue;
        const std::string what = result_name(entry, i);
        check_memory(call, wanted, call.result_counts[i], entry.results[i].dtype, what);
        if (overlaps_argument(call, wanted, result_bytes(call, i)))
            fail(bad_argument, where(call.routine) + ": " + what + " overlaps an argument");
        for (int k = 0; k < i; ++k)
            if (call.results[k] && overlaps(wanted, result_bytes(call, i), call.results[k], result_bytes(call, k)))
                fail(bad_argument, where(call.routine) + ": " + what + " overlaps another one");
    }
    char *place = needed ? static_cast<char *>(own.reserve(needed)) : nullptr;
    for (int i = 0; i < entry.result_count; ++i) {
        if (call.results[i]) continue;
        call.results[i] = place;
        place += (result_bytes(call, i) + line - 1) / line * line;
    }
}

void take_updates(Model &model, CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    for (int i = 0; i < model.program.module->variable_count; ++i) call.variables[i] = model.current[i];
    for (int i = 0; i < entry.update_count; ++i)
        call.updates[i] = (may_overwrite(entry, i) ? model.current : model.spare)[entry.updates[i]];
}

void commit_updates(Model &model, const CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    for (int i = 0; i < entry.update_count; ++i)
        if (!may_overwrite(entry, i)) model.current.swap(model.spare, entry.updates[i]);
}

// Runs a call whose arguments and results are in place.
void run_placed(Model *model, CallState &call) {
    const std::int64_t bytes = workspace_bytes(call);
    if (bytes < 0) raise_too_large(call);
    void *workspace = nullptr;
    if (bytes)
        workspace = model ? model->workspace.reserve(static_cast<std::size_t>(bytes))
                          : thread_buffer<char>(Purpose::workspace, bytes);
    if (model) take_updates(*model, call);
    run(call, workspace);
    if (call.routine.prints) print_results(call);
    raise_if_failed(call);
    update(call, workspace);
    if (model) commit_updates(*model, call);
}

void initialise(Model &model, std::int64_t seed) {
    const void *const arguments[] = {&seed};
    const std::vector<std::int64_t> none(static_cast<std::size_t>(model.program.module->dim_count) + 1, -1);
    Buffer own;
    if (model.program.initialise.entry)
        ReadCall(model.program.initialise, arguments, none.data()).run(&model, nullptr, own);
}

}  // namespace

const Program &the_program() {
    static const Planned planned;
    return planned.program;
}

Values::Values(const Program &program) : program_(program) {
    std::size_t bytes = 0;
    for (int i = 0; i < program.module->variable_count; ++i)
        bytes += (value_bytes(program, i) + line - 1) / line * line;
    char *place = static_cast<char *>(memory_.reserve(bytes));
    if (bytes) std::memset(place, 0, bytes);
    for (int i = 0; i < program.module->variable_count; ++i) {
        places_.push_back(place);
        place += (value_bytes(program, i) + line - 1) / line * line;
    }
}

void Values::copy_from(const Values &other) {
    for (int i = 0; i < program_.module->variable_count; ++i)
        std::memcpy((*this)[i], other[i], value_bytes(program_, i));
}

void Values::swap(Values &other, std::int64_t variable) {
    std::swap(places_[static_cast<std::size_t>(variable)], other.places_[static_cast<std::size_t>(variable)]);
}

Model::Model(const Program &its) : program(its), current(its), spare(its) {}
Model::~Model() { pthread_mutex_destroy(&turn); }

std::size_t value_bytes(const Program &program, int variable) {
    return static_cast<std::size_t>(program.variable_counts[static_cast<std::size_t>(variable)]) *
           item_size(program.module->variables[variable].dtype);
}

Model &checked(Model *model, const char *function) {
    if (!model) fail(bad_argument, std::string(tdsl_this_module.name) + "." + function + ": the model is NULL");
    return *model;
}

int variable_named(const Program &program, const char *name, const char *function) {
    const std::string start = std::string(program.module->name) + "." + function + ": ";
    if (!name) fail(bad_argument, start + "the name is NULL");
    for (int i = 0; i < program.module->variable_count; ++i)
        if (!std::strcmp(program.module->variables[i].name, name)) return i;
    fail(bad_argument, start + "no variable " + quoted(name));
}

void check_value(const Program &program, int index, void *value) {
    const tdsl_variable &variable = program.module->variables[index];
    const std::int64_t count = program.variable_counts[static_cast<std::size_t>(index)];
    if (program.module->options.refuse_nan && !all_finite(variable.dtype, value, count)) {
        AxisSize shape[most_axes];
        for (int axis = 0; axis < variable.rank; ++axis) shape[axis] = variable.shape[axis];
        const std::string what = std::string(program.module->name) + ".Model: variable " + quoted(variable.name);
        fail(not_finite,
             not_finite_text(what, variable.name, variable.place, variable.dtype, variable.rank, shape, value));
    }
    if (!program.module->options.flush_subnormals || !is_real(variable.dtype)) return;
    for (std::int64_t i = 0; i < count; ++i) {
        if (variable.dtype == TDSL_F32) {
            float &number = static_cast<float *>(value)[i];
            if (std::fpclassify(number) == FP_SUBNORMAL) number = std::copysign(0.0F, number);
        } else {
            double &number = static_cast<double *>(value)[i];
            if (std::fpclassify(number) == FP_SUBNORMAL) number = std::copysign(0.0, number);
        }
    }
}

ReadCall::ReadCall(const RoutinePlan &routine, const void *const *arguments, const std::int64_t *dims)
    : memory_(state_bytes(routine) / 8 + 1), state_(routine, memory_.data()) {
    read_arguments(state_, arguments, dims, given_);
    for (int i = 0; i < routine.entry->argument_count; ++i)
        check_memory(state_, state_.arguments[i], state_.counts[i], routine.entry->arguments[i].dtype,
                     "argument " + quoted(routine.entry->arguments[i].name));
}

void ReadCall::run(Model *model, void *const *results, Buffer &own) {
    if (!fits_memory(state_)) raise_too_large(state_);
    place_results(state_, results, own);
    if (!model) return run_placed(nullptr, state_);
    const Turn turn(*model);
    run_placed(model, state_);
}

Model *create(std::int64_t seed) noexcept {
    Model *made = nullptr;
    const int status = guarded([&] {
        made = new Model(the_program());
        initialise(*made, seed);
    });
    if (status == ok) return made;
    delete made;
    return nullptr;
}

Model *copy(Model *model) noexcept {
    Model *made = nullptr;
    const int status = guarded([&] {
        Model &original = checked(model, "Model.copy");
        made = new Model(original.program);
        const Turn turn(original);
        made->current.copy_from(original.current);
    });
    return status == ok ? made : nullptr;
}

void destroy(Model *model) noexcept { delete model; }

int reset(Model *model, std::int64_t seed) noexcept {
    return guarded([&] { initialise(checked(model, "Model.reset"), seed); });
}

namespace {

void check_bytes(const Program &program, int index, const void *memory, std::size_t bytes, const char *function) {
    const tdsl_variable &variable = program.module->variables[index];
    const std::string start = std::string(program.module->name) + "." + function + ": ";
    if (!memory) fail(bad_argument, start + "the memory for " + quoted(variable.name) + " is NULL");
    if (bytes != value_bytes(program, index))
        fail(bad_argument, start + quoted(variable.name) + " is " +
                               type_text(variable.dtype, variable.rank, variable.shape) + " of " +
                               std::to_string(value_bytes(program, index)) + " bytes, not " + std::to_string(bytes) +
                               in_place(variable.place));
}

}  // namespace

int get(Model *model, const char *name, void *to, std::size_t bytes) noexcept {
    return guarded([&] {
        Model &own = checked(model, "Model.get");
        const int index = variable_named(own.program, name, "Model.get");
        check_bytes(own.program, index, to, bytes, "Model.get");
        const Turn turn(own);
        std::memcpy(to, own.current[index], bytes);
    });
}

int set(Model *model, const char *name, const void *from, std::size_t bytes) noexcept {
    return guarded([&] {
        Model &own = checked(model, "Model.set");
        const int index = variable_named(own.program, name, "Model.set");
        check_bytes(own.program, index, from, bytes, "Model.set");
        const Turn turn(own);
        std::memcpy(own.spare[index], from, bytes);
        check_value(own.program, index, own.spare[index]);
        own.current.swap(own.spare, index);
    });
}

int call(Model *model, int entry, const void *const *arguments, const std::int64_t *dims,
         void *const *results) noexcept {
    return guarded([&] {
        const RoutinePlan &routine = the_program().entries[static_cast<std::size_t>(entry)];
        Model *const own = routine.program->module->variable_count ? &checked(model, routine.entry->name) : nullptr;
        Buffer memory;
        ReadCall(routine, arguments, dims).run(own, results, memory);
    });
}

void set_threads(int count) noexcept { tdsl_set_threads(count); }

}  // namespace tdsl::library
