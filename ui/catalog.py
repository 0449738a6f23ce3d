"""Texts by key, in one language, filled with named fields.

No wire, no clock, no file: `ui.catalog_files` reads the catalogues.

A value is a string or a pair `{one, other}`. A field's name tells how it is written:
`yen` and `..._yen` are amounts, `date` is a date (YYYY-MM-DD), every whole number else is a
number, the rest stands as it is. The plural follows the field `n`.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass

from ui.formats import format_date, format_number, format_yen, is_one
from ui.model import Label, Raw, Text

SOFT_BREAK = "\u200b"
"""Zero-width space: here a heading may be broken before anywhere else."""

Entry = str | Mapping[str, str]
PLURAL_ARMS = frozenset({"one", "other"})
LANGUAGE_KEY = "language."
"""Keys below this hold a language's own name, which is always set in that language's face."""


class CatalogueError(Exception):
    """A text is missing or cannot be filled; the sentence names the key and the language."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All texts of one language."""

    language: str
    entries: Mapping[str, Entry]

    def say(self, label: Label) -> str:
        """The text of a label. Raises CatalogueError for an unknown key or a missing field."""
        if isinstance(label, Raw):
            return label.text
        return self.text(label.key, dict(label.fields))

    def text(self, key: str, fields: Mapping[str, str | int] | None = None) -> str:
        """The text of a key, its fields filled. Raises CatalogueError."""
        values = fields or {}
        form = self._form(key, values)
        written = {name: self._write(name, value) for name, value in values.items()}
        try:
            return form.format_map(written)
        except KeyError as missing:
            raise CatalogueError(
                f"the text {key} ({self.language}) needs the field {missing.args[0]}"
            ) from None

    def chain_of(self, label: Label) -> str:
        """Which font chain draws a label: a language, or `name` for what may hold rare kanji."""
        if isinstance(label, Raw):
            return "name" if label.name else "ja"
        if label.key.startswith(LANGUAGE_KEY):
            return label.key.removeprefix(LANGUAGE_KEY)
        return self.language

    def _form(self, key: str, values: Mapping[str, str | int]) -> str:
        try:
            entry = self.entries[key]
        except KeyError:
            raise CatalogueError(f"the text {key} is missing in {self.language}") from None
        if isinstance(entry, str):
            return entry
        n = values.get("n")
        if not isinstance(n, int):
            raise CatalogueError(f"the text {key} ({self.language}) needs the number n")
        return entry["one" if is_one(n, self.language) else "other"]

    def _write(self, name: str, value: str | int) -> str:
        if isinstance(value, int):
            amount = name == "yen" or name.endswith("_yen")
            return (format_yen if amount else format_number)(value, self.language)
        return format_date(value, self.language) if name == "date" else value


def fields_of(entry: Entry) -> frozenset[str]:
    """The names of all fields in an entry, over its plural forms."""
    forms = (entry,) if isinstance(entry, str) else tuple(entry.values())
    return frozenset(
        name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name
    )


def flatten(table: Mapping[str, object], where: str = "") -> dict[str, Entry]:
    """Nested tables as dotted keys; a table with the arms `one` and `other` is one entry.

    Raises CatalogueError for a value that is neither a string nor a table.
    """
    entries: dict[str, Entry] = {}
    for name, value in table.items():
        key = f"{where}{name}"
        if isinstance(value, str):
            entries[key] = value
        elif isinstance(value, Mapping) and set(value) == PLURAL_ARMS:
            entries[key] = {arm: str(form) for arm, form in value.items()}
        elif isinstance(value, Mapping):
            entries |= flatten(value, f"{key}.")
        else:
            raise CatalogueError(f"the entry {key} is neither a text nor a table")
    return entries


__all__ = [
    "LANGUAGE_KEY", "PLURAL_ARMS", "SOFT_BREAK", "Catalogue", "CatalogueError", "Entry", "Text",
    "fields_of", "flatten",
]  # fmt: skip
