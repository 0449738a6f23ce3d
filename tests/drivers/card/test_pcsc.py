"""The real driver, a real pcscd, and the virtual card behind it."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.contract import (
    CardIdentity,
    CardKind,
    CardReaderConfig,
    PinWrong,
    Presence,
    ReaderStatus,
    Secret,
)
from drivers.card.pcsc import PcscCardReader, power_off_all
from drivers.card.pcsc_service import PcscConnection, PcscService
from drivers.card.virtual import VirtualCard
from drivers.card.vpcd import Tear, VirtualSlot
from drivers.clock import SystemClock
from drivers.errors import DeviceError, MisuseError
from tests.drivers.card.conftest import CARD, MakeFile
from tests.drivers.card.issued import Issued
from tests.drivers.card.waiting import put_down, wait_for, wait_until_unpowered

pytestmark = pytest.mark.daemon

STATEMENT = b"visit-auth/1 for a test"
DIGEST = hashlib.sha256(STATEMENT).digest()
DIGEST_INFO = "30 31 30 0D 06 09 60 86 48 01 65 03 04 02 01 05 00 04 20 " + DIGEST.hex(" ").upper()


def check(issued: Issued, signature: bytes) -> None:
    public = issued.key.public_key()
    public.verify(signature, STATEMENT, padding.PKCS1v15(), hashes.SHA256())


def enter(reader: PcscCardReader, identity: CardIdentity, digits: bytes = b"1234") -> bytes:
    return reader.authenticate(Secret(digits), identity.certificate, DIGEST).signature


def reason(error: pytest.ExceptionInfo[DeviceError]) -> str:
    return error.value.reason.name


@pytest.fixture
def card(reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile) -> VirtualCard:
    """A good card that lies on the reader."""
    return put_down(reader, slot, card_file().make())


def golden(certificate: bytes) -> tuple[list[str], list[str], list[str]]:
    """What identify and authenticate (comparing, then signing) send, for this certificate."""
    full, rest = divmod(len(certificate), 256)
    parts = [f"00 B0 {i:02X} 00 00" for i in range(full)]
    parts += [f"00 B0 {full:02X} 00 {rest:02X}"] if rest else []
    identify = [
        "00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01",
        "00 A4 02 0C 02 00 06",
        "00 B0 00 00 20",
        "00 A4 02 0C 02 00 0A",
        "00 B0 00 00 04",
        *parts,
        "00 A4 02 0C 02 00 18",
        "00 20 00 80",
    ]
    again = [identify[0], identify[3], *parts, *identify[-2:]]
    sign = [
        "00 20 00 80 04 •• •• •• ••",
        "00 A4 02 0C 02 00 17",
        f"80 2A 00 80 33 {DIGEST_INFO} 00",
        "00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01 00",
    ]
    return identify, again, sign


def commands(card: VirtualCard) -> list[str]:
    return [exchange.command for exchange in card.log]


def test_a_whole_authentication_and_nothing_else(
    reader: PcscCardReader, card: VirtualCard, auth: Issued
) -> None:
    """The card's own log: neither EF 0001 nor another application is ever touched."""
    identity = reader.identify()
    assert identity == CardIdentity(CardKind.MY_NUMBER, auth.der, 3)
    pin = Secret(b"1234")
    check(auth, reader.authenticate(pin, identity.certificate, DIGEST).signature)
    assert pin.open() == b""
    identify, again, sign = golden(auth.der)
    assert commands(card) == identify + again + sign
    assert card.is_verified
    reader.release()
    wait_until_unpowered(card)


def test_capabilities(reader: PcscCardReader) -> None:
    capabilities = reader.capabilities()
    assert capabilities.reader == "Virtual PCD 00 00"
    assert capabilities.kinds == {CardKind.MY_NUMBER}


