#include "harness/schedule/sim/sequential_memory.h"

#include <cstddef>
#include <cstring>

namespace tussle::sim {
namespace {

bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_consume ||
         order == std::memory_order_acq_rel || order == std::memory_order_seq_cst;
}

bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

std::uint64_t cut(std::uint64_t word, std::uint8_t size) {
  return size == 8 ? word : word & ((std::uint64_t{1} << (8 * size)) - 1);
}

template <typename Map>
void forget(Map& all, const void* address, std::size_t size) {
  const auto* const begin = static_cast<const std::byte*>(address);
  for (std::size_t i = 0; i < size && !all.empty(); ++i) all.erase(begin + i);
}

std::uint64_t whole_result(const memory_access& next, std::uint64_t present) {
  switch (next.kind) {
    case sync::access::load:
      return present;
    case sync::access::store:
    case sync::access::exchange:
      return next.operand;
    case sync::access::add:
      return present + next.operand;
    case sync::access::subtract:
      return present - next.operand;
    case sync::access::bit_and:
      return present & next.operand;
    case sync::access::bit_or:
      return present | next.operand;
    case sync::access::bit_xor:
      return present ^ next.operand;
    case sync::access::compare_exchange_strong:
    case sync::access::compare_exchange_weak:
      break;
  }
  return present == next.expected ? next.operand : present;
}

bool compares(sync::access kind) {
  return kind == sync::access::compare_exchange_strong ||
         kind == sync::access::compare_exchange_weak;
}

}  // namespace

std::uint64_t result_of(const memory_access& next, std::uint64_t present) noexcept {
  return cut(whole_result(next, present), next.size);
}

performed perform_in_place(const memory_access& next) noexcept {
  std::uint64_t present = 0;
  std::memcpy(&present, next.address, next.size);
  const bool matches = compares(next.kind) && present == next.expected;
  const bool writes = compares(next.kind) ? matches : next.kind != sync::access::load;
  if (writes) {
    const std::uint64_t word = result_of(next, present);
    std::memcpy(next.address, &word, next.size);
  }
  return {{.value = present, .exchanged = matches}, writes};
}

void sequential_memory::reset() {
  threads_.clear();
  released_.clear();
  plain_.clear();
}

void sequential_memory::begin_life(int /*thread*/, const void* address,
                                   std::size_t size) {
  forget(released_, address, size);
  forget(plain_, address, size);
}

thread_clock& sequential_memory::clock_of(int thread) {
  const auto i = static_cast<std::size_t>(thread);
  while (threads_.size() <= i) {
    threads_.emplace_back();
    threads_.back().advance(static_cast<int>(threads_.size() - 1));
  }
  return threads_[i];
}

void sequential_memory::fork(int parent, int child) {
  clock_of(child);  // before the reference below: it may move all clocks
  threads_[static_cast<std::size_t>(child)].join(clock_of(parent));
  clock_of(parent).advance(parent);
}

void sequential_memory::join(int waiter, int ended) {
  clock_of(ended);
  clock_of(waiter).join(threads_[static_cast<std::size_t>(ended)]);
}

void sequential_memory::release(int thread, const void* object) {
  thread_clock& own = clock_of(thread);
  released_[object].join(own);
  own.advance(thread);
}

void sequential_memory::acquire(int thread, const void* object) {
  if (const auto found = released_.find(object); found != released_.end()) {
    clock_of(thread).join(found->second);
  }
}

memory_result sequential_memory::perform(int thread, const memory_access& next,
                                         store_choice& /*choice*/) {
  const auto [result, wrote] = perform_in_place(next);
  const bool failed = compares(next.kind) && !result.exchanged;
  const std::memory_order order = failed ? next.failure_order : next.order;
  thread_clock& own = clock_of(thread);
  if (next.kind != sync::access::store && acquires(order)) acquire(thread, next.address);
  if (!wrote) return result;
  if (next.kind == sync::access::store) {
    // A store by itself heads no release sequence but its own.
    thread_clock& released = released_[next.address];
    released.clear();
  }
  if (releases(order)) {
    released_[next.address].join(own);
    own.advance(thread);
  }
  return result;
}

bool sequential_memory::happened_before(const plain_access& earlier, int thread) {
  return earlier.thread == thread || clock_of(thread)[earlier.thread] >= earlier.time;
}

void sequential_memory::note(std::vector<plain_access>& all, const plain_access& latest) {
  for (plain_access& each : all) {
    if (each.thread == latest.thread) {
      each = latest;
      return;
    }
  }
  all.push_back(latest);
}

std::optional<racing_access> sequential_memory::touch(int thread, const void* address,
                                                      std::size_t /*size*/, bool writes,
                                                      std::uint64_t step) {
  plain_variable& variable = plain_[address];
  for (const plain_access& each : variable.writes) {
    if (!happened_before(each, thread))
      return racing_access{each.thread, each.step, true};
  }
  const plain_access latest{thread, clock_of(thread)[thread], step};
  if (!writes) {
    note(variable.reads, latest);
    return std::nullopt;
  }
  for (const plain_access& each : variable.reads) {
    if (!happened_before(each, thread))
      return racing_access{each.thread, each.step, false};
  }
  variable.reads.clear();
  variable.writes.assign(1, latest);
  return std::nullopt;
}

}  // namespace tussle::sim
