#include "harness/race/race_collector.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "harness/race/report_store.h"
#include "harness/race/runtime_hook.h"
#include "harness/race/symbolizer.h"
#include "harness/race/thread_sanitizer.h"

// The absolute source root, for builds without -ffile-prefix-map.
#ifndef TUSSLE_SOURCE_ROOT
#define TUSSLE_SOURCE_ROOT ""
#endif

namespace tussle::race {
namespace {

constexpr int main_thread = 0;

std::string thread_id(int id) { return std::string("T").append(std::to_string(id)); }

std::string mutex_id(std::uint64_t id) {
  return std::string("M").append(std::to_string(id));
}

std::string thread_name(const raw_report& raw, int id) {
  for (std::uint32_t i = 0; i < raw.thread_count; ++i) {
    if (raw.threads[i].id == id && raw.threads[i].name[0] != '\0') {
      return raw.threads[i].name;
    }
  }
  return id == main_thread ? "main" : "";
}

std::string operation(const raw_access& raw) {
  return std::string(raw.atomic ? "atomic " : "") + (raw.write ? "write" : "read");
}

// Empty also when the printed text did not fit the report.
std::vector<std::string> mutexes_at(const raw_report& raw, std::uint32_t access) {
  std::vector<std::string> ids;
  if (raw.held.access_count != raw.access_count) {
    return ids;
  }
  for (std::uint32_t i = 0; i < raw.held.counts[access]; ++i) {
    ids.push_back(mutex_id(raw.held.ids[access][i]));
  }
  return ids;
}

access to_access(const raw_report& raw, std::uint32_t index, symbolizer& symbols) {
  const raw_access& from = raw.accesses[index];
  access to;
  to.operation = operation(from);
  to.size = from.size;
  to.thread = thread_id(from.thread);
  to.thread_name = thread_name(raw, from.thread);
  to.mutexes = mutexes_at(raw, index);
  to.stack = symbols.stack(from.stack);
  return to;
}

location to_location(const raw_report& raw, symbolizer& symbols) {
  location to;
  if (raw.location.type == nullptr) {
    return to;
  }
  to.kind = raw.location.type;
  to.size = raw.location.size;
  to.stack = symbols.stack(raw.location.stack);
  if (to.kind == "global") {
    symbolizer::variable variable = symbolizer::global(raw.location.address);
    to.name = std::move(variable.name);
    to.size = variable.size;
  } else if (to.kind == "stack" || to.kind == "tls") {
    to.name = thread_id(raw.location.thread);
  } else if (to.kind == "fd") {
    to.name = std::to_string(raw.location.descriptor);
  }
  return to;
}

race_record to_record(const raw_report& raw, symbolizer& symbols) {
  race_record record;
  record.kind = raw.kind;
  record.count = raw.count;
  for (std::uint32_t i = 0; i < raw.access_count; ++i) {
    record.accesses.push_back(to_access(raw, i, symbols));
  }
  record.location = to_location(raw, symbols);
  for (std::uint32_t i = 0; i < raw.mutex_count; ++i) {
    record.mutexes.push_back(
        {mutex_id(raw.mutexes[i].id), symbols.stack(raw.mutexes[i].stack)});
  }
  for (std::uint32_t i = 0; i < raw.thread_count; ++i) {
    const int id = raw.threads[i].id;
    record.threads.push_back(
        {thread_id(id), thread_name(raw, id), symbols.stack(raw.threads[i].stack)});
  }
  for (std::uint32_t i = 0; i < raw.stack_count; ++i) {
    record.stacks.push_back(symbols.stack(raw.stacks[i]));
  }
  record.id = race_id(record);
  record.text = race_text(record);
  return record;
}

}  // namespace

bool sanitizer_active() noexcept { return runtime_reports() != nullptr; }

std::vector<race_record> take_races() {
  std::vector<race_record> records;
  report_store* const reports = runtime_reports();
  if (reports == nullptr) {
    return records;
  }
  symbolizer symbols{TUSSLE_SOURCE_ROOT};
  const auto raw = std::make_unique<raw_report>();  // some 20 KiB: too much for a stack
  // Bounded: threads that go on racing would refill the store for ever.
  for (std::uint32_t i = 0; i < report_store::capacity && reports->pop(*raw); ++i) {
    records.push_back(to_record(*raw, symbols));
  }
  std::reverse(records.begin(), records.end());  // the newest was popped first
  return merge_races(std::move(records));
}

std::uint64_t take_dropped_reports() noexcept {
  report_store* const reports = runtime_reports();
  return reports == nullptr ? 0 : reports->take_dropped();
}

}  // namespace tussle::race
