"""One message, one byte string: `center.wire.canonical`."""

import dataclasses
import inspect
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center.wire import messages
from center.wire.canonical import INTEGER_MAX, decode, encode
from center.wire.errors import NOT_CANONICAL, TOO_LARGE, UNKNOWN_FIELD, WireError
from center.wire.kinds import DOCUMENTS_BYTES, SMALL_BYTES, TYPE_NAMES, digest, limit_bytes
from center.wire.messages import (
    Authenticate,
    Delivered,
    Issued,
    IssuedCopy,
    OpenVisit,
    Person,
    Refusal,
)
from tests.center.wire.messages_of import messages_of

OPEN_VISIT = b'{"at":5,"calibration":"","nonce":"AP-_"}'
EVERY_KIND = sorted(TYPE_NAMES, key=lambda cls: cls.__name__)


def refusal(cls: type, data: bytes) -> str:
    with pytest.raises(WireError) as refused:
        decode(cls, data)
    return refused.value.failure


def outcome(cls: type, data: bytes) -> Any:
    """The message, or the name of the failure; any other exception passes through."""
    try:
        return decode(cls, data)
    except WireError as refused:
        return refused.failure


FAILURES = {NOT_CANONICAL, UNKNOWN_FIELD, TOO_LARGE}


def test_a_message_as_it_stands_on_the_wire() -> None:
    message = OpenVisit(nonce=bytes.fromhex("00ffbf"), at=5, calibration="")
    assert encode(message) == OPEN_VISIT
    assert decode(OpenVisit, OPEN_VISIT) == message


def test_nested_records_and_pairs() -> None:
    refused = Refusal("certificate.revoked", (("ja", "失効しています"), ("en", "revoked")))
    wire = '{"failure":"certificate.revoked","message":[["ja","失効しています"],["en","revoked"]]}'
    assert encode(refused) == wire.encode()
    assert decode(Refusal, wire.encode()) == refused


def test_variants_are_kept_as_they_are() -> None:
    person = Person("r1", "葛\U000e0100城")
    assert decode(Person, encode(person)) == person


def test_every_message_has_a_type_name_of_its_own() -> None:
    records = {
        cls
        for _, cls in inspect.getmembers(messages, inspect.isclass)
        if dataclasses.is_dataclass(cls)
    }
    assert records <= TYPE_NAMES.keys()
    assert len(set(TYPE_NAMES.values())) == len(TYPE_NAMES)
    assert all(name.endswith("/1") for name in TYPE_NAMES.values())


@pytest.mark.parametrize("cls", EVERY_KIND)
@given(data=st.data())
def test_every_message_comes_back(cls: type, data: st.DataObject) -> None:
    message = data.draw(messages_of(cls))
    wire = encode(message)
    assert decode(cls, wire) == message
    assert encode(decode(cls, wire)) == wire


@pytest.mark.parametrize("cls", EVERY_KIND)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_wire_error(cls: type, data: bytes) -> None:
    got = outcome(cls, data)
    assert got in FAILURES if isinstance(got, str) else encode(got) == data


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
)


@given(value=st.dictionaries(st.sampled_from(["at", "calibration", "nonce", "more"]), JSON))
def test_any_json_is_a_message_or_a_wire_error(value: Any) -> None:
    data = json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
    got = outcome(OpenVisit, data)
    assert got in FAILURES if isinstance(got, str) else encode(got) == data


