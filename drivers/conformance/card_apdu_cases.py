"""Card cases: commands that are none, and selection.

Source of the numbers: ISO/IEC 7816-4 (2020); what this card does beyond it: soltia48/myna-card and
OpenSC, which say what they measured.
"""

from drivers.card.tables import JPKI_AID, MY_NUMBER, Sw
from drivers.conformance.card_bench import CardBench, demand_refused
from drivers.conformance.case import Clause, demand, demand_equal

_FOREIGN = bytes.fromhex("A000000308000010000100")
"""PIV's name: an application that no My Number card has."""


def _still_answers(bench: CardBench) -> None:
    with bench.wire() as wire:
        wire.open(MY_NUMBER.token_ef)


@Clause(
    "card.apdu.unknown_instruction",
    "An instruction the card does not have is refused, and the next command is answered.",
    "ISO/IEC 7816-4 5.6, table 6 (6D00)",
    "A card that answers 9000 here makes another program believe that it is its own.",
)
def unknown_instruction(bench: CardBench) -> str:
    with bench.wire() as wire:
        said = demand_refused(wire.raw("00 FE 00 00").sw, "instruction FE")
        wire.open(MY_NUMBER.token_ef)
    return f"{said}, and it goes on"


@Clause(
    "card.apdu.unknown_class",
    "A class the card does not have is refused.",
    "ISO/IEC 7816-4 5.4.1, table 6 (6E00)",
    "Classes are not masked: 90 A4 is no SELECT.",
)
def unknown_class(bench: CardBench) -> str:
    with bench.wire() as wire:
        return demand_refused(wire.raw("90 A4 02 0C 02 00 06").sw, "class 90")


@Clause(
    "card.apdu.logical_channel",
    "A logical channel the card does not have is refused.",
    "ISO/IEC 7816-4 5.4.1, table 6 (6881)",
    "The channel bits of CLA must not be ignored: the selection would be another one's.",
)
def logical_channel(bench: CardBench) -> str:
    with bench.wire() as wire:
        return demand_refused(wire.raw("01 A4 02 0C 02 00 06").sw, "channel 1")


@Clause(
    "card.apdu.wrong_length",
    "A command whose Lc does not fit its data, or its meaning, is refused and does nothing.",
    "ISO/IEC 7816-3 12.1; ISO/IEC 7816-4 table 6 (6700)",
    "A file identifier has two bytes; a command that lost its end on the way must not be guessed.",
)
def wrong_length(bench: CardBench) -> str:
    spoilt = {
        "a file identifier of one byte": "00 A4 02 0C 01 00",
        "a file identifier of three bytes": "00 A4 02 0C 03 00 06 00",
        "data shorter than Lc": "00 A4 02 0C 05 00 06",
        "data longer than Lc": "00 A4 02 0C 01 00 06 0A",
    }
    said = []
    with bench.wire() as wire:
        for what, apdu in spoilt.items():
            said.append(demand_refused(wire.raw(apdu).sw, what))
            answer = wire.raw("00 B0 00 00 01")
            demand(answer.sw != Sw.OK, f"{what}: a file is selected afterwards")
    _still_answers(bench)
    return " ".join(said)


@Clause(
    "card.select.application",
    "The application is selected by its full name, as often as one likes.",
    "ISO/IEC 7816-4 12.2.3; OpenSC card-jpki.c",
    "OpenSC selects it twice at each start.",
)
def application(bench: CardBench) -> str:
    with bench.wire() as wire:
        for _ in range(3):
            demand_equal(wire.select_name(JPKI_AID), int(Sw.OK), "SELECT again")
    return "selected four times"


@Clause(
    "card.select.unknown_name",
    "A name that no application has is refused.",
    "ISO/IEC 7816-4 table 6 (6A82)",
    "A card that knows every name is taken for another one; so is one that compares too little.",
)
def unknown_name(bench: CardBench) -> str:
    with bench.wire() as wire:
        foreign = demand_refused(wire.select_name(_FOREIGN), "a foreign name")
        last = JPKI_AID[:-1] + bytes([JPKI_AID[-1] ^ 0x40])
        near = demand_refused(wire.select_name(last), "a name with another last byte")
        longer = demand_refused(wire.select_name(JPKI_AID + b"\0"), "a name with a byte more")
    return f"{foreign} {near} {longer}"


@Clause(
    "card.select.unknown_file",
    "A file the application does not have is refused.",
    "ISO/IEC 7816-4 table 6 (6A82)",
    "The terminal tells a card without a certificate from a broken one by this answer.",
)
def unknown_file(bench: CardBench) -> str:
    with bench.wire() as wire:
        return demand_refused(wire.select(0x7777), "SELECT of file 7777")


@Clause(
    "card.select.file_needs_application",
    "After power-up no file can be selected or read before its application.",
    "soltia48/myna-card fuzz_card.rs (6986)",
    "A selection left from the last holder would be read as the next one's.",
)
def file_needs_application(bench: CardBench) -> str:
    with bench.wire() as wire:
        wire.open(MY_NUMBER.certificate_ef)
    with bench.bare() as wire:
        # Some cards answer 6F00 to whatever comes first; the second answer is meant.
        wire.raw("00 A4 02 0C 02 00 06")
        said = demand_refused(wire.select(MY_NUMBER.token_ef), "SELECT of a file after power-up")
        demand(not wire.read(0, 4).data, "a file can be read after power-up")
    return said


CASES = (
    unknown_instruction,
    unknown_class,
    logical_channel,
    wrong_length,
    application,
    unknown_name,
    unknown_file,
    file_needs_application,
)
