"""Does the layer check let every right arrow through, and catch every wrong one?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.check_layers import ROOMS, Breach, check_cpp, check_python, check_tree, main
from scripts.tests.conftest import ROOT

GOOD_CPP = [
    ("primitives/atom/atom.h", '#include "primitives/sync/atomic.h"'),
    ("primitives/atom/atom.h", "#include <atomic>\n#include <vector>"),
    ("primitives/sync/mutex.h", '#include "absl/base/thread_annotations.h"'),
    ("primitives/sync/thread.cc", "#include <linux/futex.h>"),
    ("primitives/atom/atom_test.cc", "#include <gtest/gtest.h>"),
    ("harness/case/registry.h", '#include "harness/case/case.h"'),
    ("harness/schedule/chaos.cc", '#include "primitives/sync/hooks.h"'),
    ("harness/schedule/chaos_test.cc", '#include "primitives/sync/atomic.h"'),
    ("harness/measure/report.cc", "#include <benchmark/benchmark.h>\n#include <nlohmann/json.hpp>"),
    ("workloads/subjects/atom.h", '#include "harness/case/case.h"\n#include "primitives/atom/atom.h"'),
    ("workloads/scenarios/counter.h", '#include "workloads/subjects/roles.h"'),
    ("harness/measure/build.cc", '#include "commit.h"'),
    ("harness/case/case.h", '// #include "workloads/a.h"\n/* #include "workloads/b.h"\n#include "workloads/c.h" */'),
]

BAD_CPP = [
    ("primitives/atom/atom.h", '#include "harness/case/case.h"', "primitives must not include harness"),
    ("primitives/atom/atom.h", '#include "workloads/subjects/atom.h"', "primitives must not include workloads"),
    ("primitives/atom/atom.h", "#include <benchmark/benchmark.h>", "primitives must not include benchmark"),
    ("primitives/atom/atom.h", "#include <gtest/gtest.h>", "primitives must not include gtest"),
    ("primitives/atom/atom.h", "#include <linux/futex.h>", "primitives must not include linux"),
    ("primitives/atom/atom_test.cc", '#include "harness/case/case.h"', "primitives must not include harness"),
    ("harness/case/case.h", '#include "primitives/atom/atom.h"', "harness must not include primitives/atom"),
    ("harness/case/case.h", '#include "primitives/sync/atomic.h"', "harness must not include primitives/sync/atomic.h"),
    ("harness/case/case_test.cc", '#include "primitives/atom/atom.h"', "harness must not include primitives/atom"),
    ("harness/case/case.h", '#  include <workloads/presets.h>', "harness must not include workloads"),
    ("harness/case/case.h", "#include <boost/any.hpp>", "harness must not include boost"),
    ("primitives/atom/atom.h", '#include "watches.h"', "relative"),
]

BESIDE_THE_SEAM = [
    "std::atomic<int> a;",
    "std::atomic_flag f;",
    "std::mutex m;",
    "std::shared_mutex m;",
    "std::lock_guard<std::mutex> l(m);",
    "std::thread t;",
    "std::jthread t;",
    "std::this_thread::yield();",
    "std::condition_variable_any c;",
    "thread_local int x;",
    "std::stop_token s;",
    "auto t = std::chrono::steady_clock::now();",
    "absl::Mutex m;",
]

NOT_BESIDE_THE_SEAM = [
    "sync::atomic<int> a;",
    "tussle::sync::mutex m;",
    "std::memory_order_acquire",
    "// unlike std::mutex",
    "/* std::atomic\n std::thread */",
    'auto s = "std::thread";',
    'auto s = R"x(thread_local " std::mutex)x";',
    "int n = 1'000'000; // thread_local 'x'",
    "std::threadlike t; my_std::thread_pool p;",
]


def messages(path: str, text: str) -> list[str]:
    check = check_python if path.endswith(".py") else check_cpp
    return [breach.message for breach in check(path, text)]


@pytest.mark.parametrize(("path", "text"), GOOD_CPP)
def test_right_arrows_pass(path: str, text: str) -> None:
    assert messages(path, text) == []


@pytest.mark.parametrize(("path", "text", "reason"), BAD_CPP)
def test_wrong_arrows_are_caught(path: str, text: str, reason: str) -> None:
    assert len(messages(path, text)) == 1
    assert reason in messages(path, text)[0]


@pytest.mark.parametrize("text", BESIDE_THE_SEAM)
def test_primitives_use_the_seam(text: str) -> None:
    assert "beside the seam" in messages("primitives/atom/atom.h", f"int a;\n{text}")[0]


@pytest.mark.parametrize("text", BESIDE_THE_SEAM)
@pytest.mark.parametrize("path", ["primitives/sync/a.h", "primitives/atom/a_test.cc", "workloads/a.h", "harness/a.h"])
def test_the_seam_tests_and_other_rooms_may_name_std(path: str, text: str) -> None:
    assert messages(path, text) == []


@pytest.mark.parametrize("text", NOT_BESIDE_THE_SEAM)
def test_comments_strings_and_the_seams_own_names_are_free(text: str) -> None:
    assert messages("primitives/atom/atom.h", text) == []


def test_a_breach_names_file_and_line() -> None:
    text = '/* two\nlines */ auto s = R"(\n)";\nstd::mutex m;'

    assert list(check_cpp("primitives/a/a.h", text)) == [
        Breach("primitives/a/a.h", 4, "std::mutex beside the seam: use tussle::sync")
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("reports/render.py", "import numpy\nfrom reports import records\nfrom . import figures"),
        ("harness/runner/run.py", "import reports\nfrom harness.runner import plan\nfrom .trouble import Trouble"),
        ("scripts/check_layers.py", "from scripts.cpp_text import line_of"),
    ],
)
def test_right_imports_pass(path: str, text: str) -> None:
    assert messages(path, text) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("reports/render.py", "import harness.runner"),
        ("reports/render.py", "def f():\n    from harness.runner import plan"),
        ("reports/pages/race.py", "from scripts.cpp_text import line_of"),
        ("harness/runner/run.py", "from scripts import check_layers"),
        ("scripts/count_tests.py", "import reports"),
        ("primitives/sync/zero_cost_check.py", "import reports"),
        ("scripts/count_tests.py", "from harness import runner"),
    ],
)
def test_wrong_imports_are_caught(path: str, text: str) -> None:
    assert len(messages(path, text)) == 1


def test_the_command_prints_breaches_and_fails(
    tree: Callable[[dict[str, str]], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    root = tree({"primitives/a.h": '#include "harness/b.h"\n', "reports/r.py": "import harness\n", "harness/b.h": ""})

    assert main([str(root)]) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("primitives/a.h:1:") and said[1].startswith("reports/r.py:1:")
    assert said[2] == "layers: 3 files, 2 breaches"


def test_a_header_that_the_package_would_lack_is_told(tree: Callable[[dict[str, str]], Path]) -> None:
    headers = {"primitives/a/a.h": "", "primitives/a/b.h": "", "primitives/a/c_testing.h": ""}
    root = tree({**headers, "primitives/CMakeLists.txt": "target_sources(p PUBLIC FILE_SET HEADERS FILES\n  a/a.h)\n"})

    _, breaches = check_tree(root)
    assert [breach.path for breach in breaches] == ["primitives/a/b.h"]


def test_this_project_keeps_its_layers() -> None:
    count, breaches = check_tree(ROOT)

    assert [str(breach) for breach in breaches] == []
    assert count > len(ROOMS)
