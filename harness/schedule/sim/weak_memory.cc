#include "harness/schedule/sim/weak_memory.h"

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <string>

#include "harness/schedule/sim/sequential_memory.h"

namespace tussle::sim {
namespace {

thread_id id(int thread) { return static_cast<thread_id>(thread); }

template <typename Map>
void forget(Map& all, const void* address, std::size_t size) {
  const auto* const begin = static_cast<const std::byte*>(address);
  for (std::size_t i = 0; i < size && !all.empty(); ++i) all.erase(begin + i);
}

bool compares(sync::access kind) {
  return kind == sync::access::compare_exchange_strong ||
         kind == sync::access::compare_exchange_weak;
}

}  // namespace

void weak_memory::reset() {
  model_ = memory_model();
  atomics_.clear();
  objects_.clear();
  plain_.clear();
}

void weak_memory::begin_life(int /*thread*/, const void* address, std::size_t size) {
  forget(atomics_, address, size);
  forget(objects_, address, size);
  forget(plain_, address, size);
}

void weak_memory::fork(int parent, int child) {
  if (id(child) >= most_threads) {
    throw std::length_error("weak memory holds " + std::to_string(most_threads) +
                            " threads in an execution");
  }
  model_.fork(id(parent), id(child));
}

void weak_memory::join(int waiter, int ended) { model_.join(id(waiter), id(ended)); }

void weak_memory::release(int thread, const void* object) {
  model_.release(id(thread), objects_[object]);
}

void weak_memory::acquire(int thread, const void* object) {
  model_.acquire(id(thread), objects_[object]);
}

void weak_memory::barrier(int thread, int threads) {
  model_.fence(id(thread), std::memory_order_seq_cst);
  for (int other = 0; other < threads; ++other) {
    if (other != thread) model_.fence(id(other), std::memory_order_seq_cst);
  }
  model_.fence(id(thread), std::memory_order_seq_cst);
}

location weak_memory::location_of(const memory_access& next) {
  const auto known = atomics_.find(next.address);
  if (known != atomics_.end()) return known->second;
  word present = 0;
  std::memcpy(&present, next.address, next.size);
  return atomics_.emplace(next.address, model_.create(present)).first->second;
}

memory_result weak_memory::perform(int thread, const memory_access& next,
                                   store_choice& choice) {
  const location where = location_of(next);
  memory_result result{};
  if (next.kind == sync::access::load) {
    const std::size_t choices = model_.load_choices(id(thread), where, next.order);
    result.value = model_.load(id(thread), where, next.order, choice.pick(choices));
  } else if (compares(next.kind)) {
    result = exchange(id(thread), next, where, choice);
  } else {
    result = change(id(thread), next, where, choice);
  }
  // What stands in the object is the newest, wherever this one came in the order.
  const word newest = model_.newest(where);
  std::memcpy(next.address, &newest, next.size);
  return result;
}

memory_result weak_memory::change(thread_id thread, const memory_access& next,
                                  location where, store_choice& choice) {
  const std::size_t place = choice.pick(model_.store_choices(thread, where, next.order));
  if (next.kind == sync::access::store) {
    model_.store(thread, where, next.operand, next.order, place);
    return {};
  }
  const auto changed = [&](word old) { return result_of(next, old); };
  return {.value = model_.read_modify_write(thread, where, next.order, changed, place)};
}

memory_result weak_memory::exchange(thread_id thread, const memory_access& next,
                                    location where, store_choice& choice) {
  const memory_model::compare_exchange how{next.expected, next.operand, next.order,
                                           next.failure_order};
  const std::size_t choices = model_.exchange_choices(thread, where, how);
  const exchange_result seen = model_.exchange(thread, where, how, choice.pick(choices));
  return {.value = seen.read, .exchanged = seen.exchanged};
}

std::optional<racing_access> weak_memory::touch(int thread, const void* address,
                                                std::size_t /*size*/, bool writes,
                                                std::uint64_t step) {
  const auto [variable, is_new] = plain_.try_emplace(address);
  if (is_new) variable->second = model_.create_plain();
  const std::size_t before = model_.races().size();
  if (writes) {
    model_.plain_write(id(thread), variable->second, step);
  } else {
    model_.plain_read(id(thread), variable->second, step);
  }
  if (model_.races().size() == before) return std::nullopt;
  const access& earlier = model_.races().back().earlier;
  return racing_access{static_cast<int>(earlier.thread), earlier.where,
                       earlier.kind == access_kind::plain_write};
}

std::unique_ptr<memory_system> make_weak_memory() {
  return std::make_unique<weak_memory>();
}

}  // namespace tussle::sim
