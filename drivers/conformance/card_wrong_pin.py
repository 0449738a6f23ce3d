"""Cards that are wrong on purpose: the PIN, its counter, keys and signatures."""

from drivers.card.apdu import Command, Response
from drivers.card.tables import Sw
from drivers.card.virtual import VirtualCard
from drivers.card.virtual_files import Application, KeyFile, SecretFile
from drivers.conformance.card_specimens import PASSWORD, Build, Change, issued, on_bench
from drivers.conformance.proof import Specimen

_PIN, _KEY, _CODE = 0x0018, 0x0017, 0x0015
_LONGEST_BLOCK = 245


def _pin_is(kind: type[SecretFile]) -> Change:
    """The user's PIN lies in a file of that kind."""

    def change(jpki: Application, _: Application) -> None:
        jpki.files[_PIN] = kind(b"1234", 3, 3)

    return change


class _NeverCounts(SecretFile):
    def verify(self, entry: bytes) -> int:
        return Sw.OK if entry == self.secret else Sw.TRIES_LEFT | self.left


class _CountsTwice(SecretFile):
    def verify(self, entry: bytes) -> int:
        sw = super().verify(entry)
        if sw & 0xFFF0 == Sw.TRIES_LEFT and self.left:
            self.left -= 1
            return Sw.TRIES_LEFT | self.left
        return sw


class _NeverRestores(SecretFile):
    def verify(self, entry: bytes) -> int:
        left = self.left
        sw = super().verify(entry)
        if sw == Sw.OK:
            self.left = left
        return sw


class _SaysTheOldNumber(SecretFile):
    def verify(self, entry: bytes) -> int:
        sw = super().verify(entry)
        return sw + 1 if sw & 0xFFF0 == Sw.TRIES_LEFT else sw


class _SaysNoNumber(SecretFile):
    def verify(self, entry: bytes) -> int:
        sw = super().verify(entry)
        return Sw.MISMATCH if sw & 0xFFF0 == Sw.TRIES_LEFT else sw


class _OpensWhenBlocked(SecretFile):
    def verify(self, entry: bytes) -> int:
        if entry == self.secret:
            self.left = self.limit
            return Sw.OK
        return super().verify(entry)


class _RefusesTheRightOne(SecretFile):
    def verify(self, entry: bytes) -> int:
        return super().verify(entry + b"\x00")


class _QueryCosts(SecretFile):
    def ask(self) -> int:
        self.left = max(0, self.left - 1)
        return super().ask()


class _ComparesBeginnings(SecretFile):
    def verify(self, entry: bytes) -> int:
        return super().verify(self.secret if self.secret.startswith(entry) else entry)


class _IgnoresWhatFollows(SecretFile):
    def verify(self, entry: bytes) -> int:
        return super().verify(entry[: len(self.secret)])


class _ComparesThreeDigits(SecretFile):
    def verify(self, entry: bytes) -> int:
        alike = entry[:3] == self.secret[:3] and len(entry) == len(self.secret)
        return super().verify(self.secret if alike else entry)


class _RefillsAtPowerOff(VirtualCard):
    def power_off(self) -> None:
        super().power_off()
        for file in _secrets(self):
            file.left = file.limit if file.left else 0


class _UnblocksAtPowerOff(VirtualCard):
    def power_off(self) -> None:
        super().power_off()
        for file in _secrets(self):
            file.left = file.left or file.limit


class _RefillsAtSelect(VirtualCard):
    def _select_name(self, command: Command) -> Response:
        answer = super()._select_name(command)
        for file in _secrets(self):
            file.left = file.limit if file.left else 0
        return answer


class _StaysVerified(VirtualCard):
    def power_off(self) -> None:
        kept = [set(application.verified) for application in self.applications]
        super().power_off()
        for application, verified in zip(self.applications, kept, strict=True):
            application.verified.update(verified)