class TestPin:
    def test_wrong_counts_down_and_right_restores(
        self, reader: PcscCardReader, card: VirtualCard, auth: Issued
    ) -> None:
        identity = reader.identify()
        for left in (2, 1):
            pin = Secret(b"9999")
            with pytest.raises(PinWrong) as caught:
                reader.authenticate(pin, identity.certificate, DIGEST)
            assert caught.value.tries_left == left
            assert pin.open() == b""
            assert commands(card)[-1] == golden(auth.der)[2][-1]
        check(auth, enter(reader, identity))
        assert reader.identify().tries_left == 3
        assert card.pin_entries == 3

    def test_the_last_wrong_one_blocks_and_no_other_is_sent(
        self, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        identity = reader.identify()
        lefts = []
        for _ in range(3):
            with pytest.raises(PinWrong) as caught:
                enter(reader, identity, b"9999")
            lefts.append(caught.value.tries_left)
        assert lefts == [2, 1, 0]
        with pytest.raises(DeviceError) as error:
            enter(reader, identity)
        assert reason(error) == "card.pin.blocked"
        assert card.pin_entries == 3
        assert reader.identify().tries_left == 0

    @pytest.mark.parametrize("digits", [b"", b"123", b"abcd"])
    def test_one_of_another_form_is_never_sent(
        self, reader: PcscCardReader, card: VirtualCard, digits: bytes
    ) -> None:
        identity = reader.identify()
        with pytest.raises(MisuseError):
            enter(reader, identity, digits)
        assert card.pin_entries == 0

    def test_one_secret_is_good_for_one_entry(
        self, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        identity = reader.identify()
        pin = Secret(b"1234")
        reader.authenticate(pin, identity.certificate, DIGEST)
        with pytest.raises(MisuseError):
            reader.authenticate(pin, identity.certificate, DIGEST)
        assert card.pin_entries == 1


class TestOtherCards:
    @pytest.mark.parametrize(
        ("kind", "expected"),
        [
            ("juki", "card.kind.juki"),
            ("phone_android", "card.kind.phone"),
            ("phone_ios", "card.kind.phone"),
            ("other", "card.kind.unsupported"),
        ],
    )
    def test_are_told_apart_and_refused(
        self,
        reader: PcscCardReader,
        slot: VirtualSlot,
        card_file: MakeFile,
        kind: str,
        expected: str,
    ) -> None:
        card = put_down(reader, slot, card_file(text=f'[card]\nkind = "{kind}"\n').make())
        with pytest.raises(DeviceError) as error:
            reader.identify()
        assert reason(error) == expected
        assert kind in error.value.detail
        assert card.pin_entries == 0

    def test_a_mute_card_shows_as_mute(
        self, reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile
    ) -> None:
        slot.insert(card_file(text='[card]\nkind = "mute"\n').make())
        wait_for(reader, Presence.MUTE)
        with pytest.raises(DeviceError) as error:
            reader.identify()
        assert reason(error) == "card.mute"

    def test_no_card(self, reader: PcscCardReader) -> None:
        with pytest.raises(DeviceError) as error:
            reader.identify()
        assert reason(error) == "card.removed"

    def test_one_that_answers_6f00_after_power_up_is_read(
        self, reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile, auth: Issued
    ) -> None:
        put_down(reader, slot, card_file("[quirks]\nfirst_6f00 = true\n").make())
        check(auth, enter(reader, reader.identify()))

    def test_one_that_forgets_the_pin_when_selected_is_read(
        self, reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile, auth: Issued
    ) -> None:
        put_down(reader, slot, card_file("[quirks]\nselect_clears_pin = true\n").make())
        check(auth, enter(reader, reader.identify()))


class TestChangedWhileThePinWasTyped:
    def change(self, reader: PcscCardReader, slot: VirtualSlot, card: VirtualCard) -> None:
        slot.pull()
        wait_for(reader, Presence.EMPTY)
        put_down(reader, slot, card)

    def test_the_same_card_again_is_fine(
        self, reader: PcscCardReader, slot: VirtualSlot, card: VirtualCard, auth: Issued
    ) -> None:
        identity = reader.identify()
        self.change(reader, slot, card)
        check(auth, enter(reader, identity))

    def test_another_persons_card_gets_no_pin(
        self, reader: PcscCardReader, slot: VirtualSlot, card: VirtualCard, card_file: MakeFile
    ) -> None:
        identity = reader.identify()
        other = card_file(text=CARD.replace("auth-", "stranger-")).make()
        self.change(reader, slot, other)
        with pytest.raises(DeviceError) as error:
            enter(reader, identity)
        assert reason(error) == "card.swapped"
        assert other.pin_entries == card.pin_entries == 0

    def test_a_swap_too_quick_for_pcscd_to_notice(
        self, reader: PcscCardReader, card: VirtualCard, card_file: MakeFile
    ) -> None:
        identity = reader.identify()
        other = card_file(text=CARD.replace("auth-", "stranger-")).make()
        card.transmit = other.transmit  # type: ignore[method-assign]
        with pytest.raises(DeviceError) as error:
            enter(reader, identity)
        assert reason(error) == "card.swapped"
        assert other.pin_entries == 0

    def test_no_card_any_more(
        self, reader: PcscCardReader, slot: VirtualSlot, card: VirtualCard
    ) -> None:
        identity = reader.identify()
        slot.pull()
        with pytest.raises(DeviceError) as error:
            enter(reader, identity)
        assert reason(error) == "card.removed"
        assert card.pin_entries == 0


IDENTIFY_LENGTH = 11
AGAIN_LENGTH = 8
SIGN_LENGTH = 4
"""Checked against the golden trace below, so that no command is left out."""


def test_every_command_is_pulled_at(auth: Issued) -> None:
    assert [len(part) for part in golden(auth.der)] == [
        IDENTIFY_LENGTH,
        AGAIN_LENGTH,
        SIGN_LENGTH,
    ]


PULLED = [
    *((at, Tear.BEFORE) for at in range(1, AGAIN_LENGTH + SIGN_LENGTH + 1)),
    *((at, Tear.AFTER) for at in range(AGAIN_LENGTH + 1, AGAIN_LENGTH + SIGN_LENGTH + 1)),
]
"""Before the PIN entry it makes no difference to the card whether it saw the command."""


@pytest.mark.slow
class TestPulled:
    @pytest.mark.parametrize("at", range(1, IDENTIFY_LENGTH + 1))
    def test_at_each_command_of_identify(
        self, reader: PcscCardReader, slot: VirtualSlot, card: VirtualCard, auth: Issued, at: int
    ) -> None:
        slot.pull_at(at)
        with pytest.raises(DeviceError) as error:
            reader.identify()
        assert reason(error) == "card.removed"
        assert len(card.log) == at - 1
        wait_for(reader, Presence.EMPTY)
        put_down(reader, slot, card)
        check(auth, enter(reader, reader.identify()))

    @pytest.mark.parametrize("pulled", PULLED)
    def test_at_each_command_of_authenticate(
        self,
        reader: PcscCardReader,
        slot: VirtualSlot,
        card: VirtualCard,
        auth: Issued,
        pulled: tuple[int, Tear],
    ) -> None:
        at, tear = pulled
        identity = reader.identify()
        slot.pull_at(at, tear)
        pin_at, overwrite_at = AGAIN_LENGTH + 1, AGAIN_LENGTH + SIGN_LENGTH
        if at == overwrite_at:
            check(auth, enter(reader, identity))
        else:
            with pytest.raises(DeviceError) as error:
                enter(reader, identity)
            expected = "card.pin.unknown" if at == pin_at else "card.removed"
            assert reason(error) == expected
        seen = at > pin_at or (at == pin_at and tear is Tear.AFTER)
        assert card.pin_entries == int(seen)
        wait_for(reader, Presence.EMPTY)
        put_down(reader, slot, card)
        check(auth, enter(reader, reader.identify()))
        assert card.pin_entries == int(seen) + 1

    def test_at_a_wrong_pin_the_lost_try_is_asked_for(
        self, reader: PcscCardReader, slot: VirtualSlot, card: VirtualCard
    ) -> None:
        identity = reader.identify()
        slot.pull_at(AGAIN_LENGTH + 1, Tear.AFTER)
        with pytest.raises(DeviceError) as error:
            enter(reader, identity, b"9999")
        assert reason(error) == "card.pin.unknown"
        wait_for(reader, Presence.EMPTY)
        put_down(reader, slot, card)
        assert reader.identify().tries_left == 2


class TestServiceTrouble:
    def at_command(self, card: VirtualCard, number: int, action: object) -> None:
        """Do `action` when the card gets its n-th command from now."""
        transmit, left = card.transmit, [number]

        def interrupted(apdu: bytes) -> bytes:
            left[0] -= 1
            if left[0] == 0:
                assert callable(action)
                action()
            return transmit(apdu)

        card.transmit = interrupted  # type: ignore[method-assign]

    def test_stopped_and_started_again(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card: VirtualCard, auth: Issued
    ) -> None:
        pcscd.kill()
        wait_for(reader, Presence.NO_SERVICE)
        with pytest.raises(DeviceError) as error:
            reader.identify()
        assert reason(error) == "card.no_service"
        with pytest.raises(DeviceError) as error:
            reader.capabilities()
        assert reason(error) == "card.no_service"
        pcscd.start()
        wait_for(reader, Presence.CARD)
        check(auth, enter(reader, reader.identify()))

    @pytest.mark.parametrize("at", [1, 7, 11])
    def test_killed_in_identify(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card: VirtualCard, auth: Issued, at: int
    ) -> None:
        self.at_command(card, at, pcscd.kill)
        with pytest.raises(DeviceError) as error:
            reader.identify()
        assert reason(error) == "card.no_service"
        pcscd.start()
        wait_for(reader, Presence.CARD)
        check(auth, enter(reader, reader.identify()))

    @pytest.mark.parametrize(
        ("at", "expected"), [(3, "card.no_service"), (AGAIN_LENGTH + 1, "card.pin.unknown")]
    )
    def test_killed_in_authenticate(
        self,
        pcscd: PrivatePcscd,
        reader: PcscCardReader,
        card: VirtualCard,
        at: int,
        expected: str,
    ) -> None:
        identity = reader.identify()
        self.at_command(card, at, pcscd.kill)
        with pytest.raises(DeviceError) as error:
            enter(reader, identity)
        assert reason(error) == expected
        pcscd.start()
        wait_for(reader, Presence.CARD)
        assert card.pin_entries == int(at == AGAIN_LENGTH + 1)

    def test_restarted_between_the_two_dialogues(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card: VirtualCard, auth: Issued
    ) -> None:
        identity = reader.identify()
        pcscd.restart()
        wait_for(reader, Presence.CARD)
        check(auth, enter(reader, identity))

    def test_wait_change_ends_at_its_limit(self, reader: PcscCardReader) -> None:
        status = reader.status()
        assert status == ReaderStatus(Presence.EMPTY, "Virtual PCD 00 00")
        clock = SystemClock()
        began = clock.monotonic_s()
        assert reader.wait_change(status, 0.3) == status
        assert clock.monotonic_s() - began >= 0.3

    def test_wake_ends_a_wait(self, reader: PcscCardReader) -> None:
        status = reader.status()
        ended: list[ReaderStatus] = []
        waiting = threading.Thread(target=lambda: ended.append(reader.wait_change(status, 30)))
        waiting.start()
        while waiting.is_alive():
            reader.wake()
            waiting.join(0.05)
        assert ended == [status]

    def test_a_second_socket_in_one_process_is_refused(self, reader: PcscCardReader) -> None:
        with pytest.raises(MisuseError, match="already uses pcscd at"):
            PcscCardReader(CardReaderConfig(pcscd_socket="/tmp/another/pcscd.comm"))


class HandClock(SystemClock):
    """Does something instead of the n-th pause."""

    def __init__(self, number: int, connection: PcscConnection) -> None:
        super().__init__()
        self._left = number
        self._connection = connection

    def sleep(self, seconds: float) -> None:
        self._left -= 1
        if self._left == 0:
            self._connection.end()


class TestAnotherProgramHoldsTheCard:
    @pytest.fixture
    def other(self, reader: PcscCardReader, card: VirtualCard) -> PcscConnection:
        return PcscService().connect(reader.status().reader)

    def second(self, pcscd: PrivatePcscd, releases_at: int, other: PcscConnection) -> object:
        config = CardReaderConfig(pcscd_socket=str(pcscd.socket_path))
        return PcscCardReader(config, HandClock(releases_at, other)).identify()

    def test_and_lets_go(
        self, pcscd: PrivatePcscd, other: PcscConnection, card: VirtualCard
    ) -> None:
        assert self.second(pcscd, 3, other)
        assert len(card.log) == IDENTIFY_LENGTH

    def test_and_does_not(
        self, pcscd: PrivatePcscd, other: PcscConnection, card: VirtualCard
    ) -> None:
        with pytest.raises(DeviceError) as error:
            self.second(pcscd, 1000, other)
        assert reason(error) == "card.sharing_violation"
        assert card.log == []
        other.end()

    def test_while_everything_is_to_be_powered_off(
        self, pcscd: PrivatePcscd, other: PcscConnection
    ) -> None:
        config = CardReaderConfig(pcscd_socket=str(pcscd.socket_path))
        assert power_off_all(config, HandClock(1000, other)) == ("Virtual PCD 00 00",)
        assert power_off_all(config, HandClock(2, other)) == ()


VISIT = """
import sys
from drivers.card.contract import CardReaderConfig, Secret
from drivers.card.pcsc import PcscCardReader
reader = PcscCardReader(CardReaderConfig(pcscd_socket=sys.argv[1]))
identity = reader.identify()
reader.authenticate(Secret(b"1234"), identity.certificate, bytes(32))
print("authenticated", flush=True)
sys.stdin.read()
"""


class TestPower:
    def test_a_killed_visit_leaves_no_verified_card_after_power_off_all(
        self, pcscd: PrivatePcscd, card: VirtualCard
    ) -> None:
        visit = subprocess.Popen(
            [sys.executable, "-c", VISIT, str(pcscd.socket_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        with visit:
            assert visit.stdout is not None
            assert visit.stdout.readline() == b"authenticated\n"
            assert card.is_verified
            os.kill(visit.pid, signal.SIGKILL)
            visit.wait()
            config = CardReaderConfig(pcscd_socket=str(pcscd.socket_path))
            assert power_off_all(config) == ()
        wait_until_unpowered(card)

    def test_power_off_all_without_card_or_service(self, pcscd: PrivatePcscd) -> None:
        config = CardReaderConfig(pcscd_socket=str(pcscd.socket_path))
        assert power_off_all(config) == ()
        pcscd.kill()
        assert power_off_all(config) == ()

    def test_release_is_idempotent(self, reader: PcscCardReader, card: VirtualCard) -> None:
        reader.release()
        reader.identify()
        reader.release()
        reader.release()


class TestPcscdsMemory:
    """What pcscd remembers after a PIN entry: looked for by the pattern of its APDU."""

    ENTRY = bytes.fromhex("0020008004") + b"7319"

    def found(self, pcscd: PrivatePcscd) -> int:
        count = 0
        with Path(f"/proc/{pcscd.pid}/mem").open("rb", 0) as memory:
            for line in Path(f"/proc/{pcscd.pid}/maps").read_text().splitlines():
                span, rights = line.split()[:2]
                if not rights.startswith("rw"):
                    continue
                start, end = (int(part, 16) for part in span.split("-"))
                memory.seek(start)
                count += memory.read(end - start).count(self.ENTRY)
        return count

    def test_the_search_finds_an_entry_that_was_not_overwritten(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        from drivers.card.apdu import Command

        connection = PcscService().connect(reader.status().reader)
        connection.transmit(Command.decode(self.ENTRY))
        assert self.found(pcscd) > 0
        connection.end()

    def test_nothing_after_a_wrong_pin(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        identity = reader.identify()
        with pytest.raises(PinWrong):
            enter(reader, identity, b"7319")
        assert self.found(pcscd) == 0

    def test_nothing_after_a_right_pin(
        self,
        pcscd: PrivatePcscd,
        reader: PcscCardReader,
        slot: VirtualSlot,
        card_file: MakeFile,
    ) -> None:
        put_down(reader, slot, card_file(text=CARD.replace('"1234"', '"7319"')).make())
        enter(reader, reader.identify(), b"7319")
        assert self.found(pcscd) == 0

    @pytest.mark.parametrize("tear", Tear)
    def test_nothing_after_the_card_was_pulled_at_the_entry(
        self,
        pcscd: PrivatePcscd,
        reader: PcscCardReader,
        slot: VirtualSlot,
        card: VirtualCard,
        tear: Tear,
    ) -> None:
        identity = reader.identify()
        slot.pull_at(AGAIN_LENGTH + 1, tear)
        with pytest.raises(DeviceError):
            enter(reader, identity, b"7319")
        assert self.found(pcscd) == 0
