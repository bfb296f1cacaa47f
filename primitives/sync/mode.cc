#include "primitives/sync/mode.h"

#define TUSSLE_STRINGIFY_EXPANDED(x) #x
#define TUSSLE_STRINGIFY(x) TUSSLE_STRINGIFY_EXPANDED(x)

namespace tussle::sync {
inline namespace TUSSLE_SYNC_MODE {

const char* const library_and_caller_must_be_built_in_the_same_mode =
    TUSSLE_STRINGIFY(TUSSLE_SYNC_MODE);

}  // namespace TUSSLE_SYNC_MODE
}  // namespace tussle::sync
