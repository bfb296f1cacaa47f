#include "harness/race/race_record.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

namespace tussle::race {
namespace {

// 64-bit FNV-1a (Fowler, Noll, Vo): stable across processes, unlike absl::Hash and
// std::hash. A run has a few hundred distinct races at most, so that a chance collision
// is out of the question.
class fnv1a {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      add_byte(static_cast<unsigned char>(c));
    }
    add_byte(0);  // ends the field: ("ab", "c") differs from ("a", "bc")
  }

  void add(std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte) {
      add_byte(static_cast<unsigned char>(number >> (8 * byte)));
    }
  }

  std::uint64_t value() const { return value_; }

 private:
  void add_byte(unsigned char byte) { value_ = (value_ ^ byte) * 1099511628211U; }

  std::uint64_t value_ = 14695981039346656037U;
};

std::string hexadecimal(std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number >>= 4) {
    *digit = digits[number & 15U];
  }
  return text;
}

// How much of a frame is stable enough to name a race by, the best level that a stack has
// being used.
enum class level { repository, function, module };

bool has_level(const frame& f, level wanted) {
  switch (wanted) {
    case level::repository:
      return is_repository_frame(f);
    case level::function:
      return !f.function.empty();
    case level::module:
      return !f.module.empty();
  }
  return false;
}

void add_frame(fnv1a& hash, const frame& f, level used) {
  hash.add(used == level::module ? f.module : f.function);
  if (used == level::repository) {
    hash.add(f.file);
    hash.add(static_cast<std::uint64_t>(f.line));
  }
}

std::uint64_t stack_hash(const call_stack& stack) {
  fnv1a hash;
  for (const level used : {level::repository, level::function, level::module}) {
    const auto usable = [used](const frame& f) { return has_level(f, used); };
    if (std::none_of(stack.begin(), stack.end(), usable)) {
      continue;
    }
    for (const frame& f : stack) {
      if (usable(f)) {
        add_frame(hash, f, used);
      }
    }
    break;
  }
  return hash.value();
}

// The stacks that tell this race from others: of the accesses; of kinds without any, what
// the runtime gives.
std::vector<std::uint64_t> telling_hashes(const race_record& record) {
  std::vector<std::uint64_t> hashes;
  for (const access& a : record.accesses) {
    hashes.push_back(stack_hash(a.stack));
  }
  if (hashes.empty()) {
    for (const call_stack& stack : record.stacks) {
      hashes.push_back(stack_hash(stack));
    }
  }
  if (hashes.empty()) {  // a thread leak has nothing but the thread
    for (const thread_origin& thread : record.threads) {
      hashes.push_back(stack_hash(thread.stack));
    }
  }
  return hashes;
}

// The place that a person wants to see first: the innermost frame of the repository's own
// code.
std::string place(const call_stack& stack) {
  auto shown = std::find_if(stack.begin(), stack.end(), is_repository_frame);
  if (shown == stack.end()) {
    shown = stack.begin();
  }
  if (shown == stack.end()) {
    return "an unknown place";
  }
  if (shown->file.empty()) {
    return shown->function.empty() ? shown->module : shown->function;
  }
  return shown->function + " (" + shown->file + ":" + std::to_string(shown->line) + ")";
}

std::string describe(const access& a) {
  const std::string name = a.thread_name.empty() ? "" : " '" + a.thread_name + "'";
  return a.operation + " in " + place(a.stack) + " by " + a.thread + name;
}

std::string describe(const location& where) {
  if (where.kind == "unknown") {
    return "";
  }
  const std::string name = where.name.empty() ? "" : " '" + where.name + "'";
  const std::string size =
      where.size == 0 ? "" : " of " + std::to_string(where.size) + " bytes";
  return ", " + where.kind + name + size;
}

}  // namespace

bool is_repository_frame(const frame& f) {
  return !f.file.empty() && !f.file.starts_with('/') && !f.file.starts_with("..");
}

std::string repository_path(std::string_view file, std::string_view root) {
  if (file.empty()) {
    return "";
  }
  const std::filesystem::path path = std::filesystem::path(file).lexically_normal();
  if (root.empty()) {
    return path.string();
  }
  const auto relative =
      path.lexically_relative(std::filesystem::path(root).lexically_normal());
  const bool inside = !relative.empty() && *relative.begin() != "..";
  return inside ? relative.string() : path.string();
}

std::string race_id(const race_record& record) {
  std::vector<std::uint64_t> hashes = telling_hashes(record);
  std::sort(hashes.begin(), hashes.end());  // which access came first is chance
  fnv1a hash;
  hash.add(record.kind);
  for (const std::uint64_t each : hashes) {
    hash.add(each);
  }
  return hexadecimal(hash.value());
}

std::string race_text(const race_record& record) {
  std::string text = record.kind + ": ";
  std::string separator;
  for (const access& a : record.accesses) {
    text += separator + describe(a);
    separator = ", against ";
  }
  if (record.accesses.empty()) {
    const bool has_stack = !record.stacks.empty();
    text += "at " + place(has_stack ? record.stacks.front() : call_stack{});
  }
  return text + describe(record.location);
}

std::vector<race_record> merge_races(std::vector<race_record> records) {
  std::vector<race_record> merged;
  std::unordered_map<std::string, std::size_t> index;
  for (race_record& record : records) {
    const auto [found, is_new] = index.try_emplace(record.id, merged.size());
    if (is_new) {
      merged.push_back(std::move(record));
    } else {
      merged[found->second].count += record.count;
    }
  }
  return merged;
}

void to_json(nlohmann::json& json, const frame& value) {
  json = {{"function", value.function},
          {"file", value.file},
          {"line", value.line},
          {"module", value.module}};
}

void to_json(nlohmann::json& json, const access& value) {
  json = {{"operation", value.operation}, {"size", value.size},
          {"thread", value.thread},       {"thread_name", value.thread_name},
          {"mutexes", value.mutexes},     {"stack", value.stack}};
}

void to_json(nlohmann::json& json, const location& value) {
  json = {{"kind", value.kind},
          {"name", value.name},
          {"size", value.size},
          {"stack", value.stack}};
}

void to_json(nlohmann::json& json, const mutex_origin& value) {
  json = {{"id", value.id}, {"stack", value.stack}};
}

void to_json(nlohmann::json& json, const thread_origin& value) {
  json = {{"id", value.id}, {"name", value.name}, {"stack", value.stack}};
}

void to_json(nlohmann::json& json, const race_record& value) {
  json = {{"id", value.id},
          {"kind", value.kind},
          {"count", value.count},
          {"accesses", value.accesses},
          {"location", value.location},
          {"mutexes", value.mutexes},
          {"threads", value.threads},
          {"stacks", value.stacks},
          {"text", value.text}};
}

}  // namespace tussle::race
