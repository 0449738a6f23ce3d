"""The virtual card in memory, against what was measured on real cards.

Sources of the expected status words: soltia48/myna-card (README, `apdu.rs`, `fuzz_card.rs`) and
OpenSC issue 3169 (a real card's `6982` for the closed signing certificate).
"""

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.card.cardfile import CardFile
from drivers.card.tables import SHA256_DIGEST_INFO
from drivers.card.virtual import CardTorn, VirtualCard
from drivers.clock import VirtualClock
from tests.drivers.card.conftest import CARD, MakeFile
from tests.drivers.card.issued import Issued

SELECT_JPKI = "00 A4 04 0C 0A D3 92 F0 00 26 01 00 00 00 01"
SELECT_TEXT = "00 A4 04 0C 0A D3 92 10 00 31 00 01 01 04 08"
RIGHT = "00 20 00 80 04 31 32 33 34"
WRONG = "00 20 00 80 04 39 39 39 39"
MESSAGE = b"a message"
DIGEST = hashlib.sha256(MESSAGE).digest()
DIGEST_INFO = (SHA256_DIGEST_INFO + DIGEST).hex()


def select(identifier: str) -> str:
    return f"00 A4 02 0C 02 {identifier}"


def send(card: VirtualCard, *commands: str) -> tuple[bytes, str]:
    """Send all; data and status word of the last."""
    answer = b""
    for command in commands:
        answer = card.transmit(bytes.fromhex(command))
    return answer[:-2], answer[-2:].hex().upper()


def sw(card: VirtualCard, *commands: str) -> str:
    return send(card, *commands)[1]


@pytest.fixture
def card(card_file: MakeFile) -> VirtualCard:
    return card_file().make()


class TestSelect:
    def test_any_prefix_of_a_name_selects(self, card: VirtualCard) -> None:
        assert sw(card, "00 A4 04 0C 01 D3") == "9000"
        assert sw(card, "00 A4 04 0C 05 D3 92 10 00 31") == "9000"
        assert sw(card, select("0002")) == "9000"

    def test_a_foreign_or_too_long_name_is_not_found(self, card: VirtualCard) -> None:
        assert sw(card, "00 A4 04 0C 05 A0 00 00 00 03") == "6A82"
        assert sw(card, SELECT_JPKI.replace("0A D3", "0B D3") + "00") == "6A82"
        assert sw(card, "00 A4 04 0C") == "6A82"

    def test_a_failed_select_keeps_the_selection(self, card: VirtualCard) -> None:
        assert sw(card, SELECT_JPKI, "00 A4 04 0C 02 A0 00", select("0006")) == "9000"

    def test_control_information_only_where_asked_for(self, card: VirtualCard) -> None:
        asked = SELECT_JPKI.replace("04 0C", "04 00") + "00"
        assert send(card, asked) == (bytes.fromhex("6F0C840AD392F000260100000001"), "9000")
        assert send(card, SELECT_JPKI + "00") == (b"", "9000")

    def test_files_need_an_application(self, card: VirtualCard) -> None:
        assert sw(card, select("0006")) == "6986"
        assert sw(card, SELECT_JPKI, select("0006")) == "9000"
        assert sw(card, select("7777")) == "6A82"
        assert sw(card, "00 A4 02 0C 01 00") == "6700"

    def test_the_root_cannot_be_selected(self, card: VirtualCard) -> None:
        assert sw(card, "00 A4 00 00") == "6A86"
        assert sw(card, "00 A4 00 00 02 3F 00") == "6A82"
        assert sw(card, SELECT_JPKI, "00 A4 00 00") == "9000"
        assert sw(card, "00 A4 08 00 02 3F 00") == "6A86"


class TestClasses:
    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ("01 A4 04 0C 01 D3", "6881"),
            ("03 B0 00 00 00", "6881"),
            ("04 A4 04 0C 01 D3", "6882"),
            ("0C B0 00 00 00", "69FC"),
            ("00 FE 00 00", "6D00"),
            ("80 FE 00 00", "6D00"),
            ("90 A4 00 00", "6E00"),
            ("00 CB 3F FF 00", "6D00"),
            ("00 CA DF 30 00", "6A88"),
            ("00 CA DF 30", "6700"),
            ("00", "6700"),
        ],
    )
    def test_what_the_card_does_not_do(
        self, card: VirtualCard, command: str, expected: str
    ) -> None:
        assert sw(card, command) == expected


