"""Which primitive for which job? One choice per workload and conditions, at one stated number of threads."""

from collections.abc import Sequence
from typing import Any

from reports.cases import Row
from reports.standing import COMPARED, headline_threads


def choices(rows: Sequence[Row], leaders: Sequence[Row], cores: int | None) -> list[Row]:
    """Returns one choice per job, in the order of the rows.

    `leader` is the place in `leaders` of the field that answers, None where no subject has a number;
    `excluded` names the subjects that must not be chosen, because they broke, failed or never ran.
    """
    jobs: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row["kind"] in COMPARED:
            jobs.setdefault((row["workload"], row["group"]), []).append(row)
    places = {(one["workload"], one["group"], one["threads"]): place
              for place, one in enumerate(leaders)}
    return [_choice(job, places, cores) for job in jobs.values()]


def _choice(job: list[Row], places: dict[tuple[str, str, int], int],
            cores: int | None) -> dict[str, Any]:
    measured = [row["threads"] for row in job if row["ops_per_s"]]
    threads = headline_threads(measured or [row["threads"] for row in job], cores)
    field = [row for row in job if row["threads"] == threads]
    first = field[0]
    return {
        "workload": first["workload"],
        "group": first["group"],
        "label": first["label"],
        "threads": first["threads"],
        "oversubscribed": first["oversubscribed"],
        "leader": places.get((first["workload"], first["group"], first["threads"])),
        "excluded": [{"subject": row["subject"], "case": row["id"], "state": row["state"]}
                     for row in field if not row["ops_per_s"]],
    }
