"""Which failures may be a mix-up of two people's certificates. Terminal and centre agree on it.

After one of them nothing is tried again: the terminal says so to the centre at once, and the
server that issued gets no more applications until a named person looked. No I/O, no clock.
"""

FAMILIES = frozenset({"issue", "document", "stamp", "text", "marks"})
HARMLESS = frozenset({"issue.expired"})
"""A resident who took too long, or a slow line: of these families, but no mix-up."""


def may_be_mix_up(failure: str) -> bool:
    """Whether a failure of this name may mean that somebody got another's certificate."""
    return failure.partition(".")[0] in FAMILIES and failure not in HARMLESS
