"""When the journal cannot be written any more: nothing moves, and nobody is kept waiting."""

from kiosk.link import values as link
from kiosk.settle import commands as c
from kiosk.settle import happened as h
from kiosk.settle.coins import NOTHING
from kiosk.settle.draft import Done, Draft
from kiosk.settle.model import Settlement
from kiosk.settle.service import glass
from kiosk.settle.waiting import forgotten


def journal_broken(model: Settlement, event: h.JournalTrouble) -> Done:
    """Nothing may move that cannot be written: what is held stays where it is."""
    held = model.memory.ledger.held
    draft = Draft(model).set(troubles=(("journal", event.reason),), open_coins=NOTHING)
    draft.do(c.SetAccept(NOTHING)).say(link.ServiceState(event.reason))
    draft.tell(link.DeviceTrouble(event.reason))
    if model.opening is not None:
        forgotten(draft).say(link.VisitRefused(event.reason))
    if held or model.memory.printing:
        # With nothing held, too: a visit that prints waits for this word and for the tray.
        draft.tell(link.CoinsReturned(model.memory.ledger.returned, held, "journal"))
        draft.do(c.WatchTray())
    return draft.step()


def broken_tray(model: Settlement, event: h.PaperGone) -> Done:
    """What lay in the tray was taken; the visit may end, and nothing is written."""
    return Draft(model).tell(link.PaperTaken(sensor=event.sensor)).step()


def broken_open(model: Settlement, _event: link.OpenVisit) -> Done:
    """Say why nobody is served."""
    return Draft(model).say(link.VisitRefused(model.trouble)).step()


def broken_close(model: Settlement, _event: link.CloseVisit) -> Done:
    """The process may go; nothing is written any more."""
    return Draft(model).set(alive=False).say(link.VisitClosed()).step()


def broken_glass(model: Settlement, _event: h.VisitEnded) -> Done:
    """The glass shows that service is closed."""
    return glass(Draft(model).set(alive=False)).step()
