"""Results as JUnit XML, which every build server reads: a suite for each file, a test case for each case."""

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.assure.cases.running import Outcome

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(outcomes: Sequence[Outcome], words_of: Mapping[str, str]) -> bytes:
    """Return the document; `words_of` has the words for each case that failed, by its id."""
    root = Element("testsuites", {"name": "dealdesk test", **_counts(outcomes)})
    for file, group in groupby(outcomes, key=lambda one: one.case.file):
        found = [*group]
        suite = SubElement(root, "testsuite", {"name": file, **_counts(found)})
        for one in found:
            about = {"classname": file, "name": _clean(one.case.name), "file": file, "line": str(one.case.span.line)}
            case = SubElement(suite, "testcase", about, time=f"{one.seconds:.6f}")
            if one.skipped is not None:
                SubElement(case, "skipped", message=_clean(one.skipped))
            elif one.failed:
                words = _clean(words_of[one.case.id])
                kind = "failure" if one.mismatches else "error"
                SubElement(case, kind, message=words.partition("\n")[0]).text = words
    indent(root)
    document: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{document}\n'.encode()


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    failures = sum(bool(one.mismatches) for one in outcomes)
    return {
        "tests": str(len(outcomes)),
        "failures": str(failures),
        "errors": str(sum(one.failed for one in outcomes) - failures),
        "skipped": str(sum(one.skipped is not None for one in outcomes)),
        "time": f"{sum(one.seconds for one in outcomes):.6f}",
    }


def _clean(text: str) -> str:
    """Return text without the characters that XML cannot hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
