"""The dialogues against scripted answers: every byte sent is compared.

The bytes are those on which OpenSC, jpki/myna and soltia48/myna-card agree; OpenSC's were seen on
the wire of pcscd 1.9.9 with opensc 0.23.
"""

from collections.abc import Callable

import pytest

from drivers.card import dialogues
from drivers.card.apdu import Command, Response
from drivers.card.contract import CardKind, PinWrong
from drivers.card.exchange import Dialogue, T, run
from drivers.card.tables import MY_NUMBER
from drivers.errors import DeviceError, MisuseError, PeerError

DIGEST = bytes(range(32))
SIGNATURE = bytes(256)
CERTIFICATE = b"\x30\x82\x02\x5e" + bytes(i % 251 for i in range(0x25E))

OPEN_APPLICATION = ("00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01", "9000")
SELECT_TOKEN = ("00 A4 02 0C 02 00 06", "9000")
READ_LABEL = ("00 B0 00 00 20", b"JPKIAPICCTOKEN2".ljust(32).hex() + "9000")
RECOGNISED = [OPEN_APPLICATION, SELECT_TOKEN, READ_LABEL]
SELECT_CERTIFICATE = ("00 A4 02 0C 02 00 0A", "9000")
READ_CERTIFICATE = [
    SELECT_CERTIFICATE,
    ("00 B0 00 00 04", "3082025E 9000"),
    ("00 B0 00 00 00", CERTIFICATE[:256].hex() + "9000"),
    ("00 B0 01 00 00", CERTIFICATE[256:512].hex() + "9000"),
    ("00 B0 02 00 62", CERTIFICATE[512:].hex() + "9000"),
]
SELECT_PIN = ("00 A4 02 0C 02 00 18", "9000")
ASK_TRIES = [SELECT_PIN, ("00 20 00 80", "63C3")]
VERIFY = "00 20 00 80 04 31 32 33 34"
SELECT_KEY = ("00 A4 02 0C 02 00 17", "9000")
SIGN = (
    "80 2A 00 80 33 30 31 30 0D 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20"
    + DIGEST.hex(" ")
    + "00"
)

Line = tuple[str, str]


def play(dialogue: Callable[[], Dialogue[T]], lines: list[Line]) -> T:
    """Run the dialogue; each command must be the next line's, and all lines be used."""
    left = list(lines)

    def transmit(command: Command) -> Response:
        assert left, f"unexpected {command}"
        expected, answer = left.pop(0)
        assert command.encode().hex(" ") == bytes.fromhex(expected).hex(" ")
        return Response.decode(bytes.fromhex(answer))

    try:
        return run(dialogue(), transmit)
    finally:
        assert not left, f"never sent: {left[0][0]}"


def refused(
    dialogue: Callable[[], Dialogue[T]],
    lines: list[Line],
    error: type[DeviceError] = DeviceError,
) -> DeviceError:
    with pytest.raises(error) as caught:
        play(dialogue, lines)
    return caught.value


def test_golden_trace_of_a_user_authentication() -> None:
    identity = play(dialogues.identify, [*RECOGNISED, *READ_CERTIFICATE, *ASK_TRIES])
    assert identity.kind is CardKind.MY_NUMBER
    assert identity.certificate == CERTIFICATE
    assert identity.tries_left == 3
    play(lambda: dialogues.verify(MY_NUMBER, b"1234"), [(VERIFY, "9000")])
    signing = [SELECT_KEY, (SIGN, SIGNATURE.hex() + "9000")]
    assert play(lambda: dialogues.sign(MY_NUMBER, DIGEST), signing) == SIGNATURE


def test_the_overwriting_apdu_is_longer_than_a_verify() -> None:
    sent = OPEN_APPLICATION[0] + "00"
    assert len(bytes.fromhex(sent)) > len(bytes.fromhex(VERIFY))
    play(lambda: dialogues.overwrite_pin(MY_NUMBER), [(sent, "6A86")])


