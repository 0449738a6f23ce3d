"""One-line makers of IPP attributes, so that a request reads like the standard's examples.

No wire, no clock. Source: RFC 8011 5.1 (attribute syntaxes).
"""

from drivers.printer.ipp_codec import Attribute, Group, Message, Resolution, Value
from drivers.printer.tables import GroupTag, Tag

USER = "kiosk"
"""`requesting-user-name` of every job and every question: a printer lets only a job's owner
cancel it (RFC 8011 4.3.3), so the spooler's side and the watch must use the same name."""


def strings(tag: Tag, name: str, *texts: str) -> Attribute:
    """Strings of any kind."""
    return Attribute(name, tuple(Value(tag, text) for text in texts))


def keywords(name: str, *words: str) -> Attribute:
    """Keywords, lower-case words from a register."""
    return strings(Tag.KEYWORD, name, *words)


def integers(name: str, *numbers: int) -> Attribute:
    """Plain integers."""
    return Attribute(name, tuple(Value(Tag.INTEGER, number) for number in numbers))


def enums(name: str, *numbers: int) -> Attribute:
    """Numbers with a registered meaning."""
    return Attribute(name, tuple(Value(Tag.ENUM, int(number)) for number in numbers))


def flag(name: str, *, value: bool) -> Attribute:
    """A boolean."""
    return Attribute(name, (Value(Tag.BOOLEAN, value),))


def resolutions(name: str, *dpi: int) -> Attribute:
    """Square resolutions in dots per inch."""
    return Attribute(name, tuple(Value(Tag.RESOLUTION, Resolution(d, d)) for d in dpi))


def collection(*members: Attribute) -> Value:
    """One collection value."""
    return Value(Tag.COLLECTION, members)


def collections(name: str, *values: Value) -> Attribute:
    """Collections."""
    return Attribute(name, values)


def preamble() -> tuple[Attribute, Attribute]:
    """The two attributes every message begins with (RFC 8011 4.1.4)."""
    return (
        strings(Tag.CHARSET, "attributes-charset", "utf-8"),
        strings(Tag.LANGUAGE, "attributes-natural-language", "en"),
    )


def request(operation: int, request_id: int, printer_uri: str, *attributes: Attribute) -> Message:
    """A request to the printer at `printer_uri` in our name, without a document."""
    target = strings(Tag.URI, "printer-uri", printer_uri)
    whose = strings(Tag.NAME, "requesting-user-name", USER)
    operation_group = Group(GroupTag.OPERATION, (*preamble(), target, *attributes, whose))
    return Message(operation, request_id, (operation_group,))
