"""Does the controlled scheduler find what is planted, nothing in the primitives, and the same again from a token?"""

import re
import subprocess
import sys
import unittest

BINARY = ""
PLANTED = {
    "counter/load_then_reset/threads:2": "failed check",
    "counter/plain_int/threads:2": "data race",
    "counter/deadlock/threads:2": "deadlock",
    "counter/livelock/threads:2 --points 20000": "livelock",
    "read_mostly/load_then_reset/read_share:0.5/threads:2": "failed check",
    "history_cell/load_then_reset/threads:2": "failed check",
    "history_cell/stale_read/read_share:0.8/threads:2 --operations 8": "failed check",
    "request_metrics/load_then_reset_metrics/routes:4/harvest:no/threads:2": "failed check",
    "request_metrics/split_metrics/routes:4/harvest:no/threads:2": "failed check",
    "request_metrics/reset_harvest/routes:4/harvest:yes/threads:2": "failed check",
    "hot_reload/flag_atoms/reload_share:0.5/threads:2": "failed check",
    "hot_reload/late_watch/reload_share:0.5/threads:3": "failed check",
    "read_mostly/torn_pair/read_share:0.5/threads:2": "failed check",
    "read_mostly/reused_node/read_share:0.5/threads:3": "failed check",
    "read_mostly/late_look_at_count/read_share:0.5/threads:2": "double free|use after free|failed check",
    "inventory_orders/order_after_stock/items:2/look_share:0.2/threads:2 --operations 60": "failed check",
    "inventory_orders/number_in_body/items:2/look_share:0.2/threads:2 --operations 60": "failed check",
    "inventory_orders/stock_checked_before/items:2/look_share:0.2/threads:2 --operations 60": "failed check",
    "inventory_orders/keeps_part/items:2/look_share:0.2/threads:2 --operations 60": "failed check",
    "inventory_orders/commuted_cancel/items:2/look_share:0.2/threads:2 --operations 60": "failed check",
    "resource_pool/looks_then_takes/handles:1/look_share:0/threads:2": "failed check",
    "resource_pool/makes_in_swap/handles:1/look_share:0/threads:2": "failed check",
    "resource_pool/stale_capture/handles:1/look_share:0/threads:2": "failed check",
    "history_transactions/reads_uncommitted/keys:2/threads:2 --operations 6": "failed check",
    "history_transactions/loses_updates/keys:2/threads:2 --operations 6": "failed check",
    "history_transactions/reads_committed/keys:2/threads:2 --operations 6": "failed check",
    "history_transactions/two_sites/keys:2/threads:4 --operations 6": "failed check",
    "dining/call_order_table/seats:3/threads:3": "deadlock",
}
# PCT is not asked for these: with some seeds it does not find them in so many executions.
PLANTED_BUT_FOR_PCT = {
    "dining/looks_before/seats:2/threads:2": "failed check",
    "history_transactions/promises_too_much/keys:2/threads:2 --operations 6": "failed check",
    "dining/skewed_table/seats:2/threads:2": "failed check",
}
# Deterministic: the same executions for everybody, so that this can ask for it every time.
SEEDS = ("1", "2", "3")
MOST_EXECUTIONS = "2000"
SOUND = ("counter/atom/threads:3", "counter/atom_node/threads:2", "read_mostly/atom/payload:64/threads:2",
         "history_cell/atom/threads:2", "inventory_orders/ref_inventory/items:2/look_share:0.2/threads:2",
         "resource_pool/ref_pool/handles:1/look_share:0.2/threads:2", "dining/ref_table/seats:2/threads:2",
         "history_transactions/ref_store/keys:2/threads:2", "history_transactions/ensured_store/keys:2/threads:2",
         "history_transactions/atom_store/keys:2/threads:2", "dining/atom_table/seats:2/threads:2",
         "resource_pool/atom_pool/handles:1/look_share:0.2/threads:2")
# One more process each: what the address space looks like must not matter.
REPLAYS = 100


def sim(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, check=False, timeout=120)


class Cases(unittest.TestCase):
    """Each test runs the program as a user does."""

    def test_every_planted_subject_is_caught_by_every_strategy_with_every_seed(self) -> None:
        for case, kinds in (PLANTED | PLANTED_BUT_FOR_PCT).items():
            for strategy in ("random", "pos") if case in PLANTED_BUT_FOR_PCT else ("random", "pct", "pos"):
                for seed in SEEDS:
                    with self.subTest(case, strategy=strategy, seed=seed):
                        done = sim("--case", *case.split(), "--strategy", strategy, "--seed", seed, "--executions",
                                   MOST_EXECUTIONS, "--no-lines", "--no-shrink")
                        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
                        self.assertRegex(done.stdout, f"(?m)^({kinds}): ")

    def test_the_primitives_are_sound_under_every_strategy(self) -> None:
        for case in SOUND:
            for strategy in ("random", "pct", "pos"):
                with self.subTest(case=case, strategy=strategy):
                    done = sim("--case", case, "--strategy", strategy, "--executions", "300", "--spurious", "2")
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_an_atom_is_sound_in_a_weak_memory(self) -> None:
        done = sim("--case", "counter/atom_node/threads:2", "--memory", "weak", "--executions", "300")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_token_is_the_same_execution_in_every_process(self) -> None:
        for case in ("counter/load_then_reset/threads:3", "read_mostly/reused_node/read_share:0.5/threads:3"):
            with self.subTest(case):
                found = sim("--case", case, "--no-lines").stdout
                again = re.search(r"^again: scripts/tussle sim (.*)$", found, re.MULTILINE)
                assert again is not None, found

                texts = {sim(*again[1].split(), "--no-lines").stdout for _ in range(REPLAYS)}

                self.assertEqual(len(texts), 1)
                self.assertIn(texts.pop().strip(), found)

    def test_the_execution_names_lines_of_the_source(self) -> None:
        done = sim("--case", "counter/load_then_reset/threads:2")

        self.assertRegex(done.stdout, r"workloads/planted/load_then_reset\.h:\d+ in update|primitives/\S+\.h:\d+ in ")

    def test_wrong_use_is_one_line_and_exit_2(self) -> None:
        wrong: list[tuple[list[str], str]] = [
            (["--case", "counter/mutex/threads:2"], "what does everything through the seam"),
            (["--case", "counter/atom/threads:2", "--replay", "AAAA"], "is no token"),
            (["--case", "counter/atom/threads:2", "--strategy", "best"], "--strategy is 'best'"),
            (["--case", "counter/atmo/threads:2"], "atmo"),
            (["--operations"], "lacks its value"),
            ([], "no --case"),
        ]
        for arguments, place in wrong:
            with self.subTest(arguments):
                done = sim(*arguments)
                self.assertEqual(done.returncode, 2)
                self.assertIn(place, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1)


if __name__ == "__main__":
    BINARY = sys.argv.pop(1)
    unittest.main()
