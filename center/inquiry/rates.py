"""How many uploads may come from one address. Addresses live in memory, and nowhere else."""

import contextlib
import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

_SUBSCRIBER = 64
"""Bits of an IPv6 address that name a subscriber; the others are the subscriber's to choose."""


class TooMany(Exception):
    """This address has sent as many as it may for now."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, and then one in so many seconds; so many on their way or being read."""

    burst: int = 12
    every_s: float = 10.0
    under_way: int = 3
    """A page of ours sends one at a time; an office behind one address may send a few."""


class Rates:
    """A bucket for each address, the longest unseen forgotten first. Not thread-safe."""

    def __init__(self, allowance: Allowance, addresses_max: int = 10_000) -> None:
        self._allowance = allowance
        self._addresses_max = addresses_max
        self._seen: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._under_way: Counter[str] = Counter()

    @contextlib.contextmanager
    def admitted(self, address: str, at_s: float) -> Iterator[None]:
        """While one upload of `address` comes and is read. Raises TooMany."""
        sender = _sender(address)
        if self._under_way[sender] >= self._allowance.under_way or not self._admit(sender, at_s):
            raise TooMany
        self._under_way[sender] += 1
        try:
            yield
        finally:
            self._under_way[sender] -= 1
            if not self._under_way[sender]:
                del self._under_way[sender]

    def _admit(self, sender: str, at_s: float) -> bool:
        left, since = self._seen.pop(sender, (float(self._allowance.burst), at_s))
        left = min(self._allowance.burst, left + (at_s - since) / self._allowance.every_s)
        admitted = left >= 1
        self._seen[sender] = (left - 1 if admitted else left, at_s)
        while len(self._seen) > self._addresses_max:
            self._seen.popitem(last=False)
        return admitted


def _sender(address: str) -> str:
    """Whom an address belongs to; what is none is its own."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:_SUBSCRIBER]
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    return str(ipaddress.ip_network((parsed, _SUBSCRIBER), strict=False))
