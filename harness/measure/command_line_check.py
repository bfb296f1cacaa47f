"""Does a benchmark binary keep the promises of its command line?

Usage: command_line_check.py BINARY MODE. Starts the binary whose cases are known to pass, break and throw,
and looks at exit codes, at what is on which stream, and at the files that it writes.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

BINARY = ""
MODE = ""
SANITIZERS = {"bench": "none", "chaos": "address,undefined", "tsan": "thread"}
BRIEF = ["--window=0.005", "--ramp=0"]
# Longer than any test runner waits: what ends had no need of it.
ENDLESS = ["--window=3600", "--ramp=0"]
FINE = "--case=walk/fine/threads:2"


def start(
    *arguments: str, stdout: int = subprocess.PIPE, variables: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Runs the binary to its end; `variables` are set in its environment."""
    return subprocess.run(
        [BINARY, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **(variables or {})},
        text=True,
        errors="surrogateescape",
    )


class Check(unittest.TestCase):
    """What the tests below share."""

    def setUp(self) -> None:
        """Makes a folder for files."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def passes(self, *arguments: str, variables: dict[str, str] | None = None) -> str:
        """Returns the standard output of a start that must be silent otherwise."""
        done = start(*arguments, variables=variables)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def refuses(self, *arguments: str) -> str:
        """Returns the one line that a start with bad arguments must leave."""
        done = start(*arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Atussle: [^\n]+\n\Z")
        return done.stderr.removeprefix("tussle: ").rstrip("\n")

    def rows(self, *arguments: str, variables: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """Returns the rows of a start in Google Benchmark's format."""
        # Two flags that mean the same are refused together.
        named = any(argument.startswith("--benchmark_min_time") for argument in arguments)
        brief = ["--ramp=0"] if named else BRIEF
        text = self.passes("--benchmark_format=json", *brief, *arguments, variables=variables)
        return list(json.loads(text)["benchmarks"])

    def measured(self, *arguments: str, variables: dict[str, str] | None = None) -> dict[str, Any]:
        """Returns the one row of a start, with something measured."""
        # On a busy machine no worker may have had a core in so short a window.
        for _ in range(50):
            (row,) = self.rows(*arguments, variables=variables)
            if row["iterations"] > 0:
                return row
        raise AssertionError("nothing was measured in any of the windows")


