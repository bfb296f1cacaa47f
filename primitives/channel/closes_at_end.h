// closes_at_end.h: a channel that is closed when a process is over.
//
// However that comes: at its end, by an error, or because its frame is destroyed where it is
// parked. So whoever waits for more is told. It owns nothing: a channel that nobody takes from
// any more refuses puts, and drops who is parked there, which ends the process.
#pragma once

#include <utility>

#include "primitives/channel/channel.h"

namespace tussle::detail {

template <typename T, typename In>
class closes_at_end {
 public:
  explicit closes_at_end(const channel<T, In>& of, bool closes = true) noexcept
      : channel_(of), closes_(closes) {}
  closes_at_end(closes_at_end&& other) noexcept
      : channel_(std::move(other.channel_)),
        closes_(std::exchange(other.closes_, false)) {}
  closes_at_end& operator=(closes_at_end&&) = delete;
  ~closes_at_end() {
    if (closes_) channel_.close();
  }

  void leave_open() noexcept { closes_ = false; }

  // To be awaited in a go block, at once.
  [[nodiscard]] put_awaiter<T, In> async_put(In element) const {
    return channel_.async_put(std::move(element));
  }
  // The same, but one that waits is told false, and the process not dropped, when nobody owns
  // the channel any more.
  [[nodiscard]] put_awaiter<T, In, told_of_channel> async_put_and_be_told(
      In element) const {
    require_value(element);
    return {channel_.state(), std::move(element)};
  }

 private:
  channel_view<T, In> channel_;
  bool closes_;
};

}  // namespace tussle::detail
