"""The demo's PKI as it is made, kept and made again: `center.pki`."""

import datetime
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from center.issuing.residents import CardState, load
from center.pki import description as described
from center.pki import index
from center.pki.cards import issued_cards
from center.pki.layout import STATE_VARIABLE, State, default_state
from center.pki.make import make
from crypto.certificates import (
    check_authority,
    check_user_authentication,
    find_issuer,
    identify,
    is_for_tests,
    last_day,
    parse,
    parse_pem_bundle,
)
from drivers.card.cardfile import read_card_file
from tests.center.pki.demo import AT, AT_S, DAY_S, demo_state, generations
from tests.crypto.test_certificates import POLICIES

DESCRIPTION = described.load()
HOLDERS = [each for each in load() if each.card is not CardState.NONE]


@pytest.fixture
def state() -> Iterator[State]:
    """A copy that may be changed."""
    root = Path(tempfile.mkdtemp(prefix="k"))
    shutil.copytree(demo_state().root, root, dirs_exist_ok=True)
    yield State(root)
    shutil.rmtree(root)


def files(state: State) -> dict[str, bytes]:
    return {
        str(each.relative_to(state.root)): each.read_bytes()
        for each in sorted(state.root.rglob("*"))
        if each.is_file()
    }


def cert(state: State, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((state.card(name) / "auth-cert.pem").read_bytes())


class TestWhatIsThere:
    def test_every_root_may_issue_and_says_it_is_a_test(self) -> None:
        for root in DESCRIPTION.roots:
            (certificate,) = parse_pem_bundle(demo_state().trust(root.name).read_bytes())
            check_authority(certificate)
            assert is_for_tests(certificate)

    def test_all_generations_have_one_name_and_different_keys(self) -> None:
        names = {each.subject for each in generations()}
        keys = {each.public_key().public_numbers() for each in generations()}  # type: ignore[union-attr]
        assert (len(names), len(keys), len(generations())) == (1, 3, 3)

    def test_private_keys_and_pins_are_for_their_owner_only(self) -> None:
        secret = [*demo_state().root.rglob("*key.pem"), *demo_state().root.rglob("card.toml")]
        assert len(secret) > 50
        assert {stat.S_IMODE(each.stat().st_mode) for each in secret} == {0o600}

    def test_no_partial_file_is_left(self) -> None:
        assert [each.name for each in demo_state().root.rglob(".*")] == [".making"]


class TestCards:
    def test_every_holder_has_one_and_nobody_else(self) -> None:
        special = {each.name for each in DESCRIPTION.cards.special}
        there = {each.name for each in (demo_state().root / "cards").iterdir()}
        assert there == special | {each.id for each in HOLDERS}

    @pytest.mark.parametrize("resident", HOLDERS, ids=lambda each: each.id)
    def test_a_card_is_as_its_holders_record_says(self, resident: object) -> None:
        holder = next(each for each in HOLDERS if each is resident)
        certificate = cert(demo_state(), holder.id)
        issuer = find_issuer(certificate, generations())
        check_user_authentication(certificate, POLICIES)
        expired = int(certificate.not_valid_after_utc.timestamp()) < AT_S
        assert expired == (holder.card is CardState.EXPIRED)
        assert last_day(certificate) == holder.birthday.replace("0229", "0228")
        assert certificate.not_valid_after_utc.strftime("%H%M%S") == "145959"
        own = parse_pem_bundle((demo_state().card(holder.id) / "auth-ca.pem").read_bytes())
        assert own == (issuer,)

    def test_authentication_shows_no_person_and_signatures_show_four_facts(self) -> None:
        where = demo_state().card("katsuragi-jun")
        quiet = x509.load_pem_x509_certificate((where / "auth-cert.pem").read_bytes())
        with pytest.raises(x509.ExtensionNotFound):
            quiet.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        told = x509.load_pem_x509_certificate((where / "sign-cert.pem").read_bytes())
        names = told.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        facts = {each.type_id.dotted_string[-1]: each.value for each in names}
        assert facts["1"][2:].decode() == "葛城　淳"
        assert facts["4"][2:] == b"319690630"
        assert facts["3"][2:] == b"1"
        assert [each.type_id.dotted_string[-1] for each in names] == list("143526")

    def test_no_two_people_have_one_identity(self) -> None:
        cards = issued_cards(demo_state(), DESCRIPTION, load())
        assert len(cards) == len(HOLDERS)
        assert len({each.identity for each in cards}) == len(cards)
        assert len({each.identity.serial for each in cards}) == len(cards) - 1

    def test_identities_are_what_the_checks_find(self) -> None:
        for card in issued_cards(demo_state(), DESCRIPTION, load()):
            certificate = parse(card.certificate)
            assert identify(certificate, find_issuer(certificate, generations())) == card.identity

    @pytest.mark.parametrize("resident", ["watanabe-shigeru", "kim-minjun", "yamada-taro"])
    def test_openssl_verifies_a_card_against_its_own_authority(self, resident: str) -> None:
        where = demo_state().card(resident)
        seen = subprocess.run(
            ["openssl", "verify", "-attime", str(AT_S), "-x509_strict", "-CAfile",
             str(where / "auth-ca.pem"), str(where / "auth-cert.pem")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        # -x509_strict asks for key identifiers, which the first generation does not have.
        assert (seen.returncode == 0) == (resident != "watanabe-shigeru"), seen.stderr

    def test_the_virtual_card_takes_every_card_file(self) -> None:
        kinds = set()
        for file in (demo_state().root / "cards").glob("*/card.toml"):
            card = read_card_file(file)
            assert card.label
            kinds.add(card.kind)
            card.make()
        assert kinds == {"my_number", "juki", "other"}


class TestKeptAndMadeAgain:
    def test_twice_is_once(self, state: State) -> None:
        before = files(state)
        make(state, AT + datetime.timedelta(days=28))
        assert files(state) == before

    def test_a_terminal_that_let_its_pair_run_out_is_enrolled_anew(self, state: State) -> None:
        before = files(state)
        make(state, AT + datetime.timedelta(days=30))
        again = files(state)
        changed = {name for name, content in again.items() if content != before[name]}
        assert changed == {"pki/terminal/identity.pem", "pki/terminal-2/identity.pem"}

    def test_a_pair_that_its_terminal_renewed_stays(self, state: State) -> None:
        path = state.identity("terminal")
        path.write_bytes(state.identity("terminal-2").read_bytes())
        make(state, AT)
        assert path.read_bytes() == state.identity("terminal-2").read_bytes()
        assert path.stat().st_mode & 0o777 == 0o600

    def test_what_was_deleted_comes_back_and_the_rest_stays(self, state: State) -> None:
        before = files(state)
        state.key("terminal").unlink()
        shutil.rmtree(state.card("yamada-hanako"))
        make(state, AT)
        after = files(state)
        assert after.keys() == before.keys()
        changed = {name for name in before if before[name] != after[name]}
        assert {"pki/terminal/key.pem", "pki/terminal/cert.pem"} <= changed
        assert all(
            name.startswith(("pki/terminal/", "cards/yamada-hanako/", "pki/jpki-auth-3/index"))
            for name in changed
        )

    def test_a_new_root_has_new_certificates(self, state: State) -> None:
        state.certificate("terminals").unlink()
        make(state, AT)
        (root,) = parse_pem_bundle(state.trust("terminals").read_bytes())
        for name in ("terminal", "terminal-2"):
            (certificate,) = parse_pem_bundle(state.certificate(name).read_bytes())
            assert find_issuer(certificate, (root,)) == root

    def test_a_torn_file_is_made_again(self, state: State) -> None:
        state.certificate("centre-server").write_bytes(b"-----BEGIN CERT")
        state.key("clerk").write_bytes(b"")
        state.crl("municipalities").write_bytes(b"0")
        make(state, AT)
        parse_pem_bundle(state.certificate("centre-server").read_bytes())
        x509.load_der_x509_crl(state.crl("municipalities").read_bytes())

    def test_a_key_that_is_not_the_certificates_is_not_kept(self, state: State) -> None:
        shutil.copy(state.key("terminal-2"), state.key("terminal"))
        before = files(state)
        make(state, AT)
        changed = {name for name, content in files(state).items() if before[name] != content}
        assert changed == {"pki/terminal/key.pem", "pki/terminal/cert.pem"}

    def test_what_runs_out_is_made_in_time(self, state: State) -> None:
        later = AT + datetime.timedelta(days=DESCRIPTION.validity_days - 10)
        make(state, later)
        (terminal,) = parse_pem_bundle(state.certificate("terminal").read_bytes())
        assert terminal.not_valid_after_utc > later + datetime.timedelta(days=600)
        expired = cert(state, "katsuragi-jun")
        assert expired.not_valid_after_utc < later

    def test_cards_are_renewed_with_a_new_serial(self, state: State) -> None:
        old = cert(state, "yamada-hanako")
        make(state, old.not_valid_after_utc)
        new = cert(state, "yamada-hanako")
        assert new.not_valid_after_utc > old.not_valid_after_utc
        assert new.serial_number != old.serial_number
        assert last_day(new) == last_day(old)

    def test_the_revocation_list_is_kept_half_its_time(self, state: State) -> None:
        path = state.crl("municipalities")
        first = path.read_bytes()
        make(state, AT + datetime.timedelta(seconds=40 * DAY_S))
        assert path.read_bytes() == first
        make(state, AT + datetime.timedelta(seconds=50 * DAY_S))
        assert path.read_bytes() != first

    def test_a_revocation_survives(self, state: State) -> None:
        serial = cert(state, "yamada-taro").serial_number
        index.revoke(state.index("jpki-auth-3"), serial, AT)
        make(state, AT)
        assert index.read(state.index("jpki-auth-3"))[serial].revoked == AT


class TestWhere:
    def test_the_environment_says_where(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(STATE_VARIABLE, "/somewhere/else")
        assert default_state() == State(Path("/somewhere/else"))

    def test_else_beside_the_tree(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(STATE_VARIABLE, raising=False)
        assert default_state().root == Path(described.__file__).parents[2] / "demo-state"
