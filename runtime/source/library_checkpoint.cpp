// Checkpoints of a C library: the .npz files of runtime/python/checkpoint.py, an array of the .npy format for each
// value.
#include "inflate.hpp"
#include "library_model.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tdsl::library {
namespace {

constexpr std::uint64_t most_header = 1 << 16;  // bytes before the elements of an array
constexpr const char *schema_member = "__schema__.json";
constexpr const char *descriptions[] = {"|b1", "|u1", "<i4", "<i8", "<f4", "<f8"};  // of dtypes in the .npy format

std::uint32_t checksum(const void *data, std::size_t size, std::uint32_t before = 0) {
    static const std::vector<std::uint32_t> table = [] {
        std::vector<std::uint32_t> made(256);
        for (std::uint32_t byte = 0; byte < 256; ++byte) {
            made[byte] = byte;
            for (int bit = 0; bit < 8; ++bit) made[byte] = made[byte] >> 1 ^ (made[byte] & 1 ? 0xedb88320U : 0U);
        }
        return made;
    }();
    std::uint32_t sum = ~before;
    const auto *bytes = static_cast<const std::uint8_t *>(data);
    for (std::size_t i = 0; i < size; ++i) sum = sum >> 8 ^ table[(sum ^ bytes[i]) & 0xff];
    return ~sum;
}

// `why` begins with a space, or with a new line if it is a list.
[[noreturn]] void fail_for_file(const Program &program, const char *function, const char *path,
                                const std::string &why) {
    fail(bad_file, std::string(program.module->name) + "." + function + ": " + path + ":" + why);
}

// A file that replaces another one when it is complete.  A link stays one, and the file behind it keeps its mode.
class NewFile {
public:
    NewFile(const Program &program, const char *path) : program_(program), path_(path), place_(path) {
        if (char *const real = realpath(path, nullptr)) {
            place_ = real;
            std::free(real);
        }
        struct stat before;
        const bool exists = stat(place_.c_str(), &before) == 0;
        if (exists && !S_ISREG(before.st_mode)) fail_for_file(program_, "Model.save", path, " is no regular file");
        if (exists && access(place_.c_str(), W_OK)) refuse();
        const std::size_t slash = place_.rfind('/');
        const std::string folder = slash == std::string::npos ? "" : place_.substr(0, slash + 1);
        for (int number = 0; file_ < 0; ++number) {
            temporary_ = folder + ".tdsl-" + std::to_string(getpid()) + "-" + std::to_string(number) + ".tmp";
            file_ =
                open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, exists ? 0600 : 0666);
            if (file_ < 0 && (errno != EEXIST || number > 1000)) {
                temporary_.clear();
                refuse();
            }
        }
        if (exists && fchmod(file_, before.st_mode & 07777)) refuse();
    }
    ~NewFile() {
        if (file_ >= 0) close(file_);
        if (!temporary_.empty()) unlink(temporary_.c_str());
    }
    NewFile(const NewFile &) = delete;
    NewFile &operator=(const NewFile &) = delete;

    void write(const void *data, std::size_t size) {
        const char *next = static_cast<const char *>(data);
        while (size) {
            const ssize_t done = ::write(file_, next, size < (1U << 30) ? size : 1U << 30);
            if (done < 0 && errno == EINTR) continue;
            if (done <= 0) refuse();
            next += done;
            size -= static_cast<std::size_t>(done);
            written_ += static_cast<std::uint64_t>(done);
        }
    }
    void write(const std::string &text) { write(text.data(), text.size()); }
    std::uint64_t written() const { return written_; }

    void replace() {
        if (fsync(file_) || rename(temporary_.c_str(), place_.c_str())) refuse();
        temporary_.clear();
    }

private:
    [[noreturn]] void refuse() {
        const int number = errno;
        if (file_ >= 0) close(file_);
        if (!temporary_.empty()) unlink(temporary_.c_str());
        fail_for_file(program_, "Model.save", path_, " " + std::string(std::strerror(number)));
    }

    const Program &program_;
    const char *path_;
    std::string place_, temporary_;
    int file_ = -1;
    std::uint64_t written_ = 0;
};

