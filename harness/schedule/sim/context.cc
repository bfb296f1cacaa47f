#include "harness/schedule/sim/context.h"

#include <cxxabi.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace tussle::sim {

#if defined(TUSSLE_SIM_UCONTEXT)

namespace {

// makecontext passes ints only.
void enter(unsigned high_entry, unsigned low_entry, unsigned high_argument,
           unsigned low_argument) {
  const auto join = [](unsigned high, unsigned low) {
    return static_cast<std::uintptr_t>((std::uint64_t{high} << 32) | low);
  };
  reinterpret_cast<void (*)(void*)>(join(high_entry, low_entry))(
      reinterpret_cast<void*>(join(high_argument, low_argument)));
}

}  // namespace

void context::prepare(std::byte* stack, std::size_t size, void (*entry)(void*),
                      void* argument) {
  getcontext(&saved_);
  saved_.uc_stack.ss_sp = stack;
  saved_.uc_stack.ss_size = size;
  saved_.uc_link = nullptr;
  const auto split = [](std::uint64_t word) {
    return std::array{static_cast<unsigned>(word >> 32), static_cast<unsigned>(word)};
  };
  const auto e = split(reinterpret_cast<std::uintptr_t>(entry));
  const auto a = split(reinterpret_cast<std::uintptr_t>(argument));
  makecontext(&saved_, reinterpret_cast<void (*)()>(&enter), 4, e[0], e[1], a[0], a[1]);
}

void context::switch_from(context& from) noexcept { swapcontext(&from.saved_, &saved_); }

#else

// void tussle_sim_switch(void** from, void* to): pushes what a call preserves (System V
// ABI), exchanges stacks, pops. A new stack begins with a frame that "returns" into
// tussle_sim_enter, with the entry in r12 and its argument in r13.
asm(R"(
.text
.globl tussle_sim_switch
.type tussle_sim_switch,@function
tussle_sim_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size tussle_sim_switch,.-tussle_sim_switch

.globl tussle_sim_enter
.type tussle_sim_enter,@function
tussle_sim_enter:
  .cfi_startproc
  .cfi_undefined rip
  movq %r13, %rdi
  call *%r12
  ud2
  .cfi_endproc
.size tussle_sim_enter,.-tussle_sim_enter
)");

extern "C" void tussle_sim_switch(void** from, void* to) noexcept;
extern "C" void tussle_sim_enter();

void context::prepare(std::byte* stack, std::size_t size, void (*entry)(void*),
                      void* argument) {
  // In the order of the pops, then the return address. What follows begins at a multiple of
  // 16, as the ABI wants it before a call.
  const std::array<void*, 9> frame = {nullptr,                         // r15
                                      nullptr,                         // r14
                                      argument,                        // r13
                                      reinterpret_cast<void*>(entry),  // r12
                                      nullptr,                         // rbx
                                      nullptr,                         // rbp
                                      reinterpret_cast<void*>(&tussle_sim_enter),
                                      nullptr,
                                      nullptr};
  std::byte* const top = stack + size - sizeof frame;
  std::memcpy(top, frame.data(), sizeof frame);
  stack_pointer_ = top;
}

void context::switch_from(context& from) noexcept {
  tussle_sim_switch(&from.stack_pointer_, stack_pointer_);
}

#endif

exception_state exchange_exceptions(exception_state next) noexcept {
  // The layout is fixed by the Itanium C++ ABI, section 2.2.2.
  auto* const present = reinterpret_cast<exception_state*>(abi::__cxa_get_globals());
  const exception_state previous = *present;
  *present = next;
  return previous;
}

}  // namespace tussle::sim
