"""Does the main function of the tests perturb them, and say how to try a failure again?

Usage: perturbed_main_check.py BINARY. The binary's test `perturbed.*` passes only while something is
installed as scheduler, its test `unperturbed.*` only while nothing is.
"""

import os
import subprocess
import sys
import unittest

BINARY = ""


def start(seed: str | None, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs the tests to their end with this seed in the environment."""
    variables = {k: v for k, v in os.environ.items() if k != "TUSSLE_PERTURB" and not k.startswith("GTEST_")}
    if seed is not None:
        variables["TUSSLE_PERTURB"] = seed
    return subprocess.run([BINARY, *arguments], env=variables, capture_output=True, text=True)


class PerturbedTests(unittest.TestCase):
    """What the environment asks for is what the tests get."""

    def test_tests_are_perturbed_unless_somebody_objects(self) -> None:
        self.assertEqual(start(None, "--gtest_filter=perturbed.*").returncode, 0)
        self.assertEqual(start("5", "--gtest_filter=perturbed.*").returncode, 0)
        self.assertEqual(start("0", "--gtest_filter=unperturbed.*").returncode, 0)
        self.assertEqual(start("0", "--gtest_filter=perturbed.*").returncode, 1)

    def test_failure_names_the_seed_and_a_success_does_not(self) -> None:
        self.assertIn("TUSSLE_PERTURB=5 tries it again", start("5", "--gtest_filter=unperturbed.*").stdout)
        self.assertNotIn("TUSSLE_PERTURB", start("5", "--gtest_filter=perturbed.*").stdout)

    def test_every_repetition_takes_the_next_seed(self) -> None:
        said = start("5", "--gtest_filter=unperturbed.*", "--gtest_repeat=3").stdout
        for seed in (5, 6, 7):
            self.assertEqual(said.count(f"TUSSLE_PERTURB={seed} "), 1)

    def test_seed_that_is_no_number_is_refused_in_one_line(self) -> None:
        for seed in ("x", "", "1x", "-1"):
            done = start(seed)
            self.assertEqual((done.returncode, done.stdout), (2, ""), seed)
            self.assertRegex(done.stderr, r"\Atussle: TUSSLE_PERTURB is not a whole number[^\n]+\n\Z")


if __name__ == "__main__":
    BINARY = sys.argv.pop(1)
    unittest.main(verbosity=0)
