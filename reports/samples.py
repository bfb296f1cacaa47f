"""What is the raw data behind the numbers, one row per timed window?"""

from typing import Any

from reports.records import Run

COLUMNS = ("window_s", "operations", "ops_per_s", "ns_per_op", "cpu_ns_per_op", "overlap",
           "run_queue_wait", "jain", "min_share", "max_share", "failed_attempts", "allocations_per_op",
           "voluntary_switches", "involuntary_switches", "peak_rss_kib")


def sample_table(run: Run) -> dict[str, Any]:
    """Returns columns and rows of every window of a timing run; none for a race run."""
    columns = ["case", "block", "order", "status", "window", *COLUMNS, "flags"]
    if run.manifest.kind != "run":
        return {"columns": columns, "rows": []}
    ordered = sorted(run.units, key=lambda unit: unit.order)
    rows = [
        [unit.case, unit.block, unit.order, unit.status, index,
         *(sample.get(name) for name in COLUMNS), " ".join(sample["flags"])]
        for unit in ordered for index, sample in enumerate(unit.samples)
    ]
    return {"columns": columns, "rows": rows}