class TestRecognise:
    @pytest.mark.parametrize(
        ("label", "kind"),
        [
            ("JPKIAPICCTOKEN2", CardKind.MY_NUMBER),
            ("JPKIAPICCTOKEN", CardKind.JUKI),
            ("JPKIAPGPSETOKEN", CardKind.PHONE_ANDROID),
            ("JPKIAPIOSTOKEN", CardKind.PHONE_IOS),
            ("JPKIAPICCTOKEN3", CardKind.OTHER),
            ("", CardKind.OTHER),
        ],
    )
    def test_by_the_whole_label(self, label: str, kind: CardKind) -> None:
        read = ("00 B0 00 00 20", label.encode().ljust(32).hex() + "9000")
        assert play(dialogues.recognise, [OPEN_APPLICATION, SELECT_TOKEN, read]) is kind

    def test_a_label_without_its_padding_is_none(self) -> None:
        short = ("00 B0 00 00 20", b"JPKIAPICCTOKEN2".hex() + "9000")
        lines = [OPEN_APPLICATION, SELECT_TOKEN, short, ("00 B0 00 0F 11", "6B00")]
        assert play(dialogues.recognise, lines) is CardKind.OTHER

    def test_a_label_that_cannot_be_read_is_none(self) -> None:
        lines = [OPEN_APPLICATION, SELECT_TOKEN, ("00 B0 00 00 20", "6982")]
        assert play(dialogues.recognise, lines) is CardKind.OTHER

    def test_a_label_that_comes_in_parts_is_whole(self) -> None:
        """Contactless frames of 32 bytes carry 29 at a time."""
        label = b"JPKIAPICCTOKEN2".ljust(32)
        first = ("00 B0 00 00 20", label[:29].hex() + "9000")
        lines = [
            OPEN_APPLICATION,
            SELECT_TOKEN,
            first,
            ("00 B0 00 1D 03", label[29:].hex() + "9000"),
        ]
        assert play(dialogues.recognise, lines) is CardKind.MY_NUMBER

    @pytest.mark.parametrize("sw", ["6A82", "6D00", "6E00", "6A81", "6283"])
    def test_a_card_without_the_application_is_other(self, sw: str) -> None:
        assert play(dialogues.recognise, [(OPEN_APPLICATION[0], sw)]) is CardKind.OTHER

    def test_a_card_without_the_token_file_is_other(self) -> None:
        lines = [OPEN_APPLICATION, (SELECT_TOKEN[0], "6A82")]
        assert play(dialogues.recognise, lines) is CardKind.OTHER

    def test_6f00_after_power_up_is_asked_again_once(self) -> None:
        first = (OPEN_APPLICATION[0], "6F00")
        assert play(dialogues.recognise, [first, *RECOGNISED]) is CardKind.MY_NUMBER
        error = refused(dialogues.recognise, [first, first], PeerError)
        assert error.detail.startswith("select application: 6F00")

    def test_an_unsupported_kind_is_refused_before_its_certificate_is_read(self) -> None:
        juki = ("00 B0 00 00 20", b"JPKIAPICCTOKEN".ljust(32).hex() + "9000")
        error = refused(dialogues.identify, [OPEN_APPLICATION, SELECT_TOKEN, juki])
        assert error.reason.name == "card.kind.juki"


