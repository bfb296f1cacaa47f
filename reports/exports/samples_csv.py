"""What was measured, window by window, for a spreadsheet or a data frame? (CSV)"""

import csv
import io
from typing import Any

from reports.naming import group_key
from reports.records import Run
from reports.samples import COLUMNS

FACTS = ("run_id", "case", "workload", "subject", "kind", "threads", "conditions", "block", "order",
         "status", "window")
# Spreadsheets take a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(run: Run, _summary: dict[str, Any]) -> str:
    """Returns one row for each timed window, in the order of the run; what was not measured is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FACTS, *COLUMNS, "verified", "flags"])
    for unit in sorted(run.units, key=lambda unit: unit.order):
        for index, sample in enumerate(unit.samples):
            facts = (run.manifest.run_id, unit.case, unit.workload, unit.subject, unit.kind,
                     unit.conditions["threads"], group_key(unit.conditions), unit.block, unit.order,
                     unit.status, index)
            measured = (sample.get(name) for name in COLUMNS)
            row = (*facts, *measured, sample["verdict"]["passed"], " ".join(sample["flags"]))
            writer.writerow([_inert(cell) for cell in row])
    return out.getvalue()


def _inert(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
