// The offsets of the arrays of a call.
#include "cuda_layout.hpp"

#include "cuda_driver.hpp"
#include "tdsl/cuda/state.hpp"
#include "tdsl/sizes.hpp"

namespace tdsl::cuda {
namespace {

std::int64_t checked(std::int64_t count, std::int64_t width) {
    std::int64_t bytes;
    if (__builtin_mul_overflow(count, width, &bytes) || bytes > TDSL_LARGEST_SIZE)
        throw Error(true, "needs more memory of the GPU than can be counted; nothing was changed");
    return bytes;
}

struct End {
    std::int64_t offset = 0;

    std::int64_t add(std::int64_t bytes) {
        const std::int64_t place = offset;
        offset += round_up<alignment>(bytes);
        if (offset > TDSL_LARGEST_SIZE)
            throw Error(true, "needs more memory of the GPU than can be counted; nothing was changed");
        return place;
    }
};

}  // namespace

Layout layout_of(const tdsl_module &module, const tdsl_entry &entry, const std::int64_t *argument_counts,
                 const std::int64_t *result_counts, const Places &places, std::int64_t sums) {
    Layout made;
    for (int i = 0; i < entry.argument_count; ++i)
        made.argument_bytes.push_back(checked(argument_counts[i], item_bytes(entry.arguments[i].dtype)));
    for (int i = 0; i < entry.result_count; ++i)
        made.result_bytes.push_back(checked(result_counts[i], item_bytes(entry.results[i].dtype)));
    for (int i = 0; i < entry.update_count; ++i) {
        const tdsl_variable &variable = module.variables[entry.updates[i]];
        std::int64_t count = 1;
        for (int axis = 0; axis < variable.rank; ++axis) count *= variable.shape[axis];
        made.update_bytes.push_back(checked(count, item_bytes(variable.dtype)));
    }
    made.arguments.resize(made.argument_bytes.size());
    made.results.resize(made.result_bytes.size());
    for (std::size_t i = 0; i < made.arguments.size(); ++i)
        made.mirrors_argument.push_back(made.argument_bytes[i] <= small_bytes && !places.has_argument(i));
    for (std::size_t i = 0; i < made.results.size(); ++i)
        made.mirrors_result.push_back(made.result_bytes[i] <= small_bytes && !places.has_result(i));
    End end;
    const auto place = [&](auto &offsets, const auto &bytes, const std::vector<bool> &chosen, bool mirrored) {
        for (std::size_t i = 0; i < bytes.size(); ++i)
            if (chosen[i] == mirrored) offsets[i] = end.add(bytes[i]);
    };
    place(made.arguments, made.argument_bytes, made.mirrors_argument, true);
    made.state = end.add(sizeof(tdsl_call_state));
    made.batch = end.add(sizeof(tdsl_batch_state));
    made.uploaded = end.offset;
    place(made.results, made.result_bytes, made.mirrors_result, true);
    made.sums = end.add(sums * 8);
    made.mirrored = end.offset;
    place(made.arguments, made.argument_bytes, made.mirrors_argument, false);
    place(made.results, made.result_bytes, made.mirrors_result, false);
    for (const std::int64_t bytes : made.update_bytes) made.updates.push_back(end.add(bytes));
    made.bytes = end.offset;
    return made;
}

}  // namespace tdsl::cuda
