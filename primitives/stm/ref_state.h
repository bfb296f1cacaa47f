// ref_state.h: a ref with the type of its value: its rules.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "primitives/reference/kept_value.h"
#include "primitives/reference/snapshot.h"
#include "primitives/reference/validation.h"
#include "primitives/reference/watches.h"
#include "primitives/stm/participant.h"
#include "primitives/stm/ref_core.h"
#include "primitives/stm/version.h"

namespace tussle::stm {

template <typename T, typename Ref>
class ref_state final : public ref_core {
 public:
  // Throws: std::bad_alloc.
  explicit ref_state(snapshot<T> initial)
      : ref_core(version<T>::make(std::move(initial))) {
    own_participant().counters.versions_made.add(1);
  }

  void validate(const version_base& next) const override {
    if (validation.used()) validation.check(*value_in(next));
  }

  std::unique_ptr<change> note_change(const version_base& was,
                                      const version_base& is) override {
    if (!watches.used()) return nullptr;
    return std::make_unique<noted>(*this, value_in(was).handle(), value_in(is).handle());
  }

  tussle::validation<T> validation;
  watch_list<T, Ref> watches;

 private:
  class noted final : public change {
   public:
    noted(ref_state& changed, snapshot<T> was, snapshot<T> is)
        : changed_(changed), was_(std::move(was)), is_(std::move(is)) {}
    void notify() override { changed_.state_->watches.notify(changed_, was_, is_); }

   private:
    Ref changed_;
    snapshot<T> was_;
    snapshot<T> is_;
  };

  static const kept_value<T>& value_in(const version_base& v) noexcept {
    return static_cast<const version<T>&>(v).value();
  }
};

// Of those that a look finds; exact while nobody commits.
std::size_t count_older_versions(const ref_core& ref);

}  // namespace tussle::stm
