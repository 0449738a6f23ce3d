"""How many uploads may come from one address. Addresses live in memory, and nowhere else."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, and then one in so many seconds."""

    burst: int = 12
    every_s: float = 10.0


class Rates:
    """A bucket for each address, the longest unseen forgotten first. Not thread-safe."""

    def __init__(self, allowance: Allowance, addresses_max: int = 10_000) -> None:
        self._allowance = allowance
        self._addresses_max = addresses_max
        self._seen: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def admit(self, address: str, at_s: float) -> bool:
        """Whether an upload of `address` may come now; if so, it is counted."""
        left, since = self._seen.pop(address, (float(self._allowance.burst), at_s))
        left = min(self._allowance.burst, left + (at_s - since) / self._allowance.every_s)
        admitted = left >= 1
        self._seen[address] = (left - 1 if admitted else left, at_s)
        while len(self._seen) > self._addresses_max:
            self._seen.popitem(last=False)
        return admitted
