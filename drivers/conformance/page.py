"""The report as one HTML page without anything from outside: what to mend first, then all."""

import re
from datetime import datetime
from html import escape
from importlib.resources import files

from drivers.conformance.case import Verdict
from drivers.conformance.report import Report
from drivers.conformance.result import Tried

_SIGNS = {
    Verdict.PASSED: ("✓", "pass"),
    Verdict.FAILED: ("✕", "fail"),
    Verdict.NOT_APPLICABLE: ("–", "none"),
    Verdict.SKIPPED: ("○", "skip"),
    Verdict.BROKEN: ("!", "broken"),
}
_TONES = {
    "conforms": "pass",
    "conforms in what was tried": "skip",
    "does not conform": "fail",
    "no verdict": "broken",
}
_CODE = re.compile(r"`([^`]+)`")
_SHOWN_PASSAGES = 80
"""More than that of one case stands in the transcript only."""


def page(report: Report) -> str:
    """The text of `report.html`."""
    style = files("drivers.conformance").joinpath("page.css").read_text(encoding="utf-8")
    failed = [row for row in report.rows if row.result.verdict in {Verdict.FAILED, Verdict.BROKEN}]
    body = [
        _head(report),
        _mend(failed),
        *(_group(report, word, name) for word, name in report.about.groups.items()),
        _timings(report),
        _foot(report),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(report.about.title)}: {escape(report.overall)}</title>"
        f"<style>{style}</style></head><body><main>\n"
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def _prose(text: str) -> str:
    """Text as HTML; what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def _moment(iso: str) -> str:
    """A UTC time as people write it."""
    try:
        return f"{datetime.fromisoformat(iso):%d %b %Y, %H:%M:%S} UTC"
    except ValueError:
        return iso


def _head(report: Report) -> str:
    about = report.about
    driver = about.setup.get("driver")
    named = (*about.subject, *([f"driver {driver}"] if driver else []))
    devices = "".join(f"<li>{escape(line)}</li>" for line in named)
    counts = "".join(
        f'<li class="{tone}"><b>{report.count(verdict)}</b> {verdict.value}</li>'
        for verdict, (_, tone) in _SIGNS.items()
        if report.count(verdict)
    )
    return (
        f'<header class="{_TONES[report.overall]}"><p class="kind">{escape(about.title)}</p>'
        f"<h1>{escape(report.overall[0].upper() + report.overall[1:])}</h1>"
        f'<ul class="counts">{counts}</ul>'
        f'<ul class="devices">{devices}</ul>'
        f'<p class="when">{escape(_moment(about.started))} to '
        f"{escape(_moment(about.ended))}</p></header>"
        f'<div class="bar" aria-hidden="true">{_bar(report)}</div>'
    )


def _bar(report: Report) -> str:
    """One cell a case, in order: the shape of the run at a glance."""
    return "".join(
        f'<a class="{_SIGNS[row.result.verdict][1]}" href="#{escape(row.clause.id)}"'
        f' title="{escape(row.clause.id)}"></a>'
        for row in report.rows
    )


def _mend(failed: list[Tried]) -> str:
    if not failed:
        return ""
    items = "".join(
        f'<li><a href="#{escape(row.clause.id)}">{_prose(row.clause.requirement)}</a>'
        f"<p>Seen: {_prose(row.result.detail)}</p><p>{_prose(row.clause.advice)}</p></li>"
        for row in failed
    )
    return f'<section class="mend"><h2>What to mend</h2><ol>{items}</ol></section>'


def _group(report: Report, word: str, name: str) -> str:
    rows = [row for row in report.rows if row.clause.group == word]
    if not rows:
        return ""
    passed = sum(row.result.verdict is Verdict.PASSED for row in rows)
    listed = "".join(_case(row) for row in rows)
    return (
        f'<section><h2>{escape(name)} <span class="of">{passed} of {len(rows)} passed</span></h2>'
        f"{listed}</section>"
    )


def _case(row: Tried) -> str:
    sign, tone = _SIGNS[row.result.verdict]
    clause, result = row.clause, row.result
    opened = " open" if result.verdict is Verdict.FAILED else ""
    timing = "".join(
        f"<tr><td>{escape(t.name)}</td><td>{t.count}</td><td>{t.p50_ms:.1f}</td>"
        f"<td>{t.p99_ms:.1f}</td><td>{t.longest_ms:.1f}</td></tr>"
        for t in result.timings
    )
    if timing:
        timing = (
            f"<details><summary>Timings</summary><table>{_TIMING_HEAD}{timing}</table></details>"
        )
    untried = result.verdict in {Verdict.SKIPPED, Verdict.NOT_APPLICABLE}
    why = f"<small>{_prose(result.detail)}</small>" if untried else ""
    for seen in result.failed_before:
        why += f"<small>Failed before: {_prose(seen)}</small>"
    return (
        f'<details class="case {tone}" id="{escape(clause.id)}"{opened}><summary>'
        f'<span class="sign" title="{result.verdict.value}">{sign}</span>'
        f'<span class="what">{_prose(clause.requirement)}{why}</span>'
        f'<span class="where">{escape(clause.source)}</span></summary>'
        f'<div class="inside"><p class="seen">{_prose(result.detail)}</p>'
        f'<p class="meta"><code>{escape(clause.id)}</code> · {result.exchanges} sent · '
        f"{result.took_s:.2f} s</p>{_passages(row)}{timing}</div></details>"
    )


_TIMING_HEAD = "<tr><th>ms</th><th>times</th><th>p50</th><th>p99</th><th>longest</th></tr>"


def _passages(row: Tried) -> str:
    """What passed: of a failed case the end, where it went wrong; else the beginning."""
    passages = row.result.passages
    if not passages:
        return ""
    failed = row.result.verdict is Verdict.FAILED
    shown = passages[-_SHOWN_PASSAGES:] if failed else passages[:_SHOWN_PASSAGES]
    lines = [escape(passage.text(passages[0].at_s)) for passage in shown]
    left = len(passages) - len(shown)
    if left:
        lines.insert(0 if failed else len(lines), f"… {left} more in transcript.txt")
    return f"<pre>{chr(10).join(lines)}</pre>"


def _timings(report: Report) -> str:
    """The slowest things of the whole run."""
    spans = [(t, row.clause.id) for row in report.rows for t in row.result.timings]
    spans.sort(key=lambda pair: -pair[0].longest_ms)
    lines = "".join(
        f'<tr><td>{escape(t.name)}</td><td><a href="#{escape(case)}">{escape(case)}</a></td>'
        f"<td>{t.count}</td><td>{t.p50_ms:.1f}</td><td>{t.p99_ms:.1f}</td>"
        f"<td>{t.longest_ms:.1f}</td></tr>"
        for t, case in spans[:10]
    )
    if not lines:
        return ""
    return (
        "<section><h2>Slowest</h2><table><tr><th>ms</th><th>case</th><th>times</th><th>p50</th>"
        f"<th>p99</th><th>longest</th></tr>{lines}</table></section>"
    )


def _foot(report: Report) -> str:
    setup = ", ".join(f"{key} {value}" for key, value in report.about.setup.items())
    return (
        f"<footer><p>Set up as: {escape(setup)}.</p><p>The signed statement is "
        "<code>report.json</code>; <code>kiosk-drivers conform verify</code> checks it, this page "
        "and all that lies beside it.</p></footer>"
    )
