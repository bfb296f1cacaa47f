// thread_sanitizer.h: is this translation unit built for ThreadSanitizer, and what must
// stay out of its sight?

#pragma once

#if defined(__SANITIZE_THREAD__)  // g++
#define TUSSLE_THREAD_SANITIZER 1
#elif defined(__has_feature)  // clang++
#if __has_feature(thread_sanitizer)
#define TUSSLE_THREAD_SANITIZER 1
#endif
#endif
#ifndef TUSSLE_THREAD_SANITIZER
#define TUSSLE_THREAD_SANITIZER 0
#endif

// Marks functions that run inside the runtime's report hook. The runtime holds its own
// locks there: an instrumented access that raced would report again and wait for them for
// ever. Such functions therefore use plain arrays and loops only: templates of the
// standard library carry no such mark.
//
// clang's no_sanitize leaves the calls at a function's entry and exit in, which crash in
// a runtime that is not up yet; its stronger attribute takes out everything, but
// alone would let the function be inlined into an instrumented one.
#if defined(__clang__) && __has_attribute(disable_sanitizer_instrumentation)
#define TUSSLE_UNINSTRUMENTED \
  __attribute__((no_sanitize("thread"), disable_sanitizer_instrumentation))
#else
#define TUSSLE_UNINSTRUMENTED __attribute__((no_sanitize("thread")))
#endif
