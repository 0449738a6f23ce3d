"""Whose fault it is: ours, the peer's, or the wire's.

Across a layer boundary an error is data: its `reason` (see `drivers.reasons`), and `detail`,
one English sentence for the technician without anything personal in it.
"""

from drivers.reasons import REASONS, Reason


class DeviceError(Exception):
    """A device could not do what it was asked to."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason: Reason = REASONS[reason]
        self.detail = detail
        super().__init__(f"{reason}: {detail or self.reason.what}")


class MisuseError(DeviceError):
    """We asked for something the contract forbids; a defect in this program."""


class PeerError(DeviceError):
    """The device answered against its specification."""


class SilenceError(DeviceError):
    """The device did not answer in time, or is not there."""
