"""The reference pages of `docs/generated/`, each made from the table the program itself uses.

Pure: tables in, Markdown out; the same tables give the same text.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field
from typing import Any, get_origin, get_type_hints

from drivers.printer.state_reasons import CONDITIONS, KEYWORDS, SOON, UNITS, Weight
from drivers.reasons import Remedy
from kiosk.config import SECTIONS
from kiosk.journal.entries import KINDS
from kiosk.session.failures import FAILURES, SHARED, Failure, recovery
from kiosk.session.model import Phase
from ui.catalog import Catalogue
from ui.catalog_files import load_catalogue

_WHO = {
    Remedy.RESIDENT: "the resident",
    Remedy.ATTENDANT: "staff on the spot",
    Remedy.TECHNICIAN: "a technician",
    Remedy.NOBODY: "nobody here",
}
_SHOWN_IN = ("en", "ja")
_TYPES = {str: "text", bool: "true or false", int: "whole number", float: "number",
          tuple: "list", dict: "table"}  # fmt: skip


def journal() -> str:
    """The journal's vocabulary."""
    rows = []
    for kind in KINDS.values():
        fields = ", ".join(
            f"{name}{'*' if field.access == 'terminal' else ''}: {field.form.value}"
            for name, field in kind.fields.items()
        )
        rows.append((f"`{kind.id}`", kind.meaning, fields))
    return _page(
        "The journal's vocabulary",
        "`kiosk/journal/entries.py`",
        "Personal data has no field. Fields marked * identify hardware.",
        _table(("kind", "meaning", "fields"), rows),
    )


def reasons() -> str:
    """For whoever stands at the machine: what happened, who can mend it, how."""
    parts = []
    for family in sorted({name.partition(".")[0] for name in FAILURES}):
        rows = [
            (f"`{one.name}`", one.what, _WHO[one.remedy], one.advice) for one in _family(family)
        ]
        header = ("reason", "what happened", "who can put it right", "what to do")
        parts.append(f"## {family}\n\n{_table(header, rows)}")
    return _page(
        "Reasons",
        "`drivers/reasons.py` and `kiosk/session/failures.py`",
        "The words of the journal, of `kiosk check` and of a case, by their first part.",
        "\n\n".join(parts),
    )


def printer_reasons() -> str:
    """What each `printer-state-reasons` keyword means, and what registers it."""
    header = ("reason", "keywords", "keeps from printing", "registered by")
    words = [
        (f"`printer.{reason}`" if weight is not Weight.HARMLESS else "none", _words(keywords),
         weight.value, source)
        for reason, source, weight, keywords in KEYWORDS
    ]  # fmt: skip
    conditions = [
        (f"`printer.{reason}`" if weight is not Weight.HARMLESS else "none", _words(keywords),
         weight.value)
        for reason, weight, keywords in CONDITIONS
    ]  # fmt: skip
    units = "\n".join(f"- {source}: {_words(names)}" for source, names in UNITS.items())
    soon = ", ".join(f"`{hard}` as `{warning}`" for hard, warning in SOON.items())
    body = (
        f"{_table(header, words)}\n\n## Units\n\n`<unit>-<condition>`, for the units\n\n{units}\n\n"
        f"{_table(header[:3], conditions)}"
    )
    return _page(
        "The printer's reasons",
        "`drivers/printer/state_reasons.py`",
        "A suffix is `-error`, `-warning` or `-report` (RFC 8011 5.4.12). A word that does not "
        f"keep the printer from printing is a warning: {soon}.\nA word of no register counts as "
        "`printer.stopped` if it has no suffix or `-error`, else not at all.",
        body,
    )


def _words(listed: str) -> str:
    return " ".join(f"`{word}`" for word in listed.split())


def failures() -> str:
    """What the resident reads of each failure, and what the visit does about it."""
    catalogues = [load_catalogue(language) for language in _SHOWN_IN]
    rows = [
        (
            f"`{one.name}`",
            *(_sentences(catalogue, one) for catalogue in catalogues),
            *(recovery(one.name, phase).value for phase in Phase),
        )
        for one in sorted(FAILURES.values(), key=lambda one: one.name)
    ]
    header = ("failure", *_SHOWN_IN, *(phase.value.replace("_", " ") for phase in Phase))
    return _page(
        "Failures",
        "`kiosk/session/failures.py` and `ui/catalogs`",
        "What stands on the screen, and what the visit does, by what is at stake then. "
        "A refusal that is never shown has the words that would be.",
        f"{_table(header, rows)}\n\n## Shared on purpose\n\n"
        "Several failures share a sentence where the resident can do nothing else about one than "
        "about another. The code on the screen names the failure itself.\n\n"
        f"{_table(('sentence', 'why', 'failures'), _shared())}",
    )


def _shared() -> list[tuple[str, str, str]]:
    return [
        (
            f"`{text}`",
            why,
            ", ".join(f"`{name}`" for name, one in sorted(FAILURES.items()) if one.text == text),
        )
        for text, why in sorted(SHARED.items())
    ]


def configuration() -> str:
    """Every key of firmware.toml."""
    parts = []
    for name, kind in SECTIONS.items():
        hints = get_type_hints(kind)
        rows = [_key(one, hints[one.name]) for one in dataclasses.fields(kind)]
        header = ("key", "is", "unit", "bounds", "default", "meaning")
        parts.append(f"## [{name}]\n\n{_table(header, rows)}")
    return _page(
        "Configuration",
        "each section's dataclass",
        "Every key of `firmware.toml`. An unknown key, a missing one without default and a value "
        "out of bounds are each refused with one sentence. † is for demonstration only; "
        '`mode = "production"` refuses it.',
        "\n\n".join(parts),
    )


def _key(one: Field[Any], hint: Any) -> tuple[str, ...]:
    meta = one.metadata
    mark = "†" if meta.get("demo_only") else ""
    return (
        f"`{one.name}`{mark}",
        _TYPES[get_origin(hint) or hint],
        str(meta.get("unit", "")),
        _bounds(meta),
        _default(one),
        f"{str(meta['doc']).rstrip('.')}.",
    )


def _bounds(meta: Mapping[Any, Any]) -> str:
    if "choices" in meta:
        return ", ".join(f"`{choice!r}`".replace("'", '"') for choice in meta["choices"])
    low, high = meta.get("min"), meta.get("max")
    words = tuple("" if bound is None else f"{bound:.10g}" for bound in (low, high))
    return " to ".join(words) if any(words) else ""


def _default(one: Field[Any]) -> str:
    if one.default is not MISSING:
        return f"`{_toml(one.default)}`"
    if one.default_factory is not MISSING:
        return f"`{_toml(one.default_factory())}`"
    return "must be given"


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + " }"
        case tuple():
            return "[" + ", ".join(_toml(each) for each in value) + "]"
        case _:
            return str(value)


def _family(name: str) -> list[Failure]:
    return [one for key, one in sorted(FAILURES.items()) if key.partition(".")[0] == name]


def _sentences(catalogue: Catalogue, failure: Failure) -> str:
    parts = ("title", "line", "advice")
    entries = (catalogue.entries[f"failure.{failure.text}.{part}"] for part in parts)
    title, *rest = (entry if isinstance(entry, str) else entry["other"] for entry in entries)
    return f"**{title}** {' '.join(rest)}"


def _page(title: str, source: str, words: str, body: str) -> str:
    return (
        f"# {title}\n\nGenerated by `kiosk draw` from {source}; do not edit.\n{words}\n\n{body}\n"
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines
    )
