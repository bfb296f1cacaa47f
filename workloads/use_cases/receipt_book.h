// receipt_book.h: a simulated printer, which knows whether it was asked for each receipt once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/case/worker.h"

namespace tussle::workloads::use_cases {

// Receipts of one customer are numbered from 1, and written in this order, one at a time.
class receipt_book {
 public:
  explicit receipt_book(int customers)
      : by_customer_(static_cast<std::size_t>(customers)) {}

  void write(std::size_t customer, std::int64_t number) {
    page& mine = by_customer_[customer];
    // Relaxed: counts; who compares them has waited for the writers by other means.
    if (number == mine.written.load(std::memory_order_relaxed) + 1) {
      mine.written.store(number, std::memory_order_relaxed);
    } else {
      mine.repeated.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::int64_t written_for(std::size_t customer) const {
    return by_customer_[customer].written.load(std::memory_order_relaxed);
  }
  // Or out of order.
  std::int64_t repeated_for(std::size_t customer) const {
    return by_customer_[customer].repeated.load(std::memory_order_relaxed);
  }

 private:
  struct alignas(harness::padding) page {
    std::atomic<std::int64_t> written{0};
    std::atomic<std::int64_t> repeated{0};
  };

  std::vector<page> by_customer_;
};

// Writes one receipt.
class numbered_receipt {
 public:
  numbered_receipt(receipt_book& book, std::size_t customer, std::int64_t number)
      : book_(&book), customer_(customer), number_(number) {}
  void operator()() const { book_->write(customer_, number_); }

 private:
  receipt_book* book_;
  std::size_t customer_;
  std::int64_t number_;
};

}  // namespace tussle::workloads::use_cases
