// Checkpoints of a C library: the .npz files of runtime/python/checkpoint.py, an array of the .npy format for each
// value.
#include "library_archive.hpp"

#include <cstdlib>
#include <cstring>

namespace tdsl::library {
namespace {

constexpr std::uint64_t most_header = 1 << 16;  // bytes before the elements of an array
constexpr const char *schema_member = "__schema__.json";
constexpr const char *descriptions[] = {"|b1", "|u1", "<i4", "<i8", "<f4", "<f8"};  // of dtypes in the .npy format

std::string shape_text(const tdsl_variable &variable, const char *end_of_one) {
    std::string text;
    for (int axis = 0; axis < variable.rank; ++axis) text += (axis ? ", " : "") + std::to_string(variable.shape[axis]);
    return text + (variable.rank == 1 ? end_of_one : "");
}

std::string array_header(const tdsl_variable &variable) {
    std::string text = std::string("{'descr': '") + descriptions[variable.dtype] +
                       "', 'fortran_order': False, 'shape': (" + shape_text(variable, ",") + "), }";
    text.resize((10 + text.size() + 1 + 63) / 64 * 64 - 11, ' ');  // elements begin at a multiple of 64
    text += '\n';
    return std::string("\x93NUMPY\1\0", 8) + little_endian(std::uint16_t(text.size())) + text;
}

std::string source_hash(const tdsl_module &module) {
    constexpr const char *key = "\"source_hash\": \"";
    const char *const found = std::strstr(module.build, key);
    if (!found) return "";
    const char *const start = found + std::strlen(key);
    return std::string(start, std::strcspn(start, "\""));
}

std::string schema(const tdsl_module &module) {
    std::string text = "{\"format\": \"tdsl checkpoint\", \"version\": 1, \"module\": \"" + std::string(module.name) +
                       "\", \"source_hash\": \"" + source_hash(module) + "\", \"variables\": [";
    for (int i = 0; i < module.variable_count; ++i) {
        const tdsl_variable &variable = module.variables[i];
        text += std::string(i ? ", " : "") + "{\"name\": \"" + variable.name + "\", \"dtype\": \"" +
                type_text(variable.dtype, 0, nullptr) + "\", \"shape\": [" + shape_text(variable, "") + "]}";
    }
    return text + "]}";
}

struct Header {
    std::string dtype;
    std::vector<std::int64_t> shape;
    std::size_t size;  // in bytes, before the elements
};

// Reads "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"; false if it is another text.
bool read_header(const std::vector<char> &content, Header &header) {
    if (content.size() < 12 || std::memcmp(content.data(), "\x93NUMPY", 6)) return false;
    const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<std::uint8_t>(content[at])); };
    const bool is_short = byte(6) == 1;
    const std::size_t start = is_short ? 10 : 12;
    const std::size_t length = byte(8) | byte(9) << 8 | (is_short ? 0 : byte(10) << 16 | byte(11) << 24);
    if (length > most_header || content.size() - start < length) return false;
    const std::string text(content.data() + start, length);
    header.size = start + length;
    const std::size_t dtype = text.find("'descr': '"), order = text.find("'fortran_order': ");
    const std::size_t shape = text.find("'shape': (");
    if (dtype == std::string::npos || order == std::string::npos || shape == std::string::npos) return false;
    header.dtype = text.substr(dtype + 10, text.find('\'', dtype + 10) - dtype - 10);
    const char *next = text.c_str() + shape + 10;
    while (*next != ')') {
        char *end = nullptr;
        const long long size = std::strtoll(next, &end, 10);
        if (end == next || size < 0 || header.shape.size() == most_axes) return false;
        header.shape.push_back(size);
        next = end + std::strspn(end, ", ");
    }
    return text.compare(order + 17, 5, "False") == 0 || header.shape.size() < 2;
}

std::string found_type(const Header &header) {
    for (int dtype = 0; dtype <= TDSL_F64; ++dtype)
        if (header.dtype == descriptions[dtype])
            return type_text(static_cast<tdsl_dtype>(dtype), static_cast<int>(header.shape.size()),
                             header.shape.data());
    return "of dtype " + header.dtype;
}

