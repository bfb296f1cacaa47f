// users_code.h: what a thread puts off while it runs a transducer under a channel's lock.
//
// A step, a completion and an ex-handler run under their channel's lock, and may operate on
// other channels. What that completes there may be a callback, which may do anything to the
// first channel; what it lets go of may be frames, and elements, whose destructors may. So
// callbacks that would be called inline, or discarded, frames that would be dropped, and the
// ends of channels that nobody owns any more wait until the outermost such lock has been given
// up, and are dealt with then by the same thread, after it has woken those of the channel
// itself.
// Threads and go blocks are woken at once.
//
// Not put off: what the other channel's transducer throws and nobody handles is told to the
// uncaught hook, and elements that its buffer displaces are destroyed, under the first lock.
#pragma once

namespace tussle::detail {

// Of the calling thread. Not inlined anywhere: see inline_calls (callback.h).
class users_code {
 public:
  // Under the channel's lock, and when it has been given up.
  static void begin() noexcept;
  static void end() noexcept;

  // Asked by who would run users' code. True: it is to be left to end().
  static bool puts_off() noexcept;
};

}  // namespace tussle::detail
