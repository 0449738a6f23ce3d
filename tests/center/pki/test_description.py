"""`pki.toml` and what it may not say: `center.pki.description`."""

import pytest

from center.pki import description
from center.pki.description import DescriptionError

GOOD = """
validity_days = 1
root_validity_days = 1
crl_validity_days = 1
terminal_validity_days = 1
signing_authority = "sign"
[[root]]
name = "r"
key = "p-256"
[[certificate]]
name = "c"
root = "r"
role = "terminal"
names = ["k"]
key = "p-256"
[[generation]]
name = "g"
key_identifiers = true
[cards]
municipality = "99201"
"""


def test_the_smallest_one() -> None:
    assert description.parse(GOOD).generation_of("anybody").name == "g"


@pytest.mark.parametrize(
    ("was", "becomes", "sentence"),
    [
        ('key = "p-256"\n[[cert', 'key = "rsa-512"\n[[cert', "key: must be one of"),
        ('role = "terminal"', 'role = "king"', "certificate: c has no known role."),
        ('root = "r"', 'root = "x"', "certificate: one names a root"),
        ('name = "c"', 'name = "r"', "name: two keys cannot share"),
        ('name = "g"', 'name = "sign"', "name: two keys cannot share"),
        ('municipality = "99201"', "", "cards: a key is missing."),
        ("validity_days = 1\nroot", "root", "pki.toml: a key is missing."),
        ("validity_days = 1\nroot", "more = 1\nvalidity_days = 1\nroot", "unknown key more"),
        ('name = "g"', 'name = "g"\nmore = 1', "generation: unknown key more."),
        ('[[generation]]\nname = "g"\nkey_identifiers = true', "", "at least one"),
        ('"99201"', '"99201"\ngeneration = {a = "x"}', "cards.generation: one names"),
        ('"99201"', '"99201"\nspecial = [{name = "x"}]', "cards.special: a key is missing."),
    ],
)
def test_every_mistake_is_one_sentence(was: str, becomes: str, sentence: str) -> None:
    assert was in GOOD
    with pytest.raises(DescriptionError) as refused:
        description.parse(GOOD.replace(was, becomes, 1))
    assert sentence in str(refused.value)


def test_our_own_has_cards_of_every_generation() -> None:
    ours = description.load()
    used = {*ours.cards.generation.values(), ours.generations[-1].name}
    assert used == {each.name for each in ours.generations}
