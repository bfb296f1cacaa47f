#include "harness/schedule/sim/crash.h"

#include <cstddef>

#include "harness/schedule/sim/execution.h"

namespace tussle::sim {
namespace {

const char* name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV";
    case SIGBUS:
      return "SIGBUS";
    case SIGFPE:
      return "SIGFPE";
    case SIGILL:
      return "SIGILL";
    default:
      return "SIGABRT";
  }
}

// Leaves the handler by going on outside the execution: the fiber is given up as it is.
void on_signal(int signal, siginfo_t* info, void* /*registers*/) {
  if (execution* const running = execution::under_way()) {
    running->crashed(name_of(signal), info->si_addr);
  }
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

}  // namespace

catch_signals::catch_signals() {
  alignas(std::max_align_t) static std::array<std::byte, stack_size> memory;
  const stack_t own{.ss_sp = memory.data(), .ss_flags = 0, .ss_size = memory.size()};
  sigaltstack(&own, &outer_stack_);
  struct sigaction action {};
  action.sa_sigaction = &on_signal;
  // Not blocked: the handler is never returned from.
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  for (std::size_t i = 0; i < caught.size(); ++i) {
    sigaction(caught[i], &action, &outer_[i]);
  }
}

catch_signals::~catch_signals() {
  for (std::size_t i = 0; i < caught.size(); ++i) {
    sigaction(caught[i], &outer_[i], nullptr);
  }
  sigaltstack(&outer_stack_, nullptr);
}

}  // namespace tussle::sim
