#include "primitives/task/timer.h"

#include "primitives/reference/errors.h"
#include "primitives/sync/schedule_point.h"
#include "primitives/task/errors.h"

namespace tussle {

timer::~timer() {
  shutdown();
  sync::thread last;
  {
    const sync::mutex_lock lock(mutex_);
    last = std::move(thread_);
  }
  if (last.joinable()) last.join();
}

void timer::entry::run() noexcept {
  std::exception_ptr error;
  try {
    call();
  } catch (...) {
    error = std::current_exception();
  }
  if (error) tell(errors_, error);
  error = nullptr;
  discard();
}

void timer::tell(const std::shared_ptr<const hook>& errors,
                 const std::exception_ptr& error) noexcept {
  if (errors == nullptr || !*errors) return;
  try {
    (*errors)(error);
  } catch (...) {  // there is nobody left to tell
  }
}

timer::call timer::add(entry* owned) {
  const sync::mutex_lock lock(mutex_);
  if (!open_) throw executor_rejected_error();
  if (!thread_.joinable()) thread_ = sync::thread([this] { work(); });
  heap_.push_back(owned);
  owned->turn_ = ++asked_;
  move_up(*owned, heap_.size() - 1);
  if (owned->place_ == 0) changed_.notify_one();
  return {*this, owned};
}

bool timer::cancel(entry& one) noexcept {
  {
    const sync::mutex_lock lock(mutex_);
    if (one.place_ == entry::nowhere) return false;
    remove(one);
  }
  one.discard();
  return true;
}

void timer::shutdown() noexcept {
  std::vector<entry*> dropped;
  {
    const sync::mutex_lock lock(mutex_);
    open_ = false;
    dropped.swap(heap_);
    for (entry* const one : dropped) one->place_ = entry::nowhere;
    changed_.notify_one();
  }
  for (entry* const one : dropped) one->discard();
}

std::size_t timer::waiting() const {
  const sync::mutex_lock lock(mutex_);
  return heap_.size();
}

void timer::work() noexcept {
  mutex_.lock();
  while (open_) {
    const std::optional<sync::time_point> next = first_time();
    if (!next) {
      changed_.wait(mutex_);
    } else if (sync::clock::now() < *next) {
      static_cast<void>(changed_.wait_until(mutex_, *next));
    } else {
      entry& due = *take_due();
      mutex_.unlock();
      sync::schedule_point("timer.before_submit");
      if (!runs_->submit(due)) {
        due.discard();
        tell(errors_, detail::make_rejected_error());
      }
      mutex_.lock();
    }
  }
  mutex_.unlock();
}

std::optional<sync::time_point> timer::first_time() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front()->when_;
}

timer::entry* timer::take_due() {
  entry* const due = heap_.front();
  remove(*due);
  return due;
}

void timer::remove(entry& one) {
  const std::size_t hole = one.place_;
  one.place_ = entry::nowhere;
  entry& last = *heap_.back();
  heap_.pop_back();
  if (&last == &one) return;
  const bool goes_up = hole > 0 && last.is_before(*heap_[(hole - 1) / 2]);
  goes_up ? move_up(last, hole) : move_down(last, hole);
}

void timer::put(entry& one, std::size_t place) {
  heap_[place] = &one;
  one.place_ = place;
}

void timer::move_up(entry& one, std::size_t place) {
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (!one.is_before(*heap_[parent])) break;
    put(*heap_[parent], place);
    place = parent;
  }
  put(one, place);
}

void timer::move_down(entry& one, std::size_t place) {
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1]->is_before(*heap_[child])) ++child;
    if (!heap_[child]->is_before(one)) break;
    put(*heap_[child], place);
    place = child;
  }
  put(one, place);
}

}  // namespace tussle
