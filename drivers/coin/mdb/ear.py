"""Hears what a peripheral tells on POLL, and notices what may have been missed or said twice."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.coin.mdb.bus import AnswerLost
from drivers.coin.mdb.protocol import Activity, ReplyError
from drivers.errors import PeerError


@dataclass(frozen=True, slots=True)
class Heard:
    """One event of an answer."""

    activity: Activity
    again: bool
    """It stood at the same place of the answer before: perhaps the same, whose acknowledgement
    was lost on the bus. What has not been acknowledged is said again before what is new. After an
    answer without it, it is another: an answer that was acknowledged is not said again."""


class Ear:
    """One peripheral's POLL."""

    def __init__(
        self,
        poll: Callable[[int], bytes],
        decode: Callable[[bytes], tuple[Activity, ...]],
    ) -> None:
        """`poll` is given the number of tries."""
        self._poll = poll
        self._decode = decode
        self._last: tuple[Activity, ...] = ()
        self.missed = False
        """An answer was lost after it may have been acknowledged, or was not understood."""

    def listen(self, tries: int) -> tuple[Heard, ...]:
        """The events of one answer. Raises DeviceError."""
        try:
            told = self._decode(self._poll(tries))
        except AnswerLost:
            self.missed = True
            raise
        except ReplyError as error:
            self.missed = True
            raise PeerError("coin.wire", f"an answer to POLL: {error}") from error
        repeated = len(self._last) if told[: len(self._last)] == self._last else 0
        self._last = told
        return tuple(Heard(activity, index < repeated) for index, activity in enumerate(told))