template <typename... Numbers>
std::string little_endian(Numbers... numbers) {
    std::string bytes;
    const auto add = [&](auto number) {
        for (std::size_t i = 0; i < sizeof number; ++i)
            bytes += static_cast<char>(std::uint64_t{number} >> 8 * i & 0xff);
    };
    (add(numbers), ...);
    return bytes;
}

// The archive that is written: stored members, all with sizes of 64 bits.
class Archive {
public:
    explicit Archive(NewFile &file) : file_(file) {}

    void add(const std::string &name, const std::string &head, const void *data, std::size_t size) {
        const std::uint32_t sum = checksum(data, size, checksum(head.data(), head.size()));
        const std::uint64_t length = head.size() + size, offset = file_.written();
        const std::string common = fields(sum) + little_endian(std::uint16_t(name.size()));
        file_.write("PK\3\4" + common + little_endian(std::uint16_t{20}) + name +
                    little_endian(std::uint16_t{1}, std::uint16_t{16}, length, length));
        file_.write(head);
        file_.write(data, size);
        directory_ += "PK\1\2" + little_endian(version) + common +
                      little_endian(std::uint16_t{28}, std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{0},
                                    std::uint32_t{0}, UINT32_MAX) +
                      name + little_endian(std::uint16_t{1}, std::uint16_t{24}, length, length, offset);
        ++count_;
    }

    void finish() {
        const std::uint64_t start = file_.written(), size = directory_.size(), end = start + size;
        file_.write(directory_);
        file_.write("PK\6\6" + little_endian(std::uint64_t{44}, version, version, std::uint32_t{0}, std::uint32_t{0},
                                             count_, count_, size, start));
        file_.write("PK\6\7" + little_endian(std::uint32_t{0}, end, std::uint32_t{1}));
        file_.write("PK\5\6" + little_endian(std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{UINT16_MAX},
                                             std::uint16_t{UINT16_MAX}, UINT32_MAX, UINT32_MAX, std::uint16_t{0}));
    }

private:
    static constexpr std::uint16_t version = 45;

    // Names in UTF-8, stored, of 1 January 1980.
    static std::string fields(std::uint32_t sum) {
        return little_endian(version, std::uint16_t{0x800}, std::uint16_t{0}, std::uint16_t{0}, std::uint16_t{0x21},
                             sum, UINT32_MAX, UINT32_MAX);
    }

    NewFile &file_;
    std::string directory_;
    std::uint64_t count_ = 0;
};

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

struct Member {
    std::string name;
    std::uint16_t method;
    std::uint32_t sum;
    std::uint64_t packed, size, offset;
};

// The archive that is read.  Every position and length in it is checked before it is used.
class StoredFile {
public:
    StoredFile(const Program &program, const char *path) : program_(program), path_(path) {
        struct stat status;
        if (stat(path, &status)) refuse(" " + std::string(std::strerror(errno)));
        if (!S_ISREG(status.st_mode)) refuse(" is no regular file");
        file_ = open(path, O_RDONLY | O_CLOEXEC);
        if (file_ < 0) refuse(" " + std::string(std::strerror(errno)));
        size_ = static_cast<std::uint64_t>(status.st_size);
    }
    ~StoredFile() {
        if (file_ >= 0) close(file_);
    }
    StoredFile(const StoredFile &) = delete;
    StoredFile &operator=(const StoredFile &) = delete;

    [[noreturn]] void refuse(const std::string &why) const { fail_for_file(program_, "Model.load", path_, why); }
    [[noreturn]] void refuse_damage(const std::string &why) const {
        refuse(" not a readable checkpoint (" + why + ")");
    }

