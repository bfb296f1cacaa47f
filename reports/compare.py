"""Is the second of two stored runs slower than the first?"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from reports import statistics
from reports.cases import MEASURED, Row, case_rows
from reports.comparable import Difference, differences, remarks, run_facts
from reports.errors import RecordError
from reports.files import finite
from reports.judging import (IMPROVEMENT, INCONCLUSIVE, REGRESSION, SAME, Judged, Pair,
                             judge_family, void)
from reports.records import Record, Run, load
from reports.standing import COMPARED

OK, SLOWER, USAGE, BROKEN, INCOMPLETE, UNSURE, INCOMPARABLE = range(7)
THRESHOLD, ALPHA = 0.05, 0.05
HOLES_SHOWN = 10  # cases that lack blocks and are named


@dataclass(frozen=True)
class Comparison:
    """What two runs say about each other."""

    before: Record
    after: Record
    threshold: float
    alpha: float
    exit_code: int
    headline: str
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]
    subjects: tuple[Judged, ...]
    cases: tuple[Judged, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    def record(self) -> Record:
        """Returns the comparison as it is printed with --json and kept in summary.json."""
        whole: Record = finite({"schema": 1, **asdict(self)})
        return whole


@dataclass(frozen=True)
class _Sides:
    """The cases of both runs by name."""

    before: dict[str, Row]
    after: dict[str, Row]

    @property
    def both(self) -> list[str]:
        return [name for name in self.before if name in self.after]


def compare(
    a: Path, b: Path, threshold: float = THRESHOLD, alpha: float = ALPHA, *,
    fail_on_inconclusive: bool = False, allow_different: bool = False, pattern: str = "",
) -> Comparison:
    """Compares the run in `b` with the run in `a`: ratios above 1 mean that b is faster."""
    _check_limits(threshold, alpha)
    before, after = _load_timed(a), _load_timed(b)
    found = tuple(differences(before, after))
    if found and not allow_different:
        return _incomparable(before, after, found, threshold, alpha)
    sides = _sides(before, after, pattern)
    if not sides.both:
        raise RecordError("no case is in both runs", f"{a} and {b}", "",
                          "compare runs of the same preset, or widen --filter")
    cases = _judge_cases(sides, threshold, alpha)
    subjects = _judge_subjects(sides, threshold, alpha)
    holes = _holes(sides)
    code = _exit_code([*cases, *subjects], holes, fail_on_inconclusive)
    return Comparison(
        run_facts(before), run_facts(after), threshold, alpha, code,
        _headline(cases, subjects, threshold), found,
        tuple([*_told(holes), *_notes(before, after, cases, alpha)]), tuple(subjects), tuple(cases),
        tuple(name for name in sides.before if name not in sides.after),
        tuple(name for name in sides.after if name not in sides.before),
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `tussle compare` to a parser."""
    parser.add_argument("before", metavar="A", type=Path, help="directory of the earlier run")
    parser.add_argument("after", metavar="B", type=Path, help="directory of the run in question")
    parser.add_argument("--threshold", type=float, default=THRESHOLD, metavar="SHARE",
                        help="a loss of throughput up to this share is no regression (0.05)")
    parser.add_argument("--alpha", type=float, default=ALPHA,
                        help="chance of any false alarm among all tests (0.05)")
    parser.add_argument("--filter", default="", metavar="REGEX",
                        help="compare only cases whose name matches; fewer tests need fewer blocks")
    parser.add_argument("--all", action="store_true", help="also list the cases that are the same")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--fail-on-inconclusive", action="store_true",
                        help="exit 5 when a case is inconclusive")
    parser.add_argument("--allow-different", action="store_true",
                        help="compare although machine, compiler or mode differ")


