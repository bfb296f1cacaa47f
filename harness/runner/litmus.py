"""What do litmus programs come to, on real threads or simulated?"""

import argparse
from pathlib import Path

from harness.runner import answering, arguments, binary, directory

TARGET = "tussle_litmus"
MODES = {
    "bench": "real threads, undisturbed",
    "chaos": "real threads, perturbed, memory checked",
    "tsan": "real threads, perturbed, under ThreadSanitizer",
    "sim": "every interleaving on purpose, with weak memory",
}
USUAL_BUDGET_S = 30.0
EPILOG = (
    "Modes: " + "; ".join(f"{name}: {text}" for name, text in MODES.items()) + ". Ends with 3 when an outcome came"
    " out that is forbidden or not listed, and prints the command that tries it again. Planted programs may."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options of `litmus`."""
    add = parser.add_argument
    add("--mode", metavar="MODE", choices=tuple(MODES), default="bench", help=f"{', '.join(MODES)} (default: bench)")
    add("--list", action="store_true", help="only print the programs and their questions")
    add("--filter", metavar="REGEX", default="", help="only programs whose name it is found in")
    add("--budget", metavar="S", type=arguments.budget, default=USUAL_BUDGET_S,
        help=f"seconds for all of them (default: {USUAL_BUDGET_S:g})")
    add("--seed", metavar="N", type=arguments.seed, default=1, help="repeats what is drawn (default: 1)")
    add("--out", metavar="DIR", help="write here; must be empty or not exist")
    add("--binary", metavar="PATH", help="run this binary instead of the built one")


def main(root: Path, asked: argparse.Namespace) -> int:
    """Carries out one call of `litmus`; returns the exit code."""
    directory.check_free(asked.out, root)
    path = binary.find(root, asked.mode, asked.binary, target=TARGET)
    if asked.list:
        return answering.run(path, ["--list", "--filter", asked.filter], "the programs")
    with directory.fresh(asked.out, root, "litmus") as results:
        record = results.path / "litmus.json"
        options = ["--filter", asked.filter, "--budget", f"{asked.budget:g}", "--seed", str(asked.seed)]
        code = answering.run(directory.shown(path), [*options, "--json", str(record)], "the programs")
        if record.is_file():
            print(directory.shown(_rendered(results.path)))
    return code


def _rendered(results: Path) -> Path:
    from reports import litmus

    return litmus.render(results)
