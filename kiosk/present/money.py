"""The screens of money and paper. Pure."""

from kiosk.present import frame
from kiosk.session import limits
from kiosk.session.failures import failure_of
from kiosk.session.model import Session
from ui.model import Action, Label, Notice, Pay, Progress, Raw, Role, Screen, Text, Tone, text

COINS = (10, 50, 100, 500)
"""What a Japanese vendor takes; shown as long as the machine has not said what this one takes."""
_SMALL = frozenset({1, 5})
_NOTES = frozenset({1000, 2000, 5000, 10000})

_REFUND = Action("end", text("button.cancel_refund"), Role.END)
_TAKEN = Action("taken", text("button.taken"), Role.PRIMARY)


def fetch(_session: Session) -> Screen:
    """The document is made, sent and checked."""
    body = Progress((text("screen.fetch.line"),), picture="clock")
    return Screen(
        "fetch", text("screen.fetch.title"), body, step=frame.CHECK, actions=(frame.CANCEL,)
    )


def change(session: Session) -> Screen:
    """Not every coin can be taken: said before money is."""
    due = session.ticket.fee_yen if session.ticket else 0
    taken = tuple(yen for yen in _tender(session) if yen in session.money.change_coins)
    lines = (text("screen.change.due", yen=due), text("screen.change.line"))
    body = Notice("warning", lines, money=taken)
    go = Action("confirm", text("button.continue"), Role.PRIMARY)
    return Screen(
        "change", text("screen.change.title"), body, step=frame.PAY, actions=(frame.CANCEL, go)
    )


def pay(session: Session) -> Screen:
    """Due, inserted, missing, and which coins and bills are taken now."""
    money = session.money
    tender = _tender(session)
    coins = tuple(yen for yen in tender if yen in money.coins)
    refused = tuple(yen for yen in tender if yen not in money.coins) if coins else ()
    note = text("screen.pay.change_short") if refused else None
    notes = any(yen in _NOTES for yen in tender)
    words = "screen.pay_money" if notes else "screen.pay"
    heading = text("pay.money" if any(yen in _NOTES for yen in coins) else "pay.coins")
    return Screen(
        "pay", text(f"{words}.title"),
        Pay(money.due, money.inserted, coins, refused, note, heading, _never(tender)),
        lead=text(f"{words}.lead"), step=frame.PAY, actions=(_REFUND,),
        sound="coin" if money.inserted else "pay", sound_beat=money.inserted,
    )  # fmt: skip


def _tender(session: Session) -> tuple[int, ...]:
    """What the machine takes at all, the largest first."""
    return tuple(sorted(session.money.tender or COINS, reverse=True))


def _never(tender: tuple[int, ...]) -> Text | None:
    """What this machine never takes, said so that nobody looks for the slot."""
    notes = _NOTES.intersection(tender)
    if _SMALL.intersection(tender):
        return None
    if not notes:
        return text("pay.no_notes")
    return text("pay.no_small_coins" if notes == _NOTES else "pay.no_other_notes")


def returning(session: Session) -> Screen:
    """All coins come back."""
    lines: list[Label] = [text("screen.return.line")]
    if session.failure:
        lines.insert(0, frame.failure_key(failure_of(session.failure).text, "line"))
    body = Progress(tuple(lines), picture="coins_take")
    return Screen("return", text("screen.return.title"), body, step=frame.PAY)


def returned(session: Session) -> Screen:
    """How much came back, and what is still owed."""
    money = session.money
    lines: list[Label] = []
    if session.failure:
        lines.append(frame.failure_key(failure_of(session.failure).text, "line"))
    if money.owed:
        return _returned_owed(session, lines)
    lines.append(text("screen.returned.line"))
    body = Notice("coins_take", tuple(lines), number=text("amount.yen", yen=money.returned))
    return Screen(
        "returned", text("screen.returned.title"), body, step=frame.PAY, actions=(frame.OK,),
        sound="coins_take",
    )  # fmt: skip