class _AnyEntryOpens(VirtualCard):
    def _verify(self, command: Command) -> Response:
        answer = super()._verify(command)
        if command.data:
            self._current().verified.add(_PIN)
        return answer


class _SignsWithAnything(VirtualCard):
    def _compute_signature(self, command: Command) -> Response:
        if self._application is not None and _KEY in self._application.files:
            self._file = _KEY
        return super()._compute_signature(command)


class _SignsADigest(KeyFile):
    def sign(self, scheme: int, data: bytes) -> bytes:  # noqa: ARG002 - what is wrong with it
        return super().sign(0x03, data)


class _SignsTheOldDigest(KeyFile):
    def sign(self, scheme: int, data: bytes) -> bytes:
        return super().sign(scheme, data[:-1] + b"\x00")


class _CutsBlocks(KeyFile):
    def sign(self, scheme: int, data: bytes) -> bytes:
        return super().sign(scheme, data[:_LONGEST_BLOCK])


class _PadsEmptyBlocks(KeyFile):
    def sign(self, scheme: int, data: bytes) -> bytes:
        return super().sign(scheme, data or b"\x00")


class _SignsShort(KeyFile):
    def sign(self, scheme: int, data: bytes) -> bytes:
        return super().sign(scheme, data)[:-1]


def _secrets(card: VirtualCard) -> list[SecretFile]:
    files = (file for one in card.applications for file in one.files.values())
    return [file for file in files if isinstance(file, SecretFile) and file.secret]


def _key_is(kind: type[KeyFile]) -> Change:
    def change(jpki: Application, _: Application) -> None:
        jpki.files[_KEY] = kind(lambda: issued(b"1234", 3).key, frozenset({_PIN}))

    return change


def _key_is_free(jpki: Application, _: Application) -> None:
    jpki.files[_KEY] = KeyFile(lambda: issued(b"1234", 3).key)


def _key_is_the_other(jpki: Application, _: Application) -> None:
    jpki.files[_KEY] = KeyFile(lambda: issued(PASSWORD, 5).key, frozenset({_PIN}))


class _SignsWhenBlocked(VirtualCard):
    def _compute_signature(self, command: Command) -> Response:
        application = self._current()
        pin = application.files.get(_PIN)
        if isinstance(pin, SecretFile) and not pin.left:
            application.verified.add(_PIN)
        return super()._compute_signature(command)


def _code_never_counts(_: Application, text: Application) -> None:
    text.files[_CODE] = _NeverCounts(b"55021720341234", 10, 10)


