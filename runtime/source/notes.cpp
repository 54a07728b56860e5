// See notes.hpp.
#include "notes.hpp"

#include "call.hpp"

#include <cstring>

namespace tdsl {
namespace {

struct Piece {
    void *data;
    std::size_t bytes;
};

std::vector<Piece> inputs_of(const CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    const ProgramPlan &program = *call.routine.program;
    std::vector<Piece> pieces;
    for (int i = 0; i < entry.argument_count; ++i)
        pieces.push_back({const_cast<void *>(call.arguments[i]),
                          static_cast<std::size_t>(call.counts[i]) * item_size(entry.arguments[i].dtype)});
    for (int i = 0; i < program.module->variable_count; ++i)
        pieces.push_back({const_cast<void *>(call.variables[i]),
                          static_cast<std::size_t>(program.variable_counts[static_cast<std::size_t>(i)]) *
                              item_size(program.module->variables[i].dtype)});
    return pieces;
}

std::vector<Piece> outputs_of(const CallState &call) {
    const tdsl_entry &entry = *call.routine.entry;
    const ProgramPlan &program = *call.routine.program;
    std::vector<Piece> pieces;
    for (int i = 0; i < entry.result_count; ++i)
        pieces.push_back({call.results[i],
                          static_cast<std::size_t>(call.result_counts[i]) * item_size(entry.results[i].dtype)});
    for (int i = 0; i < entry.update_count; ++i) {
        const std::int64_t variable = entry.updates[i];
        pieces.push_back({call.updates[i],
                          static_cast<std::size_t>(program.variable_counts[static_cast<std::size_t>(variable)]) *
                              item_size(program.module->variables[variable].dtype)});
    }
    return pieces;
}

void append(std::vector<char> &to, const void *data, std::size_t bytes) {
    const char *const from = static_cast<const char *>(data);
    to.insert(to.end(), from, from + bytes);
    to.resize((to.size() + 7) / 8 * 8);
}

// The number of the probe, of steps and of bytes, then the steps, then the bytes.
void note(void *notes, std::int32_t probe, const std::int64_t *steps, std::int32_t depth, const void *data,
          std::int64_t bytes) {
    std::vector<char> &to = *static_cast<std::vector<char> *>(notes);
    const std::int64_t head[] = {probe, depth, bytes};
    append(to, head, sizeof head);
    append(to, steps, static_cast<std::size_t>(depth) * sizeof *steps);
    append(to, data, static_cast<std::size_t>(bytes));
}

}  // namespace

void run_noted(CallState &call, void *workspace, void (*run_once)(CallState &, void *, const tdsl_recorder *)) {
    call.notes = std::make_unique<Notes>();
    Notes &notes = *call.notes;
    const std::vector<Piece> inputs = inputs_of(call), outputs = outputs_of(call);
    std::vector<char> before;
    for (const Piece &piece : inputs) append(before, piece.data, piece.bytes);
    for (int number = 0; number < 2 && call.failure == Failure::none && !call.fault.site; ++number) {
        for (const Piece &piece : outputs) std::memset(piece.data, Notes::signs[number], piece.bytes);
        const std::int64_t bytes = workspace_bytes(call);
        if (bytes > 0) std::memset(workspace, Notes::signs[number], static_cast<std::size_t>(bytes));
        const tdsl_recorder recorder{note, &notes.runs[number]};
        run_once(call, workspace, &recorder);
        // The results and new values as the call leaves them.
        for (std::size_t i = 0; i < outputs.size(); ++i)
            note(&notes.runs[number], -1 - static_cast<std::int32_t>(i), nullptr, 0, outputs[i].data,
                 static_cast<std::int64_t>(outputs[i].bytes));
        const char *place = before.data();
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (std::memcmp(place, inputs[i].data, inputs[i].bytes) != 0) {
                if (notes.changed < 0) {
                    notes.changed = static_cast<int>(i);
                    append(notes.found, inputs[i].data, inputs[i].bytes);
                }
                std::memcpy(inputs[i].data, place, inputs[i].bytes);
            }
            place += (inputs[i].bytes + 7) / 8 * 8;
        }
    }
}

}  // namespace tdsl
