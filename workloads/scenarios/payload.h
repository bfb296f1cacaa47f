// payload.h: values of a chosen size that show when they are torn.
//
// A value is a version, filled up to its size with words that follow from it. A reader of
// every size does the same cheap thing: it compares the first word with the last, which
// also touches both ends. A value that is torn in the middle only is seen by `intact`,
// which compares all words; workloads call it now and then (see due_for_full_check).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "harness/case/case_info.h"
#include "harness/case/case_run.h"
#include "harness/case/roles.h"

namespace tussle::workloads {

template <std::size_t Bytes>
class payload {
 public:
  payload() : payload(0) {}
  explicit payload(std::uint32_t version) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] = word(version, i);
  }

  std::uint32_t version() const { return static_cast<std::uint32_t>(words_.front()); }
  payload next() const { return payload(version() + 1); }

  bool ends_match() const { return words_.back() == word(version(), words_.size() - 1); }
  bool intact() const {
    bool same = true;
    for (std::size_t i = 0; i < words_.size(); ++i)
      same = same && words_[i] == word(version(), i);
    return same;
  }

 private:
  static_assert(Bytes % 8 == 0 && Bytes > 8);

  // The first word is the version itself; no word of a version is that of another.
  static std::uint64_t word(std::uint32_t version, std::size_t i) {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;
    return i == 0 ? version : (version + 1) * odd + i;
  }

  std::array<std::uint64_t, Bytes / 8> words_;
};

// One word, so that every subject can hold it in a lock-free atomic: the second half is
// the complement of the first.
template <>
class alignas(8) payload<8> {
 public:
  payload() = default;
  explicit payload(std::uint32_t version) : version_(version), complement_(~version) {}

  std::uint32_t version() const { return version_; }
  payload next() const { return payload(version_ + 1); }

  bool ends_match() const { return complement_ == ~version_; }
  bool intact() const { return ends_match(); }

 private:
  std::uint32_t version_ = 0;
  std::uint32_t complement_ = ~std::uint32_t{0};
};

// What a look at a value gave.
struct sight {
  std::uint32_t version = 0;
  bool whole = true;
};

template <typename Value>
sight look_at(const Value& value, bool fully) {
  return {value.version(), fully ? value.intact() : value.ends_match()};
}

// Every 64th of a thread's looks compares all words: on 4096 bytes that is a few
// nanoseconds an operation, the same for every subject.
inline bool due_for_full_check(std::uint64_t looks) { return looks % 64 == 0; }

// The sizes that there are: each is a type, compiled for every subject.
inline harness::condition_info payload_condition(std::vector<double> sizes,
                                                 std::vector<double> default_values,
                                                 bool optional) {
  const double least = sizes.front();
  const double most = sizes.back();
  return {.name = "payload",
          .unit = "bytes",
          .description = "Size of the value that is read and replaced.",
          .default_values = std::move(default_values),
          .minimum = least,
          .maximum = most,
          .allowed = std::move(sizes),
          .optional = optional};
}

// Subjects that hold one word only take part with the smallest value.
template <typename Subject>
harness::limit one_word_limit() {
  if constexpr (harness::can_hold<Subject, payload<64>>()) {
    return {};
  } else {
    return {
        .condition = "payload",
        .only = 8,
        .reason = "it is one atomic word, and larger values would take a hidden lock"};
  }
}

// The run of `Run<Subject, payload<N>>` for the first N of Bytes that is wanted.
template <template <typename, typename> typename Run, typename Subject, std::size_t Bytes,
          std::size_t... Others>
std::unique_ptr<harness::case_run> make_sized(std::size_t wanted,
                                              const harness::conditions& values) {
  if constexpr (harness::can_hold<Subject, payload<Bytes>>()) {
    using run = Run<Subject, payload<Bytes>>;
    if (wanted == Bytes) return std::make_unique<harness::typed_case_run<run>>(values);
  }
  if constexpr (sizeof...(Others) > 0) {
    return make_sized<Run, Subject, Others...>(wanted, values);
  }
  return nullptr;
}

}  // namespace tussle::workloads
