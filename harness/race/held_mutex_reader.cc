#include "harness/race/held_mutex_reader.h"

namespace tussle::race {

TUSSLE_UNINSTRUMENTED void held_mutex_reader::feed(const char* text) noexcept {
  for (; *text != '\0'; ++text) {
    if (in_escape_) {
      in_escape_ = *text != 'm';
    } else if (*text == '\033') {
      in_escape_ = true;
    } else if (*text == '\n') {
      end_line();
    } else if (length_ < max_line - 1) {
      line_[length_++] = *text;
    }
  }
}

TUSSLE_UNINSTRUMENTED void held_mutex_reader::end_line() noexcept {
  line_[length_] = '\0';
  const bool is_header =
      length_ > 2 && line_[0] == ' ' && line_[1] == ' ' && line_[2] != ' ';
  if (contains("WARNING: ThreadSanitizer")) {
    held_.access_count = 0;
  } else if (is_header && contains(" of size ") && contains(" by ") &&
             !contains("  Location")) {
    read_mutexes(after("(mutexes:"));
  }
  length_ = 0;
}

TUSSLE_UNINSTRUMENTED bool held_mutex_reader::contains(const char* word) const noexcept {
  return after(word) <= length_;
}

// Where the text after the first occurrence of the word begins; beyond the line when
// there is none.
TUSSLE_UNINSTRUMENTED std::uint32_t held_mutex_reader::after(
    const char* word) const noexcept {
  for (std::uint32_t start = 0; start < length_; ++start) {
    std::uint32_t matched = 0;
    while (word[matched] != '\0' && line_[start + matched] == word[matched]) {
      ++matched;  // ends at the line's terminating null at the latest
    }
    if (word[matched] == '\0') {
      return start + matched;
    }
  }
  return max_line;
}

// Reads the numbers of "write M10, read M11". Every access line counts, also without
// mutexes.
TUSSLE_UNINSTRUMENTED void held_mutex_reader::read_mutexes(std::uint32_t from) noexcept {
  const std::uint32_t access = held_.access_count++;
  if (access >= max_accesses) {
    return;
  }
  held_.counts[access] = 0;
  std::uint32_t at = from;
  while (at < length_ && held_.counts[access] < max_mutexes) {
    if (line_[at++] != 'M') {
      continue;
    }
    std::uint64_t id = 0;
    for (; line_[at] >= '0' && line_[at] <= '9'; ++at) {
      id = id * 10 + static_cast<std::uint64_t>(line_[at] - '0');
    }
    held_.ids[access][held_.counts[access]++] = id;
  }
}

}  // namespace tussle::race
