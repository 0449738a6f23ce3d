"""The four attributes by 照合番号B, and a municipality's own application, behind a real pcscd."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.bench.pcscd import PrivatePcscd
from drivers.card.contract import (
    AttributesReader,
    CardApConfig,
    CardApReader,
    CardReaderConfig,
    CardUser,
    FourAttributes,
    PinWrong,
    Presence,
    Secret,
)
from drivers.card.pcsc import PcscCardReader
from drivers.card.virtual import VirtualCard
from drivers.card.virtual_contents import authorities
from drivers.card.vpcd import Tear, VirtualSlot
from drivers.errors import DeviceError, MisuseError
from tests.drivers.card.conftest import CARD, MakeFile
from tests.drivers.card.waiting import wait_for, wait_until_unpowered

pytestmark = pytest.mark.daemon

CODE = b"55021720341234"
TAIL = CODE[3:]
"""What a following command of seven bytes leaves of a VERIFY in pcscd's buffer, and less."""
HANAKO = FourAttributes("架空　花子", "東京都千代田区架空１丁目２番３号", "19800217", "2")
SELECT_TEXT = "00 A4 04 0C 0A D3 92 10 00 31 00 01 01 04 08"
CARD_AP = """
[card_ap]
aid = "F0 00 00 00 01 02 03"
pin = "24681357"
user_id = "ordinance-0000000042"
id_file = 0x0003
"""
TOWN = CardApConfig(
    aid="F0000000010203", pin_min=4, pin_max=8, id_file=3, id_offset=10, id_length=10
)


@pytest.fixture
def believing(pcscd: PrivatePcscd) -> Iterator[PcscCardReader]:
    """A reader that knows the virtual cards' authority."""
    config = CardReaderConfig(pcscd_socket=str(pcscd.socket_path))
    driver = PcscCardReader(config, authorities=authorities())
    yield driver
    driver.close()


@pytest.fixture
def card(believing: PcscCardReader, slot: VirtualSlot, card_file: MakeFile) -> VirtualCard:
    card = card_file(CARD_AP).make()
    slot.insert(card)
    wait_for(believing, Presence.CARD)
    return card


def refused(reader: AttributesReader, code: bytes = CODE) -> DeviceError:
    secret = Secret(code)
    with pytest.raises(DeviceError) as error:
        reader.read_attributes(secret)
    assert secret.open() == b""
    return error.value


