"""Answers in pieces, cut answers, and any answers whatever: a dialogue ends, and ends well."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card import card_ap_dialogues, dialogues, text_dialogues
from drivers.card.apdu import Command, Response
from drivers.card.contract import CardApConfig, PinWrong
from drivers.card.exchange import (
    Dialogue,
    ask_tries,
    overwrite,
    read_binary,
    read_part,
    run,
    verify_once,
)
from drivers.card.tables import JPKI_AID, MY_NUMBER, TEXT_AID
from drivers.card.virtual_files import Refused
from drivers.card.virtual_line import Outbox
from drivers.errors import DeviceError, PeerError

CONTENT = bytes(i * 7 % 251 for i in range(700))
CERTIFICATE = b"\x30\x82\x02\x5e" + bytes(i % 251 for i in range(0x25E))


def one(command: Command) -> Dialogue[Response]:
    return (yield command)


class Line:
    """Answers from a script, and what was sent."""

    def __init__(self, *answers: str) -> None:
        self.left = [Response.decode(bytes.fromhex(answer)) for answer in answers]
        self.sent: list[str] = []

    def __call__(self, command: Command) -> Response:
        self.sent.append(command.encode().hex(" ").upper())
        return self.left.pop(0)


class TestAnswersInPieces:
    def test_what_61xx_announces_is_fetched_and_joined(self) -> None:
        line = Line("AA 6102", "BB CC 6101", "DD 9000")
        assert run(one(read_binary(0, 4)), line) == Response(bytes.fromhex("AABBCCDD"), 0x9000)
        assert line.sent == ["00 B0 00 00 04", "00 C0 00 00 02", "00 C0 00 00 01"]

    def test_6100_is_256_bytes_or_more(self) -> None:
        line = Line("6100", bytes(256).hex() + "9000")
        assert len(run(one(read_binary(0, 256)), line).data) == 256
        assert line.sent[1] == "00 C0 00 00 00"

    def test_6cxx_names_the_le_to_ask_with_once(self) -> None:
        line = Line("6C03", "AABBCC 9000")
        assert run(one(read_binary(0, 256)), line).data.hex() == "aabbcc"
        assert line.sent == ["00 B0 00 00 00", "00 B0 00 00 03"]
        assert run(one(read_binary(0, 256)), Line("6C03", "6C03")).sw == 0x6C03

    def test_but_not_after_data_since_that_is_a_cut_answer(self) -> None:
        line = Line("AABB 6C03")
        assert run(one(read_binary(0, 256)), line).sw == 0x6C03
        assert len(line.sent) == 1

    def test_a_verify_is_never_repeated(self) -> None:
        line = Line("6C04")
        with pytest.raises(PeerError):
            run(verify_once(b"1234", "card.pin.blocked"), line)
        assert line.sent == ["00 20 00 80 04 31 32 33 34"]

    def test_what_never_ends_is_given_up(self) -> None:
        line = Line(*["AA 6101"] * 40)
        assert run(one(read_binary(0, 4)), line).sw == 0x6101
        assert len(line.sent) == 17

    def test_an_end_that_is_an_error_is_told_with_what_came(self) -> None:
        answer = run(one(read_binary(0, 4)), Line("AA 6101", "6F00"))
        assert answer == Response(b"\xaa", 0x6F00)


class TestTheVirtualLine:
    def test_pieces_are_announced_given_and_forgotten(self) -> None:
        outbox = Outbox(2)
        more = Command(0x00, 0xC0, 0x00, 0x00, le=5)
        with pytest.raises(Refused, match="6985"):
            outbox.more(more)
        assert outbox.give(Response(b"ab", 0x9000)).data == b"ab"
        assert outbox.give(Response(b"abcde", 0x9000)) == Response(b"", 0x6105)
        with pytest.raises(Refused, match="6C05"):
            outbox.more(replace(more, le=6))
        assert outbox.more(more) == Response(b"ab", 0x6103)
        assert outbox.more(replace(more, le=1)) == Response(b"c", 0x6102)
        assert outbox.more(replace(more, le=2)) == Response(b"de", 0x9000)
        outbox.give(Response(b"abcde", 0x9000))
        outbox.clear()
        with pytest.raises(Refused, match="6985"):
            outbox.more(more)


class TestReadFiles:
    def test_a_file_that_claims_to_be_huge_is_not_read(self) -> None:
        line = Line("9000", "FF20827FFF 9000")
        with pytest.raises(PeerError, match="a file of 32772 bytes"):
            run(text_dialogues.read_files(), line)


class Reader:
    """A file behind a line that lets `passes` bytes of an answer through."""

    def __init__(self, passes: int, longest: int = 256) -> None:
        self.passes = passes
        self.longest = longest
        self.commands = 0

    def __call__(self, command: Command) -> Response:
        self.commands += 1
        offset = (command.p1 << 8) + command.p2
        data = CONTENT[offset : offset + min(command.le, self.longest)]
        return Response.decode((data + b"\x90\x00")[: self.passes])


class TestReadPart:
    @given(passes=st.integers(18, 300), longest=st.integers(1, 256), offset=st.integers(0, 300))
    def test_the_file_comes_whole_however_it_is_cut(
        self, passes: int, longest: int, offset: int
    ) -> None:
        length = len(CONTENT) - offset
        reader = Reader(passes, longest)
        assert run(read_part(offset, length, "read"), reader) == CONTENT[offset:]
        assert reader.commands <= length // min(longest, 16) + 6

    @pytest.mark.parametrize("passes", range(2, 18))
    def test_a_line_for_less_than_sixteen_bytes_is_none(self, passes: int) -> None:
        with pytest.raises(PeerError):
            run(read_part(0, len(CONTENT), "read"), Reader(passes))


class TestOverwrite:
    @pytest.mark.parametrize("length", range(1, 17))
    def test_is_longer_than_any_entry(self, length: int) -> None:
        line = Line("6A82")
        run(overwrite(JPKI_AID, 5 + length), line)
        assert len(bytes.fromhex(line.sent[0])) > 5 + length
        assert line.sent[0].startswith("00 A4 04 0C")

    def test_selects_the_application_itself_where_that_is_long_enough(self) -> None:
        line = Line("9000")
        run(overwrite(TEXT_AID, 9), line)
        assert line.sent == ["00 A4 04 0C 0A " + TEXT_AID.hex(" ").upper() + " 00"]


TOWN = CardApConfig(aid="F0000000010203", pin_max=8)
ALL: dict[str, Callable[[], Dialogue[object]]] = {
    "identify": dialogues.identify,
    "identify again": lambda: dialogues.identify_again(CERTIFICATE),
    "sign": lambda: dialogues.sign(MY_NUMBER, bytes(32)),
    "verify": lambda: dialogues.verify(MY_NUMBER, b"1234"),
    "open code": text_dialogues.open_code,
    "verify code": lambda: text_dialogues.verify_code(b"0" * 14),
    "read files": text_dialogues.read_files,
    "open card application": lambda: card_ap_dialogues.open_application(TOWN),
    "read user id": lambda: card_ap_dialogues.read_user_id(TOWN),
    "ask tries": lambda: ask_tries("ask", 3),
}
STATUS = st.one_of(
    st.just(0x9000), st.just(0x9000), st.just(0x9000), st.integers(0x6100, 0x6FFF),
    st.integers(0, 0xFFFF),
)  # fmt: skip
DATA = st.one_of(st.just(b""), st.binary(max_size=300), st.just(CERTIFICATE[:256]))
ANSWERS = st.lists(st.builds(Response, DATA, STATUS), max_size=30)


@given(name=st.sampled_from(sorted(ALL)), answers=ANSWERS)
def test_any_answers_end_in_a_value_or_a_reason(name: str, answers: list[Response]) -> None:
    left = list(answers)
    entries = []

    def transmit(command: Command) -> Response:
        entries.append(command.ins == 0x20 and bool(command.data))
        return left.pop(0) if left else Response(b"", 0x6F00)

    tries_left, reason = 0, "card."
    try:
        run(ALL[name](), transmit)
    except PinWrong as wrong:
        tries_left = wrong.tries_left
    except DeviceError as error:
        reason = error.reason.name
    assert 0 <= tries_left <= 15
    assert reason.startswith("card.")
    assert sum(entries) <= 1