def main(args: argparse.Namespace) -> int:
    """Prints the comparison on stdout; returns the exit code. Raises RecordError on bad input."""
    from reports.compare_text import print_comparison

    result = compare(
        args.before, args.after, args.threshold, args.alpha, pattern=args.filter,
        fail_on_inconclusive=args.fail_on_inconclusive, allow_different=args.allow_different,
    )
    if args.json:
        print(json.dumps(result.record(), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        print_comparison(result, sys.stdout, every_case=args.all)
    return result.exit_code


def _check_limits(threshold: float, alpha: float) -> None:
    for name, value in (("--threshold", threshold), ("--alpha", alpha)):
        if not 0 < value < 1:
            mend = "give a share between 0 and 1"
            raise RecordError(f"{value:g} is out of range", name, "", mend)


def _load_timed(directory: Path) -> Run:
    run = load(directory)
    if run.manifest.kind != "run":
        mend = "give a directory made by `tussle run`"
        raise RecordError("a race run has no times to compare", f"{directory}/manifest.json",
                          "kind", mend)
    return run


def _sides(before: Run, after: Run, pattern: str) -> _Sides:
    try:
        wanted = re.compile(pattern)
    except re.error as error:
        what, mend = f"not a regular expression ({error})", "mend the pattern"
        raise RecordError(what, "--filter", "", mend) from error
    rows = ([row for row in case_rows(run, None) if row["kind"] != "planted"
             and wanted.search(row["name"])] for run in (before, after))
    return _Sides(*({row["name"]: row for row in side} for side in rows))


def _judge_cases(sides: _Sides, threshold: float, alpha: float) -> list[Judged]:
    pairs = {name: _pair(sides.before[name], sides.after[name]) for name in sides.both}
    whole = [name for name in pairs if pairs[name].before and pairs[name].after]
    family = [name for name in whole if sides.before[name]["kind"] in COMPARED]
    judged = dict(zip(family, judge_family([pairs[n] for n in family], threshold, alpha)))
    for name in whole:
        if name not in judged:
            judged[name] = _for_orientation(pairs[name], threshold, alpha)
    for name in pairs:
        if name not in judged:
            judged[name] = _void(pairs[name], sides.before[name], sides.after[name])
    return [judged[name] for name in sides.both]


def _pair(before: Row, after: Row) -> Pair:
    values = [tuple(row["replicates"].values()) for row in (before, after)]
    return Pair(before["name"], before["subject"], values[0], values[1])


def _for_orientation(pair: Pair, threshold: float, alpha: float) -> Judged:
    alone = judge_family([pair], threshold, alpha)[0]
    why = "the harness's own cost: shows whether the machine changed"
    return replace(alone, judged=False, why=why)


def _void(pair: Pair, before: Row, after: Row) -> Judged:
    if before["state"] in MEASURED and after["state"] in MEASURED:
        return void(pair, "void", "its workload judges and times nothing", judged=False)
    if after["state"] in MEASURED or before["state"] not in MEASURED:
        return void(pair, "void", f"no numbers before ({before['state']})", judged=False)
    verdict = "broken" if after["state"] == "broken" else "void"
    return void(pair, verdict, f"no numbers after ({after['state']})", judged=True)


def _judge_subjects(sides: _Sides, threshold: float, alpha: float) -> list[Judged]:
    """Judges each subject over all its cases at once: few tests, so few blocks tell more.

    A block's value is the geometric mean over the cases that every block of both runs has.
    """
    by_subject: dict[str, list[str]] = {}
    for name in sides.both:
        if sides.before[name]["kind"] in COMPARED and _whole(sides, name):
            by_subject.setdefault(sides.before[name]["subject"], []).append(name)
    pairs = [
        Pair(f"{subject} over {len(names)} cases", subject,
             _block_means([sides.before[name] for name in names]),
             _block_means([sides.after[name] for name in names]))
        for subject, names in by_subject.items() if len(names) > 1
    ]
    return judge_family(pairs, threshold, alpha)


def _whole(sides: _Sides, name: str) -> bool:
    rows = (sides.before[name], sides.after[name])
    return all(row["state"] == "ok" and len(row["replicates"]) == row["planned"]
               and all(value > 0 for value in row["replicates"].values()) for row in rows)


def _block_means(rows: Sequence[Row]) -> tuple[float, ...]:
    blocks = set.intersection(*(set(row["replicates"]) for row in rows))
    return tuple(statistics.geometric_mean([row["replicates"][block] for row in rows])
                 for block in sorted(blocks, key=int))


def _holes(sides: _Sides) -> dict[str, str]:
    """Returns the cases that lack some of their blocks in the second run, and how many."""
    partial = [sides.after[name] for name in sides.both if sides.after[name]["state"] == "partial"]
    return {row["name"]: f"{row['planned'] - row['statuses']['ok']} of {row['planned']}"
            for row in partial}


def _told(holes: dict[str, str]) -> list[str]:
    notes = [f"{share} blocks have no verdict after: {name}" for name, share in holes.items()]
    more = len(notes) - HOLES_SHOWN
    return [*notes[:HOLES_SHOWN], f"and {more} more cases lack blocks"] if more > 0 else notes


def _exit_code(
    entries: Sequence[Judged], holes: dict[str, str], fail_on_inconclusive: bool
) -> int:
    verdicts = {entry.verdict for entry in entries if entry.judged}
    verdicts |= {"void"} if holes else set()
    ranked = (("broken", BROKEN), ("void", INCOMPLETE), (REGRESSION, SLOWER))
    code = next((code for verdict, code in ranked if verdict in verdicts), OK)
    unsure = fail_on_inconclusive and INCONCLUSIVE in verdicts
    return UNSURE if code == OK and unsure else code


def _headline(cases: Sequence[Judged], subjects: Sequence[Judged], threshold: float) -> str:
    counted = Counter(entry.verdict for entry in cases if entry.judged)
    worse = [entry.subject for entry in subjects if entry.verdict == REGRESSION]
    said = {
        "broken": "broken", "void": "without numbers", REGRESSION: "slower", IMPROVEMENT: "faster",
        SAME: "the same", INCONCLUSIVE: "inconclusive",
    }
    parts = [f"{counted[verdict]} {word}" for verdict, word in said.items() if counted[verdict]]
    total = sum(counted.values())
    line = f"Of {total} cases: {', '.join(parts)} (threshold {threshold * 100:g} %)."
    return (f"Slower over all cases together: {', '.join(worse)}. " if worse else "") + line


def _notes(before: Run, after: Run, cases: Sequence[Judged], alpha: float) -> list[str]:
    notes = [f"another {item.fact}: {item.before} before, {item.after} after"
             for item in remarks(before, after)]
    judged = [entry for entry in cases if entry.p is not None and entry.judged]
    if any(entry.underpowered for entry in judged):
        needed = statistics.replicates_needed(len(judged), alpha)
        notes.append(
            f"underpowered: with {len(judged)} tests a difference can be told from chance from"
            f" {needed} blocks a side on; run both with --blocks {needed}, or narrow with --filter")
    drift = [entry.ratio.ratio for entry in cases if entry.ratio and not entry.judged]
    if drift:
        change = statistics.geometric_mean(drift) - 1
        notes.append(f"the empty baseline's throughput changed by {change * 100:+.1f} %:"
                     " a change there is the machine's or the harness's, not the subjects'")
    return notes


def _incomparable(before: Run, after: Run, found: tuple[Difference, ...], threshold: float,
                  alpha: float) -> Comparison:
    facts = ", ".join(item.fact for item in found)
    return Comparison(
        run_facts(before), run_facts(after), threshold, alpha, INCOMPARABLE,
        f"Not comparable, because of: {facts} (--allow-different compares all the same).",
        found, (), (), (), (), (),
    )
