// The classical litmus programs whose outcome is what their loads read. Names and verdicts:
// Alglave, Maranget and Tautschnig 2014, "Herding cats"; C++20 [atomics.order].
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "harness/schedule/memory/program_testing.h"

namespace tussle::sim::tests {
namespace {

struct classic {
  std::string name;
  program what;
  std::set<outcome> forbidden;  // what its loads cannot read
  std::set<outcome> gap = {};   // what C++ allows and the model does not reach
};

void PrintTo(const classic& each, std::ostream* out) { *out << each.name; }  // NOLINT

// Every load reads 0 or a value that is stored to its location.
std::set<outcome> imaginable(const program& p) {
  std::set<outcome> all{{}};
  for (const thread_steps& thread : p.threads) {
    for (const step& s : thread) {
      if (s.kind != step_kind::load) continue;
      std::set<int> values{0};
      for (const thread_steps& other : p.threads) {
        for (const step& w : other) {
          if (w.kind == step_kind::store && w.where == s.where) values.insert(w.value);
        }
      }
      std::set<outcome> longer;
      for (outcome each : all) {
        each.push_back(0);
        for (const int value : values) {
          each.back() = value;
          longer.insert(each);
        }
      }
      all = longer;
    }
  }
  return all;
}

std::string name_of(const ::testing::TestParamInfo<classic>& each) {
  return each.param.name;
}

class classic_reads : public ::testing::TestWithParam<classic> {};

TEST_P(classic_reads, reach_all_that_is_allowed_and_nothing_else) {
  const classic& c = GetParam();
  std::set<outcome> expected = imaginable(c.what);
  for (const outcome& each : c.forbidden) ASSERT_EQ(expected.erase(each), 1U);
  for (const outcome& each : c.gap) ASSERT_EQ(expected.erase(each), 1U);

  EXPECT_EQ(reads_of(c.what, explore(c.what).outcomes), expected);
}

using order = std::memory_order;

// SB: each thread stores, then loads what the other stores.
program store_buffering(order stores, order loads, std::optional<order> between = {}) {
  program p{
      {{store(x, 1, stores), load(y, loads)}, {store(y, 1, stores), load(x, loads)}}};
  if (between) {
    for (thread_steps& each : p.threads) each.insert(each.begin() + 1, fence(*between));
  }
  return p;
}

// MP: a payload, then a flag.
program message_passing(order stored, order loaded) {
  return {
      {{store(x, 1, relaxed), store(y, 1, stored)}, {load(y, loaded), load(x, relaxed)}}};
}

program message_passing_by_fences(order before_flag, order after_flag) {
  return {{{store(x, 1, relaxed), fence(before_flag), store(y, 1, relaxed)},
           {load(y, relaxed), fence(after_flag), load(x, relaxed)}}};
}

// LB: each thread loads, then stores what the other loads.
program load_buffering(order loads, order stores) {
  return {{{load(x, loads), store(y, 1, stores)}, {load(y, loads), store(x, 1, stores)}}};
}

// IRIW: two readers see two independent stores in different orders.
program independent_reads(order stores, order loads, std::optional<order> between = {}) {
  program p{{{store(x, 1, stores)},
             {store(y, 1, stores)},
             {load(x, loads), load(y, loads)},
             {load(y, loads), load(x, loads)}}};
  if (between) {
    p.threads[2].insert(p.threads[2].begin() + 1, fence(*between));
    p.threads[3].insert(p.threads[3].begin() + 1, fence(*between));
  }
  return p;
}

// RWC: a reader of both, and a writer that reads.
program read_to_write(order stores, order loads) {
  return {{{store(x, 1, stores)},
           {load(x, loads), load(y, loads)},
           {store(y, 1, stores), load(x, loads)}}};
}

// WRC: a store is read, and what was read is passed on.
program write_to_read(order stores, order loads) {
  return {{{store(x, 1, stores)},
           {load(x, loads), store(y, 1, stores)},
           {load(y, loads), load(x, loads)}}};
}

// ISA2: a message goes through a third thread.
program by_a_third(order stores, order loads) {
  return {{{store(x, 1, relaxed), store(y, 1, stores)},
           {load(y, loads), store(z, 1, stores)},
           {load(z, loads), load(x, relaxed)}},
          3};
}

// CoRR: two loads of one thread, of what one other stores twice.
program same_location(order stores, order loads) {
  return {{{store(x, 1, stores), store(x, 2, stores)}, {load(x, loads), load(x, loads)}},
          1};
}

const std::set<outcome> backwards{{1, 0}, {2, 0}, {2, 1}};

INSTANTIATE_TEST_SUITE_P(
    store_buffering, classic_reads,
    ::testing::Values(
        classic{"relaxed", store_buffering(relaxed, relaxed), {}},
        classic{"release_acquire", store_buffering(release, acquire), {}},
        classic{"seq_cst", store_buffering(seq_cst, seq_cst), {{0, 0}}},
        classic{"seq_cst_stores_only", store_buffering(seq_cst, acquire), {}},
        classic{"seq_cst_loads_only", store_buffering(release, seq_cst), {}},
        classic{"seq_cst_fences", store_buffering(relaxed, relaxed, seq_cst), {{0, 0}}},
        classic{"acq_rel_fences", store_buffering(relaxed, relaxed, acq_rel), {}},
        classic{"seq_cst_against_a_fence",
                {{{store(x, 1, seq_cst), load(y, seq_cst)},
                  {store(y, 1, relaxed), fence(seq_cst), load(x, relaxed)}}},
                {{0, 0}}},
        classic{"release_against_a_fence",
                {{{store(x, 1, release), load(y, acquire)},
                  {store(y, 1, relaxed), fence(seq_cst), load(x, relaxed)}}},
                {}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    message_passing, classic_reads,
    ::testing::Values(
        classic{"relaxed", message_passing(relaxed, relaxed), {}},
        classic{"release_acquire", message_passing(release, acquire), {{1, 0}}},
        classic{"seq_cst", message_passing(seq_cst, seq_cst), {{1, 0}}},
        classic{"seq_cst_release_side", message_passing(seq_cst, acquire), {{1, 0}}},
        classic{"release_only", message_passing(release, relaxed), {}},
        classic{"acquire_only", message_passing(relaxed, acquire), {}},
        classic{"fences", message_passing_by_fences(release, acquire), {{1, 0}}},
        classic{"seq_cst_fences", message_passing_by_fences(seq_cst, seq_cst), {{1, 0}}},
        classic{"release_fences_only", message_passing_by_fences(release, release), {}},
        classic{"acquire_fences_only", message_passing_by_fences(acquire, acquire), {}},
        classic{"release_fence_to_acquire_load",
                {{{store(x, 1, relaxed), fence(release), store(y, 1, relaxed)},
                  {load(y, acquire), load(x, relaxed)}}},
                {{1, 0}}},
        classic{"release_store_to_acquire_fence",
                {{{store(x, 1, relaxed), store(y, 1, release)},
                  {load(y, relaxed), fence(acquire), load(x, relaxed)}}},
                {{1, 0}}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    load_buffering, classic_reads,
    ::testing::Values(
        // A load never reads a store that is yet to be done.
        classic{"relaxed", load_buffering(relaxed, relaxed), {}, {{1, 1}}},
        classic{"acquire", load_buffering(acquire, relaxed), {}, {{1, 1}}},
        classic{"release_acquire", load_buffering(acquire, release), {{1, 1}}},
        classic{"seq_cst", load_buffering(seq_cst, seq_cst), {{1, 1}}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    independent_reads, classic_reads,
    ::testing::Values(
        classic{"relaxed", independent_reads(relaxed, relaxed), {}},
        classic{"release_acquire", independent_reads(release, acquire), {}},
        classic{"seq_cst", independent_reads(seq_cst, seq_cst), {{1, 0, 1, 0}}},
        // The stores need no order of their own: what the loads read orders the loads.
        classic{
            "seq_cst_loads_only", independent_reads(release, seq_cst), {{1, 0, 1, 0}}},
        classic{"seq_cst_fences",
                independent_reads(relaxed, relaxed, seq_cst),
                {{1, 0, 1, 0}}},
        classic{"acq_rel_fences", independent_reads(relaxed, relaxed, acq_rel), {}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    read_to_write, classic_reads,
    ::testing::Values(classic{"relaxed", read_to_write(relaxed, relaxed), {}},
                      classic{"release_acquire", read_to_write(release, acquire), {}},
                      classic{"seq_cst", read_to_write(seq_cst, seq_cst), {{1, 0, 0}}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    write_to_read, classic_reads,
    ::testing::Values(
        classic{"relaxed", write_to_read(relaxed, relaxed), {}},
        classic{"release_acquire", write_to_read(release, acquire), {{1, 1, 0}}},
        classic{"seq_cst", write_to_read(seq_cst, seq_cst), {{1, 1, 0}}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    by_a_third, classic_reads,
    ::testing::Values(classic{"relaxed", by_a_third(relaxed, relaxed), {}},
                      classic{
                          "release_acquire", by_a_third(release, acquire), {{1, 1, 0}}},
                      classic{"seq_cst", by_a_third(seq_cst, seq_cst), {{1, 1, 0}}}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    same_location, classic_reads,
    ::testing::Values(classic{"relaxed", same_location(relaxed, relaxed), backwards},
                      classic{"release_acquire", same_location(release, acquire),
                              backwards},
                      classic{"seq_cst", same_location(seq_cst, seq_cst), backwards}),
    name_of);

}  // namespace
}  // namespace tussle::sim::tests
