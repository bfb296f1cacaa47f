"""Are labels and left-out conditions called as case names call them?"""

from typing import Any

from reports import cases, naming, summary


def test_a_label_stands_for_itself() -> None:
    conditions: dict[str, Any] = {"think": 0, "placement": "compact", "threads": 4}

    assert naming.group_key(conditions) == "think:0/placement:compact"
    assert naming.group_label(conditions) == "think 0, placement compact"


def test_rows_are_ordered_though_numbers_and_labels_stand_in_the_same_place() -> None:
    catalog = {"workloads": [{"name": "w"}], "subjects": [{"name": "s"}]}
    given: list[dict[str, Any]] = [{"placement": "compact"}, {"payload": 64}, {}]
    rows = [{"workload": "w", "subject": "s", "threads": 2,
             "conditions": {"think": 0, **more, "threads": 2}} for more in given]

    ordered = sorted(rows, key=cases._catalog_order(catalog))

    assert [row["conditions"] for row in ordered] == [
        {"think": 0, "threads": 2},
        {"think": 0, "payload": 64, "threads": 2},
        {"think": 0, "placement": "compact", "threads": 2},
    ]


def test_the_usual_group_does_not_mention_what_names_leave_out() -> None:
    entry = {"conditions": [
        {"name": "think", "default": [0]},
        {"name": "placement", "default": ["free"], "labels": ["free"], "optional": True},
    ]}
    groups = {"think:50": "think 50", "think:0": "think 0"}

    assert summary._usual(entry, groups) == "think:0"