class TestReadCertificate:
    def read(self) -> Dialogue[bytes]:
        return dialogues.read_certificate(MY_NUMBER)

    def test_shorter_parts_than_asked_for_are_put_together(self) -> None:
        lines = [
            SELECT_CERTIFICATE,
            ("00 B0 00 00 04", "3082025E 9000"),
            ("00 B0 00 00 00", CERTIFICATE[:200].hex() + "9000"),
            ("00 B0 00 C8 00", CERTIFICATE[200:456].hex() + "9000"),
            ("00 B0 01 C8 9A", CERTIFICATE[456:].hex() + "9000"),
        ]
        assert play(self.read, lines) == CERTIFICATE

    def test_no_file(self) -> None:
        error = refused(self.read, [(SELECT_CERTIFICATE[0], "6A82")])
        assert error.reason.name == "card.certificate.not_found"

    @pytest.mark.parametrize("header", ["FFFFFFFF", "00000000", "3082FFFF", "30810000"])
    def test_a_file_without_a_certificate(self, header: str) -> None:
        lines = [SELECT_CERTIFICATE, ("00 B0 00 00 04", header + "9000")]
        error = refused(self.read, lines)
        assert error.reason.name == "card.certificate.not_found"

    @pytest.mark.parametrize(
        ("after", "answer", "step"),
        [
            (0, "6982", "select certificate: 6982"),
            (1, "6982", "read certificate header: 6982"),
            (1, "3082 9000", "read certificate header: too short"),
            (2, "6B00", "read certificate: 6B00"),
            (3, "9000", "read certificate: 0 bytes came"),
            (4, bytes(200).hex() + "9000", "read certificate: 200 bytes came"),
        ],
    )
    def test_an_error_names_its_step(self, after: int, answer: str, step: str) -> None:
        lines = [*READ_CERTIFICATE[:after], (READ_CERTIFICATE[after][0], answer)]
        error = refused(self.read, lines, PeerError)
        assert error.reason.name == "card.protocol"
        assert error.detail.startswith(step)


class TestTriesLeft:
    @pytest.mark.parametrize(
        ("sw", "left"),
        [("63C3", 3), ("63C1", 1), ("63C0", 0), ("6984", 0), ("6983", 0), ("9000", 3)],
    )
    def test_costs_nothing_and_is_understood(self, sw: str, left: int) -> None:
        lines = [SELECT_PIN, ("00 20 00 80", sw)]
        assert play(lambda: dialogues.read_tries_left(MY_NUMBER), lines) == left

    @pytest.mark.parametrize("sw", ["6300", "6700", "6A88"])
    def test_another_answer_is_the_cards_fault(self, sw: str) -> None:
        lines = [SELECT_PIN, ("00 20 00 80", sw)]
        error = refused(lambda: dialogues.read_tries_left(MY_NUMBER), lines, PeerError)
        assert error.detail.startswith(f"ask tries left: {sw}")


COMPARE = [SELECT_CERTIFICATE, *READ_CERTIFICATE[2:]]
"""The certificate names its own length, so that no header is asked for."""


