"""Does the watchdog tell what stands still from what is slow, and say who waits on what?

Usage: stalling_check.py BINARY MODE
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

BINARY, MODE = "", ""
PATIENCE_S = 120  # generous: only a defect takes that long
STALL_S = 2


class Stalling(unittest.TestCase):
    """Runs single cases as the runner does."""

    def run_case(self, case: str, *more: str, window: float = 0.2) -> tuple[int, dict[str, Any], str]:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "result.json"
            command = [BINARY, f"--case={case}/threads:2", f"--stall={STALL_S}",
                       f"--out={out}", f"--window={window}", *more]
            ended = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
            return ended.returncode, json.loads(out.read_text()), ended.stderr.decode()

    def stalled(self, case: str, kind: str) -> tuple[list[dict[str, Any]], str]:
        # Long enough for what takes chance to come to a stand; then the watchdog ends it.
        code, result, said = self.run_case(case, "--perturb=1", window=30)
        self.assertEqual(code, 4, said)
        stall = result["stall"]
        self.assertEqual((stall["kind"], stall["phase"]), (kind, "running"), said)
        self.assertGreaterEqual(stall["seconds"], STALL_S)
        self.assertTrue(result["error"].startswith(f"stalled: {kind} for "), result["error"])
        self.assertIn(result["error"], said)
        workers = [thread for thread in stall["threads"] if thread["steps"] is not None]
        self.assertEqual(sorted(thread["name"] for thread in workers), ["worker 0", "worker 1"])
        return workers, said

    def test_a_deadlock_is_told_with_both_threads_and_both_locks(self) -> None:
        workers, said = self.stalled("counter/deadlock", "blocked")
        self.assertEqual({thread["state"] for thread in workers}, {"waits"})
        if MODE != "tsan":  # the sanitizer holds signals back from a thread that waits for a mutex
            functions = " ".join(frame["function"] for thread in workers for frame in thread["stack"])
            self.assertIn("source_then_target", functions, said)
            self.assertIn("target_then_source", functions, said)
        waits = sorted(str(thread["waits_on"]) for thread in workers)
        if MODE == "bench":  # no seam: the function
            self.assertIn("source_then_target", waits[0])
            self.assertIn("target_then_source", waits[1])
        else:
            self.assertEqual(waits, ["lock source", "lock target"])

    def test_two_accounts_locked_in_call_order_are_told(self) -> None:
        case = "transfer/call_order_bank/accounts:2/audit_share:0/joint_share:0"
        workers, said = self.stalled(case, "blocked")
        self.assertEqual({thread["state"] for thread in workers}, {"waits"})
        if MODE != "tsan":
            functions = " ".join(frame["function"] for thread in workers for frame in thread["stack"])
            self.assertIn("locked_in_call_order", functions, said)
        if MODE != "bench":
            waits = sorted(str(thread["waits_on"]) for thread in workers)
            self.assertEqual(waits, ["lock account 0", "lock account 1"])

    def test_philosophers_who_all_take_the_left_fork_first_are_told(self) -> None:
        workers, said = self.stalled("dining/call_order_table/seats:2", "blocked")
        self.assertEqual({thread["state"] for thread in workers}, {"waits"})
        if MODE != "tsan":
            functions = " ".join(frame["function"] for thread in workers for frame in thread["stack"])
            self.assertIn("take_left_then_right", functions, said)
        if MODE != "bench":
            waits = sorted(str(thread["waits_on"]) for thread in workers)
            self.assertEqual(waits, ["lock fork 0", "lock fork 1"])

    def test_a_livelock_is_told_as_spinning(self) -> None:
        if MODE == "tsan":
            self.skipTest("the sanitizer holds signals back from a thread that only computes")
        workers, said = self.stalled("counter/livelock", "spinning")
        functions = " ".join(frame["function"] for thread in workers for frame in thread["stack"])
        self.assertIn("try_for_ever", functions, said)

    def test_what_is_slow_is_left_alone(self) -> None:
        code, result, said = self.run_case("counter/slow")
        self.assertEqual(code, 0, said)
        self.assertNotIn("stall", result)

    def test_nobody_watches_when_nobody_asked(self) -> None:
        command = [BINARY, "--case=counter/deadlock/threads:2", "--stall=0"]
        with self.assertRaises(subprocess.TimeoutExpired):
            subprocess.run(command, capture_output=True, timeout=2 * STALL_S, check=False)


if __name__ == "__main__":
    BINARY, MODE = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
