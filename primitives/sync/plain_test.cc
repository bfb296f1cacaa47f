// Is a marked variable what it marks, and watched memory memory?
#include "primitives/sync/plain.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "primitives/sync/allocate.h"

namespace tussle::sync {
namespace {

TEST(plain, holds_a_value_that_is_read_written_and_changed_in_place) {
  plain<std::string> text("a");

  EXPECT_EQ(text.read(), "a");
  text.write("b");
  text.modify() += "c";
  EXPECT_EQ(text.read(), "bc");
}

TEST(plain, starts_as_its_type_does) {
  const plain<int> number;
  constinit static plain<int> constant(3);

  EXPECT_EQ(number.read(), 0);
  EXPECT_EQ(constant.read(), 3);
}

TEST(plain, takes_no_more_room_than_its_type) {
  EXPECT_EQ(sizeof(plain<std::uint64_t>), sizeof(std::uint64_t));
}

TEST(allocate, gives_memory_of_the_size_and_alignment_that_was_asked_for) {
  for (const std::size_t alignment : {16U, 64U, 128U}) {
    void* const memory = allocate(100, alignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignment, 0U);
    std::memset(memory, 1, 100);
    deallocate(memory, alignment);
  }
}

}  // namespace
}  // namespace tussle::sync
