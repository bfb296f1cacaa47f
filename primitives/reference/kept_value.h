// kept_value.h: a value that something keeps, unchanged, for readers who are protected by a
// means of its own (reclaim/kept_node.h), and hands out as snapshots.
#pragma once

#include <utility>

#include "primitives/reclaim/kept_node.h"
#include "primitives/reference/snapshot.h"

namespace tussle {

// Boxed representation.
template <typename T>
class kept_value {
 public:
  explicit kept_value(snapshot<T> value) noexcept : node_(std::move(value.node_)) {}

  const T& operator*() const noexcept { return *node_; }

  // Throws: std::bad_alloc when a thread's first handle finds no memory.
  snapshot<T> handle() const { return snapshot<T>(node_.handle()); }

 private:
  reclaim::kept_node<T> node_;
};

// Inline representation.
template <inline_value T>
class kept_value<T> {
 public:
  explicit kept_value(snapshot<T> value) noexcept : value_(value) {}

  const T& operator*() const noexcept { return *value_; }
  snapshot<T> handle() const noexcept { return value_; }

 private:
  snapshot<T> value_;
};

}  // namespace tussle
