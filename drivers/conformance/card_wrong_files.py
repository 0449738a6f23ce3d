"""Cards that are wrong on purpose: commands, selection, files and how answers come."""

from collections.abc import Callable
from dataclasses import replace

from drivers.card.apdu import SHORT_LE, BadApdu, Command, Response
from drivers.card.tables import JPKI_AID, Ins, Sw
from drivers.card.virtual import Quirks, VirtualCard
from drivers.card.virtual_files import Application, DataFile, Refused
from drivers.card.virtual_line import Outbox
from drivers.conformance.card_specimens import PASSWORD, PIN, Build, Change, issued, on_bench
from drivers.conformance.proof import Specimen

_LC_AT, _DATA_AT = 4, 5
_CERTIFICATE, _SIGNING, _CA, _PIN_FILE = 0x000A, 0x0001, 0x000B, 0x0018
_NUMBER, _ATTRIBUTES, _RECORD, _CV_CERTIFICATE, _CODE = 0x0001, 0x0002, 0x0003, 0x0004, 0x0015


class _OnlyFromTheStart(DataFile):
    def read(self, offset: int, length: int) -> bytes:  # noqa: ARG002 - what is wrong with it
        return self.content[:length]


class _OneByteOfOffset(DataFile):
    def read(self, offset: int, length: int) -> bytes:
        return super().read(offset & 0xFF, length)


class _AlwaysAll(DataFile):
    def read(self, offset: int, length: int) -> bytes:  # noqa: ARG002 - what is wrong with it
        return super().read(offset, SHORT_LE)


class _FillsUp(DataFile):
    def read(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length].ljust(length, b"\xff")


class _GoesRound(DataFile):
    def read(self, offset: int, length: int) -> bytes:
        return super().read(offset % len(self.content), length)


def _certificate_is(kind: type[DataFile]) -> Change:
    def change(jpki: Application, _: Application) -> None:
        jpki.files[_CERTIFICATE] = kind(issued(PIN, 3).certificate)

    return change


def _file_is(identifier: int, content: Callable[[], bytes], *opened_by: int) -> Change:
    def change(jpki: Application, _: Application) -> None:
        jpki.files[identifier] = DataFile(content(), frozenset(opened_by))

    return change


def _text_file(identifier: int, *opened_by: int) -> Change:
    """A file of the input support application with another access rule."""

    def change(_: Application, text: Application) -> None:
        file = text.files[identifier]
        assert isinstance(file, DataFile)  # noqa: S101 - for the type checker
        text.files[identifier] = replace(file, opened_by=frozenset(opened_by))

    return change


def _spoilt(identifier: int, at: int) -> Change:
    """A file of the input support application with one bit changed."""

    def change(_: Application, text: Application) -> None:
        file = text.files[identifier]
        assert isinstance(file, DataFile)  # noqa: S101 - for the type checker
        content = bytearray(file.content)
        content[at] ^= 0x01
        text.files[identifier] = replace(file, content=bytes(content))

    return change


class _ReadablePin(VirtualCard):
    def _read_binary(self, command: Command) -> Response:
        if self._file == _PIN_FILE:
            return Response(PIN, Sw.OK)
        return super()._read_binary(command)


class _KnowsEveryName(VirtualCard):
    def _select_name(self, command: Command) -> Response:
        try:
            return super()._select_name(command)
        except Refused:
            return Response(b"", Sw.OK)


class _SelectsOnce(VirtualCard):
    def _select_name(self, command: Command) -> Response:
        if self._application is not None:
            raise Refused(Sw.CONDITIONS_OF_USE)
        return super()._select_name(command)


class _ComparesNineBytes(VirtualCard):
    def _select_name(self, command: Command) -> Response:
        if command.data[:9] == JPKI_AID[:9]:
            command = replace(command, data=JPKI_AID)
        return super()._select_name(command)


class _KnowsEveryFile(VirtualCard):
    def _select_file(self, command: Command) -> Response:
        try:
            return super()._select_file(command)
        except Refused as refused:
            if refused.sw != Sw.FILE_NOT_FOUND:
                raise
            return Response(b"", Sw.OK)


class _KeepsTheSelection(VirtualCard):
    def reset(self) -> None:
        kept = getattr(self, "_application", None), getattr(self, "_file", 0)
        super().reset()
        self._application, self._file = kept


class _GuessesIdentifiers(VirtualCard):
    def _select_file(self, command: Command) -> Response:
        whole = command.data[:2].ljust(2, b"\x06")
        return super()._select_file(replace(command, data=whole))


class _GuessesTheRest(VirtualCard):
    def transmit(self, apdu: bytes) -> bytes:
        try:
            Command.decode(apdu)
        except BadApdu:
            apdu = apdu[:_LC_AT] + bytes([len(apdu[_DATA_AT:])]) + apdu[_DATA_AT:]
        return super().transmit(apdu)


