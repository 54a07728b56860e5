// Calls on a device: copies, launches, and their recordings.
#include "cuda_model.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace tdsl::cuda {
namespace {

constexpr std::int64_t most_recorded = 4096;  // launches in one graph
constexpr std::size_t most_recordings = 32;   // of a model

bool may_overwrite(const tdsl_entry &entry, int update) {
    return entry.device.update && entry.device.in_place[update];
}

// The scratch memory begins with the predicates, and ends with the workspace of the multiplier.
std::int64_t bytes_of_predicates(const Needs &needs) { return round_up<alignment>(needs.depth * predicate_bytes); }
std::int64_t bytes_before_workspace(const Needs &needs) {
    return bytes_of_predicates(needs) + round_up<alignment>(needs.scratch_bytes);
}
std::int64_t bytes_of_scratch(const Needs &needs) {
    return bytes_before_workspace(needs) + (needs.multiplies ? Multiplier::workspace_bytes : 0);
}

}  // namespace

// A tdsl_call whose pointers are the device's.
struct Model::Pointers {
    std::vector<const void *> arguments, variables;
    std::vector<void *> results, updates;
    tdsl_call call;

    Pointers(const Model &model, const Recording &recording, Launcher &launcher) : call{} {
        const tdsl_entry &entry = *recording.entry;
        const Layout &layout = recording.layout;
        for (const std::int64_t offset : layout.arguments) arguments.push_back(model.placed<char>(offset));
        for (const std::int64_t offset : layout.results) results.push_back(model.placed<char>(offset));
        for (int i = 0; i < model.module_.variable_count; ++i) variables.push_back(model.value(i));
        for (int i = 0; i < entry.update_count; ++i) updates.push_back(model.new_value(recording, i));
        call.arguments = arguments.data();
        call.dims = recording.dims.data();
        call.results = results.data();
        call.variables = variables.data();
        call.updates = updates.data();
        call.workspace = model.workspace_.data();
        call.device = &launcher;
    }
    Pointers(const Pointers &) = delete;
    Pointers &operator=(const Pointers &) = delete;
};

Model::Model(const tdsl_module &module, const Device &device) : module_(module), device_(device) {
    std::int64_t bytes = 0;
    for (int i = 0; i < module.variable_count; ++i) {
        const tdsl_variable &variable = module.variables[i];
        std::int64_t size = item_bytes(variable.dtype);
        for (int axis = 0; axis < variable.rank; ++axis) size *= variable.shape[axis];
        value_offsets_.push_back(bytes);
        value_bytes_.push_back(size);
        bytes += round_up<alignment>(size);
    }
    values_.reserve(bytes);
}

Model::~Model() { driver().cuStreamSynchronize(queue_.stream()); }

char *Model::new_value(const Recording &recording, int update) const {
    if (may_overwrite(*recording.entry, update)) return value(recording.entry->updates[update]);
    return placed<char>(recording.layout.updates[static_cast<std::size_t>(update)]);
}

void Model::write(std::int64_t variable, const void *from) {
    queue_.upload(value(variable), from, value_bytes_[static_cast<std::size_t>(variable)]);
}

// One launch copies all values, from where the arrays of calls are otherwise.
void Model::assign(const std::vector<Assignment> &values) {
    const auto bytes_of = [&](const Assignment &value) {
        return value_bytes_[static_cast<std::size_t>(value.variable)];
    };
    std::vector<std::int64_t> places;
    std::int64_t bytes = 0;
    for (const Assignment &value : values) {
        places.push_back(bytes);
        bytes += round_up<alignment>(bytes_of(value));
    }
    if (!arrays_.holds(bytes)) forget_recordings();
    arrays_.reserve(bytes);
    for (std::size_t i = 0; i < values.size(); ++i)
        queue_.copy(placed<char>(places[i]), values[i].from, bytes_of(values[i]));
    queue_.synchronise();
    Recorded::of(queue_, [&] {
        for (std::size_t i = 0; i < values.size(); ++i)
            queue_.copy(value(values[i].variable), placed<char>(places[i]), bytes_of(values[i]));
    }).launch(queue_);
}

void Model::read(std::int64_t variable, void *to) {
    queue_.download(to, value(variable), value_bytes_[static_cast<std::size_t>(variable)]);
    queue_.synchronise();
}

