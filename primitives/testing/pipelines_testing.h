// pipelines_testing.h: pipelines of each kind, from what becomes of one element.
#pragma once

#include <cstddef>
#include <vector>

#include "primitives/channel/channel.h"
#include "primitives/channel/pipeline.h"
#include "primitives/channel/transducer.h"

namespace tussle::tests {

// 0, 1, 2 ...
inline std::vector<int> numbers(int count) {
  std::vector<int> all;
  all.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) all.push_back(i);
  return all;
}

// The three kinds, each made of what becomes of one element: none, one or many.
enum class pipeline_kind { computing, blocking, asynchronous };
inline constexpr pipeline_kind pipeline_kinds[] = {
    pipeline_kind::computing, pipeline_kind::blocking, pipeline_kind::asynchronous};

template <typename F>
auto start_pipeline(pipeline_kind which, std::size_t n, const channel<int>& to, F become,
                    const channel<int>& from, bool close = true) {
  switch (which) {
    case pipeline_kind::computing:
      return pipeline(n, to, xf::mapcat(become), from, {.close = close});
    case pipeline_kind::blocking:
      return pipeline_blocking(n, to, xf::mapcat(become), from, {.close = close});
    default:
      return pipeline_async(n, to,
                            [become](int element, const channel<int>& result) {
                              for (const int each : become(element))
                                result.put_then(each, [](bool) {});
                              result.close();
                            },
                            from, {.close = close});
  }
}

inline std::vector<int> itself(int n) { return {n}; }

}  // namespace tussle::tests
