"""IPP encoding: RFC 8010's own examples, round trips, and any bytes at all."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import PeerError
from drivers.printer.ipp_codec import (
    Attribute,
    Group,
    Localized,
    Message,
    Range,
    Resolution,
    Value,
    decode_message,
    encode_message,
)
from drivers.printer.tables import GroupTag, Operation, Tag

GET_JOBS = bytes.fromhex(
    "01 01 00 0a 00 00 00 7b 01"
    "47 00 12 61 74 74 72 69 62 75 74 65 73 2d 63 68 61 72 73 65 74 00 05 75 74 66 2d 38"
    "21 00 05 6c 69 6d 69 74 00 04 00 00 00 32"
    "44 00 14 72 65 71 75 65 73 74 65 64 2d 61 74 74 72 69 62 75 74 65 73 00 06 6a 6f 62 2d 69 64"
    "44 00 00 00 08 6a 6f 62 2d 6e 61 6d 65"
    "03"
)
"""RFC 8010 appendix A.7, Get-Jobs Request, shortened to its telling attributes."""


def test_reads_the_example_of_rfc_8010_a_7() -> None:
    message = decode_message(GET_JOBS)
    assert message.version == (1, 1)
    assert message.code == Operation.GET_JOBS
    assert message.request_id == 0x7B
    operation = message.group(GroupTag.OPERATION)
    assert operation.text("attributes-charset") == "utf-8"
    assert operation.integer("limit") == 50
    assert operation.texts("requested-attributes") == ("job-id", "job-name")
    assert encode_message(message) == GET_JOBS


def test_a_collection_is_written_as_in_rfc_8010_3_1_6() -> None:
    size = Value(
        Tag.COLLECTION,
        (
            Attribute("x-dimension", (Value(Tag.INTEGER, 21000),)),
            Attribute("y-dimension", (Value(Tag.INTEGER, 29700),)),
        ),
    )
    group = Group(GroupTag.JOB, (Attribute("media-size", (size,)),))
    octets = encode_message(Message(0, 1, (group,)))
    assert octets.hex(" ").endswith(
        "34 00 0a 6d 65 64 69 61 2d 73 69 7a 65 00 00"
        " 4a 00 00 00 0b 78 2d 64 69 6d 65 6e 73 69 6f 6e 21 00 00 00 04 00 00 52 08"
        " 4a 00 00 00 0b 79 2d 64 69 6d 65 6e 73 69 6f 6e 21 00 00 00 04 00 00 74 04"
        " 37 00 00 00 00 03"
    )
    assert decode_message(octets).groups == (group,)


def test_a_wrong_type_reads_as_absent() -> None:
    group = Group(GroupTag.JOB, (Attribute("job-id", (Value(Tag.KEYWORD, "seven"),)),))
    assert group.integer("job-id") == -1
    assert group.boolean("job-id") is None
    assert group.octets("job-id") == ()
    assert group.text("no-such-name") == ""


def test_a_name_with_language_reads_as_its_text() -> None:
    value = Value(Tag.NAME_WITH_LANGUAGE, Localized("ja", "印刷"))
    group = Group(GroupTag.JOB, (Attribute("job-name", (value,)),))
    assert group.text("job-name") == "印刷"


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param("", id="nothing"),
        pytest.param("02 00 00 00 00 00 00 01", id="no end tag"),
        pytest.param("02 00 00 00 00 00 00 01 21", id="value outside a group"),
        pytest.param("02 00 00 00 00 00 00 01 01 44 00 00 00 00 03", id="value without a name"),
        pytest.param("02 00 00 00 00 00 00 01 01 21 00 01 61 00 02 00 00 03", id="short integer"),
        pytest.param("02 00 00 00 00 00 00 01 01 37 00 01 61 00 00 03", id="end of no collection"),
        pytest.param(
            "02 00 00 00 00 00 00 01 01 34 00 01 61 00 00 21 00 00 00 04 00 00 00 00",
            id="value without a member's name",
        ),
        pytest.param(
            "02 00 00 00 00 00 00 01 01 34 00 01 61 00 00 4a 00 01 61 00 00", id="named member"
        ),
        pytest.param(
            "02 00 00 00 00 00 00 01 01 36 00 01 61 00 07 00 02 65 6e 00 00 78 03",
            id="text longer than it says",
        ),
        pytest.param(
            "02 00 00 00 00 00 00 01 01 34 00 01 61 00 00 37 00 00 00 01 61 03", id="full end"
        ),
        pytest.param(
            "02 00 00 00 00 00 00 01 01 34 00 01 61 00 00 4a 00 00 00 01 61 37 00 00 00 00 03",
            id="member without a value",
        ),
    ],
)
def test_broken_messages_are_the_peers_fault(octets: str) -> None:
    with pytest.raises(PeerError, match=r"printer\.offline"):
        decode_message(bytes.fromhex(octets))


def test_collections_cannot_be_nested_without_end() -> None:
    inside = bytes.fromhex("4a 00 00 00 01 61 34 00 00 00 00")
    opened = bytes.fromhex("34 00 01 61 00 00") + inside * 99
    with pytest.raises(PeerError, match="deeply"):
        decode_message(bytes.fromhex("02 00 00 00 00 00 00 01 01") + opened)


def test_an_attribute_without_a_value_is_not_written() -> None:
    group = Group(GroupTag.JOB, (Attribute("name", ()),))
    with pytest.raises(ValueError, match="no value"):
        encode_message(Message(0, 1, (group,)))


@pytest.mark.parametrize(
    "value",
    [
        Value(Tag.INTEGER, 2**40),
        Value(Tag.INTEGER, "text"),
        Value(Tag.COLLECTION, "text"),
        Value(Tag.COLLECTION, (Attribute("empty", ()),)),
        Value(Tag.KEYWORD, None),
    ],
)
def test_a_value_that_does_not_fit_is_not_written(value: Value) -> None:
    group = Group(GroupTag.JOB, (Attribute("name", (value,)),))
    with pytest.raises(ValueError, match=r"\w"):
        encode_message(Message(0, 1, (group,)))


INT32 = st.integers(-(2**31), 2**31 - 1)
SIMPLE = st.one_of(
    st.builds(Value, st.sampled_from([Tag.INTEGER, Tag.ENUM]), INT32),
    st.builds(Value, st.just(Tag.BOOLEAN), st.booleans()),
    st.builds(Value, st.sampled_from([Tag.NO_VALUE, Tag.UNKNOWN]), st.none()),
    st.builds(Value, st.just(Tag.OCTETS), st.binary(max_size=20)),
    st.builds(Value, st.just(Tag.DATE_TIME), st.binary(min_size=11, max_size=11)),
    st.builds(
        Value,
        st.just(Tag.RESOLUTION),
        st.builds(Resolution, INT32, INT32, st.integers(-128, 127)),
    ),
    st.builds(Value, st.just(Tag.RANGE), st.builds(Range, INT32, INT32)),
    st.builds(
        Value,
        st.sampled_from([Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE]),
        st.builds(Localized, st.text(max_size=5), st.text(max_size=20)),
    ),
    st.builds(
        Value,
        st.sampled_from([Tag.KEYWORD, Tag.NAME, Tag.URI, Tag.TEXT, Tag.MIME_TYPE]),
        st.text(max_size=20),
    ),
)


def attributes(values: st.SearchStrategy[Value]) -> st.SearchStrategy[Attribute]:
    names = st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1, max_size=20)
    return st.builds(Attribute, names, st.lists(values, min_size=1, max_size=3).map(tuple))


VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.builds(
        Value, st.just(Tag.COLLECTION), st.lists(attributes(inner), max_size=3).map(tuple)
    ),
    max_leaves=8,
)
GROUPS = st.builds(
    Group,
    st.sampled_from([GroupTag.OPERATION, GroupTag.JOB, GroupTag.PRINTER, GroupTag.UNSUPPORTED]),
    st.lists(attributes(VALUES), max_size=4).map(tuple),
)
MESSAGES = st.builds(
    Message,
    code=st.integers(0, 0xFFFF),
    request_id=INT32,
    groups=st.lists(GROUPS, max_size=3).map(tuple),
    data=st.binary(max_size=50),
    version=st.tuples(st.integers(0, 255), st.integers(0, 255)),
)


@given(MESSAGES)
@settings(deadline=None)
def test_what_is_written_is_read(message: Message) -> None:
    assert decode_message(encode_message(message)) == message


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_are_a_message_or_the_peers_fault(octets: bytes) -> None:
    with suppress(PeerError):
        assert decode_message(octets).data in octets


@given(MESSAGES, st.data())
@settings(deadline=None)
def test_a_damaged_message_is_a_message_or_the_peers_fault(
    message: Message, data: st.DataObject
) -> None:
    octets = bytearray(encode_message(message))
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PeerError):
        decode_message(bytes(octets[: data.draw(st.integers(0, len(octets)))]))
