// Calls in debug mode on a device: nothing is recorded as a graph, and a probe copies its elements from there.
#include "cuda_model.hpp"

namespace tdsl::cuda {
namespace {

struct Probes {
    Launcher &launcher;
    Queue &queue;
    const tdsl_recorder &recorder;
    std::vector<char> elements;
};

// Within a branch or a step that does not run, a probe notes nothing.
void note(void *context, std::int32_t probe, const std::int64_t *steps, std::int32_t depth, const void *data,
          std::int64_t bytes) {
    Probes &probes = *static_cast<Probes *>(context);
    if (!probes.launcher.runs()) return;
    probes.elements.resize(static_cast<std::size_t>(bytes));
    probes.queue.download(probes.elements.data(), data, bytes);
    probes.queue.synchronise();
    probes.recorder.note(probes.recorder.notes, probe, steps, depth, probes.elements.data(), bytes);
}

}  // namespace

struct Model::Noted : NotedCall {
    Noted(Model &noted, const Recording &its_recording) : model(noted), recording(its_recording) {
        const tdsl_entry &entry = *recording.entry;
        const Layout &layout = recording.layout;
        const auto add = [](std::vector<Piece> &pieces, char *data, std::int64_t bytes) {
            pieces.push_back({data, static_cast<std::size_t>(bytes)});
        };
        for (std::size_t i = 0; i < layout.arguments.size(); ++i)
            add(inputs, model.placed<char>(layout.arguments[i]), layout.argument_bytes[i]);
        for (std::size_t i = 0; i < model.value_bytes_.size(); ++i)
            add(inputs, model.value(static_cast<std::int64_t>(i)), model.value_bytes_[i]);
        for (std::size_t i = 0; i < layout.results.size(); ++i)
            add(outputs, model.placed<char>(layout.results[i]), layout.result_bytes[i]);
        for (int i = 0; i < entry.update_count; ++i)
            add(outputs, model.new_value(recording, i), layout.update_bytes[static_cast<std::size_t>(i)]);
        add(scratch, model.workspace_.data(), recording.workspace_bytes);
        add(scratch, model.scratch_.data(), recording.scratch_bytes);
    }

    void fill(const Piece &piece, unsigned char sign) override {
        model.queue_.fill(piece.data, sign, static_cast<std::int64_t>(piece.bytes));
    }
    void read(const Piece &piece, void *to) override {
        model.queue_.download(to, piece.data, static_cast<std::int64_t>(piece.bytes));
        model.queue_.synchronise();
    }
    void write(const Piece &piece, const void *from) override {
        model.queue_.upload(piece.data, from, static_cast<std::int64_t>(piece.bytes));
        model.queue_.synchronise();
    }
    bool run(const tdsl_recorder &recorder) override {
        auto *const there = model.placed<tdsl_call_state>(recording.layout.state);
        tdsl_call_state state{{}, no_number, 0};
        write({there, sizeof state}, &state);
        Launcher launcher = model.launcher_of(recording);
        launcher.may_look = true;
        Probes probes{launcher, model.queue_, recorder, {}};
        const tdsl_recorder from_device{note, &probes};
        model.issue_run(recording, launcher, &from_device);
        read({there, sizeof state}, &state);
        return !state.fault.site;
    }

    Model &model;
    const Recording &recording;
};

void Model::run_noted(const Recording &recording, Notes &notes) {
    queue_.upload(arrays_.data(), mirror_.data(), recording.layout.uploaded);
    Launcher launcher = launcher_of(recording);
    gather(recording, launcher);
    Noted call(*this, recording);
    tdsl::run_noted(call, notes);
    issue_outcome(recording);
}

}  // namespace tdsl::cuda
