"""Card files: what is read, and each way in which one can be wrong."""

from pathlib import Path

import pytest

from drivers.card.cardfile import KINDS, CardFileError, read_card_file
from tests.drivers.card.conftest import CARD, MakeFile

SECRETS = ("1234", "ABC123", "123456789018")


def test_a_whole_file(card_file: MakeFile) -> None:
    made = card_file("[timing]\nsign_s = 3\n[quirks]\ntorn_at = 7\n")
    assert (made.kind, made.label) == ("my_number", "A card for tests")
    assert made.timing.sign_s == 3
    assert made.quirks.torn_at == 7
    assert made.make().atr == KINDS["my_number"].atr


def test_its_name_is_the_directorys(card_file: MakeFile, tmp_path: Path) -> None:
    assert card_file().name.startswith("card")
    path = tmp_path / "stranger.toml"
    path.write_text('[card]\nkind = "other"\n')
    assert read_card_file(path).name == "stranger"


def test_every_card_made_has_counters_of_its_own(card_file: MakeFile) -> None:
    file = card_file(text=CARD.replace('pin = "1234"', 'pin = "1234"\ntries = 2'))
    first, second = file.make(), file.make()
    first.applications[0].verify(0x18, b"0000")
    assert first.applications[0].secret(0x18).left == 1
    assert second.applications[0].secret(0x18).left == 2


def test_text_forms_show_no_secret_and_no_person(card_file: MakeFile) -> None:
    made = card_file()
    text = repr(made) + repr(made.make().applications)
    for secret in (*SECRETS, "架空", "19800217"):
        assert secret not in text


def test_atrs_have_right_check_bytes() -> None:
    """TCK makes the exclusive or from T0 on zero (ISO/IEC 7816-3, 8.2.5)."""
    for name, kind in KINDS.items():
        check = 0
        for byte in kind.atr[1:]:
            check ^= byte
        assert check == 0, name


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('kind = "my_number"', 'kind = "gold"', "[card] kind must be one of my_number"),
        ('kind = "my_number"', "kind = 3", "[card] kind must be a string."),
        ('pin = "1234"', "pin = 1234", "[auth] pin must be a string."),
        ('pin = "1234"', "", "[auth] pin is missing."),
        ('pin = "1234"', 'pin = ""', "[auth] pin must have 1 to 16 ASCII characters."),
        ('pin = "1234"', 'pin = "１２３４"', "[auth] pin must have 1 to 16 ASCII characters."),
        ('pin = "1234"', 'pin = "1234"\ntries = 4', "[auth] tries must be 0 to 3."),
        ('pin = "1234"', 'pin = "1234"\ntries = -1', "[auth] tries must be a number, 0 or more."),
        ('pin = "1234"', 'pin = "1234"\ntries = true', "[auth] tries must be a number"),
        ("auth-key.pem", "none.pem", "[auth] key: none.pem cannot be read: No such file"),
        ("auth-key.pem", "auth-ca.pem", "[auth] key: auth-ca.pem is no RSA-2048 key in PEM."),
        ("auth-ca.pem", "auth-key.pem", "[auth] ca: auth-key.pem is no certificate in PEM."),
        ('sex = "2"', 'sex = "2"\nshoe = 38', "[person] shoe is not a key of a card file."),
        ('birth = "19800217"', 'birth = "1980"', "[person] birth must be a string of 8 digits."),
        ('name = "架空　花子"', "", "[person] name is missing."),
        ("[person]", "[persons]", "[persons] is not a section of a card file."),
        ("[card]", "quirks = 1\n[card]", "[quirks] must be a section."),
        ("[person]", "[quirks]\nfirst_6f00 = 1\n[person]", "[quirks] first_6f00 must be true or"),
        ("[card]", '[card]\ninterface = "air"', "[card] interface must be one of contactless"),
        ("[person]", "[quirks]\npiece = 256\n[person]", "[quirks] piece must be 0 to 255."),
        ("[person]", "[quirks]\nlongest_read = 0.5\n[person]", "longest_read must be 0 to 256."),
        ("[person]", '[card_ap]\naid = "F0 0"\n[person]', "[card_ap] aid must be hexadecimal."),
        ("[person]", '[card_ap]\naid = "F0"\n[person]', "[card_ap] pin is missing."),
        ("[card]", "[card", "is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_key(
    card_file: MakeFile, old: str, new: str, sentence: str
) -> None:
    assert old in CARD
    with pytest.raises(CardFileError) as caught:
        card_file(text=CARD.replace(old, new, 1))
    said = str(caught.value)
    assert sentence in said
    assert "card.toml" in said
    if "TOML" not in sentence:
        assert not any(secret in said for secret in SECRETS)


def test_a_my_number_card_needs_its_certificate(card_file: MakeFile) -> None:
    with pytest.raises(CardFileError, match=r"\[auth\] is missing"):
        card_file(text="[card]\n")


def test_an_application_of_a_municipalitys_is_on_the_card(card_file: MakeFile) -> None:
    more = '[card_ap]\naid = "F000000001"\npin = "2468"\nuser_id = "u-1"\ntries = 5\nleft = 2\n'
    made = card_file(more)
    assert "2468" not in repr(made)
    found = made.make().applications[1]
    assert found.aid == bytes.fromhex("F000000001")
    assert (found.secret(0x18).limit, found.secret(0x18).left) == (5, 2)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(CardFileError, match=r"card\.toml cannot be read: No such file"):
        read_card_file(tmp_path / "card.toml")


@pytest.mark.parametrize(
    ("birth", "era"),
    [
        ("20190501", "010501"),
        ("20190430", "310430"),
        ("19890108", "010108"),
        ("19890107", "640107"),
        ("19261225", "011225"),
        ("19120730", "010730"),
        ("19120729", "450729"),
    ],
)
def test_number_b_starts_with_the_birthday_in_its_era(
    card_file: MakeFile, birth: str, era: str
) -> None:
    made = card_file(text=CARD.replace("19800217", birth) + 'security_code = "9876"\n')
    assert made.person is not None
    assert made.person.number_b == era + "2034" + "9876"
