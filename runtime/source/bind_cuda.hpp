// A model of the binding on a device.
#ifndef TDSL_SOURCE_BIND_CUDA_HPP
#define TDSL_SOURCE_BIND_CUDA_HPP

#include "bind_cuda_frame.hpp"
#include "bind_steps.hpp"

#include <atomic>

namespace tdsl::binding {

// The data of the minibatches of a training or of one of its metrics, on the device as long as the training lasts.
struct StepData {
    PyObject *arguments = nullptr;  // owned; these identify the data
    cuda::DeviceMemory rows, order;
    double seconds = 0;             // of a step
    std::int64_t launches = 0;      // of a step; 0: none has been done yet
};

enum class Newest : std::uint8_t { both, host, device };

struct DeviceModel {
    explicit DeviceModel(const tdsl_module &module, int number)
        : device(cuda::device(module, number)), current(new cuda::Current(device)), model(module, device),
          newest(static_cast<std::size_t>(module.variable_count)) {
        for (auto &value : newest) value = Newest::host;
        current.reset();
    }
    void release_arguments() {
        for (const auto &data : steps) Py_CLEAR(data->arguments);
    }

    const cuda::Device &device;
    std::unique_ptr<cuda::Current> current;  // while the model is made
    cuda::Model model;
    std::vector<std::atomic<Newest>> newest;  // where each variable has its newest value
    std::vector<std::unique_ptr<StepData>> steps;
};

// Of a model, in its turn; without the GIL.  Makes the model on the device and copies what is newer on the host.
DeviceModel &ready_model(CoreObject *core, const EntryPlan &plan);
void note_updates(DeviceModel &model, const tdsl_entry &entry);  // are newest on the device
// Runs a call, in debug mode with notes; the frame has the outcome.
cuda::Outcome run_frame(DeviceModel &model, Frame &frame, const cuda::Batches &batches = {});
void note_outcome(Frame &frame, const cuda::Outcome &outcome);
void note_error(Frame &frame, const cuda::Error &error);

bool run_steps_on_device(StepLoop &loop, PyThreadState *&state);
void forget_steps(CoreObject *core);

}  // namespace tdsl::binding

#endif
