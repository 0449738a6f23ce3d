"""The conditions are frozen: whoever changes one has to say so here, and to measure anew."""

import hashlib

import pytest

from center.antiforgery.channel.conditions import FILE, NAMES, condition, printer

FROZEN = "d7452ba203f7f2e4ac727e299816099d42da663d2ca033fbaac0f70f7d6f31f6"


def test_the_file_is_the_one_the_figures_were_made_with() -> None:
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() == FROZEN


def test_every_condition_is_complete_and_the_bases_are_followed() -> None:
    assert {condition(name).jpeg_quality for name in NAMES} == {75, 60, 50}
    assert condition("torn45").rubbed == condition("aged").rubbed == 0.04
    assert condition("torn45").torn == 0.45
    assert printer().black < printer().paper


def test_a_name_that_is_not_frozen_is_no_condition() -> None:
    with pytest.raises(KeyError):
        condition("sunny")
