#include "primitives/channel/alts_core.h"

#include <stdexcept>
#include <utility>

#include "primitives/sync/per_thread.h"
#include "primitives/sync/schedule_point.h"

namespace tussle::detail {
namespace {

struct generator {
  std::uint32_t state = 0x9e3779b9U;
};
using own_generator = sync::per_thread<generator, generator>;

// Below `bound`: a multiplicative generator, whose upper bits are the better ones.
std::uint32_t draw(std::uint32_t bound) noexcept {
  std::uint32_t& state = own_generator::mine().state;
  state = state * 747796405U + 2891336453U;
  return static_cast<std::uint32_t>((std::uint64_t{state} * bound) >> 32);
}

}  // namespace

alts_round::alts_round(std::span<alts_operation* const> all, bool in_order)
    : all_(all), in_order_(in_order), claim_(static_cast<std::uint32_t>(all.size())) {
  if (all.empty())
    throw std::invalid_argument("tussle: an alts needs one operation at least");
  for (const alts_operation* const each : all) each->require_value();
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i]->entry().index = i;
}

// Which operation's turn it is. In random order the indexes in the entries are shuffled as
// far as they are asked for (Fisher and Yates): most polls ask for few.
std::uint32_t alts_round::at(std::uint32_t turn) noexcept {
  std::uint32_t& mine = all_[turn]->entry().index;
  const std::uint32_t left = static_cast<std::uint32_t>(all_.size()) - turn;
  if (!in_order_ && left > 1) std::swap(mine, all_[turn + draw(left)]->entry().index);
  return mine;
}

std::uint32_t alts_round::poll() {
  for (std::uint32_t turn = 0; turn < all_.size(); ++turn) {
    const std::uint32_t index = at(turn);
    alts_operation& each = *all_[index];
    if (!each.may_be_ready()) continue;
    const outcome ended = each.begin(nullptr);
    if (ended == outcome::pending) continue;
    each.entry().accepted = ended == outcome::done;
    claim_.winner = index;
    return index;
  }
  return none;
}

// Others may complete it from the first line on: then it is woken while it still enters, and
// what it touches must live until this returns.
bool alts_round::wait(party& who) noexcept {
  in_lines_ = true;
  const auto size = static_cast<std::uint32_t>(all_.size());
  std::uint32_t index = all_[0]->entry().index;  // from where the poll began, and around
  for (std::uint32_t turn = 0; turn < size; ++turn) {
    sync::schedule_point("alts.before_enter");
    if (claim_.is_taken()) return true;
    try {
      if (!enter(who, index)) return false;
    } catch (
        ...) {  // the line is full; but another one may have been completed meanwhile
      if (!claim_.take()) return true;
      who.error = std::current_exception();
      return false;
    }
    if (++index == size) index = 0;
  }
  return true;
}

// False: it was done at once.
bool alts_round::enter(party& who, std::uint32_t index) {
  waiter& entry = all_[index]->entry();
  entry.who = &who;
  entry.group = &claim_;
  entry.index = index;
  const outcome ended = all_[index]->begin(&entry);
  if (ended == outcome::pending || ended == outcome::elsewhere) return true;
  entry.accepted = ended == outcome::done;
  return false;
}

std::uint32_t alts_round::finish() noexcept {
  sync::schedule_point("alts.before_leave");
  leave(claim_.winner);
  return claim_.winner;
}

// Who completed it took its entry out already.
void alts_round::leave(std::uint32_t but) noexcept {
  for (std::uint32_t index = 0; index < all_.size(); ++index) {
    alts_operation& each = *all_[index];
    if (index != but && each.entry().group != nullptr) each.core().unlink(each.entry());
    each.entry().group = nullptr;
  }
  in_lines_ = false;
}

bool alts_gate::parks(process& self) noexcept {
  // (1) acq_rel; pairs with (2): who comes second sees what the first one did.
  const std::uint32_t before = state_.exchange(parked, std::memory_order_acq_rel);
  if (before == entering) return true;
  if (before == woken) return false;
  self.drop();
  return true;
}

void alts_gate::come(std::uint32_t how) noexcept {
  process& self = *who;  // not to be read when it may run
  // (2) acq_rel; pairs with (1).
  const std::uint32_t before = state_.exchange(how, std::memory_order_acq_rel);
  if (before == entering) return;
  how == woken ? self.wake() : self.drop();
}

bool alts_round::withdraw() noexcept {
  if (!claim_.take()) return false;
  leave(none);
  return true;
}

}  // namespace tussle::detail