class TestReadBinary:
    def test_token_information_is_a_ck_token_info(self, card: VirtualCard) -> None:
        data, status = send(card, SELECT_JPKI, select("0006"), "00 B0 00 00 00")
        assert status == "9000"
        assert len(data) == 160
        assert data[:32] == b"JPKIAPICCTOKEN2".ljust(32)
        assert data[96:100].hex() == "0000040d"

    def test_restart_continue_short_end_and_past_the_end(
        self, card: VirtualCard, auth: Issued
    ) -> None:
        send(card, SELECT_JPKI, select("000A"))
        size = len(auth.der)
        assert send(card, "00 B0 00 04 10")[0] == auth.der[4:20]
        assert send(card, "00 B0 00 00 00")[0] == auth.der[:256]
        last = size - 10
        assert send(card, f"00 B0 {last:04X} 00") == (auth.der[-10:], "9000")
        assert sw(card, f"00 B0 {size:04X} 00") == "6B00"

    def test_extended_le_reads_at_once(self, card: VirtualCard, auth: Issued) -> None:
        command = "00 B0 00 00 00 00 00"
        assert send(card, SELECT_JPKI, select("000A"), command) == (auth.der, "9000")

    def test_by_short_identifier(self, card: VirtualCard) -> None:
        data, status = send(card, SELECT_JPKI, "00 B0 86 04 04")
        assert (data, status) == (b"APIC", "9000")
        assert sw(card, "00 B0 9D 00 00") == "6A82"
        assert sw(card, "00 B0 E6 00 00") == "6A86"

    def test_what_cannot_be_read(self, card: VirtualCard) -> None:
        assert sw(card, "00 B0 00 00 00") == "6986"
        assert sw(card, SELECT_JPKI, "00 B0 00 00 00") == "6986"
        assert sw(card, select("0017"), "00 B0 00 00 00") == "6981"
        assert sw(card, select("0006"), "00 B0 00 00") == "6700"
        assert sw(card, "00 B0 00 00 01 FF 01") == "6700"

    def test_both_certificates_are_said_to_be_there(self, card: VirtualCard) -> None:
        assert send(card, SELECT_JPKI, select("0008"), "00 B0 00 00 00")[0].hex() == "8f8f00"

    def test_the_signing_certificate_is_closed_until_its_password(
        self, card: VirtualCard, sign: Issued
    ) -> None:
        send(card, SELECT_JPKI, select("0018"), RIGHT)
        assert sw(card, select("0001"), "00 B0 00 00 04") == "6982"
        assert sw(card, "00 20 00 9B 06 41 42 43 31 32 33") == "9000"
        assert send(card, select("0001"), "00 B0 00 00 04")[0] == sign.der[:4]


class TestPin:
    def test_wrong_entries_count_down_and_a_right_one_restores(self, card: VirtualCard) -> None:
        send(card, SELECT_JPKI, select("0018"))
        assert [sw(card, each) for each in (WRONG, WRONG, "00 20 00 80")] == [
            "63C2",
            "63C1",
            "63C1",
        ]
        assert sw(card, RIGHT) == "9000"
        assert sw(card, "00 20 00 80") == "63C3"

    def test_blocked_stays_blocked_even_for_the_right_pin_and_without_power(
        self, card: VirtualCard
    ) -> None:
        send(card, SELECT_JPKI, select("0018"))
        assert [sw(card, WRONG) for _ in range(4)] == ["63C2", "63C1", "63C0", "6984"]
        assert sw(card, RIGHT) == "6984"
        card.power_off()
        assert sw(card, SELECT_JPKI, select("0018"), "00 20 00 80") == "63C0"

    def test_a_wrong_pin_ends_what_was_verified(self, card: VirtualCard) -> None:
        send(card, SELECT_JPKI, select("0018"), RIGHT, WRONG, select("0017"))
        assert sw(card, f"80 2A 00 80 33 {DIGEST_INFO} 00") == "6982"

    def test_the_two_counters_are_apart(self, card: VirtualCard) -> None:
        send(card, SELECT_JPKI, select("0018"), WRONG)
        assert sw(card, "00 20 00 9B") == "63C5"
        assert sw(card, "00 20 00 98") == "63C2"

    def test_what_is_no_verify(self, card: VirtualCard) -> None:
        assert sw(card, SELECT_JPKI, RIGHT) == "6986"
        assert sw(card, select("0006"), RIGHT) == "6981"
        assert sw(card, "00 20 01 98") == "6A86"
        assert sw(card, "00 20 00 18") == "6A86"
        assert sw(card, "00 20 00 98 11 " + "31" * 17) == "6700"
        assert sw(card, "00 20 00 98") == "63C3"

    def test_change_needs_the_old_one(self, card: VirtualCard) -> None:
        change = "00 24 01 80 04 35 36 37 38"
        assert sw(card, SELECT_JPKI, select("0018"), change) == "6982"
        assert sw(card, RIGHT, change) == "9000"
        assert sw(card, RIGHT) == "63C2"
        assert sw(card, change.replace("00 24 01", "00 20 00")) == "9000"
        assert sw(card, "00 24 01 80") == "6700"
        assert sw(card, "00 24 00 80 01 31") == "6A86"


