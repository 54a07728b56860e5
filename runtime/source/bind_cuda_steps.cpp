// Epochs of minibatches on a CUDA device: the data stay there, and one launch runs several steps.
#include "bind_cuda.hpp"

#include <algorithm>
#include <cstring>

namespace tdsl::binding {
namespace {

constexpr std::int64_t most_launches = 4096;  // of kernels
constexpr double seconds_together = 0.01;     // as signals wait for the end of a launch

std::int64_t padded(std::int64_t bytes) { return round_up<cuda::alignment>(bytes); }

constexpr std::uintptr_t word = 8;  // in bytes, the largest that rows are gathered by

// The rows of the training.  Those on the host, and those that begin within a word, are copied once, and the order of
// the rows each time.
std::vector<cuda::Rows> rows_of(StepLoop &loop, DeviceModel &model, StepData &data) {
    cuda::Queue &queue = model.model.queue();
    const auto stays = [](const BatchedArgument &batch) {
        return reinterpret_cast<std::uintptr_t>(batch.data) % word == 0;
    };
    std::int64_t bytes = 0;
    const auto count = [&](const BatchedArgument &batch) {
        if (__builtin_add_overflow(bytes, padded(batch.row_bytes * loop.rows), &bytes) || bytes > TDSL_LARGEST_SIZE)
            throw std::bad_alloc();
    };
    for (const BatchedArgument &batch : loop.batched) count(batch);
    for (const BatchedArgument &batch : loop.batched_on_device)
        if (!stays(batch)) count(batch);
    const bool is_new = data.launches == 0;
    if (is_new) data.rows.reserve(bytes);
    const std::int64_t *order = nullptr;
    if (!loop.order.empty()) {
        const auto size = static_cast<std::int64_t>(loop.order.size() * sizeof(std::int64_t));
        data.order.reserve(size);
        queue.upload(data.order.data(), loop.order.data(), size);
        order = reinterpret_cast<const std::int64_t *>(data.order.data());
    }
    std::vector<cuda::Rows> rows;
    char *place = data.rows.data();
    for (const BatchedArgument &batch : loop.batched) {
        if (is_new) queue.upload(place, batch.data, batch.row_bytes * loop.rows);
        rows.push_back({batch.argument, place, order, batch.row_bytes});
        place += padded(batch.row_bytes * loop.rows);
    }
    for (const BatchedArgument &batch : loop.batched_on_device) {
        rows.push_back({batch.argument, stays(batch) ? batch.data : place, order, batch.row_bytes});
        if (stays(batch)) continue;
        if (is_new) queue.copy(place, batch.data, batch.row_bytes * loop.rows);
        place += padded(batch.row_bytes * loop.rows);
    }
    return rows;
}

// How many of the next values are the same, at most `most`.
std::int64_t equal_values(const Series &series, std::int64_t done, std::int64_t most) {
    const char *const first = series.values + done * series.bytes;
    std::int64_t count = 1;
    while (count < most &&
           std::memcmp(first, first + count * series.bytes, static_cast<std::size_t>(series.bytes)) == 0)
        ++count;
    return count;
}

// How many of the next batches, which have the same size, go together.
std::int64_t steps_together(const StepLoop &loop, const StepData &data, std::int64_t size) {
    const bool looks_at_each = loop.plan.prints || loop.plan.module->module->options.check;
    if (looks_at_each || loop.sums.size() > tdsl_summed::most) return 0;
    if (data.launches == 0 || data.launches > most_launches) return 0;
    const bool is_whole = size == loop.rows;
    std::int64_t same =
        is_whole ? loop.epochs : std::max<std::int64_t>(1, (loop.rows - loop.row) / std::max<std::int64_t>(1, size));
    for (const Series &series : loop.series) same = std::min(same, equal_values(series, loop.done, same));
    const std::int64_t left = loop.most_steps - loop.done;
    std::int64_t most = std::min({same, left, cuda::most_batches, most_launches / data.launches});
    while (most > 1 && static_cast<double>(most) * data.seconds > seconds_together) most /= 2;
    std::int64_t count = 1;  // few different numbers, as each is recorded
    while (2 * count <= most) count *= 2;
    return count;
}

// A step by itself: false if it failed or its output did.
bool run_one(StepLoop &loop, DeviceModel &model, StepData &data, const cuda::Batches &batches,
             PyThreadState *&state) {
    const double start = seconds_now();
    const cuda::Outcome outcome = run_frame(model, loop.frame, batches);
    if (loop.plan.prints || loop.frame.notes) {
        next_batch(loop, batches.size);
        // The next step finds arrays on the device there again.
        const std::vector<const void *> arguments(loop.frame.arguments,
                                                  loop.frame.arguments + loop.plan.entry->argument_count);
        PyEval_RestoreThread(state);
        device_calls->explain(loop.core, loop.frame);
        const bool good = !PyErr_Occurred() && raise_if_failed(loop.frame);
        state = PyEval_SaveThread();
        std::copy(arguments.begin(), arguments.end(), loop.frame.arguments);
        if (!good) return false;
    } else if (!has_succeeded(loop.frame)) {
        next_batch(loop, batches.size);
        return false;
    }
    model.model.commit();
    note_updates(model, *loop.plan.entry);
    data.launches = outcome.launches;
    data.seconds = seconds_now() - start;
    return true;
}

bool run_steps(StepLoop &loop, DeviceModel &model, StepData &data, PyThreadState *&state) {
    const cuda::Current current(model.device);
    const double start = seconds_now();
    cuda::Batches batches{.arguments = rows_of(loop, model, data)};
    if (loop.sums.size() <= tdsl_summed::most) batches.sums = loop.sums;
    std::vector<double> sums(loop.sums.size());
    while (loop.epochs > 0 && loop.done < loop.most_steps) {
        const std::int64_t size = std::min(loop.batch_size, loop.rows - loop.row);
        batches.uploads = loop.ready != size || !loop.series.empty();
        next_values(loop);
        if (!prepare_batch_size(loop, size)) return false;
        batches.size = size;
        batches.is_whole = size == loop.rows;
        batches.first = loop.row;
        batches.count = steps_together(loop, data, size);
        if (batches.count == 0) {
            batches.uploads = true;
            if (!run_one(loop, model, data, batches, state)) return false;
            read_sums(loop, sums.data());
            count_rows(loop, size, sums.data());
        } else {
            note_updates(model, *loop.plan.entry);
            const double before = seconds_now();
            const cuda::Outcome outcome = model.model.run(call_of(loop.frame), batches);
            data.seconds = (seconds_now() - before) / static_cast<double>(batches.count);
            for (std::int64_t i = 0; i < outcome.done; ++i)
                count_rows(loop, size, outcome.sums + i * static_cast<std::int64_t>(loop.sums.size()));
            if (outcome.done < batches.count) {
                note_outcome(loop.frame, outcome);
                next_batch(loop, size);
                return false;
            }
        }
        if (seconds_now() - start >= loop.seconds) break;
    }
    return true;
}

}  // namespace

bool run_steps_on_device(StepLoop &loop, PyThreadState *&state) {
    try {
        DeviceModel &model = ready_model(loop.core, loop.plan);
        for (const auto &data : model.steps)
            if (data->arguments == loop.arguments) return run_steps(loop, model, *data, state);
        StepData &data = *model.steps.emplace_back(new StepData);
        PyEval_RestoreThread(state);
        data.arguments = Py_NewRef(loop.arguments);
        state = PyEval_SaveThread();
        return run_steps(loop, model, data, state);
    } catch (const cuda::Error &error) {
        note_error(loop.frame, error);
        return false;
    }
}

void forget_steps(CoreObject *core) {
    DeviceModel &model = *core->device_model;
    model.release_arguments();
    if (!cuda::is_of_this_process()) return;
    try {
        const cuda::Current current(model.device);
        model.steps.clear();
    } catch (const cuda::Error &) {  // the device is lost
    }
}

}  // namespace tdsl::binding
