#include "harness/case/registry.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "harness/case/case_name.h"

namespace tussle::harness {
namespace {

template <typename Infos>
auto find_named(const Infos& infos, std::string_view name) -> const
    typename Infos::value_type* {
  const auto found = std::find_if(infos.begin(), infos.end(),
                                  [&](const auto& i) { return i.name == name; });
  return found == infos.end() ? nullptr : &*found;
}

// Every combination of the conditions' default values.
std::vector<conditions> default_grid(const workload_info& workload) {
  std::vector<conditions> grid{conditions()};
  for (const condition_info& condition : workload.conditions) {
    std::vector<conditions> longer;
    for (const conditions& prefix : grid) {
      for (const double value : condition.default_values) {
        longer.push_back(prefix);
        longer.back().set(condition, value);
      }
    }
    grid = std::move(longer);
  }
  return grid;
}

}  // namespace

std::string to_string(subject_kind kind) {
  switch (kind) {
    case subject_kind::ours:
      return "ours";
    case subject_kind::baseline:
      return "baseline";
    case subject_kind::planted:
      return "planted";
    case subject_kind::harness:
      return "harness";
  }
  return "baseline";
}

namespace {

bool is_value(const condition_info& condition, double value) {
  const auto& allowed = condition.allowed;
  const bool listed = allowed.empty() ||
                      std::find(allowed.begin(), allowed.end(), value) != allowed.end();
  return listed && value >= condition.minimum && value <= condition.maximum;
}

// A mistake in a workload is found when it is registered, not when somebody first runs
// it.
void require_sound(const workload_info& info) {
  const std::string where = "workload '" + info.name + "': ";
  if (info.conditions.empty() || info.conditions.back().name != "threads") {
    throw std::logic_error(where + "its last condition must be threads");
  }
  const std::set<std::string> named(info.operations.begin(), info.operations.end());
  if (named.empty() || named.size() != info.operations.size() || named.contains("")) {
    throw std::logic_error(where + "its operations need a name each, all different");
  }
  for (const condition_info& c : info.conditions) {
    const bool inside = std::all_of(c.default_values.begin(), c.default_values.end(),
                                    [&](double value) { return is_value(c, value); });
    if (c.default_values.empty() || !inside) {
      throw std::logic_error(where + "condition '" + c.name +
                             "' needs default values that it can take");
    }
  }
}

// What the harness answers for is asked of every workload.
void add_common_conditions(workload_info& info) {
  auto& all = info.conditions;
  const condition_info threads = all.back();
  all.back() = placement_condition();
  all.push_back(allocator_condition());
  all.push_back(threads);
}

}  // namespace

bool allows(const limit& only, const conditions& values) {
  return only.condition.empty() || values.fraction(only.condition) == only.only;
}

void registry::add_workload(workload_info info) {
  if (find_workload(info.name) != nullptr) {
    throw std::logic_error("workload '" + info.name + "' is registered twice");
  }
  require_sound(info);
  add_common_conditions(info);
  workloads_.push_back(std::move(info));
}

void registry::require_workload(std::string_view name) const {
  if (find_workload(name) == nullptr) {
    throw std::logic_error("workload '" + std::string(name) + "' is not registered");
  }
}

void registry::add_subject(subject_info info) {
  if (find_subject(info.name) == nullptr) subjects_.push_back(std::move(info));
}

void registry::add_not_built(subject_info info, std::vector<std::string> roles,
                             std::string needs) {
  not_built_.push_back({std::move(info), std::move(roles), std::move(needs)});
}

void registry::add_entry(registered_case entry) {
  for (const registered_case& other : cases_) {
    if (other.workload == entry.workload && other.subject == entry.subject) {
      throw std::logic_error("workload '" + entry.workload + "': subject '" +
                             entry.subject + "' is registered twice");
    }
  }
  cases_.push_back(std::move(entry));
}

const workload_info* registry::find_workload(std::string_view name) const {
  return find_named(workloads_, name);
}

const subject_info* registry::find_subject(std::string_view name) const {
  return find_named(subjects_, name);
}

std::vector<std::string> registry::roles_of(std::string_view subject) const {
  std::vector<std::string> roles;
  for (const registered_case& entry : cases_) {
    if (entry.subject != subject) continue;
    const std::string& role = find_workload(entry.workload)->role;
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
  }
  return roles;
}

selected_case registry::select(const registered_case& entry, conditions values) const {
  selected_case selected{&entry,
                         find_workload(entry.workload),
                         find_subject(entry.subject),
                         std::move(values),
                         {}};
  selected.name = entry.workload + "/" + entry.subject + "/" + to_name(selected.values);
  return selected;
}

std::vector<selected_case> registry::default_cases() const {
  std::vector<selected_case> selected;
  for (const registered_case& entry : cases_) {
    for (conditions& values : default_grid(*find_workload(entry.workload))) {
      if (allows(entry.limit, values))
        selected.push_back(select(entry, std::move(values)));
    }
  }
  return selected;
}

selected_case registry::find(std::string_view name) const {
  const parsed_case_name parsed = parse_case_name(name);
  std::vector<std::string> names;
  for (const workload_info& w : workloads_) names.push_back(w.name);
  const workload_info* const workload = find_workload(parsed.workload);
  if (workload == nullptr) {
    throw usage_error("no workload '" + std::string(parsed.workload) + "'" +
                      suggestion(parsed.workload, names));
  }
  names.clear();
  for (const registered_case& entry : cases_) {
    if (entry.workload != workload->name) continue;
    names.push_back(entry.subject);
    if (entry.subject != parsed.subject) continue;
    conditions values = read_conditions(parsed, *workload);
    if (!allows(entry.limit, values)) {
      throw usage_error("case '" + std::string(name) + "': " + entry.subject + " needs " +
                        entry.limit.condition + ":" + to_name(entry.limit.only) +
                        ", because " + entry.limit.reason);
    }
    return select(entry, std::move(values));
  }
  for (const not_built_subject& absent : not_built_) {
    if (absent.info.name != parsed.subject) continue;
    throw usage_error("subject '" + absent.info.name + "' is not built: it needs " +
                      absent.needs);
  }
  throw usage_error("workload '" + workload->name + "' has no subject '" +
                    std::string(parsed.subject) + "'" +
                    suggestion(parsed.subject, names));
}

}  // namespace tussle::harness
