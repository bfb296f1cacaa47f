// representations_testing.h: one sample type for each way in which a reference can hold a
// value.
//
// A suite over these types says "for every T". sample<T>::of(n) makes a value that
// carries the number n; sample<T>::number(v) reads it back and throws torn_value if the
// parts of v do not fit together.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>

#include "primitives/reference/snapshot.h"

namespace tussle::tests {

class torn_value : public std::logic_error {
 public:
  torn_value() : std::logic_error("the parts of the value do not fit together") {}
};

// Two halves of one word: inline.
struct halves {
  std::int32_t number;
  std::int32_t complement;
};

// More than a word, trivially copyable: boxed.
struct wide {
  std::int64_t number;
  std::int64_t complement;
};

// Boxed, and cannot be copied.
using move_only = std::unique_ptr<const std::int64_t>;

template <typename T>
struct sample;

template <>
struct sample<std::int64_t> {
  static constexpr const char* name = "inline_word";
  static std::int64_t of(std::int64_t n) { return n; }
  static std::int64_t number(const std::int64_t& v) { return v; }
};

template <>
struct sample<halves> {
  static constexpr const char* name = "inline_halves";
  static halves of(std::int64_t n) {
    const auto narrow = static_cast<std::int32_t>(n);
    return {narrow, ~narrow};
  }
  static std::int64_t number(const halves& v) {
    if (v.complement != ~v.number) throw torn_value();
    return v.number;
  }
};

template <>
struct sample<wide> {
  static constexpr const char* name = "boxed_wide";
  static wide of(std::int64_t n) { return {n, ~n}; }
  static std::int64_t number(const wide& v) {
    if (v.complement != ~v.number) throw torn_value();
    return v.number;
  }
};

template <>
struct sample<std::string> {
  static constexpr const char* name = "boxed_string";
  // Longer than a string keeps within itself.
  static std::string of(std::int64_t n) {
    return std::string(32, '0') + std::to_string(n);
  }
  static std::int64_t number(const std::string& v) {
    if (v.size() <= 32) throw torn_value();
    return std::stoll(v.substr(32));
  }
};

template <>
struct sample<move_only> {
  static constexpr const char* name = "boxed_move_only";
  static move_only of(std::int64_t n) { return std::make_unique<const std::int64_t>(n); }
  static std::int64_t number(const move_only& v) {
    if (v == nullptr) throw torn_value();
    return *v;
  }
};

static_assert(inline_value<std::int64_t> && inline_value<halves>);
static_assert(!inline_value<wide> && !inline_value<std::string> &&
              !inline_value<move_only>);

using all_representations =
    ::testing::Types<std::int64_t, halves, wide, std::string, move_only>;
using inline_representations = ::testing::Types<std::int64_t, halves>;
using boxed_representations = ::testing::Types<wide, std::string, move_only>;

// Names the instances of a typed suite.
struct representation_names {
  template <typename T>
  static std::string GetName(int /*index*/) {  // NOLINT(readability-identifier-naming)
    return sample<T>::name;
  }
};

// The update function of most tests: the next number.
template <typename T>
T successor(const T& value) {
  return sample<T>::of(sample<T>::number(value) + 1);
}

}  // namespace tussle::tests
