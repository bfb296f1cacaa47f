// claim.h: a sentence that is taught, put to the test.
//
// A claim has a threshold that was set before anything was measured, and a program of
// evidence that returns figures and a verdict. What nothing here can test says why.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tussle::claims {

enum class verdict : std::uint8_t {
  supported,     // the threshold was met
  refuted,       // it was missed
  inconclusive,  // the evidence does not decide it here
  not_tested,    // there is no evidence
};

// One figure, with what it is of.
struct figure {
  std::string name;
  double value = 0;
  std::string unit = {};  // empty: a count
};

struct evidence {
  verdict came_to = verdict::not_tested;
  std::string because;  // one sentence
  std::vector<figure> figures = {};
};

struct claim {
  std::string id;              // stable: "agent.serial"
  std::string statement;       // as it is taught
  std::string threshold = {};  // what decides, in words
  std::string source =
      {};  // file of the evidence, relative to the repository; empty: none
  // What it must come to wherever it is tried; not_tested: that depends on the machine.
  verdict expected = verdict::not_tested;
  std::function<evidence()> try_it = {};  // empty: `untested` says why not
  std::string untested = {};
};

using claims = std::vector<claim>;

std::string to_string(verdict one);

}  // namespace tussle::claims
