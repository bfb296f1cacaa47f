"""What would be run? (`--dry-run`)"""

from harness.runner import exit_codes
from harness.runner.plan import Planned
from harness.runner.trouble import say
from harness.runner.undertaking import Undertaking, duration


def show(undertaking: Undertaking, left: tuple[Planned, ...]) -> int:
    """Prints what would be run, a unit a line; writes nothing."""
    for planned in left:
        print(f"{planned.order}\t{planned.key.rpartition('.')[2]}\t{planned.case.name}")
    for case, why in undertaking.skipped.items():
        say(f"skipped {case}: {why}")
    say(undertaking.account())
    if len(left) < len(undertaking.plan):
        say(f"{len(left)} of them are left, about {duration(undertaking.seconds(left))}")
    return exit_codes.OK
