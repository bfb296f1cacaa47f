// stores.h: what the stores of history_transactions.h agree on.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace tussle::workloads {

// For who wants to see nothing.
struct no_body {
  template <typename View>
  bool operator()(View& /*view*/) const {
    return true;
  }
};

template <typename S>
concept store_subject = std::constructible_from<typename S::store, std::size_t> &&
    requires(typename S::store store) {
  // Of so many keys, which begin with 0. Runs the body as one transaction and gives it a view
  // with `int64 read(size_t key)` and `void write(size_t key, int64)`. The body may run again,
  // and returns whether its writes are to stay. Returns that of the run that counts.
  { store.transact(no_body()) } -> std::same_as<bool>;
  // Whether transactions are serializable; else they see snapshots.
  { S::serializable } -> std::convertible_to<bool>;
};

}  // namespace tussle::workloads
