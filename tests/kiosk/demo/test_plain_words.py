"""What devices did, for a reader; and that nothing of a command's data is told but public names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.demo.plain_words import card_words, coin_words, printer_words


@pytest.mark.parametrize(
    ("command", "status", "answered", "said"),
    [
        ("00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01", 0x9000, 0,
         "select the application for certificates (JPKI): yes"),
        ("00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01 00", 0x9000, 0,
         "select the application for certificates (JPKI): yes"),
        ("00 A4 04 0C 02 AA BB", 0x6A82, 0, "select another application: there is none"),
        ("00 A4 02 0C 02 00 0A", 0x9000, 0, "select the user's certificate: yes"),
        ("00 A4 02 0C 02 00 99", 0x6A82, 0, "select file 0099: there is none"),
        ("00 B0 01 00 00", 0x9000, 256, "read from byte 256: 256 bytes"),
        ("00 20 00 80", 0x63C3, 0, "how many tries has the PIN?: 3 tries left"),
        ("00 20 00 80 04 •• •• •• ••", 0x9000, 0, "compare the PIN: yes"),
        ("00 20 00 80 04 •• •• •• ••", 0x63C2, 0, "compare the PIN: 2 tries left"),
        ("00 20 00 80 04 •• •• •• ••", 0x6984, 0, "compare the PIN: refused: blocked"),
        ("80 2A 00 80 02 AB CD 00", 0x9000, 256, "sign a digest with the card's key: 256 bytes"),
        ("00 FE", 0x6D00, 0, "a command: not understood"),
        ("", 0x6F00, 0, "a command: status 6F00"),
    ],
)  # fmt: skip
def test_a_command(command: str, status: int, answered: int, said: str) -> None:
    assert card_words(command, status, answered) == said


@given(st.binary(max_size=40), st.integers(0, 0xFFFF), st.integers(0, 256))
def test_any_command_has_words(apdu: bytes, status: int, answered: int) -> None:
    assert ": " in card_words(apdu.hex(" ").upper(), status, answered)


def test_coins_and_printer() -> None:
    assert coin_words("coin_dropped", 500, "") == "a ¥500 coin is in the slot"
    assert coin_words("bill_refused", 10000, "code 2").startswith("the ¥10000 note is not taken")
    assert coin_words("adapter_unplugged", 0, "") == "adapter unplugged"
    assert coin_words("hopper_empty", 100, "2 unpaid") == "hopper empty ¥100 (2 unpaid)"
    assert printer_words("sheet") == "delivers a sheet"
    assert printer_words("something_new") == "something new"
