"""What a wrong municipality or centre is, and one application that meets it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random  # noqa: TID251  # seeded, so that a batch can be repeated

from center.issuing.copies import Order
from center.relay.delivery import Ready
from center.relay.inspection import Expected
from center.wire.messages import DeliveredCopy, Delivery, IssuedCopy
from tests.mutants.workshop import Workshop


@dataclass(frozen=True)
class Wants:
    """What an application must be like so that the mistake can be made with it."""

    certificate: str = ""
    kind: str = ""
    items: tuple[str, ...] | None = None
    """None: as it comes."""
    copies: int = 1
    resident: Callable[["Workshop", str], bool] = lambda _workshop, _resident: True


ANYBODY = Wants()
ALONE = Wants(certificate="resident_record", kind="self", items=())
"""One person on one sheet, with nothing on it that names another."""


@dataclass(frozen=True)
class Raw:
    """What the municipality would rightly answer, and what it was made from."""

    order: Order
    copies: tuple[IssuedCopy, ...]

    @property
    def persons(self) -> frozenset[str]:
        """Ids of the residents on it."""
        return frozenset(one.id for one in self.order.extract.persons)


@dataclass(frozen=True)
class IssueCase:
    """A municipality about to answer one of many applications at once."""

    workshop: Workshop
    raw: Raw
    others: tuple[Raw, ...]
    earlier: tuple[IssuedCopy, ...]
    """What this resident was rightly given in an earlier visit; else another's."""
    rng: Random

    def other(self, fits: Callable[[Raw], bool] = lambda _raw: True) -> Raw:
        """Somebody else's answer of the same moment."""
        mine = self.raw.persons
        strangers = [
            one for one in self.others if fits(one) and not mine & one.persons
        ]  # fmt: skip
        return self.rng.choice(strangers)


@dataclass(frozen=True)
class DeliveryCase:
    """A centre about to deliver; it holds the centre's key and every visit's public keys."""

    workshop: Workshop
    expected: Expected
    ready: tuple[Ready, ...]
    body: bytes
    """The right M9."""
    others: tuple[tuple[Expected, tuple[Ready, ...], bytes], ...]
    rng: Random

    @property
    def delivery(self) -> Delivery:
        """The right statement, to be bent."""
        return self.workshop.delivery_of(self.body)

    def other(self) -> tuple[Expected, tuple[Ready, ...], bytes]:
        """Another visit's delivery of the same moment."""
        return self.rng.choice(self.others)

    def other_of(self, sheets: int) -> DeliveredCopy:
        """Another visit's first copy; of so many sheets, where the number would give it away."""
        firsts = [ready[0] for _, ready, _ in self.others]
        fitting = [copy for copy, said in firsts if sheets in (0, said.sheets)]
        return self.rng.choice(fitting)


@dataclass(frozen=True)
class Mutant:
    """One way to be wrong, and the checks that should catch it.

    `centre`: where the municipality is wrong and the centre looks. `terminal`: where nobody
    looked before; () where that cannot be.
    """

    name: str
    says: str
    centre: tuple[str, ...] = ()
    terminal: tuple[str, ...] = ()
    wants: Wants = ANYBODY
    issue: Callable[[IssueCase], tuple[IssuedCopy, ...]] | None = None
    deliver: Callable[[DeliveryCase], bytes] | None = None
    marks: str = ""
    """Which wrong machine draws the marks (`workshop.WrongEngraver`)."""
    offers: str = ""
    """Which wrong way the offers go (`batch.OFFERS`)."""
    visit: str = ""
    """Which wrong way the visit is opened (`batch.VISITS`)."""
    race: bool = False
    """Whether it is wrong is left to chance; what was swapped is known afterwards."""

    @property
    def by_municipality(self) -> bool:
        """Whether there is a centre in between that may look."""
        return self.issue is not None or self.race

    def expected(self, *, careful: bool) -> tuple[str, ...]:
        """The names under which it must be refused."""
        return self.centre if careful and self.centre else self.terminal


@dataclass
class Outcome:
    """What became of one application."""

    mutant: str
    careful: bool
    mixed: bool = True
    """Whether what the terminal got was not its own."""
    failure: str = ""
    """"": the sheets were held, and money would have been asked for."""
    refused_by: str = ""
    """`centre`, `terminal`, or `resident` where the name on the screen is denied."""
    verdict: str = ""


@dataclass
class Tally:
    """Counts of a batch or of many: mutant -> failure -> how often."""

    right: int = 0
    refused: dict[str, dict[str, int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    """One line for each verdict that should not be."""

    def add(self, outcome: Outcome) -> None:
        """Count one application."""
        if outcome.verdict:
            self.wrong.append(f"{outcome.mutant}: {outcome.verdict}")
        elif outcome.mixed:
            row = self.refused.setdefault(outcome.mutant, {})
            key = f"{outcome.refused_by} {outcome.failure}"
            row[key] = row.get(key, 0) + 1
        else:
            self.right += 1

    def merge(self, right: int, refused: Mapping[str, Mapping[str, int]]) -> None:
        """Add what another batch counted."""
        self.right += right
        for mutant, row in refused.items():
            mine = self.refused.setdefault(mutant, {})
            for key, count in row.items():
                mine[key] = mine.get(key, 0) + count

    @property
    def mixed(self) -> int:
        """How many mixed-up answers were refused by the check that should."""
        return sum(count for row in self.refused.values() for count in row.values())
