// context.h: several flows of control on one OS thread, each with its own stack.
//
// On x86-64 a few instructions: registers that a call preserves, and the stack pointer.
// Elsewhere ucontext, which also saves the signal mask by a system call.
#pragma once

#include <cstddef>

#if !defined(__x86_64__) || !defined(__ELF__)
#define TUSSLE_SIM_UCONTEXT 1
#endif
#if defined(TUSSLE_SIM_UCONTEXT)
#include <ucontext.h>
#endif

namespace tussle::sim {

class context {
 public:
  // Whatever runs when another context is switched to.
  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;

  // Makes this the beginning of entry(argument) on the given stack. The entry must not
  // return. What ran here before is given up, without unwinding.
  void prepare(std::byte* stack, std::size_t size, void (*entry)(void*), void* argument);

  // Leaves the present flow, into `from`, and goes on with this one.
  void switch_from(context& from) noexcept;

 private:
#if defined(TUSSLE_SIM_UCONTEXT)
  ucontext_t saved_;
#else
  void* stack_pointer_ = nullptr;
#endif
};

// What the C++ runtime keeps for each thread, and a fiber must have of its own: exceptions
// that are being handled or thrown.
struct exception_state {
  void* caught = nullptr;
  unsigned int uncaught = 0;
};

// Makes `next` the calling thread's and returns what was.
exception_state exchange_exceptions(exception_state next) noexcept;

}  // namespace tussle::sim