def _returned_owed(session: Session, lines: list[Label]) -> Screen:
    """Not all of it came: what did, what did not, and the number that staff needs."""
    money = session.money
    if money.returned:
        lines.append(text("screen.apology.returned", yen=money.returned))
    lines += _owed(session)
    # No sum in large type: it would read as what came out, and cost large letters a second page.
    body = Notice("warning", tuple(lines))
    return Screen(
        "returned", text("screen.returned_owed.title"), body, step=frame.PAY, actions=(frame.OK,),
        sound="coins_take" if money.returned else "error",
    )  # fmt: skip


def printing(session: Session) -> Screen:
    """Sheets as the device counts them; what stands in the way, and who helps."""
    run = session.printing
    copies = len(session.ticket.copies) if session.ticket else 1
    before = session.ticket.copies[: max(0, run.copy - 1)] if session.ticket else ()
    done = sum(copy.sheets for copy in before) + run.sheets_out
    if run.waits:
        return _print_trouble(session, done)
    lines: tuple[Label, ...] = (
        text("screen.print.sheets", n=done, of=run.sheets_total),
        *((text("screen.print.copies", n=run.copy, of=copies),) if copies > 1 else ()),
        text("screen.print.line"),
    )
    body = Progress(lines, done, run.sheets_total, "printing")
    return Screen("print", text("screen.print.title"), body, step=frame.TAKE, sound="printing")


def _print_trouble(session: Session, done: int) -> Screen:
    failure = failure_of(session.printing.waits)
    lines = (
        frame.failure_key(failure.text, "line"),
        text("screen.print_trouble.done", n=done, of=session.printing.sheets_total),
        text("screen.print_trouble.line"),
    )
    body = Notice("warning", lines, code=Raw(failure.name))
    return Screen(
        "print_trouble", text("screen.print_trouble.title"), body, step=frame.TAKE,
        tone=Tone.ALERT, sound="staff",
    )  # fmt: skip


def give(_session: Session) -> Screen:
    """The money is settled."""
    body = Progress((text("screen.give.line"),), picture="coins_take")
    return Screen("give", text("screen.give.title"), body, step=frame.TAKE)


def take_paper(session: Session) -> Screen:
    """Sheets in the tray: screen and sound until they are taken and the resident says so."""
    run, money = session.printing, session.money
    lines: list[Label] = [text("screen.take_paper.line", n=_sheets(session))]
    if not run.known:
        lines = [text("screen.take_paper.unknown")]
    if session.failure and session.ticket:
        lines.append(text("screen.take_paper.partly", n=run.copies_done))
    if money.returned:
        lines.append(text("screen.take_paper.change", yen=money.returned))
    lines += _owed(session)
    if session.beats >= limits.LOUD_BEATS:
        lines.append(text("screen.take_paper.forgotten"))
    elif session.heard_stop and not run.trays:
        lines.append(text("screen.take_paper.still_there"))
    loud = session.beats >= limits.ALERT_BEATS
    return Screen(
        "take_paper", text("screen.take_paper.title"),
        Notice("paper_take", tuple(lines), buttons=(_TAKEN,)), step=frame.TAKE, tone=Tone.ALERT,
        sound="alarm" if loud else "paper_take", sound_beat=session.beats,
    )  # fmt: skip


def receipt(_session: Session) -> Screen:
    """The receipt comes out."""
    body = Notice("receipt_take", (text("screen.receipt.line"),))
    return Screen(
        "receipt", text("screen.receipt.title"), body, step=frame.TAKE, sound="receipt_take"
    )


def finish(session: Session) -> Screen:
    """Thanks, and what not to forget."""
    lines: list[Label] = [text("screen.finish.line")]
    if session.failure.startswith("receipt."):
        lines.append(text("screen.finish.no_receipt"))
    lines += _owed(session)
    return Screen(
        "finish", text("screen.finish.title"), Notice("thanks", tuple(lines)), step=frame.TAKE,
        actions=(frame.OK,), sound="thanks",
    )  # fmt: skip


def _sheets(session: Session) -> int:
    run = session.printing
    whole = session.ticket.copies[: run.copies_done] if session.ticket else ()
    torn = run.sheets_out if session.failure else 0
    return sum(copy.sheets for copy in whole) + torn


def _owed(session: Session) -> list[Text]:
    money = session.money
    if not money.owed:
        return []
    return [text("screen.owed.line", yen=money.owed), text("screen.owed.case", case=money.case)]