void Model::enqueue_results(const Recording &recording, const Call &call) {
    const Layout &layout = recording.layout;
    for (std::size_t i = 0; i < layout.results.size(); ++i)
        if (call.places.has_result(i))
            queue_.copy(call.results[i], placed<char>(layout.results[i]), layout.result_bytes[i]);
}

void Model::copy_results(const Call &call) {
    enqueue_results(*last_, call);
    queue_.synchronise();
}

void Model::read_argument(int index, void *to) {
    const auto i = static_cast<std::size_t>(index);
    queue_.download(to, placed<char>(last_->layout.arguments[i]), last_->layout.argument_bytes[i]);
    queue_.synchronise();
}

void Model::read_result(int index, void *to) {
    const auto i = static_cast<std::size_t>(index);
    queue_.download(to, placed<char>(last_->layout.results[i]), last_->layout.result_bytes[i]);
    queue_.synchronise();
}

void Model::read_update(int index, void *to) {
    queue_.download(to, new_value(*last_, index), last_->layout.update_bytes[static_cast<std::size_t>(index)]);
    queue_.synchronise();
}

Outcome Model::run(const Call &call, const Batches &batches) {
    last_ = nullptr;
    Recording &recording = recording_of(call, batches);
    const Layout &layout = recording.layout;
    try {
        upload(recording, call, batches);
        // The multiplier loads kernels when it runs them first, which may not be recorded.
        if (call.notes) {
            run_noted(recording, *call.notes);
        } else if (recording.needs.launches > most_recorded || (recording.needs.multiplies && !recording.has_run)) {
            issue(recording);
            recording.has_run = true;
        } else {
            if (!recording.run) recording.run = Recorded::of(queue_, [&] { issue(recording); });
            recording.run.launch(queue_);
        }
        for (std::size_t i = 0; i < layout.results.size() && !batches.count; ++i)
            if (!layout.mirrors_result[i] && !call.places.has_result(i))
                queue_.download(call.results[i], placed<char>(layout.results[i]), layout.result_bytes[i]);
        if (!call.is_late) enqueue_results(recording, call);
        queue_.synchronise();
    } catch (...) {
        driver().cuStreamSynchronize(queue_.stream());  // nothing is copied to the caller's memory afterwards
        throw;
    }
    const char *const mirror = mirror_.data();
    for (std::size_t i = 0; i < layout.results.size(); ++i)
        if (layout.mirrors_result[i])
            std::memcpy(call.results[i], mirror + layout.results[i], static_cast<std::size_t>(layout.result_bytes[i]));
    const auto *const state = reinterpret_cast<const tdsl_call_state *>(mirror + layout.state);
    const auto *const batch = reinterpret_cast<const tdsl_batch_state *>(mirror + layout.batch);
    last_ = &recording;
    const std::int64_t launches = recording.needs.launches / std::max<std::int64_t>(1, batches.count);
    const auto *const sums = reinterpret_cast<const double *>(mirror + layout.sums);
    return {state->fault, state->nonfinite, batch->done, launches, sums};
}

void Model::commit() {
    if (last_->entry->update_count == 0) return;
    if (!last_->commit)
        last_->commit = Recorded::of(queue_, [&] {
            Launcher launcher = launcher_of(*last_);
            issue_commit(*last_, launcher);
        });
    last_->commit.launch(queue_);
}

Recording &Model::recording_of(const Call &call, const Batches &batches) {
    for (const auto &found : recordings_)
        if (found->entry == &call.entry && std::equal(found->dims.begin(), found->dims.end(), call.dims) &&
            found->places == call.places && found->batches.has_launches_of(batches)) {
            found->used = ++clock_;
            return *found;
        }
    auto made = std::make_unique<Recording>();
    made->entry = &call.entry;
    made->dims.assign(call.dims, call.dims + module_.dim_count);
    made->batches = batches;
    made->places = call.places;
    // Large arguments stay where they are for a call and for any number of batches.
    const auto each = std::max<std::int64_t>(1, static_cast<std::int64_t>(batches.sums.size()));
    const std::int64_t sums = each * std::max(most_batches, batches.count);
    Places places = call.places;
    places.arguments.resize(static_cast<std::size_t>(call.entry.argument_count));
    for (const Rows &rows : batches.arguments) places.arguments[static_cast<std::size_t>(rows.argument)] = true;
    made->layout = layout_of(module_, call.entry, call.argument_counts, call.result_counts, places, sums);
    made->workspace_bytes = call.entry.device.workspace ? call.entry.device.workspace(call.dims) : 0;
    made->used = ++clock_;
    Launcher counting(device_.multiplier.get());
    if (batches.count) counting.guard(&placed<tdsl_batch_state>(made->layout.batch)->goes_on);
    if (batches.count) issue_commit(*made, counting);
    gather(*made, counting);
    issue_run(*made, counting);
    made->needs = counting.needs();
    made->scratch_bytes = bytes_of_scratch(made->needs);
    made->needs.launches *= std::max<std::int64_t>(1, batches.count);
    reserve(*made);
    if (recordings_.size() == most_recordings) {
        const auto oldest = std::min_element(recordings_.begin(), recordings_.end(),
                                             [](const auto &a, const auto &b) { return a->used < b->used; });
        queue_.synchronise();
        recordings_.erase(oldest);
    }
    recordings_.push_back(std::move(made));
    return *recordings_.back();
}