class OneCase(Check):
    """--case: one case, its result as JSON, its verdict as exit code."""

    def test_result_on_standard_output_is_one_line_of_json(self) -> None:
        text = self.passes(FINE, *BRIEF, "--repetitions=2", "--seed=7")
        self.assertEqual(text.count("\n"), 1)
        result = json.loads(text)
        self.assertEqual(result["case"], "walk/fine/share:0.5/threads:2")
        self.assertEqual(result["conditions"], {"share": 0.5, "threads": 2})
        self.assertEqual((result["schema"], result["seed"], result["mode"]), (1, 7, MODE))
        self.assertEqual(len(result["samples"]), 2)
        self.assertEqual(result["verdict"], {"passed": True, "message": "as it should be"})
        self.assertIsNone(result["error"])
        self.assertEqual(result["races"], [] if MODE == "tsan" else None)

    def test_window_is_as_long_as_asked_for(self) -> None:
        result = json.loads(self.passes(FINE, "--window=0.03", "--ramp=0"))
        self.assertGreaterEqual(result["samples"][0]["window_s"], 0.03)

    def test_broken_invariant_is_exit_3_and_the_result_is_written(self) -> None:
        file = self.folder / "result.json"
        done = start("--case=walk/broken", *BRIEF, f"--out={file}")
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertFalse(json.loads(file.read_text())["verdict"]["passed"])

    def test_exception_is_exit_4_ends_the_window_and_the_result_is_written(self) -> None:
        file = self.folder / "result.json"
        done = start("--case=walk/throws/threads:2", *ENDLESS, f"--out={file}")
        self.assertEqual((done.returncode, done.stdout), (4, ""))
        self.assertIn("planted", json.loads(file.read_text("utf-8"))["error"])

    def test_exception_that_is_no_std_exception_is_exit_4_too(self) -> None:
        done = start("--case=walk/throws_a_number", *ENDLESS)
        self.assertEqual(done.returncode, 4)
        self.assertIn("not derived", json.loads(done.stdout)["error"])

    def test_out_file_is_written_whole_and_alone(self) -> None:
        file = self.folder / "result.json"
        file.write_text("old")
        self.assertEqual(self.passes(FINE, *BRIEF, f"--out={file}"), "")
        self.assertEqual(json.loads(file.read_text())["workload"], "walk")
        self.assertEqual([path.name for path in self.folder.iterdir()], ["result.json"])

    def test_unwritable_out_file_is_refused_before_anything_runs(self) -> None:
        for place in (self.folder / "none" / "result.json", self.folder):
            line = self.refuses(FINE, *ENDLESS, f"--out={place}")
            self.assertIn(f"cannot write {place}", line)

    def test_out_file_may_be_a_device(self) -> None:
        self.passes(FINE, *BRIEF, "--out=/dev/null")
        self.assertTrue(Path("/dev/null").is_char_device())

    def test_standard_output_that_is_full_is_no_success(self) -> None:
        with open("/dev/full", "w") as full:
            done = start("--catalog", stdout=full.fileno())
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"\Atussle: cannot write standard output: [^\n]+\n\Z")

    def test_perturbation_may_be_asked_for_in_every_mode(self) -> None:
        self.passes(FINE, *BRIEF, "--perturb=5")

    def test_latency_is_in_the_result_only_when_it_is_asked_for(self) -> None:
        self.assertNotIn("latency", json.loads(self.passes(FINE, *BRIEF)))
        latency = json.loads(self.passes(FINE, "--window=0.05", "--ramp=0", "--latency=2"))["latency"]
        self.assertEqual((latency["every"], latency["measures"]), (2, "service time"))
        self.assertIn(latency["clock"]["name"], ("tsc", "steady_clock"))
        operation = latency["operations"][0]
        self.assertEqual(operation["name"], "operation")
        self.assertEqual(operation["samples"], sum(count for _, count in operation["buckets"]))

    def test_bad_names_are_told_the_nearest(self) -> None:
        self.assertIn("did you mean 'walk'", self.refuses("--case=wlak/fine"))
        self.assertIn("did you mean 'broken'", self.refuses("--case=walk/brokn"))
        self.assertIn("did you mean 'threads'", self.refuses("--case=walk/fine/thread:1"))

    def test_bad_case_is_refused(self) -> None:
        for case in ("", "walk", "walk/fine/threads:0", "walk/fine/share:2", "walk/fine/share:x"):
            self.refuses(f"--case={case}")

    def test_line_breaks_in_an_argument_do_not_break_the_line(self) -> None:
        self.refuses("--case=walk\n/fi\nne")
        self.refuses("--no\nflag")


class Catalog(Check):
    """--catalog: all that can be run, as one line of JSON."""

    def test_catalog_has_the_parts_that_the_runner_reads(self) -> None:
        catalog = json.loads(self.passes("--catalog"))
        self.assertEqual((catalog["schema"], catalog["mode"]), (1, MODE))
        self.assertEqual(catalog["build"]["sanitizer"], SANITIZERS[MODE])
        self.assertEqual(
            [c["name"] for c in catalog["workloads"][0]["conditions"]],
            ["share", "placement", "allocator", "threads"],
        )
        self.assertEqual(
            [(c["workload"], c["subject"]) for c in catalog["cases"]],
            [("walk", name) for name in ("fine", "broken", "throws", "throws_a_number")],
        )

    def test_every_listed_name_is_a_case(self) -> None:
        names = self.passes("--benchmark_list_tests", "--benchmark_filter=fine").splitlines()
        self.assertEqual(names, ["walk/fine/share:0.5/threads:1", "walk/fine/share:0.5/threads:2"])
        for name in names:
            self.assertEqual(json.loads(self.passes(f"--case={name}", *BRIEF))["case"], name)

    def test_help_names_every_flag_and_starts_nothing(self) -> None:
        text = self.passes("--help")
        for flag in ("--catalog", "--case", "--window", "--benchmark_filter", "--perturb"):
            self.assertIn(f"  {flag} ", text)


