"""Receipt cases. Source: Epson ESC/POS Application Programming Guide, and our contract."""

from drivers.conformance.case import Clause, Violation, demand, demand_equal
from drivers.conformance.receipt_bench import TRIAL, ReceiptBench
from drivers.conformance.receipt_hands import printed_tenths, widest_tenths
from drivers.errors import DeviceError
from drivers.receipt.protocol import is_status
from drivers.receipt.slip import draw_slip
from drivers.receipt.tables import ESC, GS, StatusKind

_ASKED_OFTEN = 10
_OFF_TENTHS = 15
"""A ruler, and a roll that slips a little."""
_ROW_BYTES, _ROWS = 8, 64
_CUT = bytes((GS, ord("V"), 0))


def refused(bench: ReceiptBench, reason: str) -> None:
    """Raises Violation unless printing is refused for exactly this reason."""
    try:
        bench.print()
    except DeviceError as error:
        demand_equal(error.reason.name, reason, "reason for which no slip was printed")
    else:
        raise Violation(f"a slip is called printed in spite of {reason}")


@Clause(
    "receipt.says.answers",
    "Each of DLE EOT 1 to 4 is answered by one byte with the fixed bits of a status.",
    "ESC/POS DLE EOT",
    "Set the printer to ESC/POS; look for a second program on its port.",
)
def answers(bench: ReceiptBench) -> str:
    with bench.wire() as port:
        for _ in range(_ASKED_OFTEN):
            for kind in StatusKind:
                found = bench.answer(port, kind)
                one = len(found) == 1 and is_status(found[0])
                demand(one, f"DLE EOT {kind.value} is answered by {found.hex(' ') or 'nothing'}")
    return f"{_ASKED_OFTEN} times four answers"