@given(position=st.integers(0, len(OPEN_VISIT) - 1), letter=st.integers(0, 255))
def test_no_other_bytes_mean_the_same_message(position: int, letter: int) -> None:
    changed = OPEN_VISIT[:position] + bytes((letter,)) + OPEN_VISIT[position + 1 :]
    same = outcome(OpenVisit, changed) == decode(OpenVisit, OPEN_VISIT)
    assert same == (changed == OPEN_VISIT)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b'{"at": 5,"calibration":"","nonce":"AP-_"}', id="space"),
        pytest.param(b'{"calibration":"","at":5,"nonce":"AP-_"}', id="order"),
        pytest.param(b'{"at":5,"at":5,"calibration":"","nonce":"AP-_"}', id="duplicate"),
        pytest.param(b'{"at":5,"calibration":""}', id="missing"),
        pytest.param(b'{"at":5.0,"calibration":"","nonce":"AP-_"}', id="float"),
        pytest.param(b'{"at":5e0,"calibration":"","nonce":"AP-_"}', id="exponent"),
        pytest.param(b'{"at":true,"calibration":"","nonce":"AP-_"}', id="boolean"),
        pytest.param(b'{"at":null,"calibration":"","nonce":"AP-_"}', id="null"),
        pytest.param(b'{"at":"5","calibration":"","nonce":"AP-_"}', id="number as string"),
        pytest.param(b'{"at":-0,"calibration":"","nonce":"AP-_"}', id="minus zero"),
        pytest.param(b'{"at":NaN,"calibration":"","nonce":"AP-_"}', id="nan"),
        pytest.param(b'{"at":9007199254740992,"calibration":"","nonce":"AP-_"}', id="54 bits"),
        pytest.param(b'{"at":5,"calibration":"\\u0041","nonce":"AP-_"}', id="escaped"),
        pytest.param(b'{"at":5,"calibration":"\\ud800","nonce":"AP-_"}', id="half a surrogate"),
        pytest.param(b'{"at":5,"calibration":"\xff","nonce":"AP-_"}', id="not utf-8"),
        pytest.param(b'{"at":5,"calibration":"","nonce":"AP+/"}', id="other base64"),
        pytest.param(b'{"at":5,"calibration":"","nonce":"AA=="}', id="padding"),
        pytest.param(b'{"at":5,"calibration":"","nonce":"AB"}', id="stray bits"),
        pytest.param(b'{"at":5,"calibration":"","nonce":"A"}', id="one letter"),
        pytest.param(b'{"at":5,"calibration":"","nonce":"A P_"}', id="space in base64"),
        pytest.param("{\"at\":5,\"calibration\":\"\",\"nonce\":\"Ā\"}".encode(), id="non-ascii"),
        pytest.param(OPEN_VISIT + b"\n", id="newline at the end"),
        pytest.param(b"\xef\xbb\xbf" + OPEN_VISIT, id="byte order mark"),
        pytest.param(b"[]", id="array"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 60_000, id="deep"),
        pytest.param(b'{"at":' + b"9" * 5000 + b"}", id="thousands of digits"),
    ],
)  # fmt: skip
def test_one_spelling_only(data: bytes) -> None:
    assert refusal(OpenVisit, data) == NOT_CANONICAL


@pytest.mark.parametrize(
    "data",
    [
        b'{"failure":"","message":["ja"]}',
        b'{"failure":"","message":[["ja"]]}',
        b'{"failure":"","message":[["ja","a","b"]]}',
        b'{"failure":"","message":{}}',
        b'{"failure":"","message":["ja","a"]}',
    ],
)
def test_tuples_have_their_length_and_parts(data: bytes) -> None:
    assert refusal(Refusal, data) == NOT_CANONICAL


def test_an_unknown_field_says_so() -> None:
    data = b'{"at":5,"calibration":"","more":"","nonce":"AP-_"}'
    assert refusal(OpenVisit, data) == UNKNOWN_FIELD


def test_an_unknown_field_deep_inside_says_so() -> None:
    data = b'{"copies":[{"pdf":"","statement":"","x":1}]}'
    assert refusal(Issued, data) == UNKNOWN_FIELD


def test_size_is_looked_at_before_anything_is_read() -> None:
    assert refusal(OpenVisit, b" " * (SMALL_BYTES + 1)) == TOO_LARGE
    assert refusal(OpenVisit, b" " * SMALL_BYTES) == NOT_CANONICAL
    assert refusal(Issued, b" " * (DOCUMENTS_BYTES + 1)) == TOO_LARGE


def test_documents_may_be_large_and_nothing_else() -> None:
    document = bytes(SMALL_BYTES)
    message = Issued((IssuedCopy(b"", document),))
    assert decode(Issued, encode(message)) == message
    with pytest.raises(WireError, match=TOO_LARGE):
        encode(Authenticate(b"", b"", b"", document))
    assert limit_bytes(Delivered) >= 4 * limit_bytes(Issued) // 3


@pytest.mark.parametrize(
    "message",
    [
        OpenVisit(nonce=b"", at=True, calibration=""),
        OpenVisit(nonce=b"", at=INTEGER_MAX + 1, calibration=""),
        OpenVisit(nonce="", at=1, calibration=""),  # type: ignore[arg-type]
        OpenVisit(nonce=b"", at=1, calibration=b""),  # type: ignore[arg-type]
        Issued(copies=[]),  # type: ignore[arg-type]
        Issued(copies=(OpenVisit(b"", 1, ""),)),  # type: ignore[arg-type]
    ],
)
def test_our_own_mistakes_are_not_sent(message: object) -> None:
    with pytest.raises(TypeError):
        encode(message)


def test_what_is_no_record_is_not_sent() -> None:
    with pytest.raises(TypeError, match="the wire carries no"):
        encode({"at": 1})


def test_errors_quote_nothing() -> None:
    for data in (b'{"ref":"r","name":"secret"', b'{"ref":"r","name":"secret","secret":1}'):
        with pytest.raises(WireError) as refused:
            decode(Person, data)
        assert "secret" not in str(refused.value)
        assert refused.value.__cause__ is None


def test_the_digest_says_which_type_it_is_of() -> None:
    assert digest(OpenVisit, b"x") != digest(Refusal, b"x")
    assert len(digest(OpenVisit, b"x")) == 32
