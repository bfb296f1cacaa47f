#include "harness/history/models.h"

#include <string>

namespace tussle::history {
namespace {

// Whether a recorded outcome allows for the one that the model comes to.
bool agrees(const operation& one, outcome how) {
  return one.is_pending() || one.how == how;
}

bool returns(const operation& one, value result) {
  return one.is_pending() || (one.how == outcome::returned && one.result == result);
}

// Wraps as the machine does.
value sum(value a, value b) {
  return static_cast<value>(static_cast<std::uint64_t>(a) +
                            static_cast<std::uint64_t>(b));
}

template <typename State>
std::optional<State> only_if(bool possible, State next) {
  return possible ? std::optional<State>(std::move(next)) : std::nullopt;
}

// Whether something that is inside would have to leave after what comes in behind it.
template <typename Elements, typename ToValue>
bool is_dead_end(const leaving_order* order, const Elements& inside, value next,
                 ToValue to_value) {
  return order != nullptr &&
         std::any_of(inside.begin(), inside.end(), [&](const auto& each) {
           return order->leaves_before(next, to_value(each));
         });
}

value same(value v) { return v; }
value element_of(const channel_model::element& e) { return e.what; }

template <typename Elements, typename ToValue>
std::string listed(const Elements& elements, ToValue to_value) {
  std::string text = "[";
  for (const auto& each : elements) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(to_value(each));
  }
  return text + "]";
}

}  // namespace

std::optional<cell_model::state> cell_model::apply(state now, const operation& one,
                                                   step /*at*/) const {
  switch (one.what) {
    case call::load:
      return only_if(returns(one, now), now);
    case call::store:
      return only_if(agrees(one, outcome::done), one.argument);
    case call::exchange:
      return only_if(returns(one, now), one.argument);
    case call::swap:
      return only_if(returns(one, sum(now, one.argument)), sum(now, one.argument));
    case call::compare_and_set:
      if (now != one.expected) return only_if(agrees(one, outcome::no), now);
      return only_if(agrees(one, outcome::yes), one.argument);
    default:
      return std::nullopt;
  }
}

std::optional<one_shot_model::state> one_shot_model::apply(state now,
                                                           const operation& one,
                                                           step /*at*/) const {
  switch (one.what) {
    case call::deliver:
      if (now) return only_if(agrees(one, outcome::no), now);
      return only_if(agrees(one, outcome::yes), state(one.argument));
    case call::get:
      return only_if(now && returns(one, *now), now);
    case call::try_get:
      return only_if(now ? returns(one, *now) : agrees(one, outcome::empty), now);
    default:
      return std::nullopt;
  }
}

queue_model::state queue_model::entered(state now, value element) const {
  auto place = now.end();
  // Those that stay are kept sorted, so that their orders are one state.
  if (order_ != nullptr && order_->stays(element)) {
    while (place != now.begin() && order_->stays(place[-1]) && place[-1] > element) {
      --place;
    }
  }
  now.insert(place, element);
  return now;
}

std::optional<queue_model::state> queue_model::apply(state now, const operation& one,
                                                     step /*at*/) const {
  switch (one.what) {
    case call::put:
    case call::try_put:
      if (!agrees(one, outcome::yes) || is_dead_end(order_, now, one.argument, same)) {
        return std::nullopt;
      }
      return entered(std::move(now), one.argument);
    case call::take:
    case call::try_take:
      if (now.empty()) return only_if(agrees(one, outcome::empty), now);
      if (!returns(one, now.front())) return std::nullopt;
      now.erase(now.begin());
      return now;
    default:
      return std::nullopt;
  }
}

std::optional<channel_model::state> channel_model::apply(state now, const operation& one,
                                                         step at) const {
  // Nothing comes between a try_put that found a waiting taker and that taker.
  if (now.handing_over && one.what != call::take) return std::nullopt;
  switch (one.what) {
    case call::put:
      return put(std::move(now), one, at);
    case call::try_put:
      return try_put(std::move(now), one, at);
    case call::take:
    case call::try_take:
      return take(std::move(now), one);
    case call::close:
      now.closed = true;
      return only_if(agrees(one, outcome::done), std::move(now));
    default:
      return std::nullopt;
  }
}

std::optional<channel_model::state> channel_model::put(state now, const operation& one,
                                                       step at) const {
  if (at.which == part::completion) return complete(std::move(now), at);
  if (now.closed) return only_if(agrees(one, outcome::closed), std::move(now));
  if (!agrees(one, outcome::yes) ||
      is_dead_end(order_, now.accepted, one.argument, element_of)) {
    return std::nullopt;
  }
  now.accepted.push_back({one.argument, at.operation});
  if (at.which == part::entry) {
    now.begun.insert(std::upper_bound(now.begun.begin(), now.begun.end(), at.operation),
                     at.operation);
  }
  return now;
}

std::optional<channel_model::state> channel_model::complete(state now, step at) const {
  const auto begun = std::find(now.begun.begin(), now.begun.end(), at.operation);
  if (begun == now.begun.end()) return std::nullopt;
  for (std::size_t place = capacity_; place < now.accepted.size(); ++place) {
    if (now.accepted[place].put == at.operation) return std::nullopt;  // still waits
  }
  now.begun.erase(begun);
  return now;
}

std::optional<channel_model::state> channel_model::try_put(state now,
                                                           const operation& one,
                                                           step at) const {
  if (now.closed) return only_if(agrees(one, outcome::closed), std::move(now));
  const bool room = now.accepted.size() < std::max<std::size_t>(capacity_, 1);
  if (one.how == outcome::no) {
    // Without a buffer: no taker was waiting yet, which nobody can gainsay.
    return only_if(capacity_ == 0 || !room, std::move(now));
  }
  if (!room || !agrees(one, outcome::yes) ||
      is_dead_end(order_, now.accepted, one.argument, element_of)) {
    return std::nullopt;
  }
  now.accepted.push_back({one.argument, at.operation});
  now.handing_over = capacity_ == 0;
  return now;
}

std::optional<channel_model::state> channel_model::take(state now,
                                                        const operation& one) const {
  if (now.accepted.empty()) {
    if (now.closed) return only_if(agrees(one, outcome::closed), std::move(now));
    return only_if(one.what == call::try_take && agrees(one, outcome::empty),
                   std::move(now));
  }
  if (!returns(one, now.accepted.front().what)) return std::nullopt;
  now.accepted.erase(now.accepted.begin());
  now.handing_over = false;
  return now;
}

std::string to_text(value cell) { return std::to_string(cell); }

std::string to_text(const one_shot_model::state& one_shot) {
  return one_shot ? std::to_string(*one_shot) : "not delivered";
}

std::string to_text(const queue_model::state& queue) { return listed(queue, same); }

std::string to_text(const channel_model::state& channel) {
  return listed(channel.accepted, element_of) + (channel.closed ? ", closed" : "");
}

}  // namespace tussle::history
