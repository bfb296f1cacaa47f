// symbolizer.h: which functions, files and lines do return addresses belong to?

#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "harness/race/race_record.h"
#include "harness/race/report_store.h"

namespace tussle::race {

// How symbolizer asks the runtime to render one frame: function, file, line, module,
// offset.
inline constexpr const char* frame_format = "%f\x1f%s\x1f%l\x1f%m\x1f%o";

// Parses what the runtime renders for one address: frames in frame_format, innermost
// first, each ended by a null, a further null after the last. Files are made relative to
// `root`. A frame of another form is left out.
call_stack parse_frames(std::string_view rendered, std::string_view root);

// Asks the runtime of a ThreadSanitizer build; in others everything is unknown. Remembers
// what it asked. Not thread-safe. Blocks while the runtime reads debug information, with
// clang's runtime from a process of llvm-symbolizer. Never to be used inside the report
// hook.
class symbolizer {
 public:
  // `root`: the absolute source root that files are made relative to, or empty.
  explicit symbolizer(std::string root);

  call_stack stack(const raw_stack& raw);

  struct variable {
    std::string name;  // empty when unknown
    std::uint64_t size = 0;
  };

  // Describes the global variable at the address.
  static variable global(void* address);

 private:
  const call_stack& frames(void* pc);

  std::string root_;
  std::unordered_map<void*, call_stack> known_;
};

}  // namespace tussle::race
