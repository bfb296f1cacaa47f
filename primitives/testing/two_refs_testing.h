// two_refs_testing.h: two refs of any type of value, for tests of what all types share.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "primitives/reference/snapshot.h"
#include "primitives/stm/tx_ref.h"
#include "primitives/testing/representations_testing.h"

namespace tussle::tests {

template <typename T>
class two_refs : public ::testing::Test {
 public:
  static T of(std::int64_t n) { return sample<T>::of(n); }
  static std::int64_t number(const snapshot<T>& s) { return sample<T>::number(*s); }
  static std::int64_t present(const tx_ref<T>& r) { return number(r.load()); }

  tx_ref<T> r{of(1)};
  tx_ref<T> q{of(10)};
};

}  // namespace tussle::tests
