// See notes.hpp.
#include "notes.hpp"

#include <cstring>

namespace tdsl {
namespace {

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

std::vector<char> content(NotedCall &call, const Piece &piece) {
    std::vector<char> made(piece.bytes);
    call.read(piece, made.data());
    return made;
}

// The first input that a run has written to; all are as before afterwards.
void restore(NotedCall &call, const std::vector<std::vector<char>> &before, Notes &notes) {
    for (std::size_t i = 0; i < before.size(); ++i) {
        std::vector<char> after = content(call, call.inputs[i]);
        if (after == before[i]) continue;
        call.write(call.inputs[i], before[i].data());
        if (notes.changed >= 0) continue;
        notes.changed = static_cast<int>(i);
        notes.found = std::move(after);
    }
}

}  // namespace

void run_noted(NotedCall &call, Notes &notes) {
    std::vector<std::vector<char>> before;
    for (const Piece &piece : call.inputs) before.push_back(content(call, piece));
    bool is_good = true;
    for (int number = 0; number < 2 && is_good; ++number) {
        for (const auto *const pieces : {&call.outputs, &call.scratch})
            for (const Piece &piece : *pieces) call.fill(piece, Notes::signs[number]);
        is_good = call.run({note, &notes.runs[number]});
        // The results and new values as the call leaves them.
        for (std::size_t i = 0; i < call.outputs.size(); ++i)
            note(&notes.runs[number], -1 - static_cast<std::int32_t>(i), nullptr, 0,
                 content(call, call.outputs[i]).data(), static_cast<std::int64_t>(call.outputs[i].bytes));
        restore(call, before, notes);
    }
}

}  // namespace tdsl