def found_in(pcscd: PrivatePcscd, what: bytes) -> int:
    """How often `what` stands in pcscd's memory."""
    count = 0
    with Path(f"/proc/{pcscd.pid}/mem").open("rb", 0) as memory:
        for line in Path(f"/proc/{pcscd.pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if rights.startswith("rw"):
                start, end = (int(part, 16) for part in span.split("-"))
                memory.seek(start)
                count += memory.read(end - start).count(what)
    return count


class TestAttributes:
    def test_by_the_verification_number_alone(
        self, pcscd: PrivatePcscd, believing: PcscCardReader, card: VirtualCard
    ) -> None:
        """The card's log: no PIN, no 照合番号A, and EF 0001 is never selected."""
        assert believing.read_attributes(Secret(CODE)) == HANAKO
        sent = [exchange.command for exchange in card.log]
        selected = [it[-5:] for it in sent if it.startswith("00 A4 02")]
        assert selected == ["00 15", "00 02", "00 03", "00 04"]
        assert sent[0] == SELECT_TEXT
        assert card.pin_entries == 1
        assert not any(it.startswith("00 B0 8") for it in sent)
        wait_until_unpowered(card)
        assert found_in(pcscd, TAIL) == 0

    def test_the_search_finds_one_that_was_not_overwritten(
        self,
        pcscd: PrivatePcscd,
        believing: PcscCardReader,
        card: VirtualCard,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(believing, "_erase", lambda _: None)
        believing.read_attributes(Secret(CODE))
        believing.read_card_user(TOWN, Secret(b"24681357"))
        assert found_in(pcscd, TAIL) + found_in(pcscd, b"681357") > 0

    def test_a_wrong_one_costs_one_of_ten(
        self, believing: PcscCardReader, card: VirtualCard
    ) -> None:
        with pytest.raises(PinWrong) as wrong:
            believing.read_attributes(Secret(b"00000000000000"))
        assert wrong.value.tries_left == 9
        assert believing.read_attributes(Secret(CODE)) == HANAKO
        with pytest.raises(PinWrong) as wrong:
            believing.read_attributes(Secret(b"00000000000000"))
        assert wrong.value.tries_left == 9

    @pytest.mark.parametrize("code", [b"", b"1234", b"5502172034123", b"5502172034123x"])
    def test_one_of_another_form_is_never_sent(
        self, believing: PcscCardReader, card: VirtualCard, code: bytes
    ) -> None:
        assert isinstance(refused(believing, code), MisuseError)
        assert card.pin_entries == 0

    def test_a_blocked_one_is_said_and_not_tried(
        self, believing: PcscCardReader, card: VirtualCard
    ) -> None:
        for left in range(9, -1, -1):
            with pytest.raises(PinWrong) as wrong:
                believing.read_attributes(Secret(b"00000000000000"))
            assert wrong.value.tries_left == left
        assert refused(believing).reason.name == "card.code.blocked"
        assert card.pin_entries == 10

    def test_a_card_without_the_application(
        self, believing: PcscCardReader, slot: VirtualSlot, card_file: MakeFile
    ) -> None:
        slot.insert(card_file(text=CARD[: CARD.index("[person]")]).make())
        wait_for(believing, Presence.CARD)
        assert refused(believing).reason.name == "card.kind.unsupported"

    def test_a_card_of_an_unknown_authority_is_not_believed(
        self, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        assert refused(reader).reason.name == "card.attributes.invalid"

    @pytest.mark.parametrize(
        "pulled",
        [
            (3, Tear.BEFORE, "card.removed"),
            (4, Tear.BEFORE, "card.pin.unknown"),
            (4, Tear.AFTER, "card.pin.unknown"),
            (7, Tear.BEFORE, "card.removed"),
        ],
    )
    def test_a_card_pulled(
        self,
        believing: PcscCardReader,
        slot: VirtualSlot,
        card: VirtualCard,
        pulled: tuple[int, Tear, str],
    ) -> None:
        at, tear, expected = pulled
        slot.pull_at(at, tear)
        assert refused(believing).reason.name == expected
        assert card.pin_entries == int(at > 4 or tear is Tear.AFTER)


class TestCardAp:
    def test_the_users_id(
        self, pcscd: PrivatePcscd, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        found = reader.read_card_user(TOWN, Secret(b"24681357"))
        assert found == CardUser(b"0000000042")
        assert "42" not in repr(found)
        wait_until_unpowered(card)
        assert found_in(pcscd, b"681357") == 0

    def test_a_wrong_pin_and_a_blocked_one(self, reader: PcscCardReader, card: VirtualCard) -> None:
        for left in (2, 1, 0):
            with pytest.raises(PinWrong) as wrong:
                reader.read_card_user(TOWN, Secret(b"000000"))
            assert wrong.value.tries_left == left
        with pytest.raises(DeviceError) as error:
            reader.read_card_user(TOWN, Secret(b"24681357"))
        assert error.value.reason.name == "card.pin.blocked"
        assert card.pin_entries == 3

    @pytest.mark.parametrize("pin", [b"", b"123", b"123456789", b"12345x"])
    def test_a_pin_of_another_form_is_never_sent(
        self, reader: PcscCardReader, card: VirtualCard, pin: bytes
    ) -> None:
        with pytest.raises(MisuseError):
            reader.read_card_user(TOWN, Secret(pin))
        assert card.pin_entries == 0

    def test_a_card_without_it(self, reader: PcscCardReader, card: VirtualCard) -> None:
        elsewhere = CardApConfig(aid="F0000000019999")
        with pytest.raises(DeviceError) as error:
            reader.read_card_user(elsewhere, Secret(b"1234"))
        assert error.value.reason.name == "card.ap.not_found"

    def test_without_configuration_nothing_is_sent(
        self, reader: PcscCardReader, card: VirtualCard
    ) -> None:
        able: CardApReader = reader
        with pytest.raises(MisuseError) as error:
            able.read_card_user(CardApConfig(), Secret(b"1234"))
        assert error.value.reason.name == "card.ap.not_found"
        assert card.log == []


def test_a_juki_card_may_hold_it(
    reader: PcscCardReader, slot: VirtualSlot, card_file: MakeFile
) -> None:
    slot.insert(card_file(text='[card]\nkind = "juki"\n' + CARD_AP).make())
    wait_for(reader, Presence.CARD)
    assert reader.read_card_user(TOWN, Secret(b"24681357")) == CardUser(b"0000000042")
