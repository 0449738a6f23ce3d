"""What the terminal cannot catch: said in `docs/security.md`, claimed nowhere.

Each is a mistake that passes today. Whoever closes one moves it to its list of mutants.
"""

import dataclasses

from tests.mutants.cases import ALONE, IssueCase, Mutant
from tests.mutants.municipalities import Copies, under_our_stamp


def _another_address(case: IssueCase) -> Copies:
    """The right name and birthday over somebody else's address: a record that is wrong itself."""
    mine = case.raw.order.extract.persons[0]
    record = dataclasses.replace(mine, address=case.other().order.extract.persons[0].address)
    return under_our_stamp(case, dataclasses.replace(case.raw.order.extract, persons=(record,)))


NOT_CAUGHT: tuple[Mutant, ...] = (
    Mutant("a wrong record", "the applicant's name and birthday over another's address",
           wants=ALONE, issue=_another_address),
)  # fmt: skip