class _KnowsEveryInstruction(VirtualCard):
    def _execute(self, command: Command) -> Response:
        try:
            return super()._execute(command)
        except Refused as refused:
            if refused.sw != Sw.UNKNOWN_INS:
                raise
            return Response(b"", Sw.OK)


class _IgnoresClassBits(VirtualCard):
    def _execute(self, command: Command) -> Response:
        return super()._execute(replace(command, cla=command.cla & ~0x03))


class _IgnoresTheClass(VirtualCard):
    def _execute(self, command: Command) -> Response:
        proprietary = command.ins == Ins.PERFORM_SECURITY_OPERATION
        return super()._execute(replace(command, cla=0x80 if proprietary else 0x00))


class _AnotherEachTime(VirtualCard):
    def power_off(self) -> None:
        super().power_off()
        jpki = self.applications[0]
        holders = (issued(PIN, 3), issued(PASSWORD, 5))
        self._turn = not getattr(self, "_turn", False)
        jpki.files[_CERTIFICATE] = DataFile(holders[self._turn].certificate)


class _StartsOver(Outbox):
    _all = b""

    def give(self, response: Response) -> Response:
        self._all = response.data
        return super().give(response)

    def more(self, command: Command) -> Response:
        answer = super().more(command)
        return Response(self._all[: len(answer.data)], answer.sw)


class _AnnouncesTooMuch(Outbox):
    def _status(self) -> int:
        left = len(self._waiting)
        return (Sw.MORE_DATA | (left + 1) % SHORT_LE) if left else Sw.OK


class _StopsShort(Outbox):
    """Says that nothing is left before everything came."""

    def more(self, command: Command) -> Response:
        return Response(super().more(command).data, Sw.OK)


class _NamesAnotherLe(Outbox):
    """Answers 6Cxx to a long answer, and to the Le it named."""

    def give(self, response: Response) -> Response:
        if len(response.data) >= self._piece:
            raise Refused(Sw.WRONG_LE | self._piece)
        return response


def _line(kind: type[Outbox], piece: int) -> type[VirtualCard]:
    class OnThatLine(VirtualCard):
        def power_off(self) -> None:
            self._outbox = kind(piece)
            super().power_off()

    return OnThatLine


_COMMANDS: dict[str, tuple[str, Build, tuple[str, ...]]] = {
    "knows-every-instruction": (
        "an unknown instruction is answered 9000",
        Build(card=_KnowsEveryInstruction),
        ("card.apdu.unknown_instruction",),
    ),
    "ignores-the-class": (
        "90 A4 selects like 00 A4",
        Build(card=_IgnoresTheClass),
        ("card.apdu.unknown_class", "card.apdu.logical_channel"),
    ),
    "ignores-the-channel": (
        "the channel bits of the class are ignored",
        Build(card=_IgnoresClassBits),
        ("card.apdu.logical_channel",),
    ),
    "guesses-identifiers": (
        "a file identifier of one or three bytes is taken",
        Build(card=_GuessesIdentifiers),
        ("card.apdu.wrong_length",),
    ),
    "guesses-the-rest": (
        "a command whose Lc does not fit is taken as if it did",
        Build(card=_GuessesTheRest),
        ("card.apdu.wrong_length",),
    ),
    "knows-every-name": (
        "SELECT of any name is answered 9000",
        Build(card=_KnowsEveryName),
        ("card.select.unknown_name",),
    ),
    "selects-once": (
        "an application can be selected only after power-up",
        Build(card=_SelectsOnce),
        ("card.select.application",),
    ),
    "compares-nine-bytes": (
        "the last byte of a name is not compared",
        Build(card=_ComparesNineBytes),
        ("card.select.unknown_name",),
    ),
    "knows-every-file": (
        "SELECT of any file is answered 9000",
        Build(card=_KnowsEveryFile),
        ("card.select.unknown_file",),
    ),
    "keeps-the-selection": (
        "the selected file survives a loss of power",
        Build(card=_KeepsTheSelection),
        ("card.select.file_needs_application",),
    ),
}

