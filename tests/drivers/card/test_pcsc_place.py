"""Several readers as one place: the card decides, behind a real pcscd and in memory."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.apdu import Command, Response
from drivers.card.cardfile import CONTACT_ATR
from drivers.card.contract import (
    CardKind,
    CardReaderConfig,
    Interface,
    Presence,
    ReaderStatus,
    Secret,
)
from drivers.card.pcsc import PcscCardReader
from drivers.card.pcsc_place import Place, interface_of
from drivers.card.pcsc_service import PcscService
from drivers.card.service import ReaderState
from drivers.card.virtual import VirtualCard
from drivers.card.vpcd import VirtualSlot
from drivers.errors import DeviceError
from tests.drivers.card.conftest import CARD, MakeFile
from tests.drivers.card.issued import Issued
from tests.drivers.card.waiting import wait_for, wait_until

DIGEST = bytes(32)
FIRST, SECOND = "Virtual PCD 00 00", "Virtual PCD 00 01"
CONTACT = CARD.replace('kind = "my_number"', 'kind = "my_number"\ninterface = "contact"')


def kind_of(kind: str) -> str:
    return f'[card]\nkind = "{kind}"\n'


@pytest.fixture
def slots(pcscd: PrivatePcscd) -> Iterator[tuple[VirtualSlot, VirtualSlot]]:
    """Two readers' places, side by side."""
    made = (
        VirtualSlot(pcscd.vpcd_host, pcscd.vpcd_port, pcscd.open_line),
        VirtualSlot(pcscd.vpcd_host, 0, partial(pcscd.open_line, 1)),
    )
    yield made
    for slot in made:
        slot.pull()


def wait_for_all(reader: PcscCardReader, *names: str) -> None:
    """Wait until a card answers on each of these readers."""
    service = reader._place._service
    present = 0x20
    wait_until(lambda: all(s.word & present and s.atr for s in service.states(names).values()))


def refused(reader: PcscCardReader) -> str:
    with pytest.raises(DeviceError) as error:
        reader.identify()
    return error.value.reason.name


@pytest.mark.daemon
class TestBehindARealPcscd:
    def test_both_are_named(self, pcscd: PrivatePcscd, reader: PcscCardReader) -> None:
        capabilities = reader.capabilities()
        assert (capabilities.reader, capabilities.others) == (FIRST, (SECOND,))

    def test_a_card_on_the_second_is_as_good(
        self,
        slots: tuple[VirtualSlot, VirtualSlot],
        reader: PcscCardReader,
        card_file: MakeFile,
        auth: Issued,
    ) -> None:
        slots[1].insert(card_file().make())
        wait_for(reader, Presence.CARD)
        assert reader.status() == ReaderStatus(Presence.CARD, SECOND, Interface.CONTACTLESS)
        reader.authenticate(Secret(b"1234"), reader.identify().certificate, DIGEST)
        assert reader.identify().certificate == auth.der

    def test_contact_and_contactless(
        self,
        slots: tuple[VirtualSlot, VirtualSlot],
        reader: PcscCardReader,
        card_file: MakeFile,
    ) -> None:
        slots[0].insert(card_file(text=CONTACT).make())
        wait_for(reader, Presence.CARD)
        assert reader.status() == ReaderStatus(Presence.CARD, FIRST, Interface.CONTACT)
        assert reader.identify().kind is CardKind.MY_NUMBER

    @pytest.mark.parametrize("beside", ["juki", "other", "phone_android", "mute"])
    def test_the_my_number_card_is_meant_whatever_lies_beside_it(
        self,
        slots: tuple[VirtualSlot, VirtualSlot],
        reader: PcscCardReader,
        card_file: MakeFile,
        auth: Issued,
        beside: str,
    ) -> None:
        other = card_file(text=kind_of(beside)).make()
        slots[0].insert(other)
        slots[1].insert(card_file(text=CONTACT).make())
        wait_for_all(reader, SECOND) if beside == "mute" else wait_for_all(reader, FIRST, SECOND)
        identity = reader.identify()
        assert identity.certificate == auth.der
        reader.authenticate(Secret(b"1234"), identity.certificate, DIGEST)
        assert other.pin_entries == 0

    def test_one_that_another_program_holds_does_no_harm(
        self,
        slots: tuple[VirtualSlot, VirtualSlot],
        reader: PcscCardReader,
        card_file: MakeFile,
        auth: Issued,
    ) -> None:
        slots[0].insert(card_file(text=CARD.replace("auth-", "stranger-")).make())
        slots[1].insert(card_file().make())
        wait_for_all(reader, FIRST, SECOND)
        held = PcscService().connect(FIRST)
        assert reader.identify().certificate == auth.der
        held.end()

    def test_two_that_could_be_meant_are_refused_until_one_is_taken(
        self,
        slots: tuple[VirtualSlot, VirtualSlot],
        reader: PcscCardReader,
        card_file: MakeFile,
        stranger: Issued,
    ) -> None:
        cards = card_file().make(), card_file(text=CARD.replace("auth-", "stranger-")).make()
        for slot, card in zip(slots, cards, strict=True):
            slot.insert(card)
        wait_for_all(reader, FIRST, SECOND)
        assert refused(reader) == "card.several"
        slots[0].pull()
        wait_until(lambda: reader.status().reader == SECOND)
        assert reader.identify().certificate == stranger.der
        assert not any(card.pin_entries for card in cards)

    def test_a_kind_that_is_known_is_named_before_one_that_is_not(
        self,
        slots: tuple[VirtualSlot, VirtualSlot],
        reader: PcscCardReader,
        card_file: MakeFile,
    ) -> None:
        for slot, kind in zip(slots, ("other", "juki"), strict=True):
            slot.insert(card_file(text=kind_of(kind)).make())
        wait_for_all(reader, FIRST, SECOND)
        assert refused(reader) == "card.kind.juki"

    def test_a_card_lying_wrong_on_the_second_is_seen(
        self,
        slots: tuple[VirtualSlot, VirtualSlot],
        reader: PcscCardReader,
        card_file: MakeFile,
    ) -> None:
        slots[1].insert(card_file(text=kind_of("mute")).make())
        wait_for(reader, Presence.MUTE)
        assert reader.status().reader == SECOND
        assert refused(reader) == "card.mute"

    def test_the_wrong_slot_may_be_named(
        self,
        pcscd: PrivatePcscd,
        slots: tuple[VirtualSlot, VirtualSlot],
        card_file: MakeFile,
    ) -> None:
        config = CardReaderConfig(reader="00 00", pcscd_socket=str(pcscd.socket_path))
        driver = PcscCardReader(config)
        slots[1].insert(card_file().make())
        wait_for_all(driver, SECOND)
        assert driver.status() == ReaderStatus(Presence.EMPTY, FIRST)
        driver.close()


