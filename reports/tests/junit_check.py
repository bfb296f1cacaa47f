"""Would Jenkins and GitLab take this file? A check of the structure that both read, written from their facts.

Jenkins' schema fixes elements, their order and attributes; GitLab tells test cases apart by class name and
name, takes one result of each, and shows the results' text.
"""

import re
from collections import Counter
from xml.etree import ElementTree

RESULTS = ("failure", "error", "skipped")
ATTRIBUTES: dict[str, tuple[set[str], set[str]]] = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, set()),
    "testsuite": ({"name", "tests", "failures", "errors", "skipped", "time"}, {"timestamp", "hostname"}),
    "properties": (set(), set()),
    "property": ({"name", "value"}, set()),
    "testcase": ({"classname", "name", "time"}, {"file"}),
    **{name: ({"type", "message"}, set()) for name in RESULTS},
}
CHILDREN = {"testsuites": ["testsuite"], "testsuite": ["properties", "testcase"],
            "properties": ["property"], "testcase": list(RESULTS)}


def problems(text: str) -> list[str]:
    """Returns what is wrong with a JUnit file; nothing when it is as it should be."""
    try:
        root = ElementTree.fromstring(text.encode())
    except ElementTree.ParseError as error:
        return [f"not XML: {error}"]
    if root.tag != "testsuites":
        return [f"the root is {root.tag}"]
    found = [line for element in root.iter() for line in _of_element(element)]
    return found + _of_counts(root) + _of_names(root)


def _of_element(element: ElementTree.Element) -> list[str]:
    tag = element.tag
    if tag not in ATTRIBUTES:
        return [f"<{tag}> is unknown"]
    needed, allowed = ATTRIBUTES[tag]
    found = [f"<{tag}> lacks {name}" for name in needed - set(element.attrib)]
    found += [f"<{tag}> has {name}" for name in set(element.attrib) - needed - allowed]
    order = CHILDREN.get(tag, [])
    places = [order.index(child.tag) if child.tag in order else -1 for child in element]
    if -1 in places or places != sorted(places):
        found.append(f"<{tag}> holds {[child.tag for child in element]}")
    if tag == "testcase" and len(element) > 1:
        found.append("<testcase> has several results")
    if not re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000")):
        found.append(f"<{tag}> took {element.get('time')}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", element.get("timestamp", "2025-01-02T03:04:05")):
        found.append(f"<{tag}> is of {element.get('timestamp')}")
    return found


def _of_counts(root: ElementTree.Element) -> list[str]:
    found = []
    for element in [root, *root.iter("testsuite")]:
        for attribute, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"),
                               ("skipped", "skipped")):
            counted = len(list(element.iter(tag)))
            if attribute in element.attrib and element.get(attribute) != str(counted):
                found.append(f"{element.get('name')}: {attribute} is {element.get(attribute)}, not {counted}")
    return found


def _of_names(root: ElementTree.Element) -> list[str]:
    names = Counter((case.get("classname"), case.get("name")) for case in root.iter("testcase"))
    suites = Counter(suite.get("name") for suite in root.iter("testsuite"))
    return [f"{name} stands {number} times" for name, number in (names | suites).items() if number > 1]