void Model::forget_recordings() {
    queue_.synchronise();
    recordings_.clear();
    last_ = nullptr;
}

// Recordings hold addresses, so they go if memory moves.
void Model::reserve(const Recording &recording) {
    if (!arrays_.holds(recording.layout.bytes) || !workspace_.holds(recording.workspace_bytes) ||
        !scratch_.holds(recording.scratch_bytes) || !mirror_.holds(recording.layout.mirrored))
        forget_recordings();
    arrays_.reserve(recording.layout.bytes);
    workspace_.reserve(recording.workspace_bytes);
    scratch_.reserve(recording.scratch_bytes);
    mirror_.reserve(recording.layout.mirrored);
}

// Fills the mirror, which the launches copy, and copies large arguments.
void Model::upload(const Recording &recording, const Call &call, const Batches &batches) {
    const Layout &layout = recording.layout;
    char *const mirror = mirror_.data();
    for (std::size_t i = 0; i < layout.arguments.size(); ++i) {
        const std::int64_t bytes = layout.argument_bytes[i];
        const auto is_this = [&](const Rows &rows) { return static_cast<std::size_t>(rows.argument) == i; };
        if (std::any_of(batches.arguments.begin(), batches.arguments.end(), is_this)) continue;
        if (layout.mirrors_argument[i])
            std::memcpy(mirror + layout.arguments[i], call.arguments[i], static_cast<std::size_t>(bytes));
        else if (batches.uploads && call.places.has_argument(i))
            queue_.copy(placed<char>(layout.arguments[i]), call.arguments[i], bytes);
        else if (batches.uploads)
            queue_.upload(placed<char>(layout.arguments[i]), call.arguments[i], bytes);
    }
    *reinterpret_cast<tdsl_call_state *>(mirror + layout.state) = {{}, no_number, 0};
    *reinterpret_cast<tdsl_batch_state *>(mirror + layout.batch) = {1, {}, 0, batches.first};
}

Launcher Model::launcher_of(const Recording &recording) {
    return Launcher(device_, queue_, &placed<tdsl_call_state>(recording.layout.state)->fault, scratch_.data(),
                    scratch_.data() + bytes_of_predicates(recording.needs),
                    scratch_.data() + bytes_before_workspace(recording.needs));
}

// All that a run enqueues, from the copy of its small arguments to that of its small results.
void Model::issue(const Recording &recording) {
    const Layout &layout = recording.layout;
    const Batches &batches = recording.batches;
    queue_.upload(arrays_.data(), mirror_.data(), layout.uploaded);
    Launcher launcher = launcher_of(recording);
    launcher.may_look = recording.needs.launches > most_recorded;
    auto *const batch = placed<tdsl_batch_state>(layout.batch);
    auto *const state = placed<tdsl_call_state>(layout.state);
    if (batches.count) launcher.guard(&batch->goes_on);
    for (std::int64_t number = 0; number < std::max<std::int64_t>(1, batches.count); ++number) {
        if (number) launcher.support(support_begin_batch, scalar_shape(), state);
        if (number == 0 || !batches.is_whole) gather(recording, launcher);
        issue_run(recording, launcher);
        if (!batches.count) continue;
        for (int i = 0; i < recording.entry->result_count; ++i)
            if (recording.entry->results[i].role == TDSL_ASSERT)
                launcher.support(support_assert, scalar_shape(), batch,
                                 placed<const std::uint8_t>(layout.results[static_cast<std::size_t>(i)]));
        tdsl_summed summed{};
        for (const int index : batches.sums) {
            summed.values[summed.count] = placed<char>(layout.results[static_cast<std::size_t>(index)]);
            summed.is_f32[summed.count++] = recording.entry->results[index].dtype == TDSL_F32;
        }
        launcher.support(support_end_batch, scalar_shape(), batch, static_cast<const tdsl_call_state *>(state), summed,
                         placed<double>(layout.sums), batches.is_whole ? std::int64_t{0} : batches.size);
        issue_commit(recording, launcher);
    }
    issue_outcome(recording);
}

