// object_names.h: what people call the objects that threads work on.
//
// The name that the program gave (sim::name), or #1, #2, ... in the order of first use. A
// value that is an address is "&" and the name of what lies there.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

namespace tussle::sim {

class object_names {
 public:
  void clear() {
    names_.clear();
    numbered_ = 0;
  }

  void give(const void* object, std::string name) { names_[object] = std::move(name); }

  void forget(const void* address, std::size_t size) {
    const auto* const begin = static_cast<const std::byte*>(address);
    for (std::size_t i = 0; i < size && !names_.empty(); ++i) names_.erase(begin + i);
  }

  const std::string& of(const void* object) {
    std::string& name = names_[object];
    if (name.empty()) name = "#" + std::to_string(++numbered_);
    return name;
  }

 private:
  std::unordered_map<const void*, std::string> names_;
  int numbered_ = 0;
};

}  // namespace tussle::sim
