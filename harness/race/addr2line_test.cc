// Does what addr2line prints become frames?
#include "harness/race/addr2line.h"

#include <gtest/gtest.h>

namespace tussle::race {
namespace {

TEST(addr2line, inlined_calls_are_frames_of_their_own_innermost_first) {
  const call_stack frames = parse_addr2line(
      "ns::bump(long)\n/src/a/b.h:30\nns::loop()\n/src/c.cc:64 (discriminator 3)\n",
      "/src");

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

TEST(addr2line, several_addresses_are_told_apart) {
  const std::vector<call_stack> all = parse_addresses(
      "0x0000000000000001\nf()\na.cc:1\ng()\na.cc:2\n0x0000000000000002\n??\n??:0\n"
      "0x0000000000000003\nh()\nb.cc:3\n",
      "");

  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].size(), 2U);
  EXPECT_TRUE(all[1].empty());
  ASSERT_EQ(all[2].size(), 1U);
  EXPECT_EQ(all[2][0].function, "h()");
}

TEST(addr2line, a_module_that_is_not_there_says_nothing) {
  EXPECT_TRUE(ask_addr2line("no such 'module'", "0x1", "").empty());
}

}  // namespace
}  // namespace tussle::race
