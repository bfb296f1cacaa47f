// heap_bytes.h: how much of malloc's memory is in use.
#pragma once

#include <cstdint>
#include <cstdlib>

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
#include <malloc.h>
#endif

namespace tussle::workloads {

// Bytes; 0 where nobody can tell: under the sanitizers, and with other allocators.
inline std::int64_t heap_bytes() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
  const struct mallinfo2 now = mallinfo2();
  return static_cast<std::int64_t>(now.uordblks + now.hblkhd);
#else
  return 0;
#endif
}

}  // namespace tussle::workloads
