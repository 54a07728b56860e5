// The zip archives of checkpoints: written whole or not at all, and read with care.
#ifndef TDSL_SOURCE_LIBRARY_ARCHIVE_HPP
#define TDSL_SOURCE_LIBRARY_ARCHIVE_HPP

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

inline std::uint32_t checksum(const void *data, std::size_t size, std::uint32_t before = 0) {
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
[[noreturn]] inline void fail_for_file(const Program &program, const char *function, const char *path,
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
        file_ = -1;
        temporary_.clear();
        fail_for_file(program_, "Model.save", path_, " " + std::string(std::strerror(number)));
    }

    const Program &program_;
    const char *path_;
    std::string place_, temporary_;
    int file_ = -1;
    std::uint64_t written_ = 0;
};

template <typename... Numbers>
inline std::string little_endian(Numbers... numbers) {
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

}  // namespace tdsl::library

#endif