std::string listed(const std::vector<std::string> &names, const char *one, const char *many) {
    constexpr std::size_t most = 12;
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < most; ++i) text += (i ? ", " : "") + quoted(names[i].c_str());
    if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
    return text + (names.size() == 1 ? one : many);
}

void read_values(const Program &program, const StoredFile &file, Values &to) {
    const tdsl_module &module = *program.module;
    std::vector<std::string> lines, missing, unexpected;
    const std::vector<Member> members = file.members();
    std::vector<const Member *> of_variable(static_cast<std::size_t>(module.variable_count));
    for (const Member &member : members) {
        const std::string end = ".npy";
        if (member.name.size() < end.size() || member.name.compare(member.name.size() - 4, 4, end)) continue;
        const std::string name = member.name.substr(0, member.name.size() - 4);
        int index = 0;
        while (index < module.variable_count && name != module.variables[index].name) ++index;
        if (index < module.variable_count) of_variable[static_cast<std::size_t>(index)] = &member;
        else unexpected.push_back(name);
    }
    for (int i = 0; i < module.variable_count; ++i) {
        const tdsl_variable &variable = module.variables[i];
        const Member *const member = of_variable[static_cast<std::size_t>(i)];
        if (!member) {
            missing.push_back(variable.name);
            continue;
        }
        const std::string expected = type_text(variable.dtype, variable.rank, variable.shape);
        Header header;
        if (member->size > value_bytes(program, i) + most_header) {
            lines.push_back(quoted(variable.name) + " is larger than " + expected);
            continue;
        }
        const std::vector<char> content = file.content(*member, value_bytes(program, i) + most_header);
        if (!read_header(content, header)) file.refuse_damage("'" + member->name + "' is no array in C order");
        if (found_type(header) != expected) {
            lines.push_back(quoted(variable.name) + " is " + found_type(header) + ", expected " + expected);
            continue;
        }
        if (content.size() - header.size != value_bytes(program, i))
            file.refuse_damage("'" + member->name + "' has not the bytes its shape needs");
        std::memcpy(to[i], content.data() + header.size, value_bytes(program, i));
    }
    if (!missing.empty()) lines.push_back(listed(missing, " is missing", " are missing"));
    if (!unexpected.empty()) lines.push_back(listed(unexpected, " is unknown", " are unknown"));
    if (lines.empty()) return;
    std::string text = lines.size() == 1 ? " " + lines[0] : "";
    for (const std::string &one : lines)
        if (lines.size() > 1) text += "\n  " + one;
    file.refuse(text);
}

}  // namespace

int save(Model *model, const char *path) noexcept {
    return guarded([&] {
        Model &own = checked(model, "Model.save");
        if (!path) fail(bad_argument, std::string(own.program.module->name) + ".Model.save: the path is NULL");
        Values values(own.program);
        {
            const Turn turn(own);
            values.copy_from(own.current);
        }
        NewFile file(own.program, path);
        Archive archive(file);
        archive.add(schema_member, schema(*own.program.module), nullptr, 0);
        for (int i = 0; i < own.program.module->variable_count; ++i) {
            const tdsl_variable &variable = own.program.module->variables[i];
            archive.add(std::string(variable.name) + ".npy", array_header(variable), values[i],
                        value_bytes(own.program, i));
        }
        archive.finish();
        file.replace();
    });
}

int load(Model *model, const char *path) noexcept {
    return guarded([&] {
        Model &own = checked(model, "Model.load");
        if (!path) fail(bad_argument, std::string(own.program.module->name) + ".Model.load: the path is NULL");
        const StoredFile file(own.program, path);
        Values values(own.program);
        read_values(own.program, file, values);
        for (int i = 0; i < own.program.module->variable_count; ++i) check_value(own.program, i, values[i]);
        const Turn turn(own);
        own.current.copy_from(values);
    });
}

}  // namespace tdsl::library
