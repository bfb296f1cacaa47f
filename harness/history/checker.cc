#include "harness/history/checker.h"

#include <chrono>
#include <map>
#include <utility>

#include "harness/history/chain.h"
#include "harness/history/fifo.h"

namespace tussle::history {
namespace {

// Calls `visit` with the model of an object. `order` spares it dead ends.
template <typename Visit>
auto with_model(const specification& object, const leaving_order* order, Visit visit) {
  switch (object.kind) {
    case object_kind::one_shot:
      return visit(one_shot_model());
    case object_kind::queue:
      return visit(queue_model(order));
    case object_kind::channel:
      return visit(channel_model(object.capacity, order));
    default:
      return visit(cell_model(object.initial));
  }
}

std::string reason_of(const search_result& found, const history& operations) {
  if (found.said == answer::linearizable) return "";
  const std::string done = std::to_string(found.order.size()) + " of " +
                           std::to_string(operations.size()) + " operations in order";
  if (found.said == answer::cut) {
    return "cut after " + std::to_string(found.configurations) + " configurations, " +
           done;
  }
  if (!found.stuck) return "the operations that ended leave a hand-over unfinished";
  const operation& stuck = operations[*found.stuck];
  return "after " + done + " nothing lets " + to_string(stuck) + " of thread " +
         std::to_string(stuck.thread) + " end";
}

judgement searched(const history& operations, const specification& object,
                   const budget& limits) {
  const bool ordered =
      object.kind == object_kind::queue || object.kind == object_kind::channel;
  const leaving_order order(ordered ? operations : history());
  return with_model(object, &order, [&](const auto& model) {
    search_result found = search(model, operations, limits).run();
    std::string reason = reason_of(found, operations);
    return judgement{.said = found.said,
                     .method = "search",
                     .reason = std::move(reason),
                     .configurations = found.configurations,
                     .order = std::move(found.order),
                     .stuck = found.stuck};
  });
}

// An answer that no object gives to such a call.
std::optional<judgement> nonsense(const history& operations) {
  for (const operation& one : operations) {
    if (is_well_formed(one)) continue;
    return judgement{.said = answer::not_linearizable,
                     .method = "pattern",
                     .reason = to_string(one) + ": no such outcome"};
  }
  return std::nullopt;
}

judgement check_one(const history& operations, const specification& object,
                    const budget& limits) {
  if (auto found = nonsense(operations)) return *found;
  if (object.kind == object_kind::cell) {
    chain_result told = check_chain(operations, object.initial);
    if (told.said != answer::cut) {
      return {.said = told.said, .method = "chain", .reason = std::move(told.reason)};
    }
  }
  if (object.kind == object_kind::queue || object.kind == object_kind::channel) {
    if (auto pattern = fifo_violation(operations)) {
      return {.said = answer::not_linearizable,
              .method = "pattern",
              .reason = std::move(*pattern)};
    }
  }
  return searched(operations, object, limits);
}

// What was said of a part, told of the whole.
void add_part(judgement& whole, judgement part,
              const std::vector<std::uint32_t>& places) {
  for (step& each : part.order) each.operation = places[each.operation];
  if (part.stuck) part.stuck = places[*part.stuck];
  part.configurations += whole.configurations;
  const bool graver = part.said == answer::not_linearizable ||
                      (part.said == answer::cut && whole.said == answer::linearizable);
  if (graver) {
    whole = std::move(part);
    return;
  }
  whole.configurations = part.configurations;
  if (whole.said != answer::linearizable) return;
  if (whole.method.empty() || part.method == "search") whole.method = part.method;
  whole.order.insert(whole.order.end(), part.order.begin(), part.order.end());
}

template <typename Check>
judgement check_each(const history& operations, Check check_part) {
  const auto began = std::chrono::steady_clock::now();
  std::map<std::int64_t, std::vector<std::uint32_t>> keys;
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    keys[operations[i].key].push_back(i);
  }
  judgement whole{.said = answer::linearizable};
  for (const auto& [key, places] : keys) {
    history part;
    for (const std::uint32_t place : places) part.push_back(operations[place]);
    add_part(whole, check_part(part), places);
    if (whole.said == answer::not_linearizable) break;
  }
  whole.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return whole;
}

template <typename Model>
auto replay(const Model& model, const history& operations,
            const std::vector<step>& order) {
  auto state = model.start();
  for (const step& each : order) {
    auto next = model.apply(state, operations[each.operation], each);
    if (next) state = std::move(*next);
  }
  return state;
}

}  // namespace

judgement check(const history& operations, const specification& object,
                const budget& limits) {
  return check_each(operations,
                    [&](const history& part) { return check_one(part, object, limits); });
}

judgement check_by_search(const history& operations, const specification& object,
                          const budget& limits) {
  return check_each(operations,
                    [&](const history& part) { return searched(part, object, limits); });
}

std::string state_after(const history& operations, const specification& object,
                        const std::vector<step>& order) {
  return with_model(object, nullptr, [&](const auto& model) {
    return to_text(replay(model, operations, order));
  });
}

bool may_follow(const history& operations, const specification& object,
                const std::vector<step>& order, std::uint32_t candidate) {
  return with_model(object, nullptr, [&](const auto& model) {
    const operation& one = operations[candidate];
    const part first = model.has_two_steps(one) ? part::entry : part::whole;
    return model.apply(replay(model, operations, order), one, step{candidate, first})
        .has_value();
  });
}

}  // namespace tussle::history