    std::vector<Member> members() const {
        const std::uint64_t tail = size_ < 66000 ? size_ : 66000;
        const std::string end = bytes(size_ - tail, tail);
        const std::size_t at = end.rfind("PK\5\6");
        if (at == std::string::npos || end.size() - at < 22) refuse_damage("the file is no zip archive");
        std::uint64_t count = number(end, at + 10, 2), length = number(end, at + 12, 4),
                      start = number(end, at + 16, 4);
        if ((count == UINT16_MAX || length == UINT32_MAX || start == UINT32_MAX) && at >= 20 &&
            end.compare(at - 20, 4, "PK\6\7") == 0) {
            const std::string wide = bytes(number(end, at - 12, 8), 56);
            count = number(wide, 32, 8);
            length = number(wide, 40, 8);
            start = number(wide, 48, 8);
        }
        if (length > (1U << 28)) refuse_damage("its directory is too long");
        const std::string directory = bytes(start, length);
        std::vector<Member> found;
        for (std::size_t place = 0; found.size() < count;) {
            if (directory.size() - place < 46 || directory.compare(place, 4, "PK\1\2"))
                refuse_damage("its directory is damaged");
            const std::uint64_t name = number(directory, place + 28, 2), extra = number(directory, place + 30, 2);
            const std::uint64_t whole = 46 + name + extra + number(directory, place + 32, 2);
            if (directory.size() - place < whole) refuse_damage("its directory is damaged");
            Member member{directory.substr(place + 46, name),
                          static_cast<std::uint16_t>(number(directory, place + 10, 2)),
                          static_cast<std::uint32_t>(number(directory, place + 16, 4)),
                          number(directory, place + 20, 4),
                          number(directory, place + 24, 4),
                          number(directory, place + 42, 4)};
            widen(member, directory.substr(place + 46 + name, extra));
            found.push_back(member);
            place += whole;
        }
        return found;
    }

    // The content of a member of at most `most` bytes.
    std::vector<char> content(const Member &member, std::uint64_t most) const {
        const std::string head = bytes(member.offset, 30);
        if (head.compare(0, 4, "PK\3\4")) refuse_damage("'" + member.name + "' is not where the directory says");
        if (member.size > most || member.packed > size_) refuse_damage("'" + member.name + "' is too long");
        const std::uint64_t start = member.offset + 30 + number(head, 26, 2) + number(head, 28, 2);
        const std::string packed = bytes(start, member.packed);
        std::vector<char> found;
        bool good = member.method == 0 && member.packed == member.size;
        if (good) found.assign(packed.begin(), packed.end());
        if (member.method == 8)
            good =
                Inflate(reinterpret_cast<const std::uint8_t *>(packed.data()), packed.size()).run(found, member.size);
        if (!good || checksum(found.data(), found.size()) != member.sum)
            refuse_damage("'" + member.name + "' is damaged");
        return found;
    }

private:
    static std::uint64_t number(const std::string &bytes, std::size_t at, std::size_t size) {
        std::uint64_t found = 0;
        for (std::size_t i = size; i-- > 0;) found = found << 8 | static_cast<std::uint8_t>(bytes[at + i]);
        return found;
    }

    std::string bytes(std::uint64_t start, std::uint64_t count) const {
        if (start > size_ || count > size_ - start) refuse_damage("the file is cut off");
        std::string found(count, 0);
        for (std::uint64_t done = 0; done < count;) {
            const ssize_t got = pread(file_, &found[done], count - done, static_cast<off_t>(start + done));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) refuse(" " + std::string(std::strerror(errno)));
            if (got == 0) refuse_damage("the file is cut off");
            done += static_cast<std::uint64_t>(got);
        }
        return found;
    }

    // Takes the numbers of 64 bits that stand for saturated ones of 32.
    void widen(Member &member, const std::string &extra) const {
        for (std::size_t at = 0; at + 4 <= extra.size();) {
            const std::size_t size = number(extra, at + 2, 2);
            if (number(extra, at, 2) == 1) {
                std::size_t next = at + 4;
                for (std::uint64_t *const wide : {&member.size, &member.packed, &member.offset}) {
                    if (*wide != UINT32_MAX || next + 8 > extra.size() || next + 8 > at + 4 + size) continue;
                    *wide = number(extra, next, 8);
                    next += 8;
                }
            }
            at += 4 + size;
        }
    }

    const Program &program_;
    const char *path_;
    int file_ = -1;
    std::uint64_t size_ = 0;
};

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
