// queue_nodes.h: the places that a thread takes in the lines of queue locks.
//
// A queue lock wants a node for each acquisition, and a lock's interface has no room for
// one. So every thread keeps the nodes that it is not standing on, and takes one from
// there; a thread that holds several locks simply has more of them. Nodes may wander from
// thread to thread (CLH); each belongs to whoever took it last.
#pragma once

#include <memory>
#include <vector>

namespace tussle::workloads::subjects {

template <typename Node>
class queue_nodes {
 public:
  // Of the calling thread. What it still owns when it ends is freed.
  static queue_nodes& mine() {
    thread_local queue_nodes nodes;
    return nodes;
  }

  Node* take() {
    if (free_.empty()) return std::make_unique<Node>().release();
    Node* const node = free_.back().release();
    free_.pop_back();
    return node;
  }

  void give_back(Node* node) { free_.emplace_back(node); }

 private:
  std::vector<std::unique_ptr<Node>> free_;
};

}  // namespace tussle::workloads::subjects
