"""What a technician types and reads at a card; a PIN is never shown."""

import pytest

from drivers.card.apdu import Command, Response
from drivers.errors import SilenceError
from drivers.workbench.card_line import CardLine, sw_words


class Card:
    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.heard: list[bytes] = []

    def transmit(self, command: Command) -> Response:
        self.heard.append(command.encode())
        if not self.answers:
            raise SilenceError("card.removed", "transmit")
        return self.answers.pop(0)


def test_select_by_name_and_the_status_in_words() -> None:
    card = Card(Response(b"", 0x9000))
    said = list(CardLine(card).answer("select jpki"))
    assert said == [
        "-> 00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01  select",
        "<- 9000  done",
    ]
    assert card.heard == [bytes.fromhex("00A4040C0AD392F000260100000001")]


def test_a_pin_is_sent_and_not_shown() -> None:
    card = Card(Response(b"", 0x63C2))
    said = "\n".join(CardLine(card).answer("00 20 00 80 04 31 32 33 34"))
    assert card.heard == [bytes.fromhex("0020008004") + b"1234"]
    assert "31 32 33 34" not in said
    assert "[4 bytes hidden]" in said
    assert "63C2" in said
    assert "tries left" in said


def test_data_is_shown() -> None:
    said = list(CardLine(Card(Response(b"\x30\x82", 0x9000))).answer("00B0000002"))
    assert said[1] == "<- 30 82 9000  done"


@pytest.mark.parametrize("typed", ["zz", "00", "00A4", "select nothing"])
def test_a_mistake_sends_nothing(typed: str) -> None:
    card = Card()
    assert next(iter(CardLine(card).answer(typed))).startswith("   no APDU")
    assert card.heard == []


def test_a_card_that_went_away_is_a_sentence() -> None:
    assert "card.removed" in list(CardLine(Card()).answer("00B0000002"))[1]


@pytest.mark.parametrize(
    ("sw", "words"), [(0x6A82, "not found"), (0x61FF, "more data"), (0x1234, "unknown")]
)
def test_status_words_by_family(sw: int, words: str) -> None:
    assert words in sw_words(sw)
