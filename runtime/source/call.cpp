// See call.hpp.
#include "call.hpp"

#include "float_state.hpp"
#include "lap_timer.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

namespace tdsl {
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

}  // namespace

bool all_finite(tdsl_dtype dtype, const void *data, std::int64_t count) {
    if (dtype == TDSL_F32) return are_finite<std::uint32_t>(data, count, 0x7f800000U);
    if (dtype == TDSL_F64) return are_finite<std::uint64_t>(data, count, 0x7ff0000000000000ULL);
    return true;
}

namespace {

void record_nonfinite(CallState &call, Role role, int index) {
    call.nonfinite_role = role;
    call.nonfinite_index = index;
}

void find_nonfinite_arguments(CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    for (int i = 0; i < entry.argument_count; ++i)
        if (!all_finite(entry.arguments[i].dtype, call.arguments[i], call.counts[i]))
            return record_nonfinite(call, Role::argument, i);
}

void find_nonfinite_results(CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    const ProgramPlan &program = *call.routine.program;
    for (int i = 0; i < entry.result_count; ++i)
        if (entry.results[i].role == TDSL_RETURN &&
            !all_finite(entry.results[i].dtype, call.results[i], call.result_counts[i]))
            return record_nonfinite(call, Role::result, i);
    for (int i = 0; i < entry.update_count; ++i) {
        const std::int64_t variable = entry.updates[i];
        if (!all_finite(program.module->variables[variable].dtype, call.updates[i],
                        program.variable_counts[static_cast<std::size_t>(variable)]))
            return record_nonfinite(call, Role::update, i);
    }
}

// The argument of a parameter that is itself a size.
std::int64_t given_size(const CallState &call, int argument) {
    return *static_cast<const std::int64_t *>(call.arguments[argument]);
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

ProgramPlan plan_program(const tdsl_module &module) {
    ProgramPlan plan{&module};
    for (int i = 0; i < module.variable_count; ++i) {
        const tdsl_variable &variable = module.variables[i];
        std::int64_t count = 1;
        for (int axis = 0; axis < variable.rank; ++axis) count *= variable.shape[axis];
        plan.variable_counts.push_back(count);
    }
    return plan;
}

RoutinePlan plan_routine(const ProgramPlan &program, const tdsl_entry &entry) {
    RoutinePlan plan{&entry, &program};
    const tdsl_options &options = program.module->options;
    plan.may_fail = options.refuse_nan || options.check || program.module->site_count;
    for (int i = 0; i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        plan.axes += argument.rank;
        for (int axis = 0; axis < argument.rank; ++axis) plan.derived_sizes |= is_derived(argument.shape[axis]);
        plan.derived_sizes |= argument.binds && is_derived(*argument.binds);
    }
    for (int i = 0; i < entry.result_count; ++i) {
        plan.returned += entry.results[i].role == TDSL_RETURN;
        plan.prints |= entry.results[i].role == TDSL_PRINT;
        plan.may_fail |= entry.results[i].role != TDSL_RETURN;
    }
    plan.cached.dims.resize(static_cast<std::size_t>(program.module->dim_count));
    return plan;
}

std::size_t state_bytes(const RoutinePlan &routine) {
    const tdsl_entry &entry = *routine.entry;
    const tdsl_module &module = *routine.program->module;
    const int slots = 4 * entry.argument_count + routine.axes + 3 * entry.result_count + entry.update_count +
                      module.dim_count + module.variable_count;
    return static_cast<std::size_t>(slots) * 8;
}

CallState::CallState(const RoutinePlan &routine_plan, void *memory)
    : routine(routine_plan), memory_limit(routine.program->memory_limit) {
    const tdsl_entry &entry = *routine.entry;
    const tdsl_module &module = *routine.program->module;
    Carver carve(memory);
    carve(shapes, entry.argument_count);
    carve(axes, routine.axes);
    carve(counts, entry.argument_count);
    carve(scalars, entry.argument_count);
    carve(arguments, entry.argument_count);
    carve(dims, module.dim_count);
    carve(results, entry.result_count);
    carve(result_counts, entry.result_count);
    carve(result_scalars, entry.result_count);
    carve(variables, module.variable_count);
    carve(updates, entry.update_count);
}

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

bool bind_sizes(CallState &call, bool use_cache) {
    const tdsl_entry &entry = *call.routine.entry;
    std::int64_t *const dims = call.dims;
    for (int i = 0; i < call.routine.program->module->dim_count; ++i) dims[i] = -1;
    for (int i = 0; i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        std::int64_t count = 1;
        for (int axis = 0; axis < argument.rank; ++axis) {
            const std::int64_t size = call.shapes[i][axis];
            if (__builtin_mul_overflow(count, size, &count)) return false;
            if (!bind_size(argument.shape[axis], size, dims)) return false;
        }
        if (argument.binds && !bind_size(*argument.binds, given_size(call, i), dims)) return false;
        call.counts[i] = count;
    }
    const CachedSizes &cached = call.routine.cached;
    call.has_cached_sizes = use_cache && cached.any;
    for (std::size_t i = 0; i < cached.dims.size(); ++i) call.has_cached_sizes &= cached.dims[i] == dims[i];
    if (call.has_cached_sizes) {
        call.workspace_bytes = cached.workspace_bytes;
        call.elements = cached.elements;
    }
    // From here on sizes are computed without overflow checks.
    if (!call.has_cached_sizes && entry.largest.value(dims) > TDSL_LARGEST_SIZE) return false;
    if (call.routine.derived_sizes) {
        for (int i = 0; i < entry.argument_count; ++i) {
            const tdsl_argument &argument = entry.arguments[i];
            for (int axis = 0; axis < argument.rank; ++axis) {
                const tdsl_extent &extent = argument.shape[axis];
                if (is_derived(extent) && extent.value(dims) != call.shapes[i][axis]) return false;
            }
            const tdsl_extent *const binds = argument.binds;
            if (binds && is_derived(*binds) && binds->value(dims) != given_size(call, i)) return false;
        }
    }
    if (call.has_cached_sizes) return true;
    for (int i = 0; i < entry.requirement_count; ++i)
        if (entry.requirements[i].value(dims) < 0) return false;
    return true;
}

void cache_sizes(const CallState &call) {
    CachedSizes &cached = call.routine.cached;
    cached.workspace_bytes = workspace_bytes(call);
    cached.elements = elements_of(call);
    std::copy_n(call.dims, cached.dims.size(), cached.dims.begin());
    cached.any = true;
}

std::int64_t elements_of(const CallState &call) {
    if (call.has_cached_sizes) return call.elements;
    const tdsl_entry &entry = *call.routine.entry;
    std::int64_t elements = 0;
    for (int i = 0; i < entry.argument_count; ++i) elements += call.counts[i];
    for (int i = 0; i < entry.result_count; ++i) elements += call.result_counts[i];
    for (std::int64_t count : call.routine.program->variable_counts) elements += count;
    return elements;
}

bool overlaps(const void *a, std::size_t a_bytes, const void *b, std::size_t b_bytes) {
    const auto x = reinterpret_cast<std::uintptr_t>(a), y = reinterpret_cast<std::uintptr_t>(b);
    return x < y + b_bytes && y < x + a_bytes;
}

bool overlaps_argument(const CallState &call, const void *data, std::size_t bytes) {
    const tdsl_entry &entry = *call.routine.entry;
    for (int k = 0; k < entry.argument_count; ++k) {
        const auto size = static_cast<std::size_t>(call.counts[k]) * item_size(entry.arguments[k].dtype);
        if (overlaps(data, bytes, call.arguments[k], size)) return true;
    }
    return false;
}

AxisSize size_of(const tdsl_extent &extent, const std::int64_t *dims) {
    if (extent.size >= 0) return extent.size;
    return extent.dim >= 0 ? dims[extent.dim] : extent.value(dims);
}

bool result_shape(const CallState &call, const tdsl_result &result, AxisSize *shape, std::int64_t &count) {
    count = 1;
    for (int axis = 0; axis < result.rank; ++axis) {
        shape[axis] = size_of(result.shape[axis], call.dims);
        if (shape[axis] < 0 || __builtin_mul_overflow(count, shape[axis], &count)) return false;
    }
    return count <= INT64_MAX / 8;
}

bool fits_memory(const CallState &call) {
    return call.has_cached_sizes || call.routine.entry->memory.value(call.dims) <= call.memory_limit;
}

std::int64_t workspace_bytes(const CallState &call) {
    if (call.has_cached_sizes) return call.workspace_bytes;
    return call.routine.entry->host.workspace ? call.routine.entry->host.workspace(call.dims) : 0;
}

static void run_once(CallState &call, void *workspace, const tdsl_recorder *recorder) {
    tdsl_call table_call{call.arguments, call.dims, call.results, call.variables, call.updates, workspace, {}, nullptr,
                         nullptr, call.exchanging, recorder};
    const LapTimer timer(table_call, call.routine, call.dims, true);
    try {
        call.routine.entry->host.run(&table_call);
    } catch (const std::bad_alloc &) {
        call.failure = Failure::memory;
    } catch (const std::exception &error) {
        call.failure = Failure::other;
        std::snprintf(call.failure_text, sizeof call.failure_text, "%s", error.what());
    }
    call.fault = table_call.fault;
}

namespace {

// The call in debug mode.
struct NotedOnHost : NotedCall {
    NotedOnHost(CallState &noted, void *memory) : call(noted), workspace(memory) {
        const tdsl_entry &entry = *call.routine.entry;
        const ProgramPlan &program = *call.routine.program;
        const auto add = [](std::vector<Piece> &pieces, const void *data, tdsl_dtype dtype, std::int64_t count) {
            pieces.push_back({const_cast<void *>(data), static_cast<std::size_t>(count) * item_size(dtype)});
        };
        const auto add_variable = [&](std::vector<Piece> &pieces, const void *data, std::int64_t variable) {
            add(pieces, data, program.module->variables[variable].dtype,
                program.variable_counts[static_cast<std::size_t>(variable)]);
        };
        for (int i = 0; i < entry.argument_count; ++i)
            add(inputs, call.arguments[i], entry.arguments[i].dtype, call.counts[i]);
        for (int i = 0; i < program.module->variable_count; ++i) add_variable(inputs, call.variables[i], i);
        for (int i = 0; i < entry.result_count; ++i)
            add(outputs, call.results[i], entry.results[i].dtype, call.result_counts[i]);
        for (int i = 0; i < entry.update_count; ++i) add_variable(outputs, call.updates[i], entry.updates[i]);
        if (const std::int64_t bytes = workspace_bytes(call); bytes > 0)
            scratch.push_back({workspace, static_cast<std::size_t>(bytes)});
    }

    void fill(const Piece &piece, unsigned char sign) override { std::memset(piece.data, sign, piece.bytes); }
    void read(const Piece &piece, void *to) override {
        std::copy_n(static_cast<const char *>(piece.data), piece.bytes, static_cast<char *>(to));
    }
    void write(const Piece &piece, const void *from) override {
        std::copy_n(static_cast<const char *>(from), piece.bytes, static_cast<char *>(piece.data));
    }
    bool run(const tdsl_recorder &recorder) override {
        run_once(call, workspace, &recorder);
        return call.failure == Failure::none && !call.fault.site;
    }

    CallState &call;
    void *const workspace;
};

}  // namespace

void run_in_kernel_state(CallState &call, void *workspace) {
    const tdsl_options &options = call.routine.program->module->options;
    const bool refuse = options.refuse_nan;
    if (refuse) find_nonfinite_arguments(call);
    if (call.nonfinite_role != Role::none) return;
    try {
        if (options.check) {
            call.notes = std::make_unique<Notes>();
            NotedOnHost noted(call, workspace);
            run_noted(noted, *call.notes);
        } else {
            run_once(call, workspace, nullptr);
        }
    } catch (const std::bad_alloc &) {
        call.failure = Failure::memory;
    }
    if (refuse && call.failure == Failure::none) find_nonfinite_results(call);
}

void update_in_kernel_state(CallState &call, void *workspace) {
    if (!call.routine.entry->host.update) return;
    tdsl_call table_call{call.arguments, call.dims, call.results, call.variables, call.updates, workspace, {}, nullptr,
                         nullptr, nullptr, nullptr};
    const LapTimer timer(table_call, call.routine, call.dims, false);
    call.routine.entry->host.update(&table_call);
}

void run(CallState &call, void *workspace) {
    const ScopedFloatState state(FloatState::for_kernels(call.routine.program->module->options.flush_subnormals));
    run_in_kernel_state(call, workspace);
}

void update(CallState &call, void *workspace) {
    if (!call.routine.entry->host.update) return;
    const ScopedFloatState state(FloatState::for_kernels(call.routine.program->module->options.flush_subnormals));
    update_in_kernel_state(call, workspace);
}

bool has_succeeded(const CallState &call) {
    if (call.nonfinite_role != Role::none || call.fault.site || call.failure != Failure::none) return false;
    if (!call.routine.may_fail) return true;
    const tdsl_entry &entry = *call.routine.entry;
    for (int i = 0; i < entry.result_count; ++i)
        if (entry.results[i].role == TDSL_ASSERT && !*static_cast<const bool *>(call.results[i])) return false;
    return true;
}

}  // namespace tdsl
