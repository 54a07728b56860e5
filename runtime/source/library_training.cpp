// The trainings of a C library: epochs of minibatches.
#include "library_model.hpp"

#include "rows.hpp"

#include <algorithm>

namespace tdsl::library {
namespace {

struct CutArgument {
    int argument;
    const char *data;
    std::int64_t row_bytes;
};

// The arguments whose first size is the dim of the rows.
std::vector<CutArgument> cut_arguments(const CallState &call, int dim, std::int64_t rows) {
    const tdsl_entry &entry = *call.routine.entry;
    std::vector<CutArgument> found;
    for (int i = 0; i < entry.argument_count; ++i) {
        const tdsl_argument &argument = entry.arguments[i];
        if (argument.rank == 0 || argument.shape[0].size >= 0 || argument.shape[0].dim != dim) continue;
        const std::int64_t elements = rows ? call.counts[i] / rows : 0;
        found.push_back({i, static_cast<const char *>(call.arguments[i]),
                         elements * static_cast<std::int64_t>(item_size(argument.dtype))});
    }
    return found;
}

class Training {
public:
    Training(Model &model, const tdsl_training &table, const void *const *arguments, const std::int64_t *dims)
        : model_(model),
          routine_(model.program.entries[static_cast<std::size_t>(table.entry)]),
          table_(table),
          arguments_(arguments, arguments + routine_.entry->argument_count + 1),
          dims_(dims, dims + model.program.module->dim_count + 1),
          rows_(dims[table.rows]) {
        batch_ = table.batch ? std::min(table.batch, rows_) : rows_;
        std::int64_t &rows_of_call = dims_[static_cast<std::size_t>(table.rows)];
        if (batch_ > 0 && (rows_of_call = rows_ % batch_)) const ReadCall last(routine_, arguments, dims_.data());
        rows_of_call = batch_;
        const ReadCall each(routine_, arguments, dims_.data());
        cut_ = cut_arguments(each.state(), table.rows, batch_);
        results_.resize(static_cast<std::size_t>(routine_.returned) + 1);
        int returned = 0;
        for (int i = 0; i < table.cost; ++i) returned += routine_.entry->results[i].role == TDSL_RETURN;
        results_[static_cast<std::size_t>(returned)] = &cost_;
    }

    std::int64_t rows() const { return rows_; }

    // The mean of the costs of all rows.
    double run_epoch(std::int64_t seed, std::int64_t epoch) {
        std::vector<std::int64_t> order;
        if (table_.shuffle && rows_ > batch_) order = row_order(seed, epoch, rows_);
        double total = 0;
        for (std::int64_t row = 0; row < rows_; row += batch_) {
            const std::int64_t count = std::min(batch_, rows_ - row);
            take_rows(order.empty() ? nullptr : order.data() + row, row, count);
            dims_[static_cast<std::size_t>(table_.rows)] = count;
            ReadCall(routine_, arguments_.data(), dims_.data()).run(&model_, results_.data(), own_);
            const bool is_f32 = routine_.entry->results[table_.cost].dtype == TDSL_F32;
            total += (is_f32 ? double{cost_.f32} : cost_.f64) * static_cast<double>(count);
        }
        return total / static_cast<double>(rows_);
    }

private:
    // Makes `count` rows the arguments of the next call: those from `row` on, or those of the order side by side.
    void take_rows(const std::int64_t *order, std::int64_t row, std::int64_t count) {
        std::int64_t bytes = 0;
        const auto lines = [&](const CutArgument &cut) { return (cut.row_bytes * batch_ + 63) / 64 * 64; };
        for (const CutArgument &cut : cut_) bytes += lines(cut);
        char *place = order && bytes ? static_cast<char *>(staging_.reserve(static_cast<std::size_t>(bytes))) : nullptr;
        for (const CutArgument &cut : cut_) {
            const void *&argument = arguments_[static_cast<std::size_t>(cut.argument)];
            argument = cut.data + row * cut.row_bytes;
            if (!place) continue;
            gather_rows(cut.data, cut.row_bytes, order, count, place);
            argument = place;
            place += lines(cut);
        }
    }

    Model &model_;
    const RoutinePlan &routine_;
    const tdsl_training &table_;
    std::vector<const void *> arguments_;
    std::vector<std::int64_t> dims_;
    const std::int64_t rows_;
    std::int64_t batch_ = 1;
    std::vector<CutArgument> cut_;
    std::vector<void *> results_;
    Scalar cost_{};
    Buffer staging_, own_;
};

}  // namespace

int train(Model *model, int number, const void *const *arguments, const std::int64_t *dims, std::int64_t epochs,
          std::int64_t seed, double *costs) noexcept {
    return guarded([&] {
        const tdsl_training &table = the_program().module->trainings[number];
        const std::string start = std::string(the_program().module->name) + "." + table.name + ": ";
        Model &own = checked(model, table.name);
        const std::int64_t wanted = table.epochs < 0 ? epochs : table.epochs;
        if (wanted < 0) fail(bad_argument, start + "epochs is " + std::to_string(wanted) + ", less than 0");
        Training training(own, table, arguments, dims);
        if (training.rows() == 0 && wanted) fail(bad_argument, start + "there are no rows to fit");
        for (std::int64_t epoch = 0; epoch < wanted; ++epoch) {
            const double cost = training.run_epoch(seed, epoch);
            if (costs) costs[epoch] = cost;
        }
    });
}

}  // namespace tdsl::library
