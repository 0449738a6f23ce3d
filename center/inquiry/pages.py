"""What the site shows: the page, and the answer to an upload. Pure: values in, HTML out."""

import base64
import datetime
import html
from collections.abc import Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any

from center.inquiry.pool import Answer, Result
from center.inquiry.sentences import LANGUAGES, words

JST = datetime.timezone(datetime.timedelta(hours=9), "JST")
UPLOAD_MAX = 40 * 1024 * 1024
_GOOD, _WARN, _BAD = "good", "warn", "bad"
_TONE = {
    "read": _GOOD,
    "partly": _WARN,
    "header_only": _WARN,
    "unreadable": _WARN,
    "too_coarse": _WARN,
    "no_block": _WARN,
    "no_picture": _WARN,
    "too_large": _WARN,
}
"""Everything else is told as a danger."""
_ENDS = {"no_picture": "verdict_no_picture", "too_large": "verdict_too_large"}
_REFUSALS = {"failed": "refused_failed", "too_long": "refused_too_long", "more": "refused_more"}
_LOST = frozenset({"lost", "refused"})
_COMPARE = ("compare_1", "compare_2", "compare_3", "compare_4")


def site_page(language: str) -> str:
    """The one page of the site. Raises KeyError for a language that is not spoken here."""
    other = next(one for one in LANGUAGES if one != language)
    template = resources.files("center.inquiry").joinpath("static/page.html").read_text("utf-8")
    said = {key: html.escape(text) for key, text in words(language).items()}
    return Template(template).substitute(
        said, language=language, other=other, upload_max=UPLOAD_MAX
    )


def lost_page(language: str) -> str:
    """For an address that is none of the site's."""
    template = resources.files("center.inquiry").joinpath("static/lost.html").read_text("utf-8")
    said = {key: html.escape(text) for key, text in words(language).items()}
    return Template(template).substitute(said, language=language)


def refusal(language: str, key: str) -> str:
    """A sentence in the result's place; `key` is one of the words."""
    said = words(language)
    return _card(said, f'<p class="verdict warn" role="alert">{html.escape(said[key])}</p>')


def answer_page(language: str, answer: Answer) -> str:
    """What was recovered, page by page, with what it proves and what it does not."""
    said = words(language)
    if not answer.pages:
        return refusal(language, {**_ENDS, **_REFUSALS}.get(answer.end, "refused_failed"))
    parts = [
        _sheet(said, language, number, result) for number, result in enumerate(answer.pages, 1)
    ]
    parts += [_warning(line) for line in _missing(said, answer.pages)]
    if answer.end in _REFUSALS or answer.end in _ENDS:
        parts.append(_warning(said[{**_ENDS, **_REFUSALS}[answer.end]]))
    return _card(said, "".join(parts), f" {_quiet('data-print', said['print'])}")


def _quiet(data: str, label: str) -> str:
    return f'<button class="quiet" type="button" {data}>{html.escape(label)}</button>'


def _card(said: Mapping[str, str], inner: str, more: str = "") -> str:
    heading, again = html.escape(said["result_heading"]), html.escape(said["send_again"])
    return (
        f'<section class="card" aria-labelledby="found"><h2 id="found">{heading}</h2>{inner}'
        f'<p><button class="button" type="button" data-again>{again}</button>{more}</p></section>'
    )


def _warning(sentence: str) -> str:
    return f'<p class="verdict warn">{html.escape(sentence)}</p>'


def _sheet(said: Mapping[str, str], language: str, number: int, result: Result) -> str:
    found = result.said
    known = "document" in found
    heading = said["sheet_heading" if known else "page_heading"].format(number=number, **found)
    verdict = str(found["verdict"])
    sentence = html.escape(said[f"verdict_{verdict}"])
    parts = [
        f'<div class="sheet"><h3>{html.escape(heading)}</h3>',
        f'<p class="verdict {_TONE.get(verdict, _BAD)}">{sentence}</p>',
    ]
    if known:
        beside = _facts(said, language, found) + _compare(said, found)
        if result.picture:
            figure = _figure(said, result)
            parts.append(f'<div class="beside">{figure}<div>{beside}</div></div>')
        else:
            parts.append(beside)
        parts.append(_text(said, language, found))
    parts.append("</div>")
    return "".join(parts)


