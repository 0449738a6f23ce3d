"""Deliberately wrong lines and set-ups, each a right one with one thing changed."""

from dataclasses import replace

from drivers.coin.framing import BadFrame, Frame, FrameParser
from drivers.coin.tables import Header, Quirks
from drivers.coin.virtual import (
    AcceptorBuild,
    MachineBuild,
    Nameplate,
    VirtualCoinMachine,
    four_hoppers,
)
from drivers.conformance.coin_wrong import WrongDevice, wrong

_SHORTEST = 5
"""Bytes of a frame without data."""


class _AnswersTwice(VirtualCoinMachine):
    """Every answer comes twice."""

    def _reply(self, frame: Frame) -> bytes:
        return super()._reply(frame) * 2


class _WrongChecksumOnce(VirtualCoinMachine):
    """Every fortieth answer is damaged."""

    _asked = 0

    def _reply(self, frame: Frame) -> bytes:
        raw = super()._reply(frame)
        self._asked += 1
        return raw[:-1] + bytes((raw[-1] ^ 1,)) if raw and self._asked % 40 == 0 else raw


class _AnswersEveryAddress(VirtualCoinMachine):
    """Answers whatever the address."""

    def _reply(self, frame: Frame) -> bytes:
        raw = super()._reply(frame)
        own = self.build.acceptor.address
        return raw or super()._reply(replace(frame, destination=own))


class _WrongSource(VirtualCoinMachine):
    """Answers from another address."""

    def _reply(self, frame: Frame) -> bytes:
        raw = super()._reply(frame)
        return (
            raw[:2] + bytes((raw[2] + 1,)) + raw[3:-1] + bytes((raw[-1] - 1 & 0xFF,))
            if raw
            else raw
        )


class _Clash(VirtualCoinMachine):
    """Two hoppers have one address."""

    def _reply(self, frame: Frame) -> bytes:
        raw = super()._reply(frame)
        return bytes(byte & 0xFE for byte in raw) if raw and frame.destination == 3 else raw  # noqa: PLR2004 - the address


class _ObeysDamagedFrames(VirtualCoinMachine):
    """Obeys frames with a wrong checksum."""

    def receive(self, data: bytes) -> bytes:
        good = bytes((*data[:-1], -sum(data[:-1]) & 0xFF)) if len(data) >= _SHORTEST else data
        answer = super().receive(good)
        return answer if good == data else data


class _PatientParser(FrameParser):
    def stall(self, now_s: float) -> list[BadFrame]:
        del now_s
        return []


class _NeverForgetsHalves(VirtualCoinMachine):
    """Half a frame is kept for ever."""

    def receive(self, data: bytes) -> bytes:
        if not isinstance(self._parser, _PatientParser):
            self._parser = _PatientParser(self.build.check)
        return super().receive(data)


class _ImpatientReceiver(VirtualCoinMachine):
    """A pause inside a frame loses it."""

    def receive(self, data: bytes) -> bytes:
        whole = len(data) >= _SHORTEST and len(data) == _SHORTEST + data[1]
        return super().receive(data) if whole or not data else data


class _NaksUnknownHeaders(VirtualCoinMachine):
    """An unknown header is answered NAK."""

    def _reply(self, frame: Frame) -> bytes:
        raw = super()._reply(frame)
        known = frame.header in set(Header) or frame.destination == 0
        mine = frame.destination == self.build.acceptor.address
        return raw or (b"" if known or not mine else _nak(frame.destination))


class _Neighbours(VirtualCoinMachine):
    """The ¥50 hopper hears what is said to the ¥10 hopper."""

    def _reply(self, frame: Frame) -> bytes:
        raw = super()._reply(frame)
        if frame.header == Header.DISPENSE:
            super()._reply(replace(frame, destination=self.build.hoppers[50].address))
        return raw


class _Illegible(VirtualCoinMachine):
    """A control character in the manufacturer's name."""


class _Encrypted(VirtualCoinMachine):
    """Demands encryption."""


class _SameSerials(VirtualCoinMachine):
    """All hoppers have one serial number."""


class _OtherCoin(VirtualCoinMachine):
    """The ¥10 hopper holds ¥50."""


def _same_serial() -> MachineBuild:
    return MachineBuild(
        hoppers={
            yen: replace(hopper, plate=Nameplate("KVM", "KV-H1", 130_000))
            for yen, hopper in four_hoppers().items()
        }
    )


def _other_coin() -> MachineBuild:
    hoppers = four_hoppers()
    return MachineBuild(hoppers={**hoppers, 10: replace(hoppers[10], coin_name="JP050A")})


def _counting_neighbour() -> MachineBuild:
    hoppers = four_hoppers()
    return MachineBuild(
        hoppers={**hoppers, 50: replace(hoppers[50], quirks=Quirks(counts_refusals=True))}
    )


def _clash() -> MachineBuild:
    hoppers = four_hoppers()
    return MachineBuild(hoppers={**hoppers, 50: replace(hoppers[50], address=3)})


def _encrypted() -> MachineBuild:
    plate = Nameplate("KVM", "KV-A1", 120_001, encryption=(0, 101))
    return MachineBuild(acceptor=AcceptorBuild(plate=plate))


def _illegible() -> MachineBuild:
    return MachineBuild(acceptor=AcceptorBuild(plate=Nameplate("K\x07M", "KV-A1", 120_001)))


def _nak(source: int) -> bytes:
    body = bytes((1, 0, source, 5))
    return body + bytes((-sum(body) & 0xFF,))


WRONG: tuple[WrongDevice, ...] = (
    wrong("answers-twice", _AnswersTwice, "coin.link.answers"),
    wrong("checksum-once", _WrongChecksumOnce, "coin.link.answers"),
    wrong("every-address", _AnswersEveryAddress, "coin.link.silent_elsewhere"),
    wrong("wrong-source", _WrongSource, "coin.link.answers"),
    wrong("address-clash", _Clash, "coin.link.answers", build=_clash()),
    wrong("obeys-damaged", _ObeysDamagedFrames, "coin.link.bad_checksum"),
    wrong("keeps-halves", _NeverForgetsHalves, "coin.link.half_frame"),
    wrong("impatient", _ImpatientReceiver, "coin.link.pause_in_frame"),
    wrong("naks-unknown", _NaksUnknownHeaders, "coin.link.unknown_header"),
    wrong("neighbours", _Neighbours, "coin.payout.others_idle", build=_counting_neighbour()),
    wrong("illegible", _Illegible, "coin.identity.texts", build=_illegible()),
    wrong("encrypted", _Encrypted, "coin.identity.in_the_clear", build=_encrypted()),
    wrong("same-serials", _SameSerials, "coin.identity.distinct", build=_same_serial()),
    wrong("other-coin", _OtherCoin, "coin.payout.coin", build=_other_coin()),
)
