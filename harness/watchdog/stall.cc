#include "harness/watchdog/stall.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/watchdog/thread_stacks.h"
#include "harness/watchdog/wait_notes.h"

namespace tussle::watchdog {
namespace {

using json = nlohmann::ordered_json;

std::string place(const race::frame& f) {
  if (f.file.empty()) return f.module;
  return absl::StrCat(f.file, ":", f.line);
}

// What the seam heard last of the thread, or the innermost place that is no library's.
std::string waits_on(const stalled_thread& thread) {
  if (const auto note = last_note_of(thread.known.id)) {
    if (note->point != nullptr) return absl::StrCat("point ", note->point);
    if (note->kind == sync::operation::lock || !thread.known.waits()) {
      return absl::StrCat(word_for(note->kind), " ", name_of(note->address));
    }
  }
  const auto ours =
      std::find_if(thread.stack.begin(), thread.stack.end(), [](const race::frame& each) {
        const bool library = each.module.find(".so") != std::string::npos;
        return race::is_repository_frame(each) || (!library && !each.function.empty());
      });
  if (ours == thread.stack.end()) return "";
  return absl::StrCat(ours->function, " at ", place(*ours));
}

stalled_thread describe_thread(const task& known, const progress& last) {
  stalled_thread found{.known = known};
  const auto steps = last.steps.find(known.id);
  if (steps != last.steps.end()) found.steps = steps->second;
  if (const auto frames = ask_stack(known.id)) {
    found.answered = true;
    found.stack = symbolized(*frames);
  }
  found.waits_on = waits_on(found);
  return found;
}

std::string word_for(stall_kind kind) {
  return kind == stall_kind::blocked ? "blocked" : "spinning";
}

std::string heading(const stalled_thread& thread) {
  std::string text = absl::StrCat("thread ", thread.known.id, " (", thread.known.name,
                                  "): ", thread.known.waits() ? "waits" : "runs");
  if (!thread.waits_on.empty()) {
    absl::StrAppend(&text, thread.known.waits() ? " on " : " at ", thread.waits_on);
  }
  if (thread.steps) absl::StrAppend(&text, ", after ", *thread.steps, " steps");
  return absl::StrCat(text,
                      absl::StrFormat(", %.2f s of CPU time", thread.known.cpu_seconds));
}

json to_json(const stalled_thread& thread) {
  json stack = json::array();
  for (const race::frame& each : thread.stack) {
    stack.push_back({{"function", each.function},
                     {"file", each.file},
                     {"line", each.line},
                     {"module", each.module}});
  }
  return {{"id", thread.known.id},
          {"name", thread.known.name},
          {"state", thread.known.waits() ? "waits" : "runs"},
          {"cpu_s", thread.known.cpu_seconds},
          {"steps", thread.steps ? json(*thread.steps) : json(nullptr)},
          {"waits_on", thread.waits_on.empty() ? json(nullptr) : json(thread.waits_on)},
          {"answered", thread.answered},
          {"stack", std::move(stack)}};
}

}  // namespace

stall describe(stall_kind kind, const progress& last, double seconds, pid_t except) {
  stall found{.kind = kind, .phase = last.phase, .seconds = seconds, .threads = {}};
  for (const task& each : tasks_except(except)) {
    found.threads.push_back(describe_thread(each, last));
  }
  // Workers first: they are what the case is about.
  std::stable_sort(found.threads.begin(), found.threads.end(),
                   [](const stalled_thread& a, const stalled_thread& b) {
                     return a.steps.has_value() > b.steps.has_value();
                   });
  return found;
}

std::string summary(const stall& found) {
  std::string text = absl::StrFormat("stalled: %s for %.0f s while %s",
                                     word_for(found.kind), found.seconds, found.phase);
  const char* separator = ": ";
  for (const stalled_thread& each : found.threads) {
    if (!each.steps || each.waits_on.empty()) continue;
    absl::StrAppend(&text, separator, each.known.name,
                    found.kind == stall_kind::blocked ? " waits on " : " is at ",
                    each.waits_on);
    separator = "; ";
  }
  return text;
}

std::string to_text(const stall& found) {
  std::string text = summary(found) + "\n";
  for (const stalled_thread& each : found.threads) {
    absl::StrAppend(&text, "\n", heading(each), "\n");
    if (!each.answered) text += "    (did not answer: its stack is unknown)\n";
    for (const race::frame& f : each.stack) {
      absl::StrAppend(&text, "    ", f.function.empty() ? "?" : f.function, "  ",
                      place(f), "\n");
    }
  }
  return text;
}

nlohmann::ordered_json to_json(const stall& found) {
  json threads = json::array();
  for (const stalled_thread& each : found.threads) threads.push_back(to_json(each));
  return {{"kind", word_for(found.kind)},
          {"phase", found.phase},
          {"seconds", found.seconds},
          {"threads", std::move(threads)},
          {"text", to_text(found)}};
}

}  // namespace tussle::watchdog
