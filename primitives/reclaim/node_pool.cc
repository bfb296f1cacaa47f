#include "primitives/reclaim/node_pool.h"

#include <utility>

#include "primitives/reclaim/hazard_row.h"
#include "primitives/sync/mutex.h"

namespace tussle::reclaim::detail {
namespace {

// Batches of free blocks of one size, for all threads.
class depot {
 public:
  void put(free_block* batch, std::size_t blocks) noexcept {
    batch->blocks = blocks;
    sync::mutex_lock lock(mutex_);
    batch->next_batch = batches_;
    batches_ = batch;
  }

  // Null if there is none.
  free_block* take() noexcept {
    sync::mutex_lock lock(mutex_);
    if (batches_ == nullptr) return nullptr;
    return std::exchange(batches_, batches_->next_batch);
  }

 private:
  sync::mutex mutex_;
  free_block* batches_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

// Never destroyed: nodes of static objects come back when the process ends.
union lasting_depots {
  lasting_depots() : all() {}
  ~lasting_depots() {}  // NOLINT(modernize-use-equals-default): not that of `all`
  std::array<depot, size_classes> all;
};

depot& depot_of(std::size_t size_class) noexcept {
  static lasting_depots lasting;
  return lasting.all[size_class];
}

// A batch cut from new memory.
free_block* new_batch(std::size_t size_class) {
  const std::size_t size = block_size(size_class);
  const std::size_t blocks = batch_of(size_class);
  auto* const chunk = static_cast<std::byte*>(
      ::operator new (blocks* size, std::align_val_t{cache_line}));
  free_block* first = nullptr;
  for (std::size_t i = blocks; i > 0; --i) {
    auto* const block = new (chunk + (i - 1) * size) free_block;
    block->next = first;
    first = block;
  }
  first->blocks = blocks;
  return first;
}

// Has the thread give its lists back when it ends. False if that cannot be arranged.
bool will_hand_over() noexcept {
  free_lists& own = own_free_lists::mine();
  if (own.handed_over_at_exit) return true;
  try {
    own_row();
  } catch (...) {
    return false;
  }
  return own.handed_over_at_exit = true;
}

// The first `blocks` blocks of the list, as a batch.
free_block* split(free_list& list, std::size_t blocks) noexcept {
  free_block* const batch = list.first;
  free_block* last = batch;
  for (std::size_t i = 1; i < blocks; ++i) last = last->next;
  list.first = std::exchange(last->next, nullptr);
  list.blocks -= blocks;
  return batch;
}

}  // namespace

void* allocate_slowly(std::size_t size_class) {
  free_block* batch = depot_of(size_class).take();
  if (batch == nullptr) batch = new_batch(size_class);
  free_block* const rest = batch->next;
  const std::size_t left = batch->blocks - 1;
  if (left == 0) return batch;
  if (will_hand_over()) {
    own_free_lists::mine().of_class[size_class] = {rest, left};
  } else {
    depot_of(size_class).put(rest, left);
  }
  return batch;
}

void deallocate_slowly(std::size_t size_class, free_block* block) noexcept {
  free_list& list = own_free_lists::mine().of_class[size_class];
  if (!will_hand_over()) {
    block->next = nullptr;
    depot_of(size_class).put(block, 1);
    return;
  }
  const std::size_t batch = batch_of(size_class);
  if (list.blocks >= batch) depot_of(size_class).put(split(list, batch), batch);
  block->next = list.first;
  list.first = block;
  ++list.blocks;
}

void hand_over_free_lists() noexcept {
  free_lists& own = own_free_lists::mine();
  for (std::size_t i = 0; i < size_classes; ++i) {
    free_list& list = own.of_class[i];
    if (list.first != nullptr) depot_of(i).put(list.first, list.blocks);
    list = {};
  }
  own.handed_over_at_exit = false;
}

}  // namespace tussle::reclaim::detail
