#include "harness/schedule/memory/memory_model.h"

namespace tussle::sim {
namespace {

bool is_acquire(std::memory_order order) {
  return order != std::memory_order_relaxed && order != std::memory_order_release;
}

bool is_release(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

}  // namespace

memory_model::memory_model(std::size_t depth) : depth_(depth), threads_(1) {
  threads_[0].now.advance(0);
}

// ---- (H) what threads hand on ----

void memory_model::fork(thread_id parent, thread_id child) {
  if (child >= threads_.size()) threads_.resize(child + 1);
  threads_[parent].now.advance(parent);
  threads_[child].now.join(threads_[parent].now);
  threads_[child].now.advance(child);
  // The number may have been another thread's; its fences were not this one's.
  threads_[child].unfenced = {};
  threads_[child].published = {};
}

void memory_model::join(thread_id waiter, thread_id ended) {
  threads_[waiter].now.advance(waiter);
  threads_[waiter].now.join(threads_[ended].now);
}

void memory_model::acquire(thread_id thread, const sync_clock& from) {
  threads_[thread].now.advance(thread);
  threads_[thread].now.join(from.clock_);
}

void memory_model::release(thread_id thread, sync_clock& to) {
  threads_[thread].now.advance(thread);
  to.clock_.join(threads_[thread].now);
}

void memory_model::fence(thread_id thread, std::memory_order order) {
  thread_state& self = threads_[thread];
  self.now.advance(thread);
  if (is_acquire(order)) self.now.join(self.unfenced);
  if (order == std::memory_order_seq_cst) {
    vector_clock before = self.now;
    if (!fences_.empty()) before.join(fences_.back().before);
    fences_.push_back({++ordered_, before});
    self.now.set_fence(fences_.size());
  }
  if (is_release(order)) self.published = self.now;
}

// ---- locations ----

location memory_model::create(thread_id thread, word initial) {
  threads_[thread].now.advance(thread);
  return start(initial, thread, threads_[thread].now[thread]);
}

location memory_model::create(word initial) { return start(initial, 0, 0); }

location memory_model::start(word initial, thread_id creator, tick created) {
  if (free_.empty()) {
    free_.push_back(static_cast<location>(locations_.size()));
    locations_.push_back({modification_order(depth_), 0, 0, {}});
  }
  const location where = free_.back();
  free_.pop_back();
  location_state& self = at(where);
  self.creator = creator;
  self.created = created;
  self.last_access = {};
  store_record& first = self.stores.start();
  first.word = initial;
  first.known_since.set(creator, created);
  return where;
}

void memory_model::destroy(thread_id thread, location where) {
  begin(thread, where);
  const location_state& self = at(where);
  const thread_id other = self.last_access.first_not_before(threads_[thread].now);
  if (other != most_threads) {
    note(data_race{{access_kind::atomic, other}, {access_kind::destruction, thread}});
  }
  free_.push_back(where);
}

word memory_model::newest(location where) const {
  const modification_order& stores = at(where).stores;
  return stores[stores.newest()].word;
}

// ---- what may be read, and where a store may go ----

// Whether what a thread with this clock does can neither read nor store anything older.
bool memory_model::rules_out_older(const store_record& store, const vector_clock& now,
                                   bool is_seq_cst) const {
  if (store.known_since.any_before(now)) return true;  // (C)
  // (S) An earlier seq_cst operation touched it, or did something before an earlier fence.
  if (is_seq_cst) {
    if (store.ordered_since != 0) return true;
    if (!fences_.empty() && store.known_since.any_before(fences_.back().before))
      return true;
  }
  // (S) The same, earlier than the newest fence that is before this.
  if (now.fence() == 0) return false;
  const fence_record& fence = fences_[now.fence() - 1];
  return (store.ordered_since != 0 && store.ordered_since < fence.when) ||
         store.known_since.any_before(fence.before);
}

std::size_t memory_model::oldest(thread_id thread, location where,
                                 std::memory_order order) const {
  const modification_order& stores = at(where).stores;
  const bool is_seq_cst = order == std::memory_order_seq_cst;
  std::size_t i = stores.newest();
  while (i > 0 && !rules_out_older(stores[i], threads_[thread].now, is_seq_cst)) --i;
  return i;
}

std::size_t memory_model::load_choices(thread_id thread, location from,
                                       std::memory_order order) const {
  return at(from).stores.size() - oldest(thread, from, order);
}

std::size_t memory_model::store_choices(thread_id thread, location to,
                                        std::memory_order order) const {
  const modification_order& stores = at(to).stores;
  std::size_t places = 0;
  for (std::size_t i = oldest(thread, to, order); i < stores.size(); ++i) {
    if (stores.is_open_after(i)) ++places;  // (A)
  }
  return places;
}

// The store that a new one comes directly after. Requires: a choice that there is.
std::size_t memory_model::place_of(location where, std::size_t choice) const {
  const modification_order& stores = at(where).stores;
  std::size_t i = stores.newest();
  while (choice > 0) {
    --i;
    if (stores.is_open_after(i)) --choice;
  }
  return i;
}

template <typename Visit>
void memory_model::visit_options(thread_id thread, location where,
                                 const compare_exchange& how, const Visit& visit) const {
  const modification_order& stores = at(where).stores;
  const std::size_t oldest_place = oldest(thread, where, how.success);
  const std::size_t oldest_read = oldest(thread, where, how.failure);
  for (std::size_t i = stores.size(); i-- > 0;) {
    const bool exchanges = stores[i].word == how.expected;
    const bool possible =
        exchanges ? i >= oldest_place && stores.is_open_after(i) : i >= oldest_read;
    if (possible && visit(exchange_option{exchanges, i})) return;
  }
}

std::size_t memory_model::exchange_choices(thread_id thread, location where,
                                           const compare_exchange& how) const {
  std::size_t choices = 0;
  visit_options(thread, where, how, [&](const exchange_option&) {
    ++choices;
    return false;
  });
  return choices;
}

// ---- operations ----

word memory_model::load(thread_id thread, location from, std::memory_order order,
                        std::size_t choice) {
  begin(thread, from);
  const std::size_t i = at(from).stores.newest() - choice;
  read(thread, from, order, i);
  return at(from).stores[i].word;
}

void memory_model::store(thread_id thread, location to, word value,
                         std::memory_order order, std::size_t choice) {
  const std::size_t after = place_of(to, choice);
  const tick now = begin(thread, to);
  store_record& stored = at(to).stores.insert_after(after);
  stored.word = value;
  stored.known_since.set(thread, now);
  publish(threads_[thread], stored, order);
  take_place_in_total_order(stored, order);
}

exchange_result memory_model::exchange(thread_id thread, location where,
                                       const compare_exchange& how, std::size_t choice) {
  exchange_option chosen{};
  visit_options(thread, where, how, [&](const exchange_option& option) {
    chosen = option;
    return choice-- == 0;
  });
  const word found = at(where).stores[chosen.read].word;
  if (chosen.exchanges) {
    modify(thread, where, how.success, chosen.read, how.desired);
  } else {
    begin(thread, where);
    read(thread, where, how.failure, chosen.read);
  }
  return {chosen.exchanges, found};
}

// The next event of the thread, which touches the location.
tick memory_model::begin(thread_id thread, location where) {
  vector_clock& now = threads_[thread].now;
  location_state& touched = at(where);
  now.advance(thread);
  if (touched.created > now[touched.creator]) {
    note(data_race{{access_kind::creation, touched.creator},
                   {access_kind::atomic, thread}});
  }
  touched.last_access.set(thread, now[thread]);
  return now[thread];
}

void memory_model::read(thread_id thread, location from, std::memory_order order,
                        std::size_t i) {
  thread_state& self = threads_[thread];
  store_record& found = at(from).stores[i];
  if (!found.known_since.has(thread)) found.known_since.set(thread, self.now[thread]);
  (is_acquire(order) ? self.now : self.unfenced).join(found.released);
  take_place_in_total_order(found, order);
}

void memory_model::modify(thread_id thread, location where, std::memory_order order,
                          std::size_t read_from, word value) {
  const tick now = begin(thread, where);
  read(thread, where, order, read_from);
  // (H) The release sequence goes on. Copied: the store that was read may be forgotten.
  const vector_clock released = at(where).stores[read_from].released;
  store_record& stored = at(where).stores.insert_after(read_from);
  stored.word = value;
  stored.follows_directly = true;
  stored.known_since.set(thread, now);
  stored.released = released;
  publish(threads_[thread], stored, order);
  take_place_in_total_order(stored, order);
}

void memory_model::publish(const thread_state& self, store_record& stored,
                           std::memory_order order) {
  stored.released.join(is_release(order) ? self.now : self.published);
}

void memory_model::take_place_in_total_order(store_record& touched,
                                             std::memory_order order) {
  if (order != std::memory_order_seq_cst) return;
  ++ordered_;
  if (touched.ordered_since == 0) touched.ordered_since = ordered_;
}

// ---- races ----

void memory_model::plain_read(thread_id thread, plain_location from, site where) {
  vector_clock& now = threads_[thread].now;
  now.advance(thread);
  note(plain_.read(from, thread, now, where));
}

void memory_model::plain_write(thread_id thread, plain_location to, site where) {
  vector_clock& now = threads_[thread].now;
  now.advance(thread);
  note(plain_.write(to, thread, now, where));
}

void memory_model::note(const std::optional<data_race>& found) {
  if (found && races_.size() < most_races) races_.push_back(*found);
}

}  // namespace tussle::sim