class TestIdentifyAgain:
    def again(self) -> Dialogue[object]:
        return dialogues.identify_again(CERTIFICATE)

    def test_the_same_card(self) -> None:
        assert play(self.again, [OPEN_APPLICATION, *COMPARE, *ASK_TRIES]) is MY_NUMBER

    @pytest.mark.parametrize("at", [5, 300, len(CERTIFICATE) - 1])
    def test_another_certificate_is_seen_at_the_first_part_that_differs(self, at: int) -> None:
        other = bytearray(CERTIFICATE)
        other[at] ^= 0x01
        lines = [OPEN_APPLICATION, *COMPARE[: 2 + at // 256]]
        error = refused(lambda: dialogues.identify_again(bytes(other)), lines)
        assert error.reason.name == "card.swapped"

    @pytest.mark.parametrize(
        "known", [b"", CERTIFICATE[:4], CERTIFICATE[:-1], CERTIFICATE + b"!", b"\xff" * 600]
    )
    def test_nothing_is_sent_without_a_whole_certificate_to_compare_with(
        self, known: bytes
    ) -> None:
        error = refused(lambda: dialogues.identify_again(known), [])
        assert error.reason.name == "card.swapped"

    def test_a_card_of_another_kind(self) -> None:
        assert refused(self.again, [(OPEN_APPLICATION[0], "6A82")]).reason.name == "card.swapped"

    def test_a_card_without_a_certificate(self) -> None:
        lines = [OPEN_APPLICATION, (SELECT_CERTIFICATE[0], "6A82")]
        assert refused(self.again, lines).reason.name == "card.swapped"

    @pytest.mark.parametrize("at", [0, 1, 2])
    def test_a_broken_card_is_not_called_another(self, at: int) -> None:
        lines = [OPEN_APPLICATION, *COMPARE][:at]
        lines.append(([OPEN_APPLICATION, *COMPARE][at][0], "6F00"))
        if at == 0:
            lines.append(lines[0])
        assert refused(self.again, lines).reason.name == "card.protocol"

    def test_a_blocked_pin_is_not_tried(self) -> None:
        lines = [OPEN_APPLICATION, *COMPARE, SELECT_PIN, ("00 20 00 80", "63C0")]
        assert refused(self.again, lines).reason.name == "card.pin.blocked"


class TestVerify:
    def enter(self) -> Dialogue[None]:
        return dialogues.verify(MY_NUMBER, b"1234")

    @pytest.mark.parametrize(("sw", "left"), [("63C2", 2), ("63C1", 1), ("63C0", 0)])
    def test_a_wrong_pin_says_what_is_left(self, sw: str, left: int) -> None:
        with pytest.raises(PinWrong) as caught:
            play(self.enter, [(VERIFY, sw)])
        assert caught.value.tries_left == left

    @pytest.mark.parametrize("sw", ["6983", "6984"])
    def test_a_blocked_pin(self, sw: str) -> None:
        assert refused(self.enter, [(VERIFY, sw)]).reason.name == "card.pin.blocked"

    @pytest.mark.parametrize("sw", ["6300", "6700", "6F00", "1234"])
    def test_another_answer_is_the_cards_fault(self, sw: str) -> None:
        error = refused(self.enter, [(VERIFY, sw)], PeerError)
        assert error.detail.startswith(f"verify: {sw}")
        assert "1234" not in error.detail.removeprefix(f"verify: {sw}")

    @pytest.mark.parametrize("pin", [b"", b"123", b"12345", b"12a4", "１２３４".encode()])
    def test_a_pin_of_another_form_is_never_sent(self, pin: bytes) -> None:
        error = refused(lambda: dialogues.verify(MY_NUMBER, pin), [], MisuseError)
        assert repr(pin) not in str(error)


class TestSign:
    @pytest.mark.parametrize(
        ("lines", "step"),
        [
            ([(SELECT_KEY[0], "6A82")], "select key: 6A82"),
            ([SELECT_KEY, (SIGN, "6982")], "sign: 6982"),
            (
                [SELECT_KEY, (SIGN, bytes(128).hex() + "9000")],
                "sign: 128 bytes came; the reader cuts",
            ),
            (
                [SELECT_KEY, (SIGN, bytes(254).hex() + "6C31")],
                "sign: 254 bytes came; the reader cuts",
            ),
            ([SELECT_KEY, (SIGN, "9000")], "sign: no signature came"),
        ],
    )
    def test_an_error_names_its_step(self, lines: list[Line], step: str) -> None:
        error = refused(lambda: dialogues.sign(MY_NUMBER, DIGEST), lines, PeerError)
        assert error.detail.startswith(step)

    @pytest.mark.parametrize("length", [0, 31, 33, 51])
    def test_only_a_digest_is_ever_signed(self, length: int) -> None:
        refused(lambda: dialogues.sign(MY_NUMBER, bytes(length)), [], MisuseError)


def test_what_the_wire_raises_ends_the_dialogue() -> None:
    def transmit(command: Command) -> Response:
        raise DeviceError("card.removed")

    dialogue = dialogues.recognise()
    with pytest.raises(DeviceError, match=r"card\.removed"):
        run(dialogue, transmit)
    with pytest.raises(StopIteration):
        next(dialogue)
