"""Names and numbers of the card. No wire, no clock.

The card's specification is not public; what stands here is what independent public
implementations agree on: OpenSC `card-jpki.c` and `jpki.h`, jpki/myna, soltia48/myna-card,
TRETJapanNFCReader. Status words: ISO/IEC 7816-4 (2020), 5.6, tables 5 and 6.
"""

import enum
from dataclasses import dataclass

from drivers.card.contract import CardKind


class Ins(enum.IntEnum):
    """Instruction bytes. Source: ISO/IEC 7816-4 (2020), table 4; 2A: 7816-8."""

    VERIFY = 0x20
    CHANGE_REFERENCE_DATA = 0x24
    PERFORM_SECURITY_OPERATION = 0x2A
    GET_CHALLENGE = 0x84
    SELECT = 0xA4
    READ_BINARY = 0xB0
    GET_RESPONSE = 0xC0
    GET_DATA = 0xCA


class Sw(enum.IntEnum):
    """Status words of this card. Source: ISO/IEC 7816-4; the card's own use, OpenSC, myna-card."""

    OK = 0x9000
    MORE_DATA = 0x6100
    """The low byte is the number of bytes waiting; 00 is 256 or more."""
    WRONG_LE = 0x6C00
    """The low byte is the Le to ask with."""
    MISMATCH = 0x6300
    TRIES_LEFT = 0x63C0
    """The low nibble is the number of tries left."""
    WRONG_LENGTH = 0x6700
    NO_CHANNEL = 0x6881
    NO_SECURE_MESSAGING = 0x6882
    WRONG_FILE_STRUCTURE = 0x6981
    SECURITY_STATUS = 0x6982
    AUTHENTICATION_BLOCKED = 0x6983
    REFERENCE_BLOCKED = 0x6984
    CONDITIONS_OF_USE = 0x6985
    NO_CURRENT_FILE = 0x6986
    WRONG_DATA = 0x6A80
    FILE_NOT_FOUND = 0x6A82
    WRONG_P1P2 = 0x6A86
    OBJECT_NOT_FOUND = 0x6A88
    WRONG_OFFSET = 0x6B00
    UNKNOWN_INS = 0x6D00
    UNKNOWN_CLA = 0x6E00
    SELF_DIAGNOSIS = 0x6F00


MEANINGS: dict[Sw, str] = {
    Sw.OK: "done",
    Sw.MORE_DATA: "more data is waiting",
    Sw.WRONG_LE: "wrong Le; the right one in the low byte",
    Sw.MISMATCH: "the secret does not match",
    Sw.TRIES_LEFT: "the secret does not match; tries left in the low nibble",
    Sw.WRONG_LENGTH: "wrong length",
    Sw.NO_CHANNEL: "logical channels are not supported",
    Sw.NO_SECURE_MESSAGING: "secure messaging is not supported",
    Sw.WRONG_FILE_STRUCTURE: "the command does not fit the file's structure",
    Sw.SECURITY_STATUS: "a secret must be verified first",
    Sw.AUTHENTICATION_BLOCKED: "the secret is blocked",
    Sw.REFERENCE_BLOCKED: "the referenced secret is blocked",
    Sw.CONDITIONS_OF_USE: "conditions of use are not satisfied",
    Sw.NO_CURRENT_FILE: "no file is selected",
    Sw.WRONG_DATA: "wrong data",
    Sw.FILE_NOT_FOUND: "file or application not found",
    Sw.WRONG_P1P2: "wrong P1 or P2",
    Sw.OBJECT_NOT_FOUND: "key or data object not found",
    Sw.WRONG_OFFSET: "the offset lies past the end of the file",
    Sw.UNKNOWN_INS: "instruction not supported",
    Sw.UNKNOWN_CLA: "class not supported",
    Sw.SELF_DIAGNOSIS: "the card's self-diagnosis failed",
}

