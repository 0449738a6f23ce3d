"""What the virtual devices did, in words for somebody who has never seen their protocols. Pure."""

from drivers.card.tables import JPKI_AID, TEXT_AID

_INSTRUCTIONS = {
    0x2A: "sign a digest with the card's key",
    0x88: "sign a digest with the card's key",
    0x84: "give a random number",
}
_APPLICATIONS = {
    JPKI_AID: "the application for certificates (JPKI)",
    TEXT_AID: "the application for printed data",
}
_EF_NAMES = {
    0x0006: "its label",
    0x000A: "the user's certificate",
    0x000B: "the authority's certificate",
    0x0017: "the user's key",
    0x0018: "the user's PIN",
    0x001B: "the signature password",
}
"""Source: public descriptions of JPKI-AP (OpenSC, pkcs15-jpki.c)."""
_HEADER = 4
_BY_NAME = 0x04
"""P1 of SELECT: by the application's name."""
_TRIES = 0x63C0
_OUTCOMES = {
    0x9000: "",
    0x6982: "refused: the PIN was not entered",
    0x6983: "refused: blocked",
    0x6984: "refused: blocked",
    0x6A82: "there is none",
    0x6A86: "not understood",
    0x6D00: "not understood",
    0x6E00: "not understood",
}
"""Source: ISO/IEC 7816-4, status words."""

_COINS = {
    "coin_dropped": "a ¥{yen} coin is in the slot",
    "coin_returned": "the ¥{yen} coin falls through into the tray",
    "coin_credited": "the ¥{yen} coin is counted and lies in the {detail}",
    "coin_unseen": "the ¥{yen} coin is inside, and nobody counted it",
    "coin_paid": "¥{yen} falls into the tray",
    "bill_inserted": "a ¥{yen} note is at the mouth",
    "bill_refused": "the ¥{yen} note is not taken and lies in the tray",
    "bill_stacked": "the ¥{yen} note is counted and lies in the stacker",
    "bill_returned": "the ¥{yen} note is given back into the tray",
    "hopper_jam": "a coin sticks in the hopper of ¥{yen}",
    "hopper_unjam": "the stuck coin is out of the hopper of ¥{yen}",
    "hopper_filled": "the hopper of ¥{yen} is refilled",
    "hopper_emptied": "the hopper of ¥{yen} is emptied",
    "escrow_turns": "the escrow's flap turns",
    "escrow_emptied": "the escrow's flap lets its coins fall into the {detail}",
    "escrow_stuck": "the escrow's flap does not open",
    "escrow_jam": "something sticks in the escrow's flap",
    "escrow_cleared": "the escrow's flap is free again; its coins lie where they lay",
    "tray_taken": "¥{yen} taken out of the tray",
    "lever_pulled": "the return lever is pulled",
    "cashbox_collected": "¥{yen} collected from the cashbox",
}
_PRINTER = {
    "job": "takes a job",
    "refused": "refuses a job",
    "sheet": "delivers a sheet",
    "stopped": "stops",
    "goes_on": "is ready again",
    "jammed": "a sheet is jammed inside",
    "ended": "has finished the job",
    "taken": "the tray is emptied",
    "power": "power off or on",
}


def card_words(command: str, status: int, answered: int) -> str:
    """One command to the card and what became of it. Of the data only public names are said."""
    header, data = _parts(command)
    asked = _ASKED.get(header[1], _unnamed)(header, data)
    return f"{asked}: {_outcome(status, answered)}"


def coin_words(what: str, yen: int, detail: str) -> str:
    """What a coin did, or what was done to the machine."""
    words = _COINS.get(what)
    if words is not None:
        return words.format(yen=yen, detail=detail)
    plain = what.replace("_", " ") + (f" ¥{yen}" if yen else "")
    return f"{plain} ({detail})" if detail else plain


def printer_words(what: str) -> str:
    """What the printer did."""
    return _PRINTER.get(what, what.replace("_", " "))


def _parts(command: str) -> tuple[bytes, bytes]:
    """The header's four bytes, and what of length and data is not blanked out."""
    plain = bytes.fromhex("".join(command.partition("•")[0].split()))
    return plain[:_HEADER].ljust(_HEADER, b"\0"), plain[_HEADER:]


def _unnamed(header: bytes, _data: bytes) -> str:
    return _INSTRUCTIONS.get(header[1], "a command")


def _verify(_header: bytes, data: bytes) -> str:
    return "compare the PIN" if data else "how many tries has the PIN?"


def _read(header: bytes, _data: bytes) -> str:
    return f"read from byte {int.from_bytes(header[2:])}"


def _select(header: bytes, data: bytes) -> str:
    length, name = data[:1], data[1:]
    name = name[: int.from_bytes(length)]
    if header[2] == _BY_NAME:
        return f"select {_APPLICATIONS.get(name, 'another application')}"
    number = int.from_bytes(name)
    return f"select {_EF_NAMES.get(number, f'file {number:04X}')}"


_ASKED = {0x20: _verify, 0xA4: _select, 0xB0: _read}


def _outcome(status: int, answered: int) -> str:
    if status & 0xFFF0 == _TRIES:
        return f"{status & 0xF} tries left"
    said = _OUTCOMES.get(status, f"status {status:04X}")
    if said:
        return said
    return f"{answered} bytes" if answered else "yes"
