"""What comes out of a scan: the best picture there is, a map of what is missing, a verdict."""

import enum
from dataclasses import dataclass, field

from center.antiforgery.compiled import Grey, Soft
from center.antiforgery.scramble.header import Header


class Verdict(enum.Enum):
    """What can be said. The inquiry site has a sentence for each."""

    READ = "read"
    """The whole front was recovered, and the centre signed it."""
    PARTLY = "partly"
    """Recovered and signed, but some strips of the front could not be read."""
    HEADER_ONLY = "header_only"
    """Number and text were recovered and signed; no part of the picture was."""
    OTHER_DOCUMENT = "other_document"
    """A genuine block, but of another document or sheet than the one asked for."""
    KEY_UNKNOWN = "key_unknown"
    """A block of this kind, made with a key that is not held here."""
    NOT_GENUINE = "not_genuine"
    """A block that opens with no key of its number, or that the centre did not sign."""
    UNREADABLE = "unreadable"
    """There is a block, but too damaged or too coarsely scanned to be read."""
    TOO_COARSE = "too_coarse"
    """The scan has fewer than about 180 dots per inch."""
    NO_BLOCK = "no_block"
    """No block is to be seen: a front, another page, or a photograph at an angle."""
    NO_PICTURE = "no_picture"
    """The file is no picture this reader knows, or it is broken."""
    TOO_LARGE = "too_large"
    """The picture has more pixels than a page scanned at 600 dpi."""


class Strip(enum.Enum):
    """What was recovered of one strip of the front."""

    FINE = "fine"
    BASE = "base"
    LOST = "lost"
    """Too many of its cells could not be read."""
    REFUSED = "refused"
    """Read, but it is not what the centre signed for this sheet."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How well the block could be read. Nothing of what it holds."""

    scan_dpi: float = 0.0
    quarter_turns: int = 0
    skew_deg: float = 0.0
    raw_error_rate: float | None = None
    """Share of cells read wrongly, as the decoded layers show; None where none was decoded."""
    damage: Soft | None = field(default=None, repr=False)
    """0 well read to 1 unreadable, for each pitch of the block, row by row."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """The result. `picture` is 0 black to 255 white; what was not recovered is mid-grey."""

    verdict: Verdict
    header: Header | None = None
    strips: tuple[Strip, ...] = ()
    """From the top of the front to its foot."""
    picture: Grey | None = field(default=None, repr=False)
    dpi: int = 0
    """Of `picture`; 0 without one."""
    reading: Reading = Reading()