_FILES: dict[str, tuple[str, Build, tuple[str, ...]]] = {
    "label-of-another-card": (
        "the token's label is the 住基カード's",
        Build(label="JPKIAPICCTOKEN"),
        ("card.read.label", "card.driver.identify"),
    ),
    "reads-from-the-start-only": (
        "the certificate is readable only from offset 0",
        Build(change=_certificate_is(_OnlyFromTheStart)),
        ("card.read.from_anywhere", "card.read.certificate"),
    ),
    "one-byte-of-offset": (
        "the high byte of the offset is ignored",
        Build(change=_certificate_is(_OneByteOfOffset)),
        ("card.read.certificate",),
    ),
    "gives-always-all": (
        "Le is ignored: 256 bytes come",
        Build(change=_certificate_is(_AlwaysAll)),
        ("card.read.as_much_as_asked",),
    ),
    "fills-up": (
        "behind the end of a file FF comes",
        Build(change=_certificate_is(_FillsUp)),
        ("card.read.past_the_end",),
    ),
    "goes-round": (
        "behind the end of a file its beginning comes",
        Build(change=_certificate_is(_GoesRound)),
        ("card.read.past_the_end",),
    ),
    "another-certificate": (
        "the certificate is of another key",
        Build(change=_file_is(_CERTIFICATE, lambda: issued(PIN, 3, "stranger").certificate)),
        ("card.read.certificate", "card.sign.verifies"),
    ),
    "another-each-time": (
        "the certificate changes with each loss of power",
        Build(card=_AnotherEachTime),
        ("card.read.the_same_again",),
    ),
    "no-certificate": (
        "the certificate's file was never written",
        Build(change=_file_is(_CERTIFICATE, lambda: b"\xff" * 64)),
        ("card.read.certificate", "card.driver.identify"),
    ),
    "certificate-needs-pin": (
        "the user certificate is closed before the PIN, as a phone's is",
        Build(change=_file_is(_CERTIFICATE, lambda: issued(PIN, 3).certificate, _PIN_FILE)),
        ("card.read.certificate", "card.driver.identify"),
    ),
    "closed-ca": (
        "the CA certificate is closed",
        Build(change=_file_is(_CA, lambda: issued(PIN, 3).ca, _PIN_FILE)),
        ("card.read.ca_is_free",),
    ),
    "open-signing-certificate": (
        "the signing certificate is free to read",
        Build(change=_file_is(_SIGNING, lambda: issued(PASSWORD, 5).certificate)),
        ("card.read.signing_certificate_is_closed",),
    ),
    "signing-certificate-by-the-users-pin": (
        "the user's PIN opens the signing certificate",
        Build(change=_file_is(_SIGNING, lambda: issued(PASSWORD, 5).certificate, _PIN_FILE)),
        ("card.read.signing_certificate_is_closed",),
    ),
    "readable-pin": (
        "the PIN's file can be read",
        Build(card=_ReadablePin),
        ("card.read.secrets_are_closed",),
    ),
    "number-by-code-b": (
        "照合番号B opens the individual number",
        Build(change=_text_file(_NUMBER, _CODE)),
        ("card.text.number_stays_closed",),
    ),
    "open-attributes": (
        "the four attributes are free to read",
        Build(change=_text_file(_ATTRIBUTES)),
        ("card.text.closed", "card.pin.opens_its_own_only"),
    ),
    "open-record": (
        "the integrity record, with the number's digest, is free to read",
        Build(change=_text_file(_RECORD)),
        ("card.text.closed",),
    ),
    "attributes-changed": (
        "the attributes are not those that were signed",
        Build(change=_spoilt(_ATTRIBUTES, 0x14)),
        ("card.text.proven",),
    ),
    "record-changed": (
        "the record's signature is not good",
        Build(change=_spoilt(_RECORD, 0x60)),
        ("card.text.proven",),
    ),
    "certified-by-nobody": (
        "the certificate of the signing key is not good",
        Build(change=_spoilt(_CV_CERTIFICATE, 0x140)),
        ("card.text.proven",),
    ),
}

_LINES: dict[str, tuple[str, Build, tuple[str, ...]]] = {
    "pieces-start-over": (
        "every GET RESPONSE gives the first piece again",
        Build(card=_line(_StartsOver, 64), quirks=Quirks(piece=64)),
        ("card.read.in_pieces",),
    ),
    "pieces-stop-short": (
        "the first piece ends with 9000 although more waits",
        Build(card=_line(_StopsShort, 64), quirks=Quirks(piece=64)),
        ("card.read.in_pieces",),
    ),
    "pieces-announced-too-long": (
        "61xx announces a byte more than comes",
        Build(card=_line(_AnnouncesTooMuch, 64), quirks=Quirks(piece=64)),
        ("card.read.in_pieces",),
    ),
    "names-an-le-it-does-not-take": (
        "6Cxx names an Le that is refused, too",
        Build(card=_line(_NamesAnotherLe, 16), quirks=Quirks(piece=16)),
        ("card.read.in_pieces",),
    ),
}

WRONG = tuple(
    Specimen(name, what, on_bench(build), killers)
    for name, (what, build, killers) in {**_COMMANDS, **_FILES, **_LINES}.items()
)
