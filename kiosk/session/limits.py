"""How long each state waits, and what the waiting is for. A table; no clock.

The runtime asks `limit_s` after every step and says `LimitReached(serial)` when it ran out; what
then happens is a rule of the table. A state that holds money is never left into nothing: PAY
runs out into giving the coins back, and the states behind it wait for the supervisor, which has
deadlines of its own.

Source: warnings of at least 20 s answered by any touch, extendable at least ten times (here:
without bound): JIS X 8341-3:2010, 7.2.2.1. Voice and screen until card and paper are taken:
J-LIS introduction guide v2.4, section 4.1 (5) and (13).
"""

import enum
from dataclasses import dataclass, field

from kiosk.certificates import Page
from kiosk.session.model import Aside, Session, State


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitLimits:
    """Section `[visit]` of the configuration: how long a resident has. All in seconds."""

    choose_s: float = field(
        default=60.0,
        metadata={"doc": "Choosing on one screen", "unit": "s", "min": 20.0, "max": 600.0},
    )
    input_s: float = field(
        default=120.0,
        metadata={"doc": "Typing, reading and checking", "unit": "s", "min": 20.0, "max": 600.0},
    )
    wait_card_s: float = field(
        default=60.0,
        metadata={"doc": "Looking for the card", "unit": "s", "min": 20.0, "max": 600.0},
    )
    card_s: float = field(
        default=30.0,
        metadata={"doc": "One dialogue with the card", "unit": "s", "min": 10.0, "max": 120.0},
    )
    wait_center_s: float = field(
        default=30.0,
        metadata={"doc": "One answer of the centre", "unit": "s", "min": 5.0, "max": 120.0},
    )
    pay_s: float = field(
        default=90.0,
        metadata={"doc": "Without a coin while paying", "unit": "s", "min": 20.0, "max": 600.0},
    )
    warn_s: float = field(
        default=30.0,
        metadata={"doc": "Warning before the visit ends", "unit": "s", "min": 20.0, "max": 120.0},
    )
    read_s: float = field(
        default=10.0,
        metadata={
            "doc": "A last message before the screen goes on by itself",
            "unit": "s",
            "min": 1.0,
            "max": 60.0,
        },
    )
    refuse_s: float = field(
        default=30.0,
        metadata={
            "doc": "A refusal before the screen goes on by itself",
            "unit": "s",
            "min": 5.0,
            "max": 120.0,
        },
    )
    receipt_s: float = field(
        default=15.0,
        metadata={"doc": "Waiting for the receipt", "unit": "s", "min": 5.0, "max": 60.0},
    )
    beat_s: float = field(
        default=5.0,
        metadata={
            "doc": "Between two calls to take card or paper",
            "unit": "s",
            "min": 2.0,
            "max": 30.0,
        },
    )
    close_s: float = field(
        default=10.0,
        metadata={
            "doc": "Waiting for the supervisor's last word",
            "unit": "s",
            "min": 1.0,
            "max": 60.0,
        },
    )


class Waiting(enum.StrEnum):
    """What becomes of a state whose limit ran out."""

    WARNS = "warns"  # asks first, with a countdown
    GOES_ON = "goes_on"  # the screen moves by itself
    BEATS = "beats"  # sounds again, louder, until it is done
    FAILS = "fails"  # what was awaited did not come
    STAYS = "stays"  # has no limit; the reason stands beside it


@dataclass(frozen=True, slots=True)
class Limit:
    """`field` names the configuration's key; `why` says why there is none."""

    waiting: Waiting
    field: str = ""
    why: str = ""


LIMITS: dict[State, Limit] = {
    State.CLOSED: Limit(Waiting.STAYS, why="opens when the supervisor says that service is well"),
    State.APOLOGY: Limit(Waiting.GOES_ON, "choose_s"),
    State.START: Limit(Waiting.STAYS, why="waits for the next resident"),
    State.MENU: Limit(Waiting.WARNS, "choose_s"),
    State.CLEAR_READER: Limit(Waiting.WARNS, "wait_card_s"),
    State.PLACE_CARD: Limit(Waiting.WARNS, "wait_card_s"),
    State.CHECK_CARD: Limit(Waiting.FAILS, "card_s"),
    State.WHERE: Limit(Waiting.WARNS, "choose_s"),
    State.NOT_SERVED: Limit(Waiting.WARNS, "choose_s"),
    State.PIN: Limit(Waiting.WARNS, "input_s"),
    State.PIN_WRONG: Limit(Waiting.WARNS, "choose_s"),
    State.READ_CARD: Limit(Waiting.FAILS, "card_s"),
    State.TAKE_CARD: Limit(Waiting.BEATS, "beat_s"),
    State.WAIT_OFFERS: Limit(Waiting.FAILS, "wait_center_s"),
    State.FORM: Limit(Waiting.WARNS, "input_s"),
    State.FETCH: Limit(Waiting.FAILS, "wait_center_s"),
    State.CHANGE: Limit(Waiting.WARNS, "choose_s"),
    State.PAY: Limit(Waiting.WARNS, "pay_s"),
    State.RETURN: Limit(Waiting.STAYS, why="the supervisor pays back with deadlines of its own"),
    State.RETURNED: Limit(Waiting.GOES_ON, "refuse_s"),
    State.PRINT: Limit(Waiting.STAYS, why="the supervisor follows the job with its own deadline"),
    State.GIVE: Limit(Waiting.STAYS, why="the supervisor pays out with deadlines of its own"),
    State.TAKE_PAPER: Limit(Waiting.BEATS, "beat_s"),
    State.RECEIPT: Limit(Waiting.GOES_ON, "receipt_s"),
    State.FINISH: Limit(Waiting.GOES_ON, "read_s"),
    State.REFUSED: Limit(Waiting.GOES_ON, "refuse_s"),
    State.LEAVE_CARD: Limit(Waiting.BEATS, "beat_s"),
    State.END: Limit(Waiting.GOES_ON, "read_s"),
    State.CLOSING: Limit(Waiting.GOES_ON, "close_s"),
}

WARN_STEP_S = 1
"""The countdown of a warning moves once a second."""

ALERT_BEATS = 4
"""After so many calls (20 s) the call fills the glass."""
LOUD_BEATS = 12
"""After so many calls (60 s) it asks passers-by for help."""
PRIVATE_BEATS = 36
"""After so many calls (180 s) beside a forgotten card the visit is over."""

_QUICK_PAGES = frozenset({Page.CERTIFICATE, Page.KIND, Page.COPIES})


def states(waiting: Waiting) -> frozenset[State]:
    """The states that wait like this."""
    return frozenset(state for state, limit in LIMITS.items() if limit.waiting is waiting)


def limit_s(session: Session, config: VisitLimits) -> float | None:
    """Seconds until `LimitReached` for the session as it stands; None waits for ever."""
    if session.aside is Aside.WARNING:
        return WARN_STEP_S
    limit = LIMITS[session.state]
    if limit.waiting is Waiting.STAYS:
        return None
    if session.state is State.FORM and session.form.page in _QUICK_PAGES:
        return config.choose_s
    seconds: float = getattr(config, limit.field)
    return seconds
