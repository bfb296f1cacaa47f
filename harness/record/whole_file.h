// whole_file.h: writes a file so that a reader sees all of it or nothing.
#pragma once

#include <string>

namespace tussle::harness {

// Throws: std::system_error naming `path` if a file cannot be written there. Asked before
// work that would be lost.
void require_writable(const std::string& path);

// Writes `text` beside `path` under a temporary name, syncs it, and renames it into
// place; on failure nothing of it is left. A device or pipe is written to as it is.
// Throws: std::system_error naming `path`.
void write_whole_file(const std::string& path, const std::string& text);

}  // namespace tussle::harness
