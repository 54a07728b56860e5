// The loop over minibatches behind `Model.fit`, on the CPU (bind_steps.cpp) or a device (bind_cuda_steps.cpp).
#ifndef TDSL_SOURCE_BIND_STEPS_HPP
#define TDSL_SOURCE_BIND_STEPS_HPP

#include "bind.hpp"

namespace tdsl::binding {

struct BatchedArgument {
    int argument;
    const char *data;
    std::int64_t row_bytes;
    std::int64_t offset;  // of its staging area
    npy_intp shape[most_dimensions];
};

// A scalar argument with a value of its own for each step.
struct Series {
    int argument;
    const char *values;  // from the first step on
    std::int64_t bytes;  // of one
};

// The arrays that a step reads and writes.
struct StepBuffers {
    std::vector<const void *> variables;
    std::vector<void *> updates;
};

struct StepLoop {
    const EntryPlan &plan;
    CoreObject *core;
    Frame &frame;
    PyObject *arguments;                    // the same object in all loops of a training
    std::vector<BatchedArgument> batched{}; // on the host
    std::vector<BatchedArgument> batched_on_device{};
    std::vector<std::int64_t> order{};      // of the rows; empty: as they are
    std::int64_t staging_bytes = 0;         // for the rows of a batch in that order
    std::int64_t epochs = 0;                // that remain
    std::int64_t row = 0;                   // the next row of the current epoch
    std::int64_t batch_size = 0, rows = 1;
    double seconds = 0;
    std::int64_t most_steps = 0;
    std::vector<Series> series{};
    std::vector<int> sums{};                // indices of the results that are summed, weighted by rows
    std::vector<double> total{};            // of each, of the epoch's rows so far
    std::vector<double> totals{};           // of each in each of the completed epochs
    std::int64_t done = 0;                  // steps
    std::vector<PyArrayObject *> second{};  // the last good values after a step; with `swapped` the others are
    std::vector<StepBuffers> buffers{};     // two, alternating from the second step on
    bool swapped = false;
    std::int64_t ready = -1;                // the batch size that the frame is prepared for
    std::int64_t rank = 0, ranks = 1;       // of the processes that share the rows of each batch
    void *workspace = nullptr;
    std::int64_t steps = 0;
    bool sizes_fit = true, out_of_memory = false;
};

// Prepares sizes, results and workspace for batches of this size; false when the loop must stop.
bool prepare_batch_size(StepLoop &loop, std::int64_t count);
// Makes the next rows the arguments of the frame, behind those of other processes.
void next_batch(StepLoop &loop, std::int64_t count, std::int64_t others = 0);
void next_values(StepLoop &loop);                      // of series, as arguments of the frame
void read_sums(const StepLoop &loop, double *to);      // the results that are summed, from the frame
void count_rows(StepLoop &loop, std::int64_t count, const double *values);  // after a good step, with those results

}  // namespace tdsl::binding

#endif
