"""Does the page tell who waited on what when a case stood still?"""

from pathlib import Path

from reports.exports.junit import to_junit
from reports.html import to_html
from reports.records import load
from reports.summary import summarize
from reports.tests.runs import Record, Synthetic

SAID = "stalled: blocked for 8 s while running: worker 0 waits on lock source; worker 1 waits on lock target"
TEXT = SAID + "\n\nthread 7 (worker 0): waits on lock source\n    source_then_target" + "\n    frame" * 100


def stand_still(unit: Record) -> None:
    worker = {"id": 7, "name": "worker 0", "state": "waits", "cpu_s": 0.1, "steps": 3,
              "waits_on": "lock source", "answered": False, "stack": []}
    stall = {"kind": "blocked", "phase": "running", "seconds": 8.2, "threads": [worker], "text": TEXT}
    unit |= {"status": "failed", "exit_code": 4, "message": SAID, "log": f"logs/{unit['key']}.txt"}
    unit["result"] |= {"samples": [], "stall": stall, "error": SAID}


def test_page_and_junit_begin_with_the_threads_that_wait(tmp_path: Path) -> None:
    synthetic = Synthetic(workloads=("counter",), threads=(2,), blocks=2)
    run = load(synthetic.write(tmp_path, {"counter_atom": stand_still}))
    summary = summarize(run)

    assert summary["verdict"]["exit_code"] == 4
    for text in (to_html(summary), to_junit(run, summary)):
        assert "worker 1 waits on lock target" in text
        assert "source_then_target" in text
