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
    double total = 0;                       // cost of the epoch's rows so far
    double seconds = 0;
    int cost = -1;                          // index of the result that is summed; -1: none
    std::vector<double> totals{};           // of the completed epochs
    std::vector<PyArrayObject *> second{};  // the last good values after a step; with `swapped` the others are
    std::vector<StepBuffers> buffers{};     // two, alternating from the second step on
    bool swapped = false;
    std::int64_t ready = 0;                 // the batch size that the frame is prepared for
    void *workspace = nullptr;
    std::int64_t steps = 0;
    bool sizes_fit = true, out_of_memory = false;
};

// Prepares sizes, results and workspace for batches of this size; false when the loop must stop.
bool prepare_batch_size(StepLoop &loop, std::int64_t count);
void next_batch(StepLoop &loop, std::int64_t count);   // makes the next rows the arguments of the frame
void count_rows(StepLoop &loop, std::int64_t count, double cost);  // after a good step
double cost_of(const StepLoop &loop);                  // of the frame

}  // namespace tdsl::binding

#endif