class TestSecurityStatus:
    def verified(self, card: VirtualCard) -> bool:
        return sw(card, SELECT_JPKI, select("0017"), f"80 2A 00 80 33 {DIGEST_INFO} 00") == "9000"

    def test_survives_a_warm_reset_but_no_power_loss(self, card: VirtualCard) -> None:
        send(card, SELECT_JPKI, select("0018"), RIGHT)
        card.reset()
        assert sw(card, select("0018")) == "6986"
        assert self.verified(card)
        card.power_off()
        assert not self.verified(card)

    def test_selecting_may_or_may_not_clear_it(self, card_file: MakeFile) -> None:
        for quirk, kept in (("false", True), ("true", False)):
            card = card_file(f"[quirks]\nselect_clears_pin = {quirk}\n").make()
            send(card, SELECT_JPKI, select("0018"), RIGHT)
            assert self.verified(card) is kept

    def test_applications_do_not_open_one_another(self, card: VirtualCard) -> None:
        send(card, SELECT_TEXT, select("0011"), RIGHT)
        assert not self.verified(card)


class TestSignature:
    def sign(self, card: VirtualCard, command: str) -> bytes:
        data, status = send(card, SELECT_JPKI, select("0018"), RIGHT, command)
        assert status == "9000"
        assert len(data) == 256
        return data

    def test_a_digest_info_gives_an_ordinary_signature(
        self, card: VirtualCard, auth: Issued
    ) -> None:
        signature = self.sign(card, f"80 2A 00 97 33 {DIGEST_INFO} 00")
        public = auth.key.public_key()
        public.verify(signature, MESSAGE, padding.PKCS1v15(), hashes.SHA256())
        with pytest.raises(InvalidSignature):
            public.verify(signature, MESSAGE + b"!", padding.PKCS1v15(), hashes.SHA256())

    @pytest.mark.parametrize("data", [b"\0", b"x" * 245])
    def test_scheme_0_puts_any_bytes_into_block_type_1(
        self, card: VirtualCard, auth: Issued, data: bytes
    ) -> None:
        signature = self.sign(card, f"80 2A 00 97 {len(data):02X} {data.hex()} 00")
        numbers = auth.key.public_key().public_numbers()
        block = pow(int.from_bytes(signature), numbers.e, numbers.n).to_bytes(256)
        assert block == b"\0\1" + b"\xff" * (253 - len(data)) + b"\0" + data

    @pytest.mark.parametrize("scheme", ["02", "03", "04", "05"])
    def test_the_other_schemes_verify_too(
        self, card: VirtualCard, auth: Issued, scheme: str
    ) -> None:
        data = DIGEST if scheme in {"02", "04"} else MESSAGE
        signature = self.sign(card, f"80 2A {scheme} 97 {len(data):02X} {data.hex()} 00")
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        kind = padding.PKCS1v15() if scheme in {"02", "03"} else pss
        auth.key.public_key().verify(signature, MESSAGE, kind, hashes.SHA256())

    def test_scheme_1_signs_the_bare_hash(self, card: VirtualCard, auth: Issued) -> None:
        signature = self.sign(card, f"80 2A 01 97 {len(MESSAGE):02X} {MESSAGE.hex()} 00")
        recovered = auth.key.public_key().recover_data_from_signature(
            signature, padding.PKCS1v15(), None
        )
        assert recovered == DIGEST

    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ("80 2A 06 97 01 00 00", "6A86"),
            ("80 2A 00 97 F6 " + "00" * 246 + "00", "6700"),
            ("80 2A 02 97 01 00 00", "6985"),
            ("80 2A 04 97 01 00 00", "6985"),
            ("80 2A 00 97 01 00", "6700"),
            ("80 2A 00 00 01 00 00", "6A86"),
            ("80 2A 00 86 01 00 00", "6981"),
            ("80 2A 00 9A 01 00 00", "6982"),
        ],
    )
    def test_what_is_not_signed(self, card: VirtualCard, command: str, expected: str) -> None:
        assert sw(card, SELECT_JPKI, select("0018"), RIGHT, command) == expected


