// The launches of a routine: counted in a dry run, or enqueued.
#ifndef TDSL_SOURCE_CUDA_LAUNCHER_HPP
#define TDSL_SOURCE_CUDA_LAUNCHER_HPP

#include <vector>

#include "cuda_device.hpp"
#include "tdsl/cuda/launch.hpp"
#include "tdsl/cuda/launch_abi.h"
#include "tdsl/cuda/state.hpp"

namespace tdsl::cuda {

// What a routine needs besides its arguments.
struct Needs {
    std::int64_t launches = 0, scratch_bytes = 0;
    std::int64_t depth = 0;  // of branches and loops within each other
    bool multiplies = false;  // by cuBLASLt
};

constexpr std::int64_t predicate_bytes = sizeof(tdsl_loop_state);  // of each depth
static_assert(predicate_bytes == 8);

// Passed to routines as the device of a call.
class Launcher : public tdsl_device {
public:
    explicit Launcher(Multiplier *multiplier);  // counts
    Launcher(const Device &device, Queue &queue, tdsl_fault *fault, char *predicates, char *scratch, char *workspace);
    Launcher(const Launcher &) = delete;
    Launcher &operator=(const Launcher &) = delete;

    const Needs &needs() const { return needs_; }
    void guard(const std::uint8_t *predicate) { guard_ = outer_ = predicate; }  // of all launches
    bool may_look = false;  // at predicates during the run: not while launches are recorded
    bool runs();            // whether kernels launched now run; looks at a predicate

    // A kernel of support.hpp; its parameters have exactly the types of the kernel.
    template <typename... Parameters>
    void support(SupportKernel kernel, Shape shape, Parameters... parameters) {
        void *pointers[] = {&parameters...};
        launch_kernel(kernel, shape, pointers, sizeof...(parameters));
    }

    void copy_all(const std::vector<tdsl_copies::Copy> &copies);

private:
    struct Block {
        const std::uint8_t *guard;  // around it
        char *predicate;            // of a branch: two bytes; of a loop: tdsl_loop_state
        bool has_predicate, is_loop;
        std::int64_t *done;
        std::int64_t steps;  // begun
    };

    static Launcher &self(tdsl_device *device) { return *static_cast<Launcher *>(device); }
    char *new_predicate();
    void launch_kernel(std::int32_t kernel, Shape shape, void **parameters, std::int32_t count);
    void launch_products(std::int32_t kernel, const Products &products, void **parameters, std::int32_t count);
    void begin_branch(const std::uint8_t *condition);
    void begin_loop(bool may_end_early, const std::int64_t *limit, std::int64_t *done);
    bool begin_step(std::int64_t counter);
    void end_step(const std::uint8_t *until, bool may_fault);
    bool goes_on(const Block &loop);
    void end();

    const Device *device_ = nullptr;  // null: only counts
    Queue *queue_ = nullptr;
    Multiplier *multiplier_;
    char *predicates_ = nullptr, *workspace_ = nullptr;
    tdsl_launch launch_{};
    const std::uint8_t *guard_ = nullptr, *outer_ = nullptr;
    std::vector<Block> blocks_;
    std::vector<const std::int64_t *> limits_;  // of the loops
    std::int64_t loops_ = 0, predicates_used_ = 0;
    Needs needs_;
};

Shape copy_shape(std::int64_t bytes);

}  // namespace tdsl::cuda

#endif
