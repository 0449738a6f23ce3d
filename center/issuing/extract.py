"""What a certificate will state: one record, reduced to what was asked for. No wire, no clock."""

from dataclasses import dataclass, field

from center.issuing.residents import Resident

RESIDENT_RECORD = "resident_record"
SEAL_REGISTRATION = "seal_registration"

SELF = "self"
HOUSEHOLD = "household"
PART = "part"

HOUSEHOLD_HEAD = "household_head"
DOMICILE = "domicile"
INDIVIDUAL_NUMBER = "individual_number"

OMITTED = "【省略】"


@dataclass(frozen=True, slots=True)
class Extract:
    """The people and facts of one certificate, in the order of the household's record."""

    certificate: str
    kind: str
    options: frozenset[str]
    persons: tuple[Resident, ...] = field(repr=False)

    def shown(self, option: str, value: str) -> str:
        """`value` if its option was chosen, else the words of the form for "left out"."""
        return value if option in self.options else OMITTED


@dataclass(frozen=True, slots=True)
class Office:
    """Who certifies: names of the municipality and its mayor, the seal's characters."""

    municipality: str
    mayor_title: str
    mayor_name: str
    seal: str
    notice: str
    """Small print that says that the municipality is invented; "" for none."""