class TestChallenge:
    def test_as_many_random_bytes_as_asked_for(self, card: VirtualCard) -> None:
        first, second = send(card, "00 84 00 00 10")[0], send(card, "00 84 00 00 10")[0]
        assert len(first) == len(second) == 16
        assert first != second
        assert len(send(card, "00 84 00 00 00")[0]) == 256

    def test_what_is_no_request(self, card: VirtualCard) -> None:
        assert sw(card, "00 84 00 00 00 01 00") == "6985"
        assert sw(card, "00 84 00 00") == "6700"
        assert sw(card, "00 84 01 00 10") == "6A86"


class TestTextApplication:
    A, B = "123456789018", "55021720341234"
    """照合番号A, and B: 1980 is 昭和 55; expiry year and security code by default."""

    def rules(self, card: VirtualCard) -> str:
        """Which of the files 1, 2, 3, 5 can be read."""
        names = {"0001": "1", "0002": "2", "0003": "3", "0005": "5"}
        return "".join(
            name
            for file, name in names.items()
            if sw(card, select(file), "00 B0 00 00 01") == "9000"
        )

    def enter(self, card: VirtualCard, reference: str, secret: str) -> str:
        data = secret.encode()
        return sw(card, select(reference), f"00 20 00 80 {len(data):02X} {data.hex()}")

    @pytest.mark.parametrize(
        ("reference", "secret", "opens"),
        [("0011", "1234", "1235"), ("0014", A, "135"), ("0015", B, "235")],
    )
    def test_each_secret_opens_what_it_should(
        self, card: VirtualCard, reference: str, secret: str, opens: str
    ) -> None:
        send(card, SELECT_TEXT)
        assert self.rules(card) == "5"
        assert self.enter(card, reference, secret) == "9000"
        assert self.rules(card) == opens

    def test_counters(self, card: VirtualCard) -> None:
        send(card, SELECT_TEXT)
        assert self.enter(card, "0011", "0000") == "63C2"
        assert self.enter(card, "0014", "0" * 12) == "63C9"
        assert self.enter(card, "0015", "0" * 14) == "63C9"

    def test_one_reference_is_blocked_from_issuance(self, card: VirtualCard) -> None:
        send(card, SELECT_TEXT, select("0012"))
        assert sw(card, "00 20 00 80") == "63C0"
        assert sw(card, RIGHT) == "6984"

    def test_its_own_key_needs_no_pin(self, card: VirtualCard) -> None:
        data, status = send(card, SELECT_TEXT, f"80 2A 00 00 33 {DIGEST_INFO} 00")
        assert (len(data), status) == (256, "9000")

    def test_digests_cover_the_number_and_the_attributes(self, card: VirtualCard) -> None:
        send(card, SELECT_TEXT, select("0011"), RIGHT)
        number = send(card, select("0001"), "00 B0 00 00 11")[0]
        assert number == b"\xff\x10\x0c123456789018\xff\xff"
        four = send(card, select("0002"), "00 B0 00 00 00")[0]
        digests = send(card, select("0003"), "00 B0 00 00 00 02 00")[0]
        assert digests[:5].hex() == "ff3082014b"
        assert len(digests) == 336
        assert digests[8:40] == hashlib.sha256(number).digest()
        assert digests[43:75] == hashlib.sha256(four[14:]).digest()