class Front(Check):
    """The flags and the output of Google Benchmark."""

    def test_json_has_undecorated_names_and_no_aggregates_of_one_repetition(self) -> None:
        rows = self.rows("--benchmark_filter=fine")
        names = ["walk/fine/share:0.5/threads:1", "walk/fine/share:0.5/threads:2"]
        self.assertEqual([row["name"] for row in rows], names)
        self.assertEqual([row["threads"] for row in rows], [1, 2])
        for row in rows:
            self.assertEqual((row["run_type"], row["time_unit"]), ("iteration", "ns"))

    def test_what_was_measured_has_a_time(self) -> None:
        self.assertGreater(self.measured("--benchmark_filter=fine.*:2$")["real_time"], 0)

    def test_repetitions_have_aggregates(self) -> None:
        rows = self.rows("--benchmark_filter=fine.*threads:1$", "--benchmark_repetitions=3")
        self.assertEqual([row["run_type"] for row in rows], ["iteration"] * 3 + ["aggregate"] * 4)
        self.assertEqual([row["repetition_index"] for row in rows[:3]], [0, 1, 2])
        name = "walk/fine/share:0.5/threads:1"
        self.assertEqual([row["name"] for row in rows[3:]], [f"{name}_{a}" for a in ("mean", "median", "stddev", "cv")])

    def test_random_interleaving_measures_every_repetition_once(self) -> None:
        rows = self.rows(
            "--benchmark_filter=fine", "--benchmark_repetitions=3", "--benchmark_enable_random_interleaving=true"
        )
        self.assertEqual(sum(row["run_type"] == "iteration" for row in rows), 6)

    def test_min_time_sets_the_window(self) -> None:
        row = self.measured("--benchmark_filter=fine.*:1$", "--benchmark_min_time=0.05")
        self.assertGreaterEqual(row["iterations"] * row["real_time"], 0.05e9 * (1 - 1e-9))

    def test_two_flags_for_the_window_are_refused(self) -> None:
        said = self.refuses("--window=0.005", "--benchmark_min_time=0.05")
        self.assertIn("mean the same", said)

    def test_filter_excludes_with_a_dash(self) -> None:
        rows = self.rows("--benchmark_filter=-broken|throws|threads:1")
        self.assertEqual([row["name"] for row in rows], ["walk/fine/share:0.5/threads:2"])

    def test_bad_filters_are_refused(self) -> None:
        self.assertIn("is not a regular expression", self.refuses("--benchmark_filter=("))
        self.assertIn("matches no case", self.refuses("--benchmark_filter=nothing_of_this_name"))

    def test_console_rows_are_on_standard_output_and_nothing_else_is(self) -> None:
        lines = self.passes("--benchmark_filter=fine", *BRIEF).splitlines()
        names = [row["name"] for row in self.rows("--benchmark_filter=fine")]
        self.assertEqual([line.split()[0] for line in lines[1:]], names)
        self.assertTrue(lines[0].startswith("case "))

    def test_broken_invariant_is_exit_3_and_in_its_row(self) -> None:
        done = start("--benchmark_filter=fine|broken", "--benchmark_format=json", *BRIEF)
        self.assertEqual(done.returncode, 3)
        verified = {row["name"].split("/")[1]: row["verified"] for row in json.loads(done.stdout)["benchmarks"]}
        self.assertEqual(verified, {"fine": True, "broken": False})

    def test_exceptions_are_exit_4_and_in_their_rows_and_the_rest_is_measured(self) -> None:
        done = start("--benchmark_filter=throws|fine", "--benchmark_format=json", *BRIEF)
        self.assertEqual(done.returncode, 4)
        rows = json.loads(done.stdout)["benchmarks"]
        self.assertEqual(sum("throws" in row["name"] and row["error_occurred"] for row in rows), 4)
        # Measured, though on a busy machine perhaps without a step in so short a window.
        self.assertEqual(sum("fine" in row["name"] and row["verified"] for row in rows), 2)

    def test_out_file_has_the_rows_and_is_refused_early_when_it_cannot_be(self) -> None:
        file = self.folder / "rows.json"
        self.passes("--benchmark_filter=fine", *BRIEF, f"--benchmark_out={file}")
        self.assertEqual(len(json.loads(file.read_text())["benchmarks"]), 2)
        self.assertEqual([path.name for path in self.folder.iterdir()], ["rows.json"])
        self.refuses("--benchmark_filter=fine", *ENDLESS, f"--benchmark_out={self.folder}/none/rows.json")

    def test_json_is_json_whatever_the_locale_says(self) -> None:
        for name in ("de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"):
            row = self.measured("--benchmark_filter=fine.*:1$", variables={"LC_ALL": name, "LANG": name})
            self.assertIsInstance(row["real_time"], float)
            self.assertEqual(row["name"], "walk/fine/share:0.5/threads:1")


