// recording.cc: accesses to memory, their checks, and what is shown of an execution.
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

#include "harness/schedule/sim/execution.h"

namespace tussle::sim {
namespace {

const char* name_of(sync::access kind) {
  switch (kind) {
    case sync::access::load:
      return "load";
    case sync::access::store:
      return "store";
    case sync::access::exchange:
      return "exchange";
    case sync::access::add:
      return "add";
    case sync::access::subtract:
      return "subtract";
    case sync::access::bit_and:
      return "and";
    case sync::access::bit_or:
      return "or";
    case sync::access::bit_xor:
      return "xor";
    case sync::access::compare_exchange_strong:
      return "compare exchange";
    case sync::access::compare_exchange_weak:
      break;
  }
  return "compare exchange weak";
}

const char* name_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return "relaxed";
    case std::memory_order_consume:
      return "consume";
    case std::memory_order_acquire:
      return "acquire";
    case std::memory_order_release:
      return "release";
    case std::memory_order_acq_rel:
      return "acq_rel";
    case std::memory_order_seq_cst:
      break;
  }
  return "seq_cst";
}

bool compares(sync::access kind) {
  return kind == sync::access::compare_exchange_strong ||
         kind == sync::access::compare_exchange_weak;
}

}  // namespace

// Signed where that is shorter. An address is named as the object there: it differs from
// process to process.
std::string execution::text_of(std::uint64_t word, std::uint8_t size) {
  constexpr std::uint64_t lowest_address = std::uint64_t{1} << 40;
  constexpr std::uint64_t highest_address = std::uint64_t{1} << 47;
  if (size == 8 && word >= lowest_address && word < highest_address) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it was one
    return "&" + names_.of(reinterpret_cast<const void*>(word));
  }
  const int unused = 64 - 8 * size;
  const auto value = static_cast<std::int64_t>(word << unused) >> unused;
  if (value > -1'000'000 && value < 1'000'000) return std::to_string(value);
  constexpr const char* digits = "0123456789abcdef";
  std::string hex;
  for (; word != 0; word >>= 4) hex.insert(hex.begin(), digits[word & 15]);
  return "0x" + hex;
}

// Frame pointers lead from call to call; the stack's bounds end what is none.
void execution::note_path(fiber& thread) const noexcept {
  if (!shown_) return;
  thread.path = {};
  struct frame {
    const frame* outer;
    void* return_address;
  };
  const auto* at = static_cast<const frame*>(__builtin_frame_address(0));
  const auto is_on_stack = [&](const frame* f) {
    const auto* const place = reinterpret_cast<const std::byte*>(f);
    return place >= thread.memory.begin() && place + sizeof(frame) <= thread.memory.end();
  };
  for (void*& address : thread.path) {
    if (!is_on_stack(at) || at->return_address == nullptr) return;
    address = at->return_address;
    if (at->outer <= at) return;
    at = at->outer;
  }
}

void execution::record(const char* operation, const void* object,
                       std::string detail) noexcept {
  ++step_;
  if (!shown_) return;
  outcome_.steps.push_back({step_, current_->number, operation,
                            object == nullptr ? std::string() : names_.of(object),
                            std::move(detail), current_->path});
}

void execution::record_access(const memory_access& next,
                              const memory_result& result) noexcept {
  if (!shown_) return record("", nullptr, {});
  std::uint64_t present = 0;
  std::memcpy(&present, next.address, next.size);
  std::string detail = text_of(result.value, next.size);
  if (next.kind == sync::access::store) {
    detail = text_of(next.operand, next.size);
  } else if (compares(next.kind) && !result.exchanged) {
    detail += " is not " + text_of(next.expected, next.size);
  } else if (next.kind != sync::access::load) {
    detail += " -> " + text_of(present, next.size);
  }
  const bool failed = compares(next.kind) && !result.exchanged;
  detail += std::string(" ") + name_of(failed ? next.failure_order : next.order);
  record(name_of(next.kind), next.address, std::move(detail));
}

