// The loads on channels and go blocks, and on what is used instead of them: compiled apart,
// because they bring runtimes and the headers of other libraries.
#include "workloads/planted/careless_couriers.h"
#include "workloads/planted/naive_buses.h"
#include "workloads/planted/naive_conveyors.h"
#include "workloads/planted/naive_crowds.h"
#include "workloads/planted/naive_pipelines.h"
#include "workloads/planted/naive_publishers.h"
#include "workloads/planted/naive_queues.h"
#include "workloads/planted/naive_rings.h"
#include "workloads/planted/naive_selectors.h"
#include "workloads/planted/naive_waiting_pools.h"
#include "workloads/register_cases.h"
#include "workloads/scenarios/channel_faults.h"
#include "workloads/scenarios/counter.h"
#include "workloads/scenarios/fan_out_fan_in.h"
#include "workloads/scenarios/history_handover.h"
#include "workloads/scenarios/history_queue.h"
#include "workloads/scenarios/park.h"
#include "workloads/scenarios/ping_pong.h"
#include "workloads/scenarios/pipeline.h"
#include "workloads/scenarios/producers_consumers.h"
#include "workloads/scenarios/pub_sub.h"
#include "workloads/scenarios/ring.h"
#include "workloads/scenarios/select.h"
#include "workloads/scenarios/serial_counter.h"
#include "workloads/scenarios/transfer.h"
#include "workloads/subjects/alts_courier.h"
#include "workloads/subjects/atomic_queue.h"
#include "workloads/subjects/buses.h"
#include "workloads/subjects/channel_actors.h"
#include "workloads/subjects/conveyors.h"
#include "workloads/subjects/couriers.h"
#include "workloads/subjects/crowds.h"
#include "workloads/subjects/errors_courier.h"
#include "workloads/subjects/fibers.h"
#include "workloads/subjects/lockfree_queue.h"
#include "workloads/subjects/moodycamel_queue.h"
#include "workloads/subjects/pairs.h"
#include "workloads/subjects/pipeline_courier.h"
#include "workloads/subjects/pipelines.h"
#include "workloads/subjects/pub_courier.h"
#include "workloads/subjects/publishers.h"
#include "workloads/subjects/queues.h"
#include "workloads/subjects/rings.h"
#include "workloads/subjects/selectors.h"
#include "workloads/subjects/tbb_conveyor.h"
#include "workloads/subjects/tbb_queue.h"
#include "workloads/subjects/waiting_pools.h"
#include "workloads/use_cases/event_bus.h"
#include "workloads/use_cases/resource_pool.h"
#include "workloads/use_cases/staged_pipeline.h"

namespace tussle::workloads {

namespace {

// What other libraries bring.
void add_channels_of_libraries(harness::registry& all) {
  namespace s = subjects;
#if defined(TUSSLE_HAS_MOODYCAMEL)
  all.extend<producers_consumers, s::moodycamel_queue>();
#else
  all.add_not_built(s::moodycamel_queue::info(), {"queue"}, s::moodycamel_queue::needs);
#endif
#if defined(TUSSLE_HAS_TBB)
  all.extend<producers_consumers, s::tbb_queue>();
  all.extend<pipeline_load, s::tbb_conveyor>();
#else
  all.add_not_built(s::tbb_queue::info(), {"queue"}, s::tbb_queue::needs);
  all.add_not_built(s::tbb_conveyor::info(), {"conveyor"}, s::tbb_conveyor::needs);
#endif
#if defined(TUSSLE_HAS_LOCKFREE)
  all.extend<producers_consumers, s::lockfree_queue>();
#else
  all.add_not_built(s::lockfree_queue::info(), {"queue"}, s::lockfree_queue::needs);
#endif
#if defined(TUSSLE_HAS_ATOMIC_QUEUE)
  all.extend<producers_consumers, s::atomic_queue>();
#else
  all.add_not_built(s::atomic_queue::info(), {"queue"}, s::atomic_queue::needs);
#endif
#if defined(TUSSLE_HAS_FIBER)
  all.extend<producers_consumers, s::fiber_queue>();
  all.extend<ring, s::fiber_ring>();
  all.extend<ping_pong, s::fiber_pair>();
#else
  all.add_not_built(s::fiber_queue::info(), {"queue"}, s::fiber_queue::needs);
  all.add_not_built(s::fiber_ring::info(), {"ring"}, s::fiber_ring::needs);
  all.add_not_built(s::fiber_pair::info(), {"pair"}, s::fiber_pair::needs);
#endif
}

}  // namespace

void add_channel_cases(harness::registry& all) {
  namespace s = subjects;
  all.add<producers_consumers, s::channel_queue, s::go_queue, s::all_go_queue,
          s::condition_queue, planted::element_twice, planted::lost_on_close,
          planted::newest_first, planted::one_condition, planted::no_bound>();
  all.add<rendezvous, s::channel_queue, s::go_queue, s::all_go_queue,
          s::condition_queue>();
  all.add<history_queue, s::channel_queue, s::condition_queue, planted::element_twice,
          planted::newest_first, planted::no_bound>();
  all.add<history_handover, s::channel_queue, s::condition_queue, planted::no_bound>();
  all.add<ring, s::go_ring, s::thread_ring, planted::common_ring>();
  all.add<ping_pong, s::go_pair, s::channel_pair, s::condition_pair,
          s::atomic_wait_pair>();
  all.add<select, s::alts_selector, s::go_selector, s::condition_selector,
          s::polling_selector, planted::takes_of_all, planted::no_room>();
  all.add<pipeline_load, s::go_conveyor, s::blocking_conveyor, s::thread_conveyor,
          planted::out_of_turn>();
  all.add<pub_sub, s::pub_publisher, s::locked_publisher, s::calling_publisher,
          planted::held_by_the_gone>();
  all.add<park, s::go_crowd, s::thread_crowd, planted::common_reply>();

  all.add<use_cases::staged_pipeline, s::channel_pipeline, s::thread_pipeline,
          planted::boundless_pipeline, planted::lost_tail, planted::as_they_come>();
  all.add<use_cases::waiting_pool, s::channel_pool, s::condition_pool,
          planted::wakes_at_first>();
  all.add<use_cases::event_bus, s::pub_bus, s::locked_bus, planted::competing_bus,
          planted::lossy_bus>();
  all.add<channel_faults, s::rendezvous_courier, s::fixed_courier, s::dropping_courier,
          s::sliding_courier, s::promise_courier, s::pub_courier, s::pipeline_courier,
          s::alts_courier, s::telling_courier, s::calling_courier, s::condition_courier,
          planted::swallows_errors, planted::tells_and_delivers, planted::keeps_damaged,
          planted::delivers_what_it_refuses, planted::loses_the_rest,
          planted::loses_all_at_a_drop>();

  // One that owns something, and is told what to do with it.
  all.extend<counter, s::channel_counter>();
  all.extend<serial_counter, s::channel_line>();
  all.extend<fan_out_fan_in, s::channel_fan_out>();
  all.extend<transfer, s::channel_bank>();
  add_channels_of_libraries(all);
}

}  // namespace tussle::workloads
