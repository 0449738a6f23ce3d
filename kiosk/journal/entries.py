"""The journal's vocabulary: every kind of entry, its fields and its meaning.

Personal data has no field. Values are checked by form: words, hexadecimal and whole numbers
pass, running text does not, so that a name cannot slip in by mistake.
No wire, no clock.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass


class Access(enum.StrEnum):
    """Who may see a field. What must not be seen by either has no field."""

    PUBLIC = "public"
    TERMINAL = "terminal"
    """Identifies hardware (serials, counters); stays with the operator."""


class Form(enum.Enum):
    """What a field's value looks like."""

    YEN = "yen"
    NUMBER = "number"
    WORD = "word"
    HEX = "hex"


_PATTERNS = {
    Form.WORD: re.compile(r"[A-Za-z0-9_.:+-]{0,64}"),
    Form.HEX: re.compile(r"[0-9a-f]{0,128}"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of an entry."""

    form: Form
    access: Access = Access.PUBLIC


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the vocabulary. `note`: the visit may write it (`link.values.Note`)."""

    id: str
    meaning: str
    fields: Mapping[str, Field]
    note: bool = False


class UnknownEntry(Exception):
    """The entry does not fit the vocabulary; a defect of the caller. Never quotes a value."""


_YEN = Field(Form.YEN)
_NUMBER = Field(Form.NUMBER)
_WORD = Field(Form.WORD)
_HEX = Field(Form.HEX)
_SERIAL = Field(Form.NUMBER, Access.TERMINAL)
_DIGEST = Field(Form.HEX, Access.TERMINAL)
_CURSOR = {"serial": _SERIAL, "counter": _SERIAL, "accepted_total": _SERIAL}
_TICKET = {
    "yen": _YEN,
    "pieces": _NUMBER,
    "address": _SERIAL,
    "serial": _SERIAL,
    "event_counter": _SERIAL,
    "total_before": _SERIAL,
}

_KINDS = (
    # The terminal itself.
    Kind("terminal.start", "The supervisor started; `torn` bytes were cut from the journal's end.",
         {"version": _WORD, "mode": _WORD, "torn": _NUMBER}),
    Kind("terminal.recovered", "What the last run left open is settled.",
         {"visit": _HEX, "returned": _YEN, "kept": _YEN, "owed": _YEN}),
    Kind("terminal.trouble", "Service is closed for this reason; empty: open again.",
         {"reason": _WORD}),
    Kind("terminal.identity", "The terminal's certificate was renewed, or why it was not.",
         {"result": _WORD}),
    Kind("terminal.stop", "The supervisor ended in order.", {"reason": _WORD}),
    Kind("journal.continued", "This file goes on where the one of that name ended.",
         {"file": _WORD, "records": _NUMBER}),
    # The visit, as the supervisor sees it.
    Kind("visit.begin", "A resident began.", {"visit": _HEX}),
    Kind("visit.end", "The visit ended.", {"visit": _HEX, "outcome": _WORD, "failure": _WORD}),
    Kind("visit.died", "The visit's process ended by itself, in this state of the money.",
         {"visit": _HEX, "state": _WORD, "cause": _WORD}),
    Kind("visit.refused", "No visit could begin.", {"reason": _WORD}),
    Kind("visit.misnoted", "The visit sent a note that is not in this table.", {"kind": _WORD}),
    # Money in.
    Kind("pay.open", "Coins are accepted for this application.",
         {"application": _HEX, "fee_each": _YEN, "copies": _NUMBER}),
    Kind("coin.in", "A coin is inside; `total` of this transaction.",
         {"yen": _YEN, "total": _YEN, **_CURSOR}),
    Kind("coin.maybe", "A coin may be inside without a credit: look into the acceptor.",
         {"code": _NUMBER, **_CURSOR}),
    Kind("coin.lost", "At least so many events of the acceptor were lost.",
         {"at_least": _NUMBER, **_CURSOR}),
    Kind("coin.cursor", "The acceptor's event counter stood here.", _CURSOR),
    Kind("coin.counts", "No coin came; coins are counted on from here: of an acceptor new to us, "
         "or a changer whose tubes were paid from or refilled.", _CURSOR),
    Kind("bill.counts", "No bill came; bills are counted on from here: of a validator new to us, "
         "or one whose stacker was emptied.", _CURSOR),
    Kind("bill.held", "A bill waits in escrow, not credited.", {"yen": _YEN, **_CURSOR}),
    Kind("bill.route", "The held bill is about to be stacked (1) or given back (0).",
         {"stack": _NUMBER}),
    Kind("bill.in", "A bill is stacked; `total` of this transaction.",
         {"yen": _YEN, "total": _YEN, **_CURSOR}),
    Kind("bill.back", "The held bill is the resident's again.", _CURSOR),
    Kind("bill.maybe", "A bill may be inside without a credit: open the validator.",
         {"code": _NUMBER, **_CURSOR}),
    Kind("bill.lost", "At least so many events of the bill validator were lost.",
         {"at_least": _NUMBER, **_CURSOR}),
    Kind("bill.cursor", "The bill validator's event counter stood here.", _CURSOR),
    Kind("pay.covered", "The fee is in; the acceptor was told to shut.", {"total": _YEN}),
    Kind("pay.cancel", "All that was inserted goes back.", {"cause": _WORD}),
    # Money out.
    Kind("payout.intent", "These coins are about to be paid, the hopper's counters being so.",
         _TICKET),
    Kind("payout.result", "So many came out; `over` were paid beyond the order.",
         {"yen": _YEN, "pieces": _NUMBER, "paid": _NUMBER, "over": _NUMBER, "evidence": _WORD,
          "reason": _WORD}),
    Kind("payout.failed", "A hopper could not be readied; nothing moved.",
         {"yen": _YEN, "reason": _WORD}),
    Kind("escrow.intent", "The coins in the escrow, by the books so much, are about to be kept (1) "
         "or given back (0), all of them.", {"keep": _NUMBER, "yen": _YEN}),
    Kind("escrow.result", "What became of them: done, not_started, unknown.",
         {"keep": _NUMBER, "yen": _YEN, "fate": _WORD, "reason": _WORD}),
    Kind("escrow.left", "By the books so many lie in the escrow since it failed, and are the "
         "machine's.", {"yen": _YEN, "pieces": _NUMBER}),
    Kind("money.kept", "The fee of delivered copies belongs to the municipality now.",
         {"yen": _YEN, "copies": _NUMBER}),
    Kind("money.owed", "This much is left to a case.",
         {"yen": _YEN, "case": _WORD, "reason": _WORD}),
    Kind("money.settled", "The transaction is closed.",
         {"inserted": _YEN, "kept": _YEN, "returned": _YEN, "owed": _YEN}),
    Kind("stock.set", "A hopper was found empty, or out of order; what an earlier file knew of it.",
         {"yen": _YEN, "pieces": _NUMBER, "accuracy": _WORD}),
    Kind("stock.counted", "Staff counted a hopper; the books had `expected` (-1: unknown).",
         {"yen": _YEN, "pieces": _NUMBER, "expected": _NUMBER}),
    # Staff at the machine.
    Kind("exchange.begin", "Staff opened the machine to refill and collect; service is closed.",
         {"staff": _WORD}),
    Kind("stock.in", "Staff put a coin in through the slot.", {"yen": _YEN, **_CURSOR}),
    Kind("stock.box", "By the books so many lie in the cash box or the stacker.",
         {"yen": _YEN, "pieces": _NUMBER}),
    Kind("exchange.collected", "Staff took these out of cash box or stacker; the books had "
         "`expected`.", {"yen": _YEN, "pieces": _NUMBER, "expected": _NUMBER}),
    Kind("exchange.end", "Staff signs; by count or books the hoppers hold so much.",
         {"staff": _WORD, "hoppers": _YEN}),
    # Paper.
    Kind("print.intent", "A copy is about to be handed to the spooler; `life`: engine counter.",
         {"title": _WORD, "copy": _NUMBER, "sheets": _NUMBER, "life": _SERIAL,
          "machine": _DIGEST}),
    Kind("print.streamed", "The spooler has the whole copy.", {"title": _WORD}),
    Kind("print.seen", "The printer itself has the job.", {"title": _WORD}),
    Kind("print.cancel", "The printer was told to cancel the job.",
         {"title": _WORD, "reason": _WORD}),
    Kind("print.uncancelled", "The printer does not take the cancel; it is told again.",
         {"title": _WORD}),
    Kind("print.count", "The sheet ledger of a copy: sheets and sides of the job at the device, "
         "sides of its engine, sheets the spooler made (-1: not counted, or gone back), and who "
         "contradicts.",
         {"title": _WORD, "expected": _NUMBER, "sheets": _NUMBER, "sides": _NUMBER,
          "engine": _NUMBER, "spooled": _NUMBER, "tray": _WORD, "against": _WORD}),
    Kind("printer.replaced", "Another printer answers; the queue is made anew for it.",
         {"machine": _DIGEST}),
    Kind("print.end", "How a copy ended: printed, failed, unknown; sheets counted at the device.",
         {"title": _WORD, "result": _WORD, "sheets": _NUMBER, "evidence": _WORD,
          "reason": _WORD}),
    Kind("paper.taken", "The output tray is empty; sensor 0: nobody can say.",
         {"sensor": _NUMBER}),
    Kind("spooler.contained", "cupsd was killed with all its children, its spool wiped.",
         {"reason": _WORD}),
    # What is left to people, and what goes out.
    Kind("case.open", "Staff must look at this.", {"case": _WORD, "reason": _WORD, "yen": _YEN}),
    Kind("case.closed", "Staff settled the case.", {"case": _WORD}),
    Kind("receipt.out", "The receipt is out.", {}),
    Kind("receipt.failed", "The receipt did not come, or not whole.", {"reason": _WORD}),
    Kind("report.due", "What the centre is to be told of a visit; `digest` of the report that says "
         "so, if one is queued.",
         {"visit": _HEX, "application": _HEX, "outcome": _WORD, "failure": _WORD,
          "copies": _NUMBER, "sheets": _NUMBER, "kept": _YEN, "returned": _YEN, "owed": _YEN,
          "digest": _HEX}),
    Kind("report.queued", "An outcome waits for the centre.", {"digest": _HEX}),
    Kind("report.sent", "The centre has the outcome.", {"digest": _HEX}),
    Kind("report.refused", "The centre does not take the outcome; its file is kept.",
         {"digest": _HEX, "failure": _WORD}),
    Kind("device.trouble", "A device needs help.", {"reason": _WORD}),
    Kind("device.warning", "A device will soon need help; it still works.", {"reason": _WORD}),
    # Notes of the visit.
    Kind("visit.card", "A card was recognised.", {"kind": _WORD}, note=True),
    Kind("visit.scope", "Whose certificate: residence or domicile.", {"scope": _WORD}, note=True),
    Kind("visit.attempt", "A PIN entry: right, wrong, blocked, unknown.",
         {"result": _WORD, "tries_left": _NUMBER}, note=True),
    Kind("visit.authenticated", "Card and holder were there.", {}, note=True),
    Kind("visit.card_taken", "The card was taken away.", {}, note=True),
    Kind("visit.offers", "The municipality answered.",
         {"municipality": _WORD, "certificates": _NUMBER}, note=True),
    Kind("visit.applied", "The application went out.",
         {"application": _HEX, "certificate": _WORD, "copies": _NUMBER}, note=True),
    Kind("visit.document", "Documents passed every check and lie in memory.",
         {"application": _HEX, "copies": _NUMBER, "sheets": _NUMBER}, note=True),
    Kind("visit.erased", "Documents were overwritten in memory.", {"copies": _NUMBER}, note=True),
    Kind("visit.failure", "Something was refused or failed.",
         {"failure": _WORD, "state": _WORD}, note=True),
    Kind("visit.step", "The visit came to this state.", {"state": _WORD}, note=True),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.id: kind for kind in _KINDS}

Value = str | int

_ADDED: Mapping[str, Mapping[str, Value]] = {"print.intent": {"machine": ""}}
"""Fields that a kind got after the first journals, and what a record without one means."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to write down. Made by `entry`, which checks it."""

    kind: str
    fields: tuple[tuple[str, Value], ...] = ()

    def __getitem__(self, name: str) -> Value:
        return dict(self.fields)[name]

    def number(self, name: str) -> int:
        """A field that is a whole number."""
        return int(self[name])

    def word(self, name: str) -> str:
        """A field that is a word or hexadecimal."""
        return str(self[name])


def entry(kind: str, /, **fields: Value) -> Entry:
    """An entry of that kind. Raises `UnknownEntry` unless kind, fields and forms fit the table."""
    row = KINDS.get(kind)
    if row is None:
        raise UnknownEntry("no such kind of entry")
    if set(fields) != set(row.fields):
        raise UnknownEntry(f"{kind} has the fields {', '.join(sorted(row.fields)) or 'none'}")
    for name, value in fields.items():
        if not _fits(row.fields[name].form, value):
            raise UnknownEntry(f"{kind}.{name} is not a {row.fields[name].form.value}")
    return Entry(kind, tuple(sorted(fields.items())))


def entry_of_record(kind: str, fields: Mapping[str, Value]) -> Entry:
    """The entry of a record of any age: what its kind got later is as `_ADDED` says.

    Raises as `entry`. Writers use `entry`: they know every field.
    """
    return entry(kind, **{**_ADDED.get(kind, {}), **fields})


def noted(kind: str, fields: tuple[tuple[str, Value], ...]) -> Entry:
    """The entry for a visit's note; a note that does not fit becomes `visit.misnoted`.

    A visit must never be able to stop the journal, and never to write the supervisor's kinds.
    """
    row = KINDS.get(kind)
    try:
        if row is not None and row.note:
            return entry(kind, **dict(fields))
    except (UnknownEntry, TypeError):
        pass
    known = kind if _fits(Form.WORD, kind) else ""
    return entry("visit.misnoted", kind=known)


def _fits(form: Form, value: object) -> bool:
    if form in _PATTERNS:
        return isinstance(value, str) and _PATTERNS[form].fullmatch(value) is not None
    lowest = 0 if form is Form.YEN else -1
    return type(value) is int and value >= lowest
