// The values of a model on a device, and its calls there.
//
// A call copies its arguments, runs, and copies its results back; once the caller has judged them, one launch makes the
// new values current.  A failure at any point thus leaves all values as they were.
#ifndef TDSL_SOURCE_CUDA_MODEL_HPP
#define TDSL_SOURCE_CUDA_MODEL_HPP

#include <memory>
#include <vector>

#include "cuda_launcher.hpp"
#include "cuda_layout.hpp"
#include "notes.hpp"

namespace tdsl::cuda {

// The host's side of a call.
struct Call {
    const tdsl_entry &entry;
    const std::int64_t *dims;
    const void *const *arguments;
    const std::int64_t *argument_counts;
    void *const *results;
    const std::int64_t *result_counts;
    const Places &places;  // on the device: pointers of arguments and results are there
    bool is_late;          // results there are copied by `copy_results`
    Notes *notes;          // in debug mode; else null
};

// A new value of a variable, from memory of the device.
struct Assignment {
    std::int64_t variable;
    const void *from;
};

// An argument that consists of rows of data on the device.
struct Rows {
    int argument;
    const char *data;
    const std::int64_t *order;  // null: as they are
    std::int64_t row_bytes;

    bool operator==(const Rows &other) const {
        return argument == other.argument && data == other.data && order == other.order &&
               row_bytes == other.row_bytes;
    }
};

// Minibatches.  A launch runs `count` of them and commits each that succeeds; or, if that is 0, it runs one.
struct Batches {
    std::vector<Rows> arguments{};
    std::int64_t size = 0;   // in rows
    bool is_whole = false;   // all rows: each batch has the same ones
    std::int64_t count = 0;
    std::vector<int> sums{}; // results that are kept of each batch: real scalars, at most tdsl_summed::most
    std::int64_t first = 0;  // row
    bool uploads = true;     // arguments that are no rows

    bool has_launches_of(const Batches &other) const {
        return arguments == other.arguments && size == other.size && is_whole == other.is_whole &&
               count == other.count && sums == other.sums;
    }
};

constexpr std::int64_t most_batches = 32;  // of one launch

struct Outcome {
    tdsl_fault fault;
    int nonfinite;         // the first argument, result or update that is not finite, numbered in this order; or
                           // no_number
    std::int64_t done;     // batches that succeeded
    std::int64_t launches;  // of kernels, for each batch or all of a call
    const double *sums;    // the results that are kept of each of those; until the next run
};

// The launches of an entry for some dims.
struct Recording {
    const tdsl_entry *entry;
    std::vector<std::int64_t> dims;
    Batches batches;
    Places places;
    Layout layout;
    Needs needs{};
    std::int64_t workspace_bytes = 0, scratch_bytes = 0;
    bool has_run = false;
    Recorded run{}, commit{};
    std::uint64_t used = 0;
};

class Model {
public:
    Model(const tdsl_module &module, const Device &device);
    ~Model();

    const Device &device() const { return device_; }
    Queue &queue() { return queue_; }

    void write(std::int64_t variable, const void *from);
    void read(std::int64_t variable, void *to);
    void assign(const std::vector<Assignment> &values);  // all or, if that fails, none
    Outcome run(const Call &call, const Batches &batches = {});
    void commit();                        // of the last run, if that has not committed
    void copy_results(const Call &call);  // of the last run, like the following
    void read_argument(int index, void *to);
    void read_result(int index, void *to);
    void read_update(int index, void *to);

private:
    struct Pointers;
    struct Noted;

    Recording &recording_of(const Call &call, const Batches &batches);
    void enqueue_results(const Recording &recording, const Call &call);
    void reserve(const Recording &recording);
    void forget_recordings();
    void upload(const Recording &recording, const Call &call, const Batches &batches);
    void issue(const Recording &recording);
    void gather(const Recording &recording, Launcher &launcher);
    void issue_run(const Recording &recording, Launcher &launcher, const tdsl_recorder *recorder = nullptr);
    void issue_outcome(const Recording &recording);
    void run_noted(const Recording &recording, Notes &notes);
    void issue_commit(const Recording &recording, Launcher &launcher);
    void find_nonfinite_arguments(const Recording &recording, Launcher &launcher);
    void find_nonfinite_results(const Recording &recording, Launcher &launcher);
    void find_nonfinite(Launcher &launcher, const Recording &recording, tdsl_dtype dtype, const void *data,
                        std::int64_t bytes, int number);
    Launcher launcher_of(const Recording &recording);
    template <typename T>
    T *placed(std::int64_t offset) const { return reinterpret_cast<T *>(arrays_.data() + offset); }
    char *value(std::int64_t variable) const {
        return values_.data() + value_offsets_[static_cast<std::size_t>(variable)];
    }
    char *new_value(const Recording &recording, int update) const;

    const tdsl_module &module_;
    const Device &device_;
    Queue queue_;
    DeviceMemory values_, arrays_, workspace_, scratch_;
    PinnedMemory mirror_;  // of the small arrays
    std::vector<std::int64_t> value_offsets_, value_bytes_;
    std::vector<std::unique_ptr<Recording>> recordings_;
    Recording *last_ = nullptr;
    std::uint64_t clock_ = 0;
};

}  // namespace tdsl::cuda

#endif
