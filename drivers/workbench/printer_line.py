"""Ask an IPP printer and show its answer: bytes first, then every attribute in words."""

from collections.abc import Iterator

from drivers.clock import Clock
from drivers.errors import DeviceError
from drivers.printer.ipp_codec import Attribute, Message, Value, encode_message
from drivers.printer.ipp_http import IppAddress, IppConversation
from drivers.printer.tables import GroupTag, Operation, Status

HELP = """\
printer [WORD]   everything the printer says of itself; only names that contain WORD
jobs             the jobs it holds
identify         blink or beep, where it can
help             this; Ctrl-D ends"""

_LIMIT_S = 10.0
_SHOWN_BYTES = 48
_OPERATIONS = {
    "printer": Operation.GET_PRINTER_ATTRIBUTES,
    "jobs": Operation.GET_JOBS,
    "identify": Operation.IDENTIFY_PRINTER,
}
_STATUS = {status.value: status.name.lower().replace("_", "-") for status in Status}
_GROUPS = {tag.value: tag.name.lower() for tag in GroupTag}


class PrinterLine:
    """An IPP printer, asked operation by operation."""

    def __init__(self, uri: str, clock: Clock) -> None:
        """Raises DeviceError (`printer.not_ipp`) for anything but an ipp or ipps URI."""
        self._address = IppAddress.parse(uri)
        self._clock = clock

    def answer(self, line: str) -> Iterator[str]:
        """What to show for one typed line. A mistake is answered by a sentence."""
        word, _, rest = line.strip().partition(" ")
        if not word:
            return
        operation = _OPERATIONS.get(word)
        if operation is None:
            yield HELP
            return
        try:
            with IppConversation(self._address, self._clock, _LIMIT_S) as printer:
                yield f"-> {operation.name.lower().replace('_', '-')} ({operation.value:04X})"
                yield from _shown(printer.ask(operation), rest.strip())
        except DeviceError as error:
            yield f"   {error}"


def _shown(answer: Message, word: str) -> Iterator[str]:
    raw = encode_message(answer)
    more = " ..." if len(raw) > _SHOWN_BYTES else ""
    yield f"<- {len(raw)} bytes: {raw[:_SHOWN_BYTES].hex(' ').upper()}{more}"
    yield f"   status {answer.code:04X} {_STATUS.get(answer.code, 'unknown')}"
    for group in answer.groups:
        if group.tag == GroupTag.OPERATION:
            continue
        yield f"   {_GROUPS.get(group.tag, hex(group.tag))}"
        for attribute in group.attributes:
            if word in attribute.name:
                yield f"      {_attribute(attribute)}"


def _attribute(attribute: Attribute) -> str:
    return f"{attribute.name} = {', '.join(map(_value, attribute.values))}"


def _value(value: Value) -> str:
    members = value.members()
    if members:
        return "{" + "; ".join(_attribute(member) for member in members) + "}"
    if isinstance(value.data, bytes):
        return value.data.hex(" ") if not value.data.isascii() else value.data.decode("ascii")
    return "no value" if value.data is None else str(value.data)
