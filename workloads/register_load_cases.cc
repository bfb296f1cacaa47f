// The loads on agents, futures and promises, and on what is used instead of them: compiled
// apart, because they bring runtimes and the headers of other libraries.
#include "workloads/planted/naive_fan_out.h"
#include "workloads/planted/naive_lines.h"
#include "workloads/planted/naive_shots.h"
#include "workloads/planted/naive_spawner.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/fan_out_fan_in.h"
#include "workloads/scenarios/history_one_shot.h"
#include "workloads/scenarios/one_shot.h"
#include "workloads/scenarios/serial_counter.h"
#include "workloads/scenarios/spawn.h"
#include "workloads/subjects/asio_strand.h"
#include "workloads/subjects/fan_outs.h"
#include "workloads/subjects/moodycamel_line.h"
#include "workloads/subjects/one_shots.h"
#include "workloads/subjects/serial_lines.h"
#include "workloads/subjects/spawners.h"
#include "workloads/subjects/tbb_tasks.h"

namespace tussle::workloads {

void add_load_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<serial_counter, s::agent_line, s::thread_line, planted::overtaking_line>();
  all.add<fan_out_fan_in, s::promise_fan_out, s::future_fan_out, s::async_fan_out,
          s::std_promise_fan_out, s::latch_fan_out, s::blocking_counter_fan_out,
          planted::early_fan_out>();
  all.add<one_shot, s::promise_shot, s::std_promise_shot, s::notification_shot,
          s::condition_shot, s::atomic_wait_shot, planted::notified_shot,
          planted::early_flag_shot, planted::last_one_shot>();
  all.add<history_one_shot, s::promise_shot, s::std_promise_shot, s::notification_shot,
          s::condition_shot, s::atomic_wait_shot, planted::last_one_shot>();
  all.add<spawn, s::future_spawner, s::async_spawner, s::thread_spawner,
          s::packaged_spawner, planted::hasty_spawner>();

  // What other libraries bring.
#if defined(TUSSLE_HAS_ASIO)
  all.extend<serial_counter, s::asio_strand>();
#else
  all.add_not_built(s::asio_strand::info(), {"serial_executor"}, s::asio_strand::needs);
#endif
#if defined(TUSSLE_HAS_MOODYCAMEL)
  all.extend<serial_counter, s::moodycamel_line>();
#else
  all.add_not_built(s::moodycamel_line::info(), {"serial_executor"},
                    s::moodycamel_line::needs);
#endif
#if defined(TUSSLE_HAS_TBB)
  all.extend<fan_out_fan_in, s::tbb_fan_out>();
  all.extend<spawn, s::tbb_spawner>();
#else
  all.add_not_built(s::tbb_fan_out::info(), {"fan_out"}, s::tbb_package);
  all.add_not_built(s::tbb_spawner::info(), {"spawner"}, s::tbb_package);
#endif
}

}  // namespace tussle::workloads
