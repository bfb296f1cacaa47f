#include "harness/schedule/sim/places.h"

#include <link.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "harness/race/addr2line.h"

namespace tussle::sim {
namespace {

// Where the program itself was loaded. It is the first that is visited.
std::uintptr_t base_of_program() {
  std::uintptr_t base = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* module, std::size_t /*size*/, void* found) {
        *static_cast<std::uintptr_t*>(found) = module->dlpi_addr;
        return 1;
      },
      &base);
  return base;
}

// Not the link itself: it would lead addr2line to addr2line.
std::string program_file() {
  std::error_code none;
  return std::filesystem::read_symlink("/proc/self/exe", none).string();
}

std::string hexadecimal(std::uintptr_t value) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return "0x" + std::string(digits.data(), end.ptr);
}

// Of the seam or the simulator: never what an execution is about.
bool is_machinery(std::string_view file) {
  const bool is_test = file.find("_test") != std::string_view::npos;
  return !is_test && (file.starts_with("primitives/sync/") ||
                      file.starts_with("harness/schedule/sim/"));
}

// "tussle::atom<int>::swap<f>(f&&)" → "swap"
std::string short_name(std::string_view function) {
  std::string plain;
  int depth = 0;
  for (const char c : function) {
    const bool opens_scope = plain.empty() || plain.ends_with(':');  // (anonymous ...)
    if (c == '(' && depth == 0 && !opens_scope && !plain.ends_with("operator")) break;
    if (c == '<' || (c == '(' && (depth > 0 || opens_scope))) ++depth;
    if (depth == 0) plain += c;
    if ((c == '>' || c == ')') && depth > 0) --depth;
  }
  const std::size_t space = plain.rfind(' ');
  if (space != std::string::npos) plain.erase(0, space + 1);
  const std::size_t colon = plain.rfind("::");
  return colon == std::string::npos ? plain : plain.substr(colon + 2);
}

}  // namespace

places::places(const std::vector<call_path>& all) {
  for (const call_path& path : all) {
    for (void* const address : path) {
      if (address != nullptr) known_[address];
    }
  }
  const std::uintptr_t base = base_of_program();
  std::vector<std::string> offsets;
  for (const auto& [address, calls] : known_) {
    // A return address is behind its call, and may belong to the next line.
    offsets.push_back(hexadecimal(reinterpret_cast<std::uintptr_t>(address) - base - 1));
  }
  if (offsets.empty()) return;
  auto found = race::ask_addr2line(program_file(), offsets, "");
  auto next = found.begin();
  for (auto& [address, calls] : known_) calls = std::move(*next++);
}

std::string places::of(const call_path& path) const {
  for (void* const address : path) {
    const auto found = known_.find(address);
    if (found == known_.end()) continue;
    for (const race::frame& each : found->second) {
      if (each.line == 0 || is_machinery(each.file) || each.file.starts_with('/'))
        continue;
      return each.file + ":" + std::to_string(each.line) + " in " +
             short_name(each.function);
    }
  }
  return "";
}

}  // namespace tussle::sim