@Clause(
    "receipt.says.inside_data",
    "DLE EOT is answered at once, also in the middle of picture data.",
    "ESC/POS DLE EOT (real-time command)",
    "Answer real-time commands when they arrive, not when the buffer comes to them.",
    spends=1,
)
def inside_data(bench: ReceiptBench) -> str:
    head = bytes((ESC, ord("@"), GS, ord("v"), ord("0"), 0, _ROW_BYTES, 0, _ROWS, 0))
    half = bytes(_ROW_BYTES * _ROWS // 2)
    with bench.wire() as port:
        port.write(head + half)
        found = bench.answer(port, StatusKind.PRINTER)
        port.write(half + _CUT)
        demand(len(found) == 1 and is_status(found[0]), f"inside a picture: {found.hex() or '-'}")
    return "answered inside a picture"


@Clause(
    "receipt.slip.whole",
    "A slip comes out whole, once, cut off, black on white.",
    "ReceiptPrinter.print; ESC/POS GS v 0, GS V",
    "Lost rows: raise the buffer, use flow control (rts_cts). White on black: the reverse mode.",
    hands=True,
    spends=1,
)
def whole(bench: ReceiptBench) -> str:
    bench.print()
    demand_equal(bench.hands.take_slips(), 1, "slips for one")
    demand(bench.hands.black_on_white(), "the slip is white on black")
    wanted = printed_tenths(draw_slip(TRIAL, bench.config.width_dots, bench.config.font))
    found = bench.hands.length_tenths()
    demand(abs(found - wanted) <= _OFF_TENTHS, f"{found / 10} mm long instead of {wanted / 10}")
    return f"{found / 10} mm"


@Clause(
    "receipt.slip.width",
    "The slip is as wide as the configuration says.",
    "[receipt] width_dots; ESC/POS GS v 0",
    "Set width_dots to what the print head has: 576 for 80 mm, 384 for 58 mm.",
    hands=True,
    spends=1,
)
def width(bench: ReceiptBench) -> str:
    bench.print()
    bench.hands.take_slips()
    wanted = widest_tenths(draw_slip(TRIAL, bench.config.width_dots, bench.config.font))
    found = bench.hands.rule_tenths()
    demand(abs(found - wanted) <= _OFF_TENTHS, f"the rule is {found / 10} mm, not {wanted / 10}")
    return f"rule of {found / 10} mm"


@Clause(
    "receipt.slip.apart",
    "Two receipts are two pieces of paper.",
    "ESC/POS GS V (cut)",
    "Enable the cutter; the next resident must not find the last one's receipt on theirs.",
    hands=True,
    spends=2,
)
def apart(bench: ReceiptBench) -> str:
    bench.print()
    bench.print()
    demand_equal(bench.hands.take_slips(), 2, "slips for two")
    return "two pieces"


@Clause(
    "receipt.slip.harmless",
    "A picture that holds the bytes of commands is a picture.",
    "ESC/POS DLE EOT, DLE ENQ, DLE DC4 inside data",
    "Data of GS v 0 must be counted, not searched for ESC or GS.",
    hands=True,
    spends=1,
)
def harmless(bench: ReceiptBench) -> str:
    rows = bytes((ESC, ord("@"), GS, ord("V"), 0, GS, ord("r"), 1)) * _ROWS
    head = bytes((ESC, ord("@"), GS, ord("v"), ord("0"), 0, _ROW_BYTES, 0, _ROWS, 0))
    with bench.wire() as port:
        port.write((head + rows) * 2 + _CUT)
        came = port.read(1.0)
    demand(not came, f"it answered {came.hex(' ')} to a picture")
    demand_equal(bench.hands.take_slips(), 1, "slips for two pictures and one cut")
    return "one slip, no answer"


@Clause(
    "receipt.fault.cover",
    "An open cover is said and forgotten once it is closed; nothing is printed meanwhile.",
    "ESC/POS DLE EOT 2 bit 2",
    "Look at the cover's switch.",
    hands=True,
    spends=1,
)
def cover(bench: ReceiptBench) -> str:
    bench.hands.open_cover()
    demand_equal(bench.status().troubles, ("receipt.cover_open",), "with the cover open")
    refused(bench, "receipt.cover_open")
    bench.hands.close_cover()
    bench.until_clear("closed, it still says")
    demand_equal(bench.hands.take_slips(), 0, "slips that came though it refused")
    return "said, refused, gone"


@Clause(
    "receipt.fault.paper_out",
    "Without paper it says so, and prints nothing.",
    "ESC/POS DLE EOT 4 bits 5, 6; DLE EOT 2 bit 5",
    "Look at the paper sensor.",
    hands=True,
    spends=1,
)
def paper_out(bench: ReceiptBench) -> str:
    bench.hands.take_roll_out()
    demand("receipt.paper_out" in bench.status().troubles, "no roll, and it does not say so")
    refused(bench, "receipt.paper_out")
    bench.hands.load_roll()
    bench.until_clear("with a new roll it still says")
    return "said, refused, gone"


@Clause(
    "receipt.fault.near_end",
    "A roll near its end is a warning: it still prints.",
    "ESC/POS DLE EOT 4 bits 2, 3",
    "Set the near-end sensor's lever to a few metres.",
    hands=True,
    spends=1,
)
def near_end(bench: ReceiptBench) -> str:
    demand(not bench.status().near_end, "a new roll is said to be near its end")
    bench.hands.roll_nearly_used()
    found = bench.status()
    demand(found.near_end, "nearly used up, and it does not say so")
    demand(not found.troubles, f"near its end it says {', '.join(found.troubles)}")
    bench.print()
    demand_equal(bench.hands.take_slips(), 1, "slips from the end of a roll")
    return "warned and printed"


@Clause(
    "receipt.fault.ends_inside",
    "A slip on which the paper ended is not called printed.",
    "ReceiptPrinter.print; ESC/POS GS r (answered in its turn)",
    "GS r is to be answered when all before it is printed, not when it arrives.",
    hands=True,
    spends=1,
)
def ends_inside(bench: ReceiptBench) -> str:
    bench.hands.roll_ends_inside()
    refused(bench, "receipt.paper_out")
    return "not called printed"


@Clause(
    "receipt.fault.cutter",
    "A blade that sticks is said, and the slip is not called printed.",
    "ESC/POS DLE EOT 3 bit 3",
    "Look at the cutter's home sensor.",
    hands=True,
    spends=1,
)
def cutter(bench: ReceiptBench) -> str:
    bench.hands.jam_cutter()
    refused(bench, "receipt.cutter")
    demand_equal(bench.status().troubles, ("receipt.cutter",), "with the blade stuck")
    bench.hands.clear_cutter()
    bench.until_clear("freed, it still says")
    return "said, then gone"


@Clause(
    "receipt.fault.power",
    "Switched off it is offline, and comes back by itself.",
    "ReceiptPrinter.status (never raises)",
    "Look at its cable and at its answer after power-up.",
    hands=True,
    spends=1,
)
def power(bench: ReceiptBench) -> str:
    bench.hands.switch_off()
    demand_equal(bench.status().troubles, ("receipt.offline",), "without power")
    refused(bench, "receipt.offline")
    bench.hands.switch_on()
    bench.until_clear("switched on, it still says")
    bench.hands.take_slips()
    bench.print()
    demand_equal(bench.hands.take_slips(), 1, "slips after power came back")
    return "offline, then printed"


CASES = (answers, inside_data, whole, width, apart, harmless, cover, paper_out, near_end,
         ends_inside, cutter, power)  # fmt: skip
