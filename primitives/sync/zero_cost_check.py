"""Does the seam cost nothing in mode bench?

Disassembles the loops of zero_cost_loops.cc and compares the one on the seam with the one on std::atomic,
instruction by instruction. A third loop that does one load more must come out different: a comparison
that cannot fail would prove nothing. An atom's swap is looked at for what once made it slow: values that go
through the stack before the locked instruction.
"""

import argparse
import re
import subprocess
import sys

FUNCTION = re.compile(r"^[0-9a-f]+ <(?P<name>\w+)>:$")
INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\s+(?P<text>.+)$")
ADDRESS = re.compile(r"[0-9a-f]+ <(?P<function>\w+)(?P<offset>\+0x[0-9a-f]+)?>")


def functions(disassembly: str) -> dict[str, list[str]]:
    """Instructions by function; jump targets relative to the function, padding left out."""
    found: dict[str, list[str]] = {}
    present: list[str] = []
    for line in disassembly.splitlines():
        if head := FUNCTION.match(line):
            present = found.setdefault(head["name"], [])
        elif instruction := INSTRUCTION.match(line):
            text = ADDRESS.sub(lambda m: m["offset"] or "+0x0", instruction["text"])
            text = " ".join(text.split())
            if not re.match(r"(nop|data16|cs nop|xchg %ax,%ax)", text):
                present.append(text)
    return found


def atom_swap(code: dict[str, list[str]]) -> list[str]:
    """The function that installs: the swap itself, or where the compiler put its loop."""
    names = ["swap_of_an_atom", *(name for name in code if "swap_vals" in name)]
    return next(code[name] for name in names if any("cmpxchg" in text for text in code[name]))


def stack_stores_before_the_install(instructions: list[str]) -> list[str]:
    """What an update writes to the stack before its first locked instruction (pushes are the prologue)."""
    first = next(i for i, text in enumerate(instructions) if "cmpxchg" in text)
    return [text for text in instructions[:first] if re.search(r",-?(0x)?[0-9a-f]*\(%rsp", text)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objdump", required=True)
    parser.add_argument("object")
    args = parser.parse_args()
    command = [args.objdump, "-d", "--no-show-raw-insn", args.object]
    code = functions(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    seam, std = code["swap_loop_on_seam"], code["swap_loop_on_std"]
    if code["swap_loop_with_extra_load"] == std:
        print("the control with an extra load was not told apart: the comparison sees nothing")
        return 1
    if seam != std:
        print("the seam costs instructions in mode bench:")
        print("on std::atomic:", *std, sep="\n  ")
        print("on the seam:", *seam, sep="\n  ")
        return 1
    if stores := stack_stores_before_the_install(atom_swap(code)):
        print("an atom's swap goes through the stack before it installs:", *stores, sep="\n  ")
        return 1
    print(f"{len(std)} instructions, the same on the seam and on std::atomic")
    return 0


if __name__ == "__main__":
    sys.exit(main())
