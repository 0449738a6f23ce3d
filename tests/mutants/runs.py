"""Who applies for what in a batch, and how it must end: a plan that follows from a seed."""

from dataclasses import dataclass
from random import Random  # noqa: TID251  # seeded, so that a batch can be repeated

from kiosk.session import model as m
from tests.mutants.cases import Mutant, Outcome, Wants
from tests.mutants.workshop import Workshop

AT_ONCE = 50
_CAREFUL_SHARE = 0.4
"""Of the wrong municipalities: how often the centre looks at what it passes on."""
_RACERS = 4
"""A race needs several who run."""


@dataclass
class Run:
    """One resident's application and what happens to it."""

    number: int
    resident: str
    mutant: Mutant | None
    rng: Random
    outcome: Outcome
    choice: m.Choice | None = None

    @property
    def wants(self) -> Wants:
        return self.mutant.wants if self.mutant else Wants()


def choose(run: Run, offers: m.Offers) -> m.Choice:
    """What the resident asks for: anything that is offered and that the mutant can work with."""
    rng, wants = run.rng, run.wants
    open_now = [one for one in offers.offers if not one.unavailable]
    fitting = [one for one in open_now if wants.certificate in ("", one.certificate)]
    offer = rng.choice(fitting)
    kind = wants.kind or (rng.choice([one.value for one in offer.kinds]) if offer.kinds else "")
    items = wants.items
    if items is None:
        items = tuple(sorted(item.id for item in offer.items if rng.random() < 0.3))
    return m.Choice(
        offer.certificate, kind, items, _persons(kind, offers, rng), wants.copies,
        offer.fee_yen * wants.copies,
    )  # fmt: skip


def _persons(kind: str, offers: m.Offers, rng: Random) -> tuple[str, ...]:
    everybody = [one.ref for one in offers.members]
    if kind == "household":
        return tuple(sorted(everybody))
    if kind == "part":
        return tuple(sorted(rng.sample(everybody, rng.randint(1, len(everybody)))))
    return (offers.applicant,)


def verdict(run: Run) -> str:
    """ "" if it ended as it must; else one sentence."""
    mutant, outcome = run.mutant, run.outcome
    if mutant is None or not outcome.mixed:
        return f"a right answer was refused: {outcome.failure}" if outcome.failure else ""
    if not outcome.failure:
        return "ESCAPED: a mixed-up answer reached the vault"
    wanted = mutant.expected(careful=outcome.careful)
    if outcome.failure not in wanted:
        return f"refused by {outcome.failure}, not by {' or '.join(wanted)}"
    if mutant.by_municipality and outcome.careful and mutant.centre:
        return "" if outcome.refused_by == "centre" else "the centre looked, and passed it on"
    return ""


def make_runs(workshop: Workshop, mutants: tuple[Mutant, ...], rng: Random) -> list[Run]:
    """Fifty applications: one for each of `mutants`, the rest right; in any order."""
    racers = [mutant for mutant in mutants if mutant.race] * (_RACERS - 1)
    plan: list[Mutant | None] = [*mutants, *racers]
    plan += [None] * (AT_ONCE - len(plan))
    rng.shuffle(plan)
    return [_make_run(workshop, number, mutant, rng) for number, mutant in enumerate(plan)]


def _make_run(workshop: Workshop, number: int, mutant: Mutant | None, rng: Random) -> Run:
    wants = mutant.wants if mutant else Wants()
    fitting = [name for name in sorted(workshop.cards) if wants.resident(workshop, name)]
    careful = mutant is None or bool(mutant.marks) or (
        bool(mutant.centre) and rng.random() < _CAREFUL_SHARE
    )  # fmt: skip
    if mutant is not None and not mutant.by_municipality:
        careful = True
    name = mutant.name if mutant else "right"
    return Run(
        number, rng.choice(fitting), mutant, Random(rng.getrandbits(64)),  # noqa: S311  # repeatable
        Outcome(name, careful, mixed=mutant is not None),
    )  # fmt: skip
