#include "harness/record/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace tussle::harness {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), path);
}

// A device or a pipe: nothing that a rename may replace.
bool is_special(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode);
}

std::string temporary_beside(const std::string& path) {
  return path + ".part" + std::to_string(::getpid());
}

int open_for_writing(const std::string& path, const std::string& named) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail(named);
  return file;
}

void write_all(int file, const std::string& text, const std::string& path) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(file, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(path);
    done += static_cast<std::size_t>(n);
  }
}

}  // namespace

void require_writable(const std::string& path) {
  if (is_special(path)) {
    ::close(open_for_writing(path, path));
    return;
  }
  const std::string temporary = temporary_beside(path);
  ::close(open_for_writing(temporary, path));
  ::unlink(temporary.c_str());
}

void write_whole_file(const std::string& path, const std::string& text) {
  const bool special = is_special(path);
  const std::string written = special ? path : temporary_beside(path);
  const int file = open_for_writing(written, path);
  try {
    write_all(file, text, path);
    if (!special && ::fsync(file) != 0) fail(path);
    if (!special && ::rename(written.c_str(), path.c_str()) != 0) fail(path);
  } catch (...) {
    ::close(file);
    if (!special) ::unlink(written.c_str());
    throw;
  }
  ::close(file);
}

}  // namespace tussle::harness
