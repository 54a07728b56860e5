// The kernels of programs.py in C++, by hand, over the call structure of the table.
#include "tdsl/abi.h"

#include <cmath>
#include <cstdint>
#include <cstring>

namespace {

const float *f32(const tdsl_call *call, int i) { return static_cast<const float *>(call->arguments[i]); }
const double *f64(const tdsl_call *call, int i) { return static_cast<const double *>(call->arguments[i]); }
std::int64_t i64(const tdsl_call *call, int i) { return *static_cast<const std::int64_t *>(call->arguments[i]); }
const float *held(const tdsl_call *call, int i) { return static_cast<const float *>(call->variables[i]); }
template <typename T>
T *result(const tdsl_call *call, int i) { return static_cast<T *>(call->results[i]); }
template <typename T>
T *update(const tdsl_call *call, int i) { return static_cast<T *>(call->updates[i]); }

void count_to(const tdsl_call *call, int i) {
    *update<std::int64_t>(call, i) = *static_cast<const std::int64_t *>(call->variables[2]) + 1;
}

void predict_to(const tdsl_call *call, float *y) {
    const float *x = f32(call, 0), *weights = held(call, 0), *bias = held(call, 1);
    for (std::int64_t i = 0; i < call->dims[0]; ++i)
        for (int j = 0; j < 3; ++j) y[i * 3 + j] = x[i * 2] * weights[j] + x[i * 2 + 1] * weights[3 + j] + bias[j];
}

float cost_of(const tdsl_call *call, float *error) {
    predict_to(call, error);
    const std::int64_t count = call->dims[0] * 3;
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        error[i] -= f32(call, 1)[i];
        sum += double(error[i]) * error[i];
    }
    return float(sum / double(count));
}

[[maybe_unused]] void affine_initialise(tdsl_call *call) {
    for (int i = 0; i < 6; ++i) {
        update<float>(call, 0)[i] = float(i) * 0.1F + float(i64(call, 0));
        update<float>(call, 3)[i] = 0;
    }
    std::memset(call->updates[1], 0, 12);
    *update<std::int64_t>(call, 2) = 0;
}

[[maybe_unused]] void affine_predict(tdsl_call *call) { predict_to(call, result<float>(call, 0)); }

[[maybe_unused]] void affine_train(tdsl_call *call) {
    float *error = static_cast<float *>(call->workspace);
    *result<float>(call, 0) = cost_of(call, error);
    const float scale = 2.0F / float(call->dims[0] * 3) * *f32(call, 2);
    for (int j = 0; j < 3; ++j) {
        float bias = 0, gradient[2] = {0, 0};
        for (std::int64_t i = 0; i < call->dims[0]; ++i) {
            bias += error[i * 3 + j];
            for (int r = 0; r < 2; ++r) gradient[r] += f32(call, 0)[i * 2 + r] * error[i * 3 + j];
        }
        update<float>(call, 1)[j] = held(call, 1)[j] - scale * bias;
        for (int r = 0; r < 2; ++r) {
            const float velocity = 0.5F * held(call, 3)[r * 3 + j] - scale * gradient[r];
            update<float>(call, 3)[r * 3 + j] = velocity;
        }
    }
}

[[maybe_unused]] void affine_train_update(tdsl_call *call) {
    for (int i = 0; i < 6; ++i) update<float>(call, 0)[i] = held(call, 0)[i] + update<float>(call, 3)[i];
    count_to(call, 2);
}

[[maybe_unused]] void affine_both(tdsl_call *call) {
    *result<float>(call, 0) = cost_of(call, result<float>(call, 1));
    predict_to(call, result<float>(call, 1));
}

[[maybe_unused]] void affine_count(tdsl_call *) {}

[[maybe_unused]] void affine_count_update(tdsl_call *call) { count_to(call, 0); }

[[maybe_unused]] void affine_guarded(tdsl_call *call) {
    const float s = *f32(call, 0);
    *result<float>(call, 0) = s;
    std::memcpy(call->results[1], held(call, 1), 12);
    *result<bool>(call, 2) = s > 0;
    *result<float>(call, 3) = 2 * s;
}

[[maybe_unused]] void affine_guarded_update(tdsl_call *call) { count_to(call, 0); }

[[maybe_unused]] void affine_pick(tdsl_call *call) {
    const std::int64_t i = i64(call, 0);
    const bool good = i >= -3 && i < 3;
    if (!good) call->fault = {1, i, 3, {}};
    *result<float>(call, 0) = good ? held(call, 1)[i < 0 ? i + 3 : i] : 0;
    count_to(call, 0);
}

[[maybe_unused]] void affine_divide(tdsl_call *call) {
    const std::int64_t n = i64(call, 0), d = i64(call, 1);
    if (d == 0) call->fault = {2, n, 0, {}};
    *result<std::int64_t>(call, 0) = d == 0 ? 0 : (n - ((n % d + d) % d)) / d;
    count_to(call, 0);
}

[[maybe_unused]] void affine_trim(tdsl_call *call) {
    for (std::int64_t i = 0; i < call->dims[0] - 2; ++i) result<float>(call, 0)[i] = f32(call, 0)[i + 2] + f32(call, 1)[i];
}

[[maybe_unused]] void affine_square_loss(tdsl_call *call) {
    float sum = 0;
    for (std::int64_t i = 0; i < call->dims[0] * call->dims[0]; ++i) sum += f32(call, 0)[i];
    *result<float>(call, 0) = sum;
}

[[maybe_unused]] void affine_huge(tdsl_call *call) { count_to(call, 0); }

[[maybe_unused]] void plain_square(tdsl_call *call) { *result<double>(call, 0) = *f64(call, 0) * *f64(call, 0); }

[[maybe_unused]] void plain_add(tdsl_call *call) {
    for (std::int64_t i = 0; i < call->dims[1]; ++i) result<double>(call, 0)[i] = f64(call, 0)[i] + f64(call, 1)[i];
}

[[maybe_unused]] void plain_kinds(tdsl_call *call) {
    for (std::int64_t i = 0; i < call->dims[1]; ++i)
        result<std::int32_t>(call, 0)[i] = 2 * static_cast<const std::int32_t *>(call->arguments[0])[i];
    *result<std::uint8_t>(call, 1) = *static_cast<const std::uint8_t *>(call->arguments[1]);
    *result<bool>(call, 2) = !*static_cast<const bool *>(call->arguments[2]);
}

[[maybe_unused]] void plain_singles(tdsl_call *call) {
    if (call->dims[1]) std::memcpy(call->results[0], call->arguments[0], std::size_t(call->dims[1]) * 4);
}

[[maybe_unused]] void strict_initialise(tdsl_call *call) {
    for (int i = 0; i < 3; ++i) update<float>(call, 0)[i] = 3.14159265F;
}

[[maybe_unused]] void strict_logs(tdsl_call *call) {
    for (std::int64_t i = 0; i < call->dims[1]; ++i) result<float>(call, 0)[i] = std::log(f32(call, 0)[i]);
}

[[maybe_unused]] void strict_grow(tdsl_call *call) {
    for (int i = 0; i < 3; ++i) update<float>(call, 0)[i] = held(call, 0)[i] * *f32(call, 0);
}

[[maybe_unused]] void strict_sum(tdsl_call *call) {
    float sum = 0;
    for (std::int64_t i = 0; i < call->dims[0]; ++i) sum += f32(call, 0)[i];
    *result<float>(call, 0) = sum;
}

}  // namespace