void Model::issue_outcome(const Recording &recording) {
    const Layout &layout = recording.layout;
    queue_.download(mirror_.data() + layout.state, placed<char>(layout.state), layout.mirrored - layout.state);
}

void Model::gather(const Recording &recording, Launcher &launcher) {
    const Layout &layout = recording.layout;
    for (const Rows &rows : recording.batches.arguments)
        if (const std::int64_t bytes = recording.batches.size * rows.row_bytes)
            launcher.support(support_gather, copy_shape(bytes),
                             static_cast<const tdsl_batch_state *>(placed<tdsl_batch_state>(layout.batch)),
                             placed<char>(layout.arguments[static_cast<std::size_t>(rows.argument)]), rows.data,
                             rows.order, recording.batches.size, rows.row_bytes);
}

void Model::issue_run(const Recording &recording, Launcher &launcher, const tdsl_recorder *recorder) {
    if (module_.options.refuse_nan) find_nonfinite_arguments(recording, launcher);
    Pointers pointers(*this, recording, launcher);
    pointers.call.recorder = recorder;
    recording.entry->device.run(&pointers.call);
    if (module_.options.refuse_nan) find_nonfinite_results(recording, launcher);
}

void Model::issue_commit(const Recording &recording, Launcher &launcher) {
    const tdsl_entry &entry = *recording.entry;
    Pointers pointers(*this, recording, launcher);
    if (entry.device.update) entry.device.update(&pointers.call);
    std::vector<tdsl_copies::Copy> copies;
    for (int i = 0; i < entry.update_count; ++i)
        if (!may_overwrite(entry, i))
            copies.push_back({value(entry.updates[i]), new_value(recording, i),
                              recording.layout.update_bytes[static_cast<std::size_t>(i)]});
    launcher.copy_all(copies);
}

void Model::find_nonfinite_arguments(const Recording &recording, Launcher &launcher) {
    const Layout &layout = recording.layout;
    for (int i = 0; i < recording.entry->argument_count; ++i)
        find_nonfinite(launcher, recording, recording.entry->arguments[i].dtype,
                       placed<char>(layout.arguments[static_cast<std::size_t>(i)]),
                       layout.argument_bytes[static_cast<std::size_t>(i)], i);
}

void Model::find_nonfinite_results(const Recording &recording, Launcher &launcher) {
    const tdsl_entry &entry = *recording.entry;
    const Layout &layout = recording.layout;
    for (int i = 0; i < entry.result_count; ++i)
        if (entry.results[i].role == TDSL_RETURN)
            find_nonfinite(launcher, recording, entry.results[i].dtype,
                           placed<char>(layout.results[static_cast<std::size_t>(i)]),
                           layout.result_bytes[static_cast<std::size_t>(i)], entry.argument_count + i);
    for (int i = 0; i < entry.update_count; ++i)
        find_nonfinite(launcher, recording, module_.variables[entry.updates[i]].dtype, new_value(recording, i),
                       layout.update_bytes[static_cast<std::size_t>(i)],
                       entry.argument_count + entry.result_count + i);
}

void Model::find_nonfinite(Launcher &launcher, const Recording &recording, tdsl_dtype dtype, const void *data,
                           std::int64_t bytes, int number) {
    if ((dtype != TDSL_F32 && dtype != TDSL_F64) || bytes == 0) return;
    const std::int64_t width = item_bytes(dtype);
    constexpr auto offset = static_cast<std::int64_t>(offsetof(tdsl_call_state, nonfinite));
    launcher.support(support_find_nonfinite, map_shape({bytes / width}), data, bytes / width,
                     static_cast<std::int32_t>(width), static_cast<std::int32_t>(number),
                     placed<std::int32_t>(recording.layout.state + offset));
}

}  // namespace tdsl::cuda
