// asio_strand.h (subject): Boost.Asio: a strand for each target, on one pool of threads.
//
// Strands share some two hundred locks, whatever their number: targets that share one wait for
// each other for a moment.
#pragma once

#if defined(TUSSLE_HAS_ASIO)
#if defined(TUSSLE_MODE_TSAN)
// Fences around what is called, beside the locks that order it: ThreadSanitizer does not model
// them, and g++ refuses them.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK  // NOLINT: the library's name for it
#endif
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>
#endif

#include "harness/case/case_info.h"
#include "primitives/task/runtime.h"
#include "workloads/scenarios/increments.h"

namespace tussle::workloads::subjects {

struct asio_strand {
  static constexpr const char* needs = "libboost-dev";

  static harness::subject_info info() {
    return {.name = "asio_strand",
            .kind = harness::subject_kind::baseline,
            .description =
                "A boost::asio::strand for each target, on a boost::asio::thread_pool.",
            .source = "workloads/subjects/asio_strand.h"};
  }

#if defined(TUSSLE_HAS_ASIO)
  class lines {
   public:
    lines(runtime& /*on*/, std::int64_t targets) : pool_(usual_width()) {
      targets_.reserve(static_cast<std::size_t>(targets));
      for (std::int64_t i = 0; i < targets; ++i)
        targets_.push_back({boost::asio::make_strand(pool_), 0});
    }

    ~lines() { finish(); }
    lines(const lines&) = delete;
    lines& operator=(const lines&) = delete;

    void send(std::int64_t target, const increment& one) {
      counted& to = targets_[static_cast<std::size_t>(target)];
      boost::asio::post(to.strand, [&to, one] { to.value = one(to.value); });
    }
    void finish() {
      if (!std::exchange(finished_, true)) pool_.join();  // when nothing is left to do
    }
    std::int64_t value(std::int64_t target) const {
      return targets_[static_cast<std::size_t>(target)].value;
    }

   private:
    struct counted {
      boost::asio::strand<boost::asio::thread_pool::executor_type> strand;
      std::int64_t value;
    };

    boost::asio::thread_pool pool_;  // strands refer to it, also when they end
    std::vector<counted> targets_;
    bool finished_ = false;
  };
#endif
};

}  // namespace tussle::workloads::subjects
