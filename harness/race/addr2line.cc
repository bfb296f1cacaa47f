#include "harness/race/addr2line.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <utility>

namespace tussle::race {
namespace {

constexpr std::string_view not_known = "??";

// The text up to the next line break, which is taken away too.
std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
  return line;
}

// "a/b.h:12 (discriminator 3)"
void set_place(frame& f, std::string_view place, std::string_view root) {
  const std::size_t colon = place.rfind(':');
  if (colon == std::string_view::npos || place.starts_with(not_known)) return;
  f.file = repository_path(place.substr(0, colon), root);
  std::from_chars(place.data() + colon + 1, place.data() + place.size(), f.line);
}

// One word of a shell's command, whatever stands in it.
std::string quoted(std::string_view word) {
  std::string result = "'";
  for (const char c : word) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result += '\'';
}

std::string output_of(const std::string& command) {
  std::string output;
  // NOLINTNEXTLINE(cert-env33-c): every word of the command is quoted
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  if (pipe == nullptr) return output;
  std::array<char, 4096> block;
  for (std::size_t n = 0; (n = fread(block.data(), 1, block.size(), pipe.get())) > 0;) {
    output.append(block.data(), n);
  }
  return output;
}

}  // namespace

call_stack parse_addr2line(std::string_view printed, std::string_view root) {
  call_stack frames;
  while (!printed.empty()) {
    frame f;
    const std::string_view function = next_line(printed);
    if (function != not_known) f.function = function;
    set_place(f, next_line(printed), root);
    if (!f.file.empty()) frames.push_back(std::move(f));
  }
  return frames;
}

call_stack ask_addr2line(std::string_view module, std::string_view offset,
                         std::string_view root) {
  return parse_addr2line(output_of("addr2line -Cfi -e " + quoted(module) + " " +
                                   quoted(offset) + " 2>/dev/null"),
                         root);
}

std::vector<call_stack> parse_addresses(std::string_view printed, std::string_view root) {
  std::vector<call_stack> all;
  while (!printed.empty()) {
    next_line(printed);  // the address
    // No name of a function begins as a number does.
    const std::size_t next = printed.find("\n0x");
    const std::size_t size = next == std::string_view::npos ? printed.size() : next + 1;
    all.push_back(parse_addr2line(printed.substr(0, size), root));
    printed.remove_prefix(size);
  }
  return all;
}

std::vector<call_stack> ask_addr2line(std::string_view module,
                                      const std::vector<std::string>& offsets,
                                      std::string_view root) {
  std::string command = "addr2line -aCfi -e " + quoted(module);
  for (const std::string& each : offsets) command.append(" ").append(quoted(each));
  std::vector<call_stack> all =
      parse_addresses(output_of(command + " 2>/dev/null"), root);
  all.resize(offsets.size());
  return all;
}

std::string ask_function(std::string_view module, std::string_view offset) {
  const std::string printed = output_of("addr2line -Cf -e " + quoted(module) + " " +
                                        quoted(offset) + " 2>/dev/null");
  std::string_view rest = printed;
  const std::string_view function = next_line(rest);
  return function == not_known ? std::string() : std::string(function);
}

}  // namespace tussle::race
