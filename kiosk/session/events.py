"""What may happen to a session, in the past tense. Values; no wire, no clock.

What the supervisor says arrives as it is (`kiosk.link.values`). No event carries a digit of a PIN,
a certificate or a document.
"""

from dataclasses import dataclass

from kiosk.session.model import Offers, Ticket

# --- the resident ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartTapped:
    """The glass was touched."""


@dataclass(frozen=True, slots=True)
class ServiceChosen:
    """A service of the menu was chosen."""

    service: str


@dataclass(frozen=True, slots=True)
class Confirmed:
    """確定する, OK, 続ける: the way on."""


@dataclass(frozen=True, slots=True)
class WentBack:
    """前画面へ."""


@dataclass(frozen=True, slots=True)
class Retried:
    """もう一度."""


@dataclass(frozen=True, slots=True)
class EndAsked:
    """終了する or 中止する."""


@dataclass(frozen=True, slots=True)
class EndConfirmed:
    """Yes, end."""


@dataclass(frozen=True, slots=True)
class WentOn:
    """No, go on (also the answer to a warned time limit)."""


@dataclass(frozen=True, slots=True)
class LanguageAsked:
    """The language button."""


@dataclass(frozen=True, slots=True)
class LanguageChosen:
    """A language."""

    language: str


@dataclass(frozen=True, slots=True)
class LookAsked:
    """The button for size and colours."""


@dataclass(frozen=True, slots=True)
class SizeChosen:
    """A text size."""

    size: str


@dataclass(frozen=True, slots=True)
class ThemeChosen:
    """Colours."""

    theme: str


@dataclass(frozen=True, slots=True)
class AsideClosed:
    """戻る on the language or look page."""


@dataclass(frozen=True, slots=True)
class ScopeChosen:
    """Whose municipality."""

    scope: str


@dataclass(frozen=True, slots=True)
class DigitTyped:
    """A digit was added to the PIN; which one only the PIN pad knows."""


@dataclass(frozen=True, slots=True)
class DigitsCleared:
    """訂正 on the number pad."""


@dataclass(frozen=True, slots=True)
class OptionTapped:
    """A tile of the form's page."""

    option: str


@dataclass(frozen=True, slots=True)
class ItemSwitched:
    """An item to state, or not."""

    item: str
    on: bool


@dataclass(frozen=True, slots=True)
class WarningAnswered:
    """The warning was read: keep the item, or drop it."""

    keep: bool


@dataclass(frozen=True, slots=True)
class CopiesSet:
    """A number of copies."""

    copies: int


@dataclass(frozen=True, slots=True)
class CopiesChanged:
    """One copy more (+1) or less (-1)."""

    by: int


@dataclass(frozen=True, slots=True)
class FixAsked:
    """訂正 of one line of the check."""

    page: str


@dataclass(frozen=True, slots=True)
class Denied:
    """私ではありません."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """取りました: stop the voice."""


# --- the card ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardPlaced:
    """A card lies on the reader."""


@dataclass(frozen=True, slots=True)
class CardFound:
    """A card lay there when the reader was first looked at, or came back with the reader.

    Nobody saw it come, so it may not be this resident's.
    """


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The reader is empty."""


@dataclass(frozen=True, slots=True)
class ReaderFailed:
    """The reader, or the service behind it, is gone; a failure's name."""

    failure: str


@dataclass(frozen=True, slots=True)
class ReaderBack:
    """The reader is there again."""


@dataclass(frozen=True, slots=True)
class CardIdentified:
    """A My Number card; its certificate is kept outside the session."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class PinRefused:
    """The card refused the PIN."""

    tries_left: int


@dataclass(frozen=True, slots=True)
class CardAuthenticated:
    """The card signed this visit's statement, and the signature was checked."""


@dataclass(frozen=True, slots=True)
class CardFailed:
    """The card or the reader failed; a failure's name."""

    failure: str


# --- the centre ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VisitOpened:
    """The challenge is here."""


@dataclass(frozen=True, slots=True)
class OffersArrived:
    """The municipality's one answer, checked."""

    offers: Offers


@dataclass(frozen=True, slots=True)
class Applied:
    """The application is on its way; its digest (hex) names the transaction from now on."""

    application: str


@dataclass(frozen=True, slots=True)
class DocumentReady:
    """The documents passed every check and lie in the vault."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class CentreFailed:
    """The centre refused or cannot be reached, or its answer did not pass."""

    failure: str
    message: tuple[tuple[str, str], ...] = ()


# --- the handover to the spooler, time, hours ---------------------------------------


@dataclass(frozen=True, slots=True)
class Erased:
    """That many documents were overwritten in memory."""

    copies: int


@dataclass(frozen=True, slots=True)
class Streamed:
    """The spooler has all bytes."""

    title: str


@dataclass(frozen=True, slots=True)
class NotStreamed:
    """The spooler refused or broke."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class LimitReached:
    """The time limit of the present state ran out; stale unless `serial` is the session's."""

    serial: int


@dataclass(frozen=True, slots=True)
class HoursChanged:
    """Service hours began or ended."""

    open_now: bool
