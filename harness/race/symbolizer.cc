#include "harness/race/symbolizer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "harness/race/addr2line.h"
#include "harness/race/thread_sanitizer.h"

#if TUSSLE_THREAD_SANITIZER
#include <sanitizer/common_interface_defs.h>

// Of tsan_debugging.cpp; no public header declares it.
// NOLINTNEXTLINE(bugprone-reserved-identifier, readability-identifier-naming)
extern "C" int __tsan_locate_address(void* address, char* name, std::uintptr_t name_size,
                                     void** region_address, std::uintptr_t* region_size);
#endif

namespace tussle::race {
namespace {

constexpr std::string_view unknown = "<null>";  // how the runtime prints a missing string

std::string known_or_empty(std::string_view text) {
  return text == unknown ? std::string() : std::string(text);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

int to_int(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// "/usr/lib/libx.so" and "0x12" → "libx.so+0x12": neither depends on where the module
// lies.
std::string module_place(std::string_view module, std::string_view offset) {
  if (module.empty() || module == unknown) {
    return "";
  }
  return std::string(module.substr(module.rfind('/') + 1)) + "+" + std::string(offset);
}

// Debug information of the system's libraries has paths relative to where they were built
// ("../sysdeps/..."), which would pass for files of the repository.
bool is_system_library(std::string_view module) {
  return module.starts_with("/lib") || module.starts_with("/usr/lib");
}

std::optional<frame> parse_frame(std::string_view text, std::string_view root) {
  const std::vector<std::string_view> parts = split(text, '\x1f');
  if (parts.size() != 5) {
    return std::nullopt;
  }
  frame f;
  f.function = known_or_empty(parts[0]);
  f.file = repository_path(known_or_empty(parts[1]), root);
  f.line = to_int(parts[2]);
  if (is_repository_frame(f) && is_system_library(parts[3])) {
    f.file.clear();
    f.line = 0;
  }
  f.module = f.file.empty() ? module_place(parts[3], parts[4]) : "";
  return f;
}

#if TUSSLE_THREAD_SANITIZER
// Large enough for some twenty inlined calls with template names; what exceeds it is cut
// at a frame.
constexpr std::size_t rendered_size = std::size_t{64} * 1024;

bool lacks_line(const call_stack& frames) {
  return std::any_of(frames.begin(), frames.end(),
                     [](const frame& f) { return f.file.empty(); });
}

// What addr2line says of the module and offset in the first rendered frame. Nothing of the
// system's libraries: they have no debug information.
call_stack ask_elsewhere(std::string_view rendered, std::string_view root) {
  const std::vector<std::string_view> parts =
      split(rendered.substr(0, rendered.find('\0')), '\x1f');
  if (parts.size() != 5 || is_system_library(parts[3])) return {};
  return ask_addr2line(parts[3], parts[4], root);
}

call_stack ask_frames(void* pc, std::string_view root) {
  std::vector<char> rendered(rendered_size);
  // The runtime steps from the return address back to the call by itself.
  __sanitizer_symbolize_pc(pc, frame_format, rendered.data(), rendered.size());
  const std::string_view text(rendered.data(), rendered.size());
  call_stack frames = parse_frames(text, root);
  if (!lacks_line(frames)) return frames;
  call_stack better = ask_elsewhere(text, root);
  return better.empty() ? frames : better;
}

symbolizer::variable ask_global(void* address) {
  std::array<char, 1024> name = {};
  void* start = nullptr;
  std::uintptr_t size = 0;
  __tsan_locate_address(address, name.data(), name.size(), &start, &size);
  return {known_or_empty(name.data()), size};
}
#else
call_stack ask_frames(void* /*pc*/, std::string_view /*root*/) { return {}; }

symbolizer::variable ask_global(void* /*address*/) { return {}; }
#endif

}  // namespace

call_stack parse_frames(std::string_view rendered, std::string_view root) {
  call_stack frames;
  while (!rendered.empty() && rendered.front() != '\0') {
    const std::string_view text = rendered.substr(0, rendered.find('\0'));
    if (std::optional<frame> f = parse_frame(text, root)) {
      frames.push_back(std::move(*f));
    }
    rendered.remove_prefix(std::min(text.size() + 1, rendered.size()));
  }
  return frames;
}

symbolizer::symbolizer(std::string root) : root_(std::move(root)) {}

// An address stands in the trace once per call inlined there, and all of them come out at
// once. So n repeats of k inlined calls are n / k levels of a recursion.
call_stack symbolizer::stack(const raw_stack& raw) {
  call_stack result;
  for (std::uint32_t i = 0; i < raw.size; ++i) {
    const call_stack& inlined = frames(raw.levels[i].pc);
    const std::size_t levels =
        raw.levels[i].repeats / std::max<std::size_t>(inlined.size(), 1);
    for (std::size_t level = 0; level < std::max<std::size_t>(levels, 1); ++level) {
      result.insert(result.end(), inlined.begin(), inlined.end());
    }
  }
  return result;
}

symbolizer::variable symbolizer::global(void* address) { return ask_global(address); }

const call_stack& symbolizer::frames(void* pc) {
  const auto found = known_.find(pc);
  return found != known_.end() ? found->second
                               : known_.emplace(pc, ask_frames(pc, root_)).first->second;
}

}  // namespace tussle::race
