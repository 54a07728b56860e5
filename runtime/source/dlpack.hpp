// The structures of DLPack 1.0, by which libraries pass arrays to each other.
#ifndef TDSL_SOURCE_DLPACK_HPP
#define TDSL_SOURCE_DLPACK_HPP

#include <cstdint>

namespace tdsl::dlpack {

enum : std::int32_t { cpu = 1, cuda = 2, cuda_managed = 13 };  // kinds of devices
enum : std::uint8_t { is_int, is_uint, is_float, is_handle, is_bfloat, is_complex, is_bool };
constexpr std::uint64_t read_only = 1, copied = 2;

struct Version {
    std::uint32_t major, minor;
};

struct Device {
    std::int32_t kind, number;
};

struct Type {
    std::uint8_t code, bits;
    std::uint16_t lanes;
};

struct Tensor {
    void *data;
    Device device;
    std::int32_t rank;
    Type type;
    std::int64_t *shape, *strides;  // in elements; no strides: C order
    std::uint64_t offset;           // of the first element, in bytes
};

struct Managed {
    static constexpr const char *name = "dltensor", *used_name = "used_dltensor";
    Tensor tensor;
    void *context;
    void (*release)(Managed *);
};

struct Versioned {
    static constexpr const char *name = "dltensor_versioned", *used_name = "used_dltensor_versioned";
    Version version;
    void *context;
    void (*release)(Versioned *);
    std::uint64_t flags;
    Tensor tensor;
};

}  // namespace tdsl::dlpack

#endif
