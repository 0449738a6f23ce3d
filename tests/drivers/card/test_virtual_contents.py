"""The bytes of the card's files, against the public sample of synthetic test-card data.

Source: soltia48/myna-card, `ap/text.rs`, unit test.
"""

from drivers.card.virtual_contents import (
    Person,
    encode_tlv,
    four_attributes_file,
    individual_number_file,
    token_info,
)


def person(name: str, address: str) -> Person:
    return Person(
        name=name,
        address=address,
        birth="19800217",
        sex="1",
        individual_number="123456789018",
        pin=b"1234",
        number_b="55021720341234",
    )


def test_the_offset_table_is_that_of_the_sample() -> None:
    """`FF2065 DF2108 000E 0020 0059 0064`, then 15 bytes of name and 54 of address."""
    file = four_attributes_file(person("あ" * 5, "い" * 18))
    assert file[:14].hex() == "ff2065df2108000e002000590064"
    assert file[14:17].hex() == "df220f"
    assert file[0x20:0x23].hex() == "df2336"
    assert file[0x59:].hex() == "df24083139383030323137df250131"


def test_offsets_stay_right_when_lengths_grow() -> None:
    file = four_attributes_file(person("名" * 60, "所" * 150))
    table = file.index(b"\xdf\x21") + 3
    offsets = [int.from_bytes(file[table + 2 * i : table + 2 * i + 2]) for i in range(4)]
    tags = [file[offset : offset + 2].hex() for offset in offsets]
    assert tags == ["df22", "df23", "df24", "df25"]
    assert file[:3].hex() == "ff2082"


def test_lengths_are_ber() -> None:
    assert encode_tlv(0xDF22, bytes(127))[:3].hex() == "df227f"
    assert encode_tlv(0xDF22, bytes(128))[:4].hex() == "df228180"
    assert encode_tlv(0xDF22, bytes(256))[:5].hex() == "df22820100"


def test_the_number_has_17_physical_bytes() -> None:
    assert len(individual_number_file("123456789018")) == 17


def test_token_information_has_160_bytes() -> None:
    assert len(token_info("JPKIAPICCTOKEN2")) == 160