@pytest.mark.daemon
def test_a_sam_slot_is_no_place_for_a_card(pcscd_directory: Path, card_file: MakeFile) -> None:
    with PrivatePcscd(pcscd_directory, ("Maker Dual SAM", "Maker Dual PICC")) as daemon:
        reader = PcscCardReader(CardReaderConfig(pcscd_socket=str(daemon.socket_path)))
        sam, picc = (VirtualSlot("", 0, partial(daemon.open_line, at)) for at in (0, 2))
        sam.insert(card_file(text=CARD.replace("auth-", "stranger-")).make())
        wait_for_all(reader, "Maker Dual SAM 00 00")
        assert reader.status() == ReaderStatus(Presence.EMPTY, "Maker Dual PICC 00 00")
        picc.insert(card_file().make())
        wait_for(reader, Presence.CARD)
        assert reader.identify().kind is CardKind.MY_NUMBER
        reader.close()
        for slot in (sam, picc):
            slot.pull()


@pytest.mark.parametrize(
    ("atr", "interface"),
    [
        ("", Interface.UNKNOWN),
        ("3B", Interface.CONTACT),
        ("3B88", Interface.CONTACT),
        ("3B 88 80 01 00 00 05 E0 B3 81 A1 00 7F", Interface.CONTACTLESS),
        ("3B 8F 80 01 80 4F 0C A0 00 00 03 06 11 00 3B 00 00 00 00 42", Interface.CONTACTLESS),
        ("3B E0 00 FF 81 31 FE 45 14", Interface.CONTACT),
        ("3B DA 13 FF 81 31 FB 46 80 12 39 2F 31 C1 73 C6 01 C0 3B", Interface.CONTACT),
    ],
)
def test_the_interface_by_the_answer_to_reset(atr: str, interface: Interface) -> None:
    assert interface_of(bytes.fromhex(atr)) is interface


class TwoReaders:
    """A service whose first reader's card fails in a given way, and whose second has a good one."""

    def __init__(self, good: VirtualCard, at_connect: str = "", at_transmit: str = "") -> None:
        self.good = good
        self.failures = at_connect, at_transmit
        self.reader = ""

    def readers(self) -> tuple[str, ...]:
        return ("Spoilt 00", "Good 00")

    def states(self, readers: Sequence[str]) -> dict[str, ReaderState]:
        return dict.fromkeys(readers, ReaderState(0x20, CONTACT_ATR))

    def wait(self, known: Mapping[str, int], timeout_s: float) -> bool:
        raise NotImplementedError

    def cancel(self) -> None:
        raise NotImplementedError

    def connect(self, reader: str, *, exclusive: bool = True) -> "TwoReaders":
        self.reader = reader
        self.fail(self.failures[0])
        return self

    def transmit(self, command: Command) -> Response:
        return Response.decode(self.exchange(command.encode()))

    def exchange(self, apdu: bytes) -> bytes:
        self.fail(self.failures[1])
        return self.good.transmit(apdu)

    def fail(self, reason: str) -> None:
        if reason and self.reader.startswith("Spoilt"):
            raise DeviceError(reason)

    def end(self) -> None:
        self.good.power_off()

    def drop(self) -> None:
        raise NotImplementedError


class TestACardThatCannotBeAsked:
    @pytest.mark.parametrize(
        "reason", ["card.sharing_violation", "card.mute", "card.removed", "card.reset"]
    )
    def test_is_passed_over(self, card_file: MakeFile, reason: str) -> None:
        card = card_file().make()
        for failing in (TwoReaders(card, reason), TwoReaders(card, "", reason)):
            assert Place(failing, "").choose() == "Good 00"

    @pytest.mark.parametrize(
        ("reason", "chosen"), [("card.sharing_violation", "Spoilt 00"), ("card.mute", "Good 00")]
    )
    def test_one_that_is_held_is_waited_for_where_no_other_is_good(
        self, card_file: MakeFile, reason: str, chosen: str
    ) -> None:
        beside = card_file(text=kind_of("juki")).make()
        assert Place(TwoReaders(beside, reason), "").choose() == chosen

    @pytest.mark.parametrize("reason", ["card.no_service", "card.no_reader"])
    def test_but_not_when_the_service_is_gone(self, card_file: MakeFile, reason: str) -> None:
        card = card_file().make()
        for failing in (TwoReaders(card, reason), TwoReaders(card, "", reason)):
            with pytest.raises(DeviceError) as error:
                Place(failing, "").choose()
            assert error.value.reason.name == reason