_PIN_CARDS: dict[str, tuple[str, Build, tuple[str, ...]]] = {
    "pin-never-counts": (
        "a wrong PIN costs nothing",
        Build(change=_pin_is(_NeverCounts)),
        ("card.pin.wrong_costs_one", "card.driver.wrong_pin", "card.pin.blocks"),
    ),
    "pin-counts-twice": (
        "a wrong PIN costs two tries",
        Build(change=_pin_is(_CountsTwice)),
        ("card.pin.wrong_costs_one", "card.driver.wrong_pin"),
    ),
    "pin-never-restores": (
        "the right PIN does not restore the tries",
        Build(change=_pin_is(_NeverRestores)),
        ("card.pin.right_restores",),
    ),
    "pin-says-the-old-number": (
        "63Cx names the tries before the entry",
        Build(change=_pin_is(_SaysTheOldNumber)),
        ("card.pin.wrong_costs_one", "card.driver.wrong_pin"),
    ),
    "pin-says-no-number": (
        "a wrong PIN is answered 6300",
        Build(change=_pin_is(_SaysNoNumber)),
        ("card.pin.wrong_costs_one", "card.driver.wrong_pin"),
    ),
    "pin-opens-when-blocked": (
        "the right PIN is taken when no try is left",
        Build(change=_pin_is(_OpensWhenBlocked)),
        ("card.pin.blocks", "card.pin.stays_blocked"),
    ),
    "pin-refuses-the-right-one": (
        "the right PIN is answered as a wrong one",
        Build(change=_pin_is(_RefusesTheRightOne)),
        ("card.sign.verifies", "card.driver.authenticate", "card.driver.release"),
    ),
    "pin-query-costs": (
        "asking for the tries left costs one",
        Build(change=_pin_is(_QueryCosts)),
        ("card.pin.query_is_free", "card.driver.identify"),
    ),
    "pin-compares-beginnings": (
        "the first digits of the PIN are enough",
        Build(change=_pin_is(_ComparesBeginnings)),
        ("card.pin.length_counts",),
    ),
    "pin-ignores-what-follows": (
        "digits after the PIN are ignored",
        Build(change=_pin_is(_IgnoresWhatFollows)),
        ("card.pin.length_counts",),
    ),
    "pin-compares-three-digits": (
        "the last digit of the PIN is ignored",
        Build(change=_pin_is(_ComparesThreeDigits)),
        ("card.pin.every_digit_counts",),
    ),
    "counter-refilled-at-power-off": (
        "the counter lies in memory that forgets",
        Build(card=_RefillsAtPowerOff),
        ("card.pin.counter_survives",),
    ),
    "counter-refilled-at-select": (
        "SELECT gives all tries back",
        Build(card=_RefillsAtSelect),
        ("card.pin.counter_survives",),
    ),
    "lock-lifted-at-power-off": (
        "a blocked PIN is free after a loss of power",
        Build(card=_UnblocksAtPowerOff),
        ("card.pin.stays_blocked",),
    ),
    "signs-when-blocked": (
        "the key is open when no try is left",
        Build(card=_SignsWhenBlocked),
        ("card.pin.blocks",),
    ),
    "stays-verified": (
        "what was verified survives a loss of power",
        Build(card=_StaysVerified),
        ("card.pin.ends_with_power", "card.driver.release"),
    ),
    "any-entry-opens": (
        "a wrong PIN opens the key, too",
        Build(card=_AnyEntryOpens),
        ("card.sign.not_after_wrong_pin",),
    ),
    "code-never-counts": (
        "a wrong 照合番号B costs nothing",
        Build(change=_code_never_counts),
        ("card.text.wrong_code_costs_one",),
    ),
}

_KEY_CARDS: dict[str, tuple[str, Build, tuple[str, ...]]] = {
    "signs-without-pin": (
        "the key is free to use",
        Build(change=_key_is_free),
        ("card.sign.needs_pin", "card.pin.ends_with_power"),
    ),
    "signs-with-anything": (
        "the key is used whatever file is selected",
        Build(card=_SignsWithAnything),
        ("card.sign.needs_a_key",),
    ),
    "signs-with-the-other-key": (
        "the signing key signs for the user's",
        Build(change=_key_is_the_other),
        ("card.sign.verifies", "card.driver.authenticate"),
    ),
    "signs-a-digest-of-it": (
        "what is given is hashed once more",
        Build(change=_key_is(_SignsADigest)),
        ("card.sign.verifies", "card.driver.authenticate"),
    ),
    "signs-another-digest": (
        "the last byte of the digest is lost",
        Build(change=_key_is(_SignsTheOldDigest)),
        ("card.sign.verifies", "card.driver.authenticate"),
    ),
    "signs-short": (
        "a signature has 255 bytes",
        Build(change=_key_is(_SignsShort)),
        ("card.sign.verifies", "card.driver.authenticate"),
    ),
    "cuts-blocks": (
        "a block that is too long is cut and signed",
        Build(change=_key_is(_CutsBlocks)),
        ("card.sign.refuses_other_blocks",),
    ),
    "signs-nothing": (
        "an empty block is signed",
        Build(change=_key_is(_PadsEmptyBlocks)),
        ("card.sign.refuses_other_blocks",),
    ),
}

WRONG = tuple(
    Specimen(name, what, on_bench(build), killers)
    for name, (what, build, killers) in {**_PIN_CARDS, **_KEY_CARDS}.items()
)
