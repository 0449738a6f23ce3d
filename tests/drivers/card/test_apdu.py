"""APDUs: ISO/IEC 7816-3, 12.1, case by case; and any bytes decode or are refused cleanly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card.apdu import BadApdu, Command, Response


def h(text: str) -> bytes:
    return bytes.fromhex(text)


@pytest.mark.parametrize(
    ("apdu", "data", "le"),
    [
        ("00 20 00 80", "", 0),  # case 1
        ("00 B0 00 00 04", "", 4),  # case 2S
        ("00 B0 00 00 00", "", 256),  # case 2S, Le = 0 means 256
        ("00 A4 02 0C 02 00 18", "0018", 0),  # case 3S
        ("80 2A 00 80 02 AA BB 00", "AABB", 256),  # case 4S
    ],
)
def test_short_cases_decode_and_encode_alike(apdu: str, data: str, le: int) -> None:
    command = Command.decode(h(apdu))
    assert (command.data, command.le, command.extended) == (h(data), le, False)
    assert command.header == h(apdu)[:4]
    assert command.encode() == h(apdu)


@pytest.mark.parametrize(
    ("apdu", "data", "le"),
    [
        ("00 B0 00 00 00 05 27", "", 0x527),  # case 2E
        ("00 B0 00 00 00 00 00", "", 65536),  # case 2E, Le = 0 means 65536
        ("00 20 00 80 00 00 02 31 32", "3132", 0),  # case 3E
        ("80 2A 00 80 00 00 01 AA 01 00", "AA", 256),  # case 4E
    ],
)
def test_extended_cases_decode(apdu: str, data: str, le: int) -> None:
    command = Command.decode(h(apdu))
    assert (command.data, command.le, command.extended) == (h(data), le, True)


@pytest.mark.parametrize(
    "apdu",
    [
        "",
        "00 20 00",
        "00 A4 02 0C 02 00",  # Lc says two, one is there
        "00 A4 02 0C 02 00 18 00 00",  # two bytes of Le in a short APDU
        "00 20 00 80 00 00 00 31",  # extended Lc of zero
        "00 20 00 80 00 00 02 31",  # extended Lc too large
        "00 20 00 80 00 00",  # neither Le nor Lc
    ],
)
def test_what_is_no_apdu_is_refused(apdu: str) -> None:
    with pytest.raises(BadApdu):
        Command.decode(h(apdu))


@pytest.mark.parametrize(
    "command", [Command(0, 0xB0, 0, 0, le=257), Command(0, 0x20, 0, 0x80, bytes(256))]
)
def test_what_does_not_fit_a_short_apdu_is_not_encoded(command: Command) -> None:
    with pytest.raises(BadApdu, match="does not fit"):
        command.encode()


@given(st.binary(max_size=600))
def test_any_bytes_decode_or_are_refused(apdu: bytes) -> None:
    try:
        command = Command.decode(apdu)
    except BadApdu:
        return
    assert command.header == apdu[:4]
    if not command.extended:
        assert command.encode() == apdu


octet = st.integers(0, 255)


@given(octet, octet, octet, octet, st.binary(max_size=255), st.integers(0, 256))
def test_every_short_command_survives_the_wire(  # noqa: PLR0917 - one argument a field
    cla: int, ins: int, p1: int, p2: int, data: bytes, le: int
) -> None:
    command = Command(cla, ins, p1, p2, data, le)
    assert Command.decode(command.encode()) == command


@given(st.binary(max_size=300), st.integers(0, 0xFFFF))
def test_every_response_survives_the_wire(data: bytes, sw: int) -> None:
    assert Response.decode(Response(data, sw).encode()) == Response(data, sw)


@pytest.mark.parametrize("apdu", [b"", b"\x90"])
def test_a_response_without_status_word_is_refused(apdu: bytes) -> None:
    with pytest.raises(BadApdu):
        Response.decode(apdu)


def test_text_forms_show_no_data() -> None:
    assert repr(Command(0, 0x20, 0, 0x80, b"9876")) == "<Command 00 20 00 80 Lc=4 Le=0>"
    assert repr(Response(b"secret", 0x9000)) == "<Response 9000 with 6 bytes>"
