#include "harness/watchdog/thread_stacks.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <execinfo.h>
#include <link.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>

#include "harness/race/addr2line.h"

namespace tussle::watchdog {
namespace {

constexpr int most_frames = 64;
constexpr int handler_frames = 2;  // the handler, and what the kernel returns to

// One question at a time; `turn` tells a late answer from the one that is waited for.
struct question {
  std::array<void*, most_frames> frames{};
  std::atomic<int> count{0};
  std::atomic<pid_t> asked{0};
  sem_t answered{};
};

question& the_question() {
  static question one;
  return one;
}

int stack_signal() { return SIGRTMIN + 4; }

void answer(int /*signal*/) {
  const int saved_errno = errno;
  question& one = the_question();
  pid_t self = static_cast<pid_t>(syscall(SYS_gettid));
  // Relaxed: the semaphore orders the answer; who was given up does not answer.
  if (one.asked.compare_exchange_strong(self, 0, std::memory_order_relaxed)) {
    one.count.store(backtrace(one.frames.data(), most_frames), std::memory_order_relaxed);
    sem_post(&one.answered);
  }
  errno = saved_errno;
}

bool is_system_library(std::string_view module) {
  return module.starts_with("/lib") || module.starts_with("/usr/lib");
}

std::string hexadecimal(std::uintptr_t number) {
  std::ostringstream text;
  text << "0x" << std::hex << number;
  return text.str();
}

std::string demangled(const char* symbol) {
  if (symbol == nullptr) return "";
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(symbol, nullptr, nullptr, &status), &std::free);
  return text == nullptr ? symbol : text.get();
}

// Where the module has no lines, its symbols still name functions.
race::call_stack ask_about(const std::string& module, const std::string& offset,
                           const std::string& place) {
  race::call_stack known = race::ask_addr2line(module, offset, "");
  if (!known.empty() && known.front().line > 0) return known;
  return {{.function = race::ask_function(module, offset),
           .file = "",
           .line = 0,
           .module = place}};
}

race::call_stack frames_at(void* address) {
  // Back from where the call returns to into the call.
  const auto at = reinterpret_cast<std::uintptr_t>(address) - 1;
  Dl_info info{};
  link_map* module = nullptr;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): it was one
  if (dladdr1(reinterpret_cast<void*>(at), &info, reinterpret_cast<void**>(&module),
              RTLD_DL_LINKMAP) == 0) {
    return {{.function = "", .file = "", .line = 0, .module = hexadecimal(at)}};
  }
  const std::string offset = hexadecimal(at - module->l_addr);
  const std::string_view path = module->l_name;  // empty: the program itself
  if (path.empty()) {
    return ask_about("/proc/" + std::to_string(getpid()) + "/exe", offset,
                     program_invocation_short_name + ("+" + offset));
  }
  const std::string place = std::string(path.substr(path.rfind('/') + 1)) + "+" + offset;
  if (!is_system_library(path)) return ask_about(std::string(path), offset, place);
  return {
      {.function = demangled(info.dli_sname), .file = "", .line = 0, .module = place}};
}

}  // namespace

void prepare_stacks() {
  question& one = the_question();
  sem_init(&one.answered, 0, 0);
  backtrace(one.frames.data(), most_frames);  // loads what it needs: not in a handler
  struct sigaction action {};
  action.sa_handler = answer;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(stack_signal(), &action, nullptr);
}

std::optional<raw_frames> ask_stack(pid_t thread, std::chrono::seconds longest) {
  question& one = the_question();
  one.asked.store(thread, std::memory_order_relaxed);
  if (syscall(SYS_tgkill, getpid(), thread, stack_signal()) != 0) return std::nullopt;
  timespec until{};
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += longest.count();
  int result = 0;
  while ((result = sem_timedwait(&one.answered, &until)) != 0 && errno == EINTR) {
  }
  if (result != 0) {
    // Given up, unless it answers this very moment.
    if (one.asked.exchange(0, std::memory_order_relaxed) != 0) return std::nullopt;
    while (sem_wait(&one.answered) != 0) {
    }
  }
  const int count = one.count.load(std::memory_order_relaxed);
  if (count <= handler_frames) return raw_frames();
  return raw_frames(one.frames.begin() + handler_frames, one.frames.begin() + count);
}

race::call_stack symbolized(const raw_frames& frames) {
  static std::map<void*, race::call_stack> known;  // asking takes tenths of a second
  race::call_stack all;
  for (void* const each : frames) {
    auto found = known.find(each);
    if (found == known.end()) found = known.emplace(each, frames_at(each)).first;
    all.insert(all.end(), found->second.begin(), found->second.end());
  }
  return all;
}

}  // namespace tussle::watchdog
