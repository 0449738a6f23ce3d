"""Every name under which something can be refused is known where names become sentences."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import center
from kiosk.session.failures import FAILURES

ROOT = Path(center.__path__[0]).parent
NAME = re.compile(r"[a-z]+\.[a-z_.]+[a-z]|suspended")
FILES = {"municipality.toml"}
"""Look like names and are none."""
TABLES = ("kiosk/session/failures.py", "drivers/reasons.py")
NEVER_SHOWN = {
    "certificate.wrong_role": "turned into the caller's name wherever a role is checked",
    "trust.unreadable": "our own configuration, said at start-up",
    "trust.not_an_authority": "our own configuration, said at start-up",
    "key.unreadable": "our own configuration, said at start-up",
    "ticket.bad_signature": "between municipality and centre; a terminal hears centre.failed",
    "ticket.other_municipality": "likewise",
    "ticket.stale": "likewise",
    "ticket.not_the_centre": "likewise",
    "outcome.differs": "answers a report, after the visit",
}
PROTOCOL = (
    "wire.not_canonical",
    "wire.unknown_field",
    "wire.too_large",
    "visit.bad_signature",
    "visit.not_for_us",
    "clock.skewed",
    "card.was_already_there",
    "card.swapped",
    "card.signature.invalid",
    "visit.unknown",
    "visit.expired",
    "visit.used",
    "visit.other_terminal",
    "certificate.issuer_unknown",
    "certificate.not_user_authentication",
    "certificate.expired",
    "auth.bad_signature",
    "auth.other_card",
    "certificate.revoked",
    "certificate.status_unknown",
    "jpki.unavailable",
    "jpki.response_invalid",
    "resident.unknown",
    "resident.ambiguous",
    "registration.implausible",
    "offers.bad_signature",
    "offers.other_visit",
    "offers.other_municipality",
    "offers.not_for_us",
    "offers.birthday_differs",
    "resident.denies",
    "application.bad_signature",
    "application.replayed",
    "application.other_offer",
    "application.stale",
    "document.repeated",
    "marks.read_back",
    "delivery.too_large",
    "delivery.bad_signature",
    "delivery.not_for_us",
    "delivery.other_application",
    "delivery.stale_attempt",
    "issue.bad_signature",
    "issue.other_municipality",
    "issue.other_application",
    "issue.other_visit",
    "issue.other_card",
    "issue.other_content",
    "issue.fee_differs",
    "issue.expired",
    "document.altered",
    "marks.altered",
    "document.forbidden_content",
    "document.too_complex",
    "document.bad_signature",
    "stamp.other_application",
    "stamp.other_person",
    "stamp.other_kind",
    "text.other_person",
    "text.discloses_more",
    "text.birthday_differs",
    "marks.sheet_count",
    "vault.other_document",
    # What the protocol calls "not clear" has three names: what to do differs.
    "printer.tray_not_empty",
    "printer.busy",
    "printer.offline",
    "card.kind.unsupported",
    "suspended",
)


def raised(package: str) -> Iterator[tuple[str, str]]:
    """(name, file) of every name that is handed to CheckFailed, or stands in a constant."""
    for path in sorted((ROOT / package).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            for text in literals(node):
                if NAME.fullmatch(text) and text not in FILES:
                    yield text, path.name


def literals(node: ast.AST) -> Iterator[str]:
    """Strings given to CheckFailed, and constants that look like a failure's name."""
    value: ast.AST | None = None
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "CheckFailed" and node.args:
        value = node.args[0]
    elif isinstance(node, ast.Assign):
        value = node.value
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        if isinstance(node, ast.Call) or value.value.partition(".")[0] in FAMILIES:
            yield value.value
    elif isinstance(node, ast.Call):
        # A failure's name that is handed on to a function that will raise it.
        yield from (
            each.value
            for each in node.args
            if isinstance(each, ast.Constant)
            and isinstance(each.value, str)
            and each.value.partition(".")[0] in FAMILIES
        )


FAMILIES = {name.partition(".")[0] for name in (*FAILURES, *NEVER_SHOWN)}


@pytest.mark.parametrize("package", ["center", "crypto"])
def test_what_is_raised_is_known(package: str) -> None:
    found = dict(raised(package))
    assert len(found) > 10
    unknown = {name: file for name, file in found.items() if name not in FAILURES}
    assert set(unknown) <= set(NEVER_SHOWN), unknown


def test_the_other_list_is_no_waste_basket() -> None:
    found = {name for package in ("center", "crypto") for name, _ in raised(package)}
    assert set(NEVER_SHOWN) <= found
    assert not set(NEVER_SHOWN) & set(FAILURES)


@pytest.mark.parametrize("name", PROTOCOL)
def test_every_name_of_the_protocol_has_its_sentence_and_its_page(name: str) -> None:
    failure = FAILURES[name]
    assert failure.text
    assert failure.what.endswith(".")
    assert failure.advice.endswith(".")


def test_every_name_is_raised_somewhere() -> None:
    """A name that nobody raises is a promise that nobody keeps."""
    given = {
        node.value
        for package in ("kiosk", "drivers", "center", "crypto")
        for path in (ROOT / package).rglob("*.py")
        if str(path.relative_to(ROOT)) not in TABLES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(FAILURES) - given == set()


def test_every_name_has_its_test() -> None:
    here = Path(__file__)
    text = "\n".join(
        path.read_text("utf-8").replace("\\.", ".")
        for path in (ROOT / "tests").rglob("*.py")
        if path != here
    )
    assert {name for name in FAILURES if f'"{name}"' not in text} == set()
