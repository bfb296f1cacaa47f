// verdict.h: what a recorded history says of the run that it was recorded in.
#pragma once

#include "harness/case/verdict.h"
#include "harness/history/operation.h"
#include "harness/history/recorder.h"

namespace tussle::history {

// Passes if the history is linearizable. Otherwise the verdict's evidence is the
// counterexample. One that could not be decided does not pass.
harness::verdict verdict_of(const recorder& recorded, const specification& object);

}  // namespace tussle::history
