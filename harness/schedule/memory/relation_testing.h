// relation_testing.h: relations between the few events of a tiny program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tussle::sim::tests {

class relation {
 public:
  explicit relation(std::size_t events) : after_(events, 0) {}

  std::size_t events() const { return after_.size(); }
  void add(std::size_t a, std::size_t b) { after_[a] |= std::uint32_t{1} << b; }
  bool has(std::size_t a, std::size_t b) const { return (after_[a] >> b & 1U) != 0; }

  relation operator|(const relation& other) const {
    relation both = *this;
    for (std::size_t a = 0; a < events(); ++a) both.after_[a] |= other.after_[a];
    return both;
  }

  // a to c where this has a to b, and `next` b to c.
  relation then(const relation& next) const {
    relation found(events());
    for (std::size_t a = 0; a < events(); ++a) {
      for (std::size_t b = 0; b < events(); ++b) {
        if (has(a, b)) found.after_[a] |= next.after_[b];
      }
    }
    return found;
  }

  relation reflexive() const {
    relation found = *this;
    for (std::size_t a = 0; a < events(); ++a) found.add(a, a);
    return found;
  }

  relation transitive() const {
    relation found = *this;
    for (std::size_t b = 0; b < events(); ++b) {
      for (std::size_t a = 0; a < events(); ++a) {
        if (found.has(a, b)) found.after_[a] |= found.after_[b];
      }
    }
    return found;
  }

  bool is_acyclic() const {
    const relation all = transitive();
    for (std::size_t a = 0; a < events(); ++a) {
      if (all.has(a, a)) return false;
    }
    return true;
  }

  bool has_inverse_of(const relation& other) const {
    return !then(other).is_irreflexive();
  }

  // Only what begins with an event that `begins` picks and ends with one that `ends` picks.
  template <typename Begins, typename Ends>
  relation between(const Begins& begins, const Ends& ends) const {
    relation found(events());
    for (std::size_t a = 0; a < events(); ++a) {
      for (std::size_t b = 0; b < events(); ++b) {
        if (has(a, b) && begins(a) && ends(b)) found.add(a, b);
      }
    }
    return found;
  }

 private:
  bool is_irreflexive() const {
    for (std::size_t a = 0; a < events(); ++a) {
      if (has(a, a)) return false;
    }
    return true;
  }

  std::vector<std::uint32_t> after_;
};

}  // namespace tussle::sim::tests