void execution::check_alive(const void* address, std::size_t size) noexcept {
  if (!heap_.contains(address)) return;
  heap_block* const block = heap_.find(address);
  const auto* const at = static_cast<const std::byte*>(address);
  if (block != nullptr && !block->is_free() && at + size <= block->begin + block->size) {
    touch_life(*block, false);
    return;
  }
  note_path(*current_);
  std::vector<note> notes = {
      {"thread " + std::to_string(current_->number) + " uses it", current_->path}};
  if (block != nullptr && block->is_free()) {
    notes.push_back({"freed by thread " + std::to_string(block->freed_by) + " in step " +
                     std::to_string(block->freed_at)});
    notes.push_back({"allocated by thread " + std::to_string(block->made_by) +
                     " in step " + std::to_string(block->made_at)});
  }
  fail(finding_kind::use_after_free,
       "memory of a tracked block is used after it was freed", std::move(notes));
}

memory_result execution::perform(const memory_access& next) noexcept {
  point(next.address, next.kind != sync::access::load);
  check_alive(next.address, next.size);
  memory_access performed = next;
  std::uint64_t present = 0;
  if (next.kind == sync::access::compare_exchange_weak) {
    std::memcpy(&present, next.address, next.size);
    if (present == next.expected &&
        fails(decision::spurious_failure, spurious_failures_left_)) {
      performed.kind = sync::access::load;
      performed.order = next.failure_order;
    }
  }
  const memory_result result = memory_->perform(current_->number, performed, *this);
  if (next.kind != sync::access::load) current_->yielded = false;
  record_access(next, result);
  return result;
}

// A block lives from a write to a write of a variable in the gap before it; whoever uses the
// block reads it.
void execution::touch_life(const heap_block& block, bool writes) noexcept {
  const auto race =
      memory_->touch(current_->number, block.begin - 1, 1, writes, step_ + 1);
  if (!race) return;
  note_path(*current_);
  fail(finding_kind::data_race,
       writes ? "nothing orders a use of a tracked block before its end"
              : "nothing orders a use of a tracked block after its beginning",
       {{"thread " + std::to_string(race->thread) + " in step " +
             std::to_string(race->step),
         {}},
        {"thread " + std::to_string(current_->number) + " now", current_->path}});
}

void execution::touch(const void* address, std::size_t size, bool writes) noexcept {
  check_alive(address, size);
  note_path(*current_);
  record(writes ? "write plain" : "read plain", address, "");
  const auto race = memory_->touch(current_->number, address, size, writes, step_);
  if (!race) return;
  const std::string object = names_.of(address);
  const auto describe = [](int thread, bool is_write, std::uint64_t step) {
    return "thread " + std::to_string(thread) + (is_write ? " writes" : " reads") +
           " it in step " + std::to_string(step);
  };
  call_path earlier = {};
  for (const step& each : outcome_.steps) {
    if (each.number == race->step) earlier = each.path;
  }
  fail(finding_kind::data_race, "nothing orders two accesses to " + object,
       {{describe(race->thread, race->writes, race->step), earlier},
        {describe(current_->number, writes, step_), current_->path}});
}

void* execution::allocate(std::size_t size, std::size_t alignment) {
  if (fails(decision::failed_allocation, failed_allocations_left_)) {
    note_path(*current_);
    record("allocate", nullptr, "fails");
    throw std::bad_alloc();
  }
  void* const made = heap_.allocate(size, alignment, current_->number, step_ + 1);
  note_path(*current_);
  record("allocate", made, std::to_string(size) + " bytes");
  touch_life(*heap_.find(made), true);
  return made;
}

bool execution::deallocate(void* memory) noexcept {
  if (!heap_.contains(memory)) return false;
  heap_block* const block = heap_.find(memory);
  note_path(*current_);
  record("free", memory, "");
  if (block != nullptr && block->begin == memory && !block->is_free()) {
    touch_life(*block, true);
    const auto held =
        std::find_if(mutexes_.begin(), mutexes_.end(), [&](const auto& each) {
          const auto* const at = static_cast<const std::byte*>(each.first);
          return at >= block->begin && at < block->begin + block->size;
        });
    if (held != mutexes_.end()) {
      fail_here(finding_kind::misuse, "a mutex is freed that thread " +
                                          std::to_string(held->second.owner) + " holds");
    }
    heap_.free(*block, current_->number, step_);
    return true;
  }
  std::vector<note> notes = {
      {"thread " + std::to_string(current_->number) + " frees it", current_->path}};
  if (block != nullptr && block->is_free()) {
    notes.push_back({"it was freed by thread " + std::to_string(block->freed_by) +
                     " in step " + std::to_string(block->freed_at)});
  }
  fail(finding_kind::double_free, "a tracked block is freed twice, or never was one",
       std::move(notes));
}

}  // namespace tussle::sim