class TestQuirks:
    def test_6f00_first_after_power_up_only(self, card_file: MakeFile) -> None:
        card = card_file("[quirks]\nfirst_6f00 = true\n").make()
        assert [sw(card, SELECT_JPKI) for _ in range(2)] == ["6F00", "9000"]
        card.power_off()
        assert sw(card, SELECT_JPKI) == "6F00"

    def test_torn_at_counts_from_power_up(self, card_file: MakeFile) -> None:
        card = card_file("[quirks]\ntorn_at = 2\n").make()
        assert sw(card, SELECT_JPKI) == "9000"
        with pytest.raises(CardTorn):
            send(card, SELECT_JPKI)

    def test_timing_is_the_cards_own(self, card_file: MakeFile) -> None:
        clock = VirtualClock()
        card = card_file("[timing]\napdu_s = 0.015\nsign_s = 0.4\n").make(clock)
        send(card, SELECT_JPKI, select("0018"), RIGHT, f"80 2A 00 97 33 {DIGEST_INFO} 00")
        assert card.busy_s == pytest.approx(4 * 0.015 + 0.4)


class TestOtherCards:
    @pytest.mark.parametrize("kind", ["other", "mute"])
    def test_know_no_application(self, card_file: MakeFile, kind: str) -> None:
        card = card_file(text=f'[card]\nkind = "{kind}"\n').make()
        assert sw(card, SELECT_JPKI) == "6A82"
        assert sw(card, "00 B0 00 00 00") == "6986"

    def test_juki_has_a_label_that_is_a_prefix_of_ours(self, card_file: MakeFile) -> None:
        card = card_file(text='[card]\nkind = "juki"\n').make()
        data, _ = send(card, SELECT_JPKI, select("0006"), "00 B0 00 00 20")
        assert data == b"JPKIAPICCTOKEN".ljust(32)
        assert b"JPKIAPICCTOKEN2".startswith(data.rstrip())
        assert sw(card, select("000A")) == "6A82"


def test_the_log_never_shows_a_secret_or_an_answer(card: VirtualCard) -> None:
    send(card, SELECT_JPKI, select("0018"), RIGHT, "00 24 01 80 04 35 36 37 38")
    send(card, select("000A"), "00 B0 00 00 10", "00 20 00 80")
    text = repr(card.log)
    assert "31 32 33 34" not in text
    assert "35 36 37 38" not in text
    assert [entry.answered for entry in card.log[-2:]] == [16, 0]
    assert card.log[2].command == "00 20 00 80 04 •• •• •• ••"
    assert card.pin_entries == 1


@pytest.fixture(scope="module")
def file(card_file: MakeFile) -> CardFile:
    return card_file()


class TestAnyBytes:
    @given(apdus=st.lists(st.binary(max_size=300), max_size=8))
    @settings(deadline=None)
    def test_get_a_status_word(self, file: CardFile, apdus: list[bytes]) -> None:
        card = file.make()
        for apdu in apdus:
            assert len(card.transmit(apdu)) >= 2

    plausible = st.tuples(
        st.sampled_from([0x00, 0x80, 0x0C, 0x01]),
        st.sampled_from([0xA4, 0xB0, 0x20, 0x24, 0x2A, 0x84, 0xCA]),
        st.sampled_from([0x00, 0x01, 0x02, 0x04, 0x80, 0x8A, 0x97]),
        st.sampled_from([0x00, 0x0C, 0x80, 0x97, 0x98, 0x9B]),
    ).map(bytes)
    bodies = st.sampled_from(
        [
            b"",
            b"\x00",
            b"\x02\x00\x0a",
            b"\x02\x00\x18",
            b"\x041234",
            b"\x040000",
            b"\x02\x00\x17",
            b"\x0a" + bytes.fromhex("d392f000260100000001"),
            b"\x33" + bytes.fromhex(DIGEST_INFO) + b"\x00",
        ]
    )

    @given(apdus=st.lists(st.tuples(plausible, bodies).map(b"".join), max_size=20))
    @settings(deadline=None)
    def test_in_any_order_no_counter_grows_without_the_right_pin(
        self, file: CardFile, apdus: list[bytes]
    ) -> None:
        card = file.make()
        for apdu in apdus:
            before = self.tries(card)
            answer = card.transmit(apdu)
            if self.tries(card) > before:
                assert answer == b"\x90\x00"
                assert apdu.endswith(b"1234")

    def tries(self, card: VirtualCard) -> int:
        return card.applications[0].secret(0x18).left


def test_a_card_file_without_person_has_no_text_application(card_file: MakeFile) -> None:
    card = card_file(text=CARD.split("[person]")[0]).make()
    assert sw(card, SELECT_TEXT) == "6A82"
    assert sw(card, SELECT_JPKI) == "9000"
