// Launches, and the predicates of branches and of loops that may end early.
#include "cuda_launcher.hpp"

#include <algorithm>
#include <cstddef>

namespace tdsl::cuda {
namespace {

constexpr std::int64_t steps_between_looks = 64;

}  // namespace

Shape copy_shape(std::int64_t bytes) { return map_shape({(bytes + 7) / 8}); }

Launcher::Launcher(Multiplier *multiplier) : tdsl_device{}, multiplier_(multiplier) {
    launch = [](tdsl_device *device, std::int32_t kernel, unsigned blocks, unsigned threads, std::int32_t phases,
                std::int64_t scratch_bytes, void **parameters, std::int32_t count) {
        self(device).launch_kernel(kernel, {blocks, threads, phases, scratch_bytes}, parameters, count);
    };
    tdsl_device::launch_products = [](tdsl_device *device, std::int32_t kernel, const Products &products,
                                      void **parameters, std::int32_t count) {
        self(device).launch_products(kernel, products, parameters, count);
    };
    tdsl_device::begin_branch = [](tdsl_device *device, const std::uint8_t *condition) {
        self(device).begin_branch(condition);
    };
    otherwise = [](tdsl_device *device) {
        const char *const sides = self(device).blocks_.back().predicate;
        self(device).guard_ = reinterpret_cast<const std::uint8_t *>(sides) + 1;
    };
    end_branch = [](tdsl_device *device) { self(device).end(); };
    tdsl_device::begin_loop = [](tdsl_device *device, int may_end_early, const std::int64_t *limit,
                                 std::int64_t *done) { self(device).begin_loop(may_end_early, limit, done); };
    tdsl_device::begin_step = [](tdsl_device *device, std::int64_t counter) {
        return static_cast<int>(self(device).begin_step(counter));
    };
    tdsl_device::end_step = [](tdsl_device *device, const std::uint8_t *until, int may_fault) {
        self(device).end_step(until, may_fault);
    };
    keep_state = [](tdsl_device *device, const void *now, void *next, std::int64_t bytes) {
        Launcher &launcher = self(device);
        const Block &loop = launcher.blocks_.back();
        if (!loop.has_predicate || bytes == 0) return;
        const std::uint8_t *const inside = std::exchange(launcher.guard_, loop.guard);
        launcher.support(support_keep, copy_shape(bytes), reinterpret_cast<tdsl_loop_state *>(loop.predicate),
                         static_cast<char *>(next), static_cast<const char *>(now), bytes);
        launcher.guard_ = inside;
    };
    end_loop = [](tdsl_device *device) {
        self(device).limits_.pop_back();
        --self(device).loops_;
        self(device).end();
    };
    copy = [](tdsl_device *device, void *to, const void *from, std::int64_t bytes) {
        if (bytes)
            self(device).support(support_copy, copy_shape(bytes), static_cast<char *>(to),
                                 static_cast<const char *>(from), bytes);
    };
}

Launcher::Launcher(const Device &device, Queue &queue, tdsl_fault *fault, char *predicates, char *scratch,
                   char *workspace)
    : Launcher(device.multiplier.get()) {
    device_ = &device;
    queue_ = &queue;
    predicates_ = predicates;
    workspace_ = workspace;
    launch_.fault = fault;
    launch_.scratch = scratch;
}

void Launcher::copy_all(const std::vector<tdsl_copies::Copy> &copies) {
    for (std::size_t first = 0; first < copies.size(); first += tdsl_copies::most) {
        tdsl_copies together{};
        std::int64_t most = 0;
        for (std::size_t i = first; i < copies.size() && together.count < tdsl_copies::most; ++i) {
            most = std::max(most, copies[i].bytes);
            together.of[together.count++] = copies[i];
        }
        if (most) support(support_copy_all, copy_shape(most), together);
    }
}

// The predicates of one depth are used by one block after the other: launches run in order.
char *Launcher::new_predicate() {
    char *const made = predicates_ + predicate_bytes * predicates_used_++;
    needs_.depth = std::max(needs_.depth, predicates_used_);
    return made;
}

void Launcher::launch_kernel(std::int32_t kernel, Shape shape, void **parameters, std::int32_t count) {
    needs_.launches += shape.phases;
    needs_.scratch_bytes = std::max(needs_.scratch_bytes, shape.scratch_bytes);
    if (!device_ || shape.blocks == 0) return;
    std::vector<void *> all{&launch_};
    all.insert(all.end(), parameters, parameters + count);
    launch_.guard = guard_;
    launch_.phases = shape.phases;
    for (launch_.phase = 0; launch_.phase < shape.phases; ++launch_.phase)
        check(driver().cuLaunchKernel(device_->kernels[static_cast<std::size_t>(kernel)], shape.blocks, 1, 1,
                                      shape.threads, 1, 1, 0, queue_->stream(), all.data(), nullptr),
              "launch a kernel");
}

// cuBLASLt knows no predicates.  Within a branch, or a loop that may end early, it would often compute in vain.  Under
// the guard of all launches, which is mostly true, it fills scratch memory, from where the kernel stores the elements.
void Launcher::launch_products(std::int32_t kernel, const Products &products, void **parameters, std::int32_t count) {
    const auto &[batch, m, n, k, bytes, sums, a, b, c] = products;
    const Shape whole = gemm_shape(batch, m, n, k, bytes, sums);
    if (guard_ != outer_ || !multiplier_->accepts(products)) return launch_kernel(kernel, whole, parameters, count);
    const bool is_direct = !guard_ && Multiplier::can_fill(c, products);
    const Shape rest = is_direct ? Shape{0, 0, 0} : gemm_shape(batch, m, n, k, bytes, sums, true);
    needs_.multiplies = true;
    needs_.launches += std::max(0, 1 + rest.phases - whole.phases);
    needs_.scratch_bytes = std::max(needs_.scratch_bytes, rest.scratch_bytes);
    const ResultMatrix scratch{launch_.scratch, n, batch > 1 ? m * n : 0};
    launch_.multiplied =
        device_ && multiplier_->multiply(products, is_direct ? c : scratch, workspace_, queue_->stream());
    if (!launch_.multiplied || !is_direct)
        launch_kernel(kernel, launch_.multiplied ? rest : whole, parameters, count);
    launch_.multiplied = 0;
}

bool Launcher::runs() {
    std::uint8_t runs = 1;
    if (!guard_) return true;
    queue_->download(&runs, guard_, sizeof runs);
    queue_->synchronise();
    return runs;
}

void Launcher::begin_branch(const std::uint8_t *condition) {
    blocks_.push_back({guard_, new_predicate(), true, false, nullptr, 0});
    auto *const sides = reinterpret_cast<std::uint8_t *>(blocks_.back().predicate);
    support(support_branch, scalar_shape(), condition, sides);
    guard_ = sides;
}

void Launcher::begin_loop(bool may_end_early, const std::int64_t *limit, std::int64_t *done) {
    const bool may_end = may_end_early || limit || done;
    blocks_.push_back({guard_, may_end ? new_predicate() : nullptr, may_end, true, done, 0});
    limits_.push_back(limit);
    ++loops_;
    if (may_end)
        support(support_begin_loop, scalar_shape(), reinterpret_cast<tdsl_loop_state *>(blocks_.back().predicate),
                done);
}

bool Launcher::begin_step(std::int64_t counter) {
    Block &loop = blocks_.back();
    if (loops_ <= TDSL_MOST_STEPS) launch_.steps[loops_ - 1] = counter;
    if (!loop.has_predicate) return true;
    if (may_look && loop.steps && loop.steps % steps_between_looks == 0 && !goes_on(loop)) return false;
    ++loop.steps;
    auto *const state = reinterpret_cast<tdsl_loop_state *>(loop.predicate);
    guard_ = loop.guard;
    support(support_begin_step, scalar_shape(), state, limits_.back(), counter);
    // No member of it is named: there is no state where launches are only counted.
    guard_ = reinterpret_cast<const std::uint8_t *>(loop.predicate + offsetof(tdsl_loop_state, runs));
    return true;
}

void Launcher::end_step(const std::uint8_t *until, bool may_fault) {
    const Block &loop = blocks_.back();
    if (!loop.has_predicate) return;
    const std::uint8_t *const inside = std::exchange(guard_, loop.guard);
    support(support_end_step, scalar_shape(), reinterpret_cast<tdsl_loop_state *>(loop.predicate), until, loop.done,
            static_cast<std::uint8_t>(may_fault));
    guard_ = inside;
}

bool Launcher::goes_on(const Block &loop) {
    tdsl_loop_state state{};
    if (!device_) return true;
    queue_->download(&state, loop.predicate, sizeof state);
    queue_->synchronise();
    return state.goes_on;
}

void Launcher::end() {
    const Block &ended = blocks_.back();
    if (ended.has_predicate) --predicates_used_;
    guard_ = ended.guard;
    if (ended.is_loop && loops_ < TDSL_MOST_STEPS) launch_.steps[loops_] = 0;
    blocks_.pop_back();
}

}  // namespace tdsl::cuda
