// The mean of numbers over all processes that train together.
#include "tdsl/all_reduce.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace tdsl {
namespace {

constexpr tdsl_dtype exchanged_dtype(const float *) { return TDSL_F32; }
constexpr tdsl_dtype exchanged_dtype(const double *) { return TDSL_F64; }

}  // namespace

template <typename T>
void all_reduce(tdsl_call *call, int64_t count, int64_t rows, T *mean, const T *own) {
    const T weight = static_cast<T>(rows);
    mean[count] = weight;
    if (!call->exchange) {
        for (int64_t i = 0; i < count; ++i) mean[i] = own[i];
        return;
    }
    for (int64_t i = 0; i < count; ++i) mean[i] = rows ? own[i] * weight : T{0};
    if (call->fault.site) mean[count] = std::numeric_limits<T>::quiet_NaN();
    if (call->exchange->add_up(call->exchange->context, exchanged_dtype(mean), mean, count + 1))
        throw std::runtime_error("the exchange with other processes has failed");
    if (call->fault.site) return;
    const T all = mean[count];
    if (!(all > 0)) throw std::runtime_error(std::isnan(all) ? "another process has failed" : "no process has rows");
    for (int64_t i = 0; i < count; ++i) mean[i] /= all;
}

#define TDSL_DEFINE_ALL_REDUCE(T) \
    template void all_reduce<T>(tdsl_call *, int64_t, int64_t, T *, const T *);
#ifdef TDSL_TYPE  // for this type only
TDSL_DEFINE_ALL_REDUCE(TDSL_TYPE)
#else
TDSL_DEFINE_ALL_REDUCE(float)
TDSL_DEFINE_ALL_REDUCE(double)
#endif

}  // namespace tdsl
