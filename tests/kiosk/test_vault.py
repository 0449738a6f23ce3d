"""Documents by ticket: what comes out is what went in, and afterwards nothing is left."""

import pytest

from crypto.errors import CheckFailed
from kiosk.vault import Vault


def test_what_was_laid_in_comes_out() -> None:
    vault = Vault()
    first, second = vault.lay_in(b"one"), vault.lay_in(b"two")
    assert first != second
    assert (vault.take(first), vault.take(second)) == (b"one", b"two")


def test_no_ticket_no_document() -> None:
    with pytest.raises(CheckFailed, match=r"vault\.other_document"):
        Vault().take("nothing")


def test_other_bytes_are_not_given_out() -> None:
    vault = Vault()
    ticket = vault.lay_in(b"checked")
    vault._held[ticket][0][0] ^= 1
    with pytest.raises(CheckFailed, match=r"vault\.other_document"):
        vault.take(ticket)


def test_erasing_overwrites_the_very_buffers_and_may_be_repeated() -> None:
    vault = Vault()
    ticket = vault.lay_in(b"secret document")
    buffer = vault._held[ticket][0]
    assert vault.erase() == 1
    assert buffer == bytes(15)
    assert vault.erase() == 0
    with pytest.raises(CheckFailed):
        vault.take(ticket)


def test_its_text_form_says_nothing() -> None:
    vault = Vault()
    vault.lay_in(b"secret document")
    assert "secret" not in repr(vault)
