// Does a claim come to what its evidence says, and is a surprise told?
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/claims/main.h"
#include "harness/claims/result.h"

namespace tussle::claims {
namespace {

claim with(verdict expected, verdict came_to) {
  return {.id = "test.claim",
          .statement = "it is so",
          .threshold = "one figure",
          .source = "here",
          .expected = expected,
          .try_it = [came_to] {
            return evidence{came_to, "it was looked at", {{"figure", 1.5, "ns"}}};
          }};
}

int run(const claims& all, std::vector<const char*> arguments = {}) {
  arguments.insert(arguments.begin(), "tussle_claims");
  return run_main(all, static_cast<int>(arguments.size()), arguments.data());
}

TEST(claims, come_to_what_the_evidence_says) {
  const result one = try_claim(with(verdict::supported, verdict::supported));

  EXPECT_EQ(one.found.came_to, verdict::supported);
  EXPECT_FALSE(one.is_surprise());
  EXPECT_NE(to_text(one).find("supported"), std::string::npos);
  EXPECT_NE(to_text(one).find("1.5 ns"), std::string::npos);
}

TEST(claims, that_come_to_something_else_are_a_surprise) {
  const claim one = with(verdict::supported, verdict::refuted);

  EXPECT_TRUE(try_claim(one).is_surprise());
  EXPECT_NE(to_text(try_claim(one)).find("SURPRISE"), std::string::npos);
  EXPECT_EQ(run({one}), 3);
}

TEST(claims, that_depend_on_the_machine_surprise_nobody) {
  EXPECT_FALSE(try_claim(with(verdict::not_tested, verdict::refuted)).is_surprise());
  EXPECT_EQ(run({with(verdict::not_tested, verdict::inconclusive)}), 0);
}

TEST(claims, whose_evidence_cannot_be_taken_are_failures) {
  claim one = with(verdict::supported, verdict::supported);
  one.try_it = []() -> evidence { throw std::runtime_error("no memory"); };

  EXPECT_EQ(try_claim(one).error, "no memory");
  EXPECT_EQ(run({one}), 4);
}

TEST(claims, without_evidence_say_why) {
  const claim one{.id = "test.later", .statement = "it is so", .untested = "not built"};

  EXPECT_EQ(try_claim(one).found.came_to, verdict::not_tested);
  EXPECT_EQ(try_claim(one).found.because, "not built");
  EXPECT_EQ(run({one}), 0);
}

TEST(claims, are_recorded) {
  const auto record = nlohmann::json::parse(
      record_text({try_claim(with(verdict::supported, verdict::refuted))}));
  const auto& one = record["claims"][0];

  EXPECT_EQ(one["verdict"], "refuted");
  EXPECT_EQ(one["expected"], "supported");
  EXPECT_EQ(one["surprise"], true);
  EXPECT_EQ(one["figures"][0]["unit"], "ns");
}

TEST(claims, bad_usage_is_2) {
  const claims all = {with(verdict::supported, verdict::supported)};

  EXPECT_EQ(run(all, {"--filter", "nothing"}), 2);
  EXPECT_EQ(run(all, {"--filter", "("}), 2);
  EXPECT_EQ(run(all, {"--filter"}), 2);
  EXPECT_EQ(run(all, {"--lists"}), 2);
  EXPECT_EQ(run(all, {"--json", "/no/such/directory/claims.json"}), 2);
  EXPECT_EQ(run(all, {"--list", "--filter", "test"}), 0);
}

}  // namespace
}  // namespace tussle::claims
