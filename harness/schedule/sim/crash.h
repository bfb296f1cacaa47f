// crash.h: turns signals that a program causes into findings of its execution.
#pragma once

#include <array>
#include <csignal>

namespace tussle::sim {

// While it lives, SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT in a fiber end the execution
// that is under way as crashed, instead of the process.
class catch_signals {
 public:
  catch_signals();
  ~catch_signals();
  catch_signals(const catch_signals&) = delete;
  catch_signals& operator=(const catch_signals&) = delete;

 private:
  static constexpr std::array caught = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

  // What an overflowing stack leaves no room for.
  static constexpr std::size_t stack_size = std::size_t{64} * 1024;

  std::array<struct sigaction, caught.size()> outer_{};
  stack_t outer_stack_{};
};

}  // namespace tussle::sim
