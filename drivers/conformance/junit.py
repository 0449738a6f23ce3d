"""The report as JUnit XML, for whoever runs the kit in a build server."""

import re
from xml.etree import ElementTree as Xml

from drivers.conformance.case import Verdict
from drivers.conformance.report import Report
from drivers.conformance.result import Tried

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """The text of `junit.xml`; a broken case is an error, a skipped one says why."""
    suite = Xml.Element(
        "testsuite",
        name=f"conformance.{report.about.kind}",
        timestamp=report.about.started,
        tests=str(len(report.rows)),
        failures=str(report.count(Verdict.FAILED)),
        errors=str(report.count(Verdict.BROKEN)),
        skipped=str(report.count(Verdict.SKIPPED) + report.count(Verdict.NOT_APPLICABLE)),
        time=f"{sum(row.result.took_s for row in report.rows):.3f}",
    )
    for row in report.rows:
        _add(suite, row)
    Xml.indent(suite)
    return Xml.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


_TAGS = {
    Verdict.FAILED: "failure",
    Verdict.BROKEN: "error",
    Verdict.SKIPPED: "skipped",
    Verdict.NOT_APPLICABLE: "skipped",
}


def _add(suite: Xml.Element, row: Tried) -> None:
    group, _, name = row.clause.id.rpartition(".")
    time = f"{row.result.took_s:.3f}"
    element = Xml.SubElement(suite, "testcase", classname=group, name=name, time=time)
    tag = _TAGS.get(row.result.verdict)
    if tag is not None:
        text = _NOT_XML.sub("?", row.result.detail)
        outcome = Xml.SubElement(element, tag, message=text)
        outcome.text = f"{row.clause.requirement} ({row.clause.source}) {row.clause.advice}"
