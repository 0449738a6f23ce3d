"""The four attributes: believed when all three files fit, refused by any other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.card.attributes import HEADER, check_attributes, file_length
from drivers.card.contract import FourAttributes
from drivers.card.virtual_contents import Person, authorities, encode_tlv, text_application
from drivers.card.virtual_files import DataFile
from drivers.errors import DeviceError


def person(address: str = "東京都千代田区架空１丁目２番３号") -> Person:
    return Person(
        name="架空　花子",
        address=address,
        birth="19800217",
        sex="2",
        individual_number="123456789018",
        pin=b"1234",
        number_b="55021720341234",
    )


def files(of: Person) -> dict[int, bytes]:
    found = text_application(of).files
    return {n: file.content for n, file in found.items() if isinstance(file, DataFile)}


FILES = files(person())
TRIPLE = (FILES[2], FILES[3], FILES[4])


def reason(*given: bytes) -> str:
    with pytest.raises(DeviceError) as error:
        check_attributes(*given, authorities())  # type: ignore[call-arg, arg-type]
    assert error.value.reason.name == "card.attributes.invalid"
    text = f"{error.value} {error.value!r}"
    assert "架空" not in text
    return error.value.detail.removeprefix("check attributes: ")


@pytest.mark.parametrize("address", ["", "東京都", "架空町" * 30, "架" * 200])
def test_good_files_are_believed(address: str) -> None:
    """Short and long lengths of BER, and a file longer than one answer."""
    one = files(person(address))
    found = check_attributes(one[2], one[3], one[4], authorities())
    assert found == FourAttributes("架空　花子", address, "19800217", "2")
    assert "架空" not in repr(found)


def test_the_public_sample_of_a_test_card_is_parsed() -> None:
    """EF 0002 as myna-card's unit test has it; its record is not public, so it is not believed."""
    sample = bytes.fromhex(
        "ff2065df2108000e002000590064df220fe9bb92e6a190e38080e5b9b9e4b99fdf2336e69db1e4baac"
        "e983bde6b885e780ace5b882e8a6b3e5b883e5ad90e58d97efbc91efbc92efbc8defbc97efbc8defbc92"
        "efbc90efbc92df24083139383030323137df250131"
    )
    assert file_length(sample[:HEADER]) == len(sample)
    assert reason(sample, FILES[3], FILES[4]) == "the digest is of other attributes"


def test_sizes_are_those_of_real_cards() -> None:
    assert (len(FILES[1]), len(FILES[3]), len(FILES[4])) == (17, 336, 568)


@pytest.mark.parametrize("which", [0, 1, 2])
@pytest.mark.parametrize("step", [7, 11])
def test_no_byte_may_differ(which: int, step: int) -> None:
    for at in range(0, len(TRIPLE[which]), step):
        changed = bytearray(TRIPLE[which])
        changed[at] ^= 0x01
        given_files = [*TRIPLE]
        given_files[which] = bytes(changed)
        reason(*given_files)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_nothing_may_be_missing_or_follow(which: int) -> None:
    for changed in (b"", TRIPLE[which][:-1], TRIPLE[which] + b"\x00", TRIPLE[which] * 2):
        given_files = [*TRIPLE]
        given_files[which] = changed
        reason(*given_files)


def built(*fields: bytes, offsets: bytes = b"\x00\x0e\x00\x12\x00\x16\x00\x21") -> bytes:
    """EF 0002 with these values, whatever they are."""
    tagged = b"".join(encode_tlv(0xDF22 + i, value) for i, value in enumerate(fields))
    return encode_tlv(0xFF20, encode_tlv(0xDF21, offsets) + tagged)


@pytest.mark.parametrize(
    ("file", "what"),
    [
        (built(b"A", b"B", b"19800217", b"2"), "the digest is of other attributes"),
        (built(b"A", b"B", b"19800217", b"2", offsets=bytes(8)), "the offset table does not fit"),
        (built(b"\xff", b"B", b"19800217", b"2"), "not UTF-8"),
        (built(b"A", b"B", b"1980021x", b"2"), "not a date of birth and a sex"),
        (built(b"A", b"B", b"19800217", b""), "not a date of birth and a sex"),
        (built(b"A", b"B", b"19800217"), "not the four attributes in their order"),
        (encode_tlv(0xFF30, b""), "no FF20 alone"),
        (b"\xff\x20\x83\x00\x00\x01\x00", "an object of impossible length"),
    ],
)
def test_what_a_file_must_be(file: bytes, what: str) -> None:
    assert reason(file, FILES[3], FILES[4]) == what


def test_a_record_and_a_certificate_must_be_what_they_are_called() -> None:
    assert reason(FILES[2], encode_tlv(0xFF30, b""), FILES[4]) == "not an integrity record"
    found = reason(FILES[2], FILES[3], encode_tlv(0x7F21, b""))
    assert found == "not a card-verifiable certificate"


def test_another_persons_record_proves_nothing() -> None:
    other = files(person("別の町"))
    assert reason(FILES[2], other[3], FILES[4]) == "the digest is of other attributes"


def test_an_authority_must_be_known() -> None:
    with pytest.raises(DeviceError, match="not known"):
        check_attributes(*TRIPLE, {})


def test_an_authority_of_the_same_name_with_another_key_is_not_believed() -> None:
    ((name, modulus),) = authorities().items()
    with pytest.raises(DeviceError, match="certificate's signature"):
        check_attributes(*TRIPLE, {name: modulus - 2**512})


def test_production_does_not_believe_a_virtual_card() -> None:
    from drivers.card.tables import TEXT_AUTHORITIES

    assert all(modulus.bit_length() == 2048 for modulus in TEXT_AUTHORITIES.values())
    with pytest.raises(DeviceError, match="not known"):
        check_attributes(*TRIPLE, TEXT_AUTHORITIES)


@given(st.sampled_from([0, 1, 2]), st.binary(max_size=80), st.integers(0, 600))
def test_whatever_a_card_gives_ends_in_one_error(which: int, noise: bytes, at: int) -> None:
    changed = TRIPLE[which][:at] + noise + TRIPLE[which][at + len(noise) :]
    if changed == TRIPLE[which]:
        return
    given_files = [*TRIPLE]
    given_files[which] = changed
    reason(*given_files)


@given(st.binary(max_size=HEADER))
def test_any_header_gives_a_length_or_that_error(header: bytes) -> None:
    try:
        length = file_length(header)
    except DeviceError as error:
        named = error.reason.name
    else:
        named = "" if length > 1 else "too short"
    assert named in {"", "card.attributes.invalid"}
