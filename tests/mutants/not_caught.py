"""What the terminal cannot catch, or does not yet: said in `docs/security.md`, claimed nowhere.

Each is a mistake that passes today. Whoever closes one moves it to its list of mutants.
"""

import dataclasses

from center.issuing.extract import DOMICILE, HOUSEHOLD_HEAD
from tests.mutants.cases import ALONE, IssueCase, Mutant
from tests.mutants.centres import swapped
from tests.mutants.municipalities import IN_A_FAMILY, Copies, more_people, under_our_stamp


def _another_address(case: IssueCase) -> Copies:
    """The right name and birthday over somebody else's address: a record that is wrong itself."""
    mine = case.raw.order.extract.persons[0]
    record = dataclasses.replace(mine, address=case.other().order.extract.persons[0].address)
    return under_our_stamp(case, dataclasses.replace(case.raw.order.extract, persons=(record,)))


def _domicile(case: IssueCase) -> Copies:
    extract = case.raw.order.extract
    return under_our_stamp(case, dataclasses.replace(extract, options=frozenset({DOMICILE})))


def _own_family_head(workshop: object, resident: str) -> bool:
    """Whose 本籍 names nobody else of the household."""
    residents = workshop.residents  # type: ignore[attr-defined]
    return bool(residents[resident].hittosha == residents[resident].name)


NOT_CAUGHT: tuple[Mutant, ...] = (
    Mutant("a wrong record", "the applicant's name and birthday over another's address",
           wants=ALONE, issue=_another_address),
    Mutant("domicile not chosen", "本籍 and 筆頭者 drawn under our stamp, naming nobody else",
           wants=dataclasses.replace(ALONE, resident=_own_family_head), issue=_domicile),
    Mutant("a member where the head is named", "a member nobody chose, where 世帯主 was chosen",
           wants=dataclasses.replace(IN_A_FAMILY, items=(HOUSEHOLD_HEAD,)),
           issue=lambda case: under_our_stamp(case, more_people(case))),
    Mutant("another's marks, signed for", "a centre that lies about the marks", wants=ALONE,
           deliver=swapped(original=False, marks=True, signed_for=True)),
)  # fmt: skip
