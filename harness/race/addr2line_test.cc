// Does what addr2line prints become frames?
#include "harness/race/addr2line.h"

#include <gtest/gtest.h>

namespace tussle::race {
namespace {

TEST(addr2line, inlined_calls_are_frames_of_their_own_innermost_first) {
  const call_stack frames = parse_addr2line(
      "ns::bump(long)\n/root/a/b.h:30\nns::loop()\n/root/c.cc:64 (discriminator 3)\n",
      "/root");

  const call_stack expected = {
      {.function = "ns::bump(long)", .file = "a/b.h", .line = 30, .module = ""},
      {.function = "ns::loop()", .file = "c.cc", .line = 64, .module = ""}};
  EXPECT_EQ(frames, expected);
}

TEST(addr2line, what_is_not_known_is_left_out) {
  EXPECT_TRUE(parse_addr2line("??\n??:0\n", "").empty());
  EXPECT_TRUE(parse_addr2line("f()\n??:?\n", "").empty());
  EXPECT_TRUE(parse_addr2line("", "").empty());
}

TEST(addr2line, a_line_that_is_not_known_is_none) {
  const call_stack frames = parse_addr2line("f()\na.cc:?\n", "");

  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].file, "a.cc");
  EXPECT_EQ(frames[0].line, 0);
}

TEST(addr2line, a_module_that_is_not_there_says_nothing) {
  EXPECT_TRUE(ask_addr2line("no such 'module'", "0x1", "").empty());
}

}  // namespace
}  // namespace tussle::race