BLOCKED = frozenset({Sw.AUTHENTICATION_BLOCKED, Sw.REFERENCE_BLOCKED})
"""6984 is what the card answers; 6983 appears in generic tables only and means the same."""

JPKI_AID = bytes.fromhex("D392F000260100000001")
"""公的個人認証AP. Source: OpenSC, myna, myna-card, TRETJapanNFCReader."""
TEXT_AID = bytes.fromhex("D3921000310001010408")
"""券面事項入力補助AP. Source: myna, myna-card, TRETJapanNFCReader."""

TEXT_AUTHORITIES: dict[bytes, int] = {
    b"5000033\x08\x05001" + bytes(4): int(
        "d24615f63525e740c87e83ed64787e76d10a1f8652ebe1ea28934d35ce3bf077"
        "16f5b79e2bcb2ae2b91b4f4c9ffb602497f596d659af9d0a14b45cdd738ef562"
        "49349b8cc7db32f2d433bd39bcc44f503e881d56c149ecd5155c1ce7461fc3ac"
        "4f55d0a39ccaaadfae5b8afa11ccf91bedc774023d11ca6eba99004f81c541a7"
        "d67dded8c724d6e20b10a3deaae8c43c137ccd71b263740e8979752de4d56763"
        "29cabcbd7f3a77fc48a6f8e61d399b4ac66684a9fdfc99ecef900dd6ff7f0fdd"
        "39e23d163f8a468c62dbeae00906dfad5a89b45ca5b7353dc998a80d3803eda7"
        "94b55f99f535d1c39a243c8352ad602d926c389d2816c941349ee24e4f41597f",
        16,
    )
}
"""Who signs the certificate in EF 0004: key id -> modulus (e = 65537), production hierarchy.

Source: pymyna `utils/constants.py` and myna-card `ca.rs`, which agree. Test cards name
`6000033`."""

LABEL_LENGTH = 32
"""The label is the first field of a PKCS#11 `CK_TOKEN_INFO`: 32 bytes, padded with spaces."""


def padded_label(text: str) -> bytes:
    """`text` as the token file holds it."""
    return text.encode("ascii").ljust(LABEL_LENGTH)


KIND_OF_LABEL: dict[bytes, CardKind] = {
    padded_label("JPKIAPICCTOKEN2"): CardKind.MY_NUMBER,
    padded_label("JPKIAPICCTOKEN"): CardKind.JUKI,
    padded_label("JPKIAPGPSETOKEN"): CardKind.PHONE_ANDROID,
    padded_label("JPKIAPIOSTOKEN"): CardKind.PHONE_IOS,
}
"""Whole labels: the 住基カード's is a prefix of the My Number card's. Source: myna, myna-card."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Where an application keeps what user authentication needs."""

    kind: CardKind
    aid: bytes
    token_ef: int
    certificate_ef: int
    pin_ef: int
    key_ef: int
    pin_length: int
    tries: int
    signature_length: int


MY_NUMBER = Profile(
    kind=CardKind.MY_NUMBER,
    aid=JPKI_AID,
    token_ef=0x0006,
    certificate_ef=0x000A,
    pin_ef=0x0018,
    key_ef=0x0017,
    pin_length=4,
    tries=3,
    signature_length=256,
)
"""Source: OpenSC `jpki.h` and `card-jpki.c`; sizes measured by myna-card on test cards."""

PROFILES: dict[CardKind, Profile] = {MY_NUMBER.kind: MY_NUMBER}
"""The kinds this driver authenticates. A phone needs another order (certificate after VERIFY)."""

UNSUPPORTED: dict[CardKind, str] = {
    CardKind.JUKI: "card.kind.juki",
    CardKind.PHONE_ANDROID: "card.kind.phone",
    CardKind.PHONE_IOS: "card.kind.phone",
}
"""The reason for refusing a kind that is known; any other card is `card.kind.unsupported`."""

SHA256_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""Prefix of a SHA-256 DigestInfo. Source: RFC 8017, 9.2, note 1."""
DIGEST_LENGTH = 32
