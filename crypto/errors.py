"""A check that did not hold, by name. No wire, no clock."""

from typing import Final

LIST_NOT_IN_FORCE: Final = "trust.list_not_in_force"
"""A revocation list of our own store has lapsed: nothing is said against what was checked."""


class CheckFailed(Exception):
    """Something was checked and is not as it must be.

    `failure` is a stable name such as `certificate.revoked`: the screen, the journal and the
    operator's page are made from it. The text never quotes what was checked, because that may
    be personal.
    """

    def __init__(self, failure: str, detail: str = "") -> None:
        self.failure = failure
        self.detail = detail
        super().__init__(f"{failure}: {detail}" if detail else failure)