def _facts(said: Mapping[str, str], language: str, found: Mapping[str, Any]) -> str:
    issued = datetime.datetime.fromtimestamp(int(found["issued"]), JST)
    form = "%Y年%m月%d日 %H時%M分" if language == "ja" else "%d %B %Y, %H:%M (JST)"
    facts = (
        ("fact_number", str(found["document"])),
        ("fact_sheet", said["sheet_heading"].format(**found)),
        ("fact_issued", issued.strftime(form)),
        ("fact_municipality", str(found["municipality"])),
    )
    rows = "".join(
        f"<dt>{html.escape(said[key])}</dt><dd>{html.escape(value)}</dd>" for key, value in facts
    )
    return f'<dl class="facts">{rows}</dl>'


def _compare(said: Mapping[str, str], found: Mapping[str, Any]) -> str:
    if not found["picture"]:
        return ""
    keys = _COMPARE + (("compare_5",) if _numbers(found["strips"], _LOST) else ())
    points = "".join(f"<li>{html.escape(said[key])}</li>" for key in keys)
    return f"<h4>{html.escape(said['compare_heading'])}</h4><ol>{points}</ol>"


def _figure(said: Mapping[str, str], result: Result) -> str:
    found = result.said
    strips = [str(strip) for strip in found["strips"]]
    missing = _strips_said(said, strips)
    alt = said["picture_alt"].format(missing=missing, **found)
    picture = base64.b64encode(result.picture).decode()
    bands = "".join(f'<i class="{html.escape(strip)}"></i>' for strip in strips)
    caption = said["picture_caption"].format(**found)
    larger, whole = html.escape(said["enlarge"]), html.escape(said["reduce"])
    enlarge = _quiet(f'data-enlarge="{larger}" data-reduce="{whole}"', said["enlarge"])
    return (
        f'<figure><div class="paper" role="group" aria-label="{html.escape(caption)}">'
        f'<div class="map" role="img" '
        f'aria-label="{html.escape(said["strip_map"])} {html.escape(missing)}">{bands}</div>'
        f'<img src="data:image/png;base64,{picture}" alt="{html.escape(alt)}"></div>'
        f"<figcaption>{html.escape(caption)}<br>{html.escape(missing)}</figcaption>"
        f"{enlarge}</figure>"
    )


def _strips_said(said: Mapping[str, str], strips: Sequence[str]) -> str:
    lost = _numbers(strips, _LOST)
    coarse = _numbers(strips, frozenset({"base"})) if "fine" in strips else ""
    parts = [said["strips_lost"].format(lost=lost)] if lost else [said["strips_all"]]
    if coarse:
        parts.append(said["strips_coarse"].format(coarse=coarse))
    return " ".join(parts)


def _numbers(strips: Sequence[str], kinds: frozenset[str]) -> str:
    return ", ".join(str(number) for number, strip in enumerate(strips, 1) if strip in kinds)


def _text(said: Mapping[str, str], language: str, found: Mapping[str, Any]) -> str:
    if not found["text"]:
        return ""
    cut = "" if found["text_is_whole"] else f"<p>{html.escape(said['text_cut'])}</p>"
    text = html.escape(str(found["text"]))
    tongue = "" if language == "ja" else ' lang="ja"'
    return (
        f"<details><summary>{html.escape(said['text_heading'])}</summary>"
        f"<p>{html.escape(said['text_note'])}</p><pre{tongue}>{text}</pre>{cut}</details>"
    )


def _missing(said: Mapping[str, str], pages: Sequence[Result]) -> list[str]:
    """Sheets of the certificates at hand that were not among the pages."""
    seen: dict[str, tuple[int, set[int]]] = {}
    for result in pages:
        found = result.said
        if "document" in found:
            whole = seen.setdefault(str(found["document"]), (int(found["pages"]), set()))
            whole[1].add(int(found["page"]))
    sentences = []
    for count, have in seen.values():
        lacking = [str(number) for number in range(1, count + 1) if number not in have]
        if lacking:
            text = said["missing_sheets"].format(pages=count, missing=", ".join(lacking))
            sentences.append(text)
    return sentences
