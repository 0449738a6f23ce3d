"""The certificate's name on the slip: the resident's language, and the Japanese for staff."""

import pytest

from kiosk.certificate_names import names_on_slip
from kiosk.certificates import CERTIFICATES, Certificate
from ui.catalog import SOFT_BREAK
from ui.model import LANGUAGES


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "ja"])
@pytest.mark.parametrize("certificate", CERTIFICATES.values(), ids=lambda one: one.id)
def test_a_foreign_slip_names_it_twice(certificate: Certificate, language: str) -> None:
    japanese = certificate.japanese
    translated, beside = names_on_slip(japanese, language)
    assert beside == japanese
    assert translated != japanese
    assert SOFT_BREAK not in translated


def test_a_japanese_slip_names_it_once() -> None:
    assert names_on_slip("住民票の写し", "ja") == ("住民票の写し",)


def test_the_spanish_name_is_spanish() -> None:
    assert names_on_slip("住民票の写し", "es")[0].startswith("Certificado de residencia")


@pytest.mark.parametrize(("japanese", "language", "lines"), [
    ("謎の証明書", "es", ("謎の証明書",)),
    ("住民票の写し", "xx", ("住民票の写し",)),
    ("", "es", ()),
])  # fmt: skip
def test_what_is_not_known_stays_as_it_is(
    japanese: str, language: str, lines: tuple[str, ...]
) -> None:
    assert names_on_slip(japanese, language) == lines