class BadFlags(Check):
    """Flags that are wrong: one line, exit 2, nothing run."""

    def test_unknown_flag_is_told_the_nearest(self) -> None:
        self.assertEqual(self.refuses("--catalogue"), "no flag --catalogue: did you mean 'catalog'?")
        self.assertIn("did you mean 'benchmark_filter'", self.refuses("--benchmark_fitler=x"))
        self.assertIn("choose from catalog", self.refuses("--zzzzzzzzzzzzzzz"))

    def test_what_is_no_flag_is_refused(self) -> None:
        for argument in ("-h", "counter", "", "-"):
            self.assertIn("flags start with --", self.refuses(argument))

    def test_flags_of_google_benchmark_that_can_mean_nothing_here_are_refused(self) -> None:
        for flag in (
            "benchmark_perf_counters=CYCLES",
            "benchmark_counters_tabular=true",
            "benchmark_report_aggregates_only=true",
            "benchmark_display_aggregates_only=true",
            "benchmark_time_unit=us",
            "benchmark_min_warmup_time=1",
        ):
            self.assertIn("can mean nothing here", self.refuses(f"--{flag}"))

    def test_bad_values_are_refused(self) -> None:
        for flag in (
            "window=0", "window=-1", "window=nan", "window=inf", "window=x", "window=", "window", "window=3601",
            "benchmark_min_time=0", "benchmark_min_time=1s", "ramp=-1", "ramp=nan", "ramp=3601",
            "repetitions=0", "repetitions=1.5", "repetitions=10001", "benchmark_repetitions=0",
            "seed=-1", "seed=x", "perturb=x", "latency=x", "catalog=maybe",
            "benchmark_format=csv", "benchmark_out_format=csv",
        ):  # fmt: skip
            self.assertIn(flag.partition("=")[0], self.refuses(f"--{flag}"))

    def test_latency_needs_a_case_and_a_distance(self) -> None:
        self.assertIn("goes with --case", self.refuses("--benchmark_filter=fine", *ENDLESS, "--latency=8"))
        for every in ("0", "1000001", "-1"):
            self.assertIn("--latency", self.refuses(FINE, *ENDLESS, f"--latency={every}"))

    def test_flags_that_nothing_would_obey_are_refused(self) -> None:
        self.refuses("--benchmark_filter=fine", *ENDLESS, "--out=result.json")
        self.refuses(FINE, *ENDLESS, "--benchmark_out=rows.json")
        self.refuses(FINE, *ENDLESS, "--benchmark_repetitions=3")


def main() -> None:
    """Takes the binary and its mode off the arguments; the rest is unittest's."""
    global BINARY, MODE
    BINARY, MODE = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main(verbosity=0)


if __name__ == "__main__":
    main()
