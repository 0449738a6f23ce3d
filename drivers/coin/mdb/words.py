"""What MDB bytes mean, in words a technician can use. No wire, no clock.

Source: MDB/ICP 4.3 sections 5.2-5.3 and 6.2-6.3.
"""

from collections.abc import Callable, Mapping

from drivers.coin.mdb.adapter import Unclear, decode_answer, decode_command
from drivers.coin.mdb.framing import Answer, Sign
from drivers.coin.mdb.protocol import (
    Activity,
    BillMoved,
    Deposited,
    DispensedByHand,
    ReplyError,
    Slugs,
    Told,
    TriedWhileDisabled,
    decode_activity,
    decode_bill_activity,
    decode_bill_setup,
    decode_plate,
    decode_setup,
    decode_stacker,
    decode_tubes,
)
from drivers.coin.mdb.tables import (
    ADDRESS_MASK,
    CHANGER,
    CHANGER_STATUS,
    DIAGNOSIS,
    UNKNOWN_STATUS,
    VALIDATOR,
    VALIDATOR_STATUS,
    BillExpansion,
    BillRouting,
    Changer,
    Expansion,
    Feature,
    Validator,
)

_SIGNS = {
    Sign.ACK: "ACK: done, or nothing to tell",
    Sign.NAK: "NAK: refused",
    Sign.SILENCE: "silence: nobody there, busy inside, or a command it does not know",
    Sign.DAMAGED: "damaged on the bus",
}
_DEVICES = {CHANGER: "changer", VALIDATOR: "bill validator"}


def meaning(raw: bytes) -> str:
    """What passed between us and the adapter, for a transcript: commands and answers."""
    return " | ".join(_line(line) for line in raw.split(b"\n") if line) or "unfinished"


def _line(line: bytes) -> str:
    command = decode_command(line)
    if command is not None:
        return command_words(command)
    try:
        answer = decode_answer(line)
    except Unclear as unclear:
        return str(unclear)
    return answer.hex(" ").upper() if isinstance(answer, bytes) else _SIGNS[answer]


def command_words(data: bytes) -> str:
    """Who is told what."""
    device = _DEVICES.get(data[0] & ADDRESS_MASK, f"device {data[0] & ADDRESS_MASK:02X}")
    return f"to the {device}: {command_name(data)}"


def command_name(data: bytes) -> str:
    """The standard's name of a command, or its number."""
    kinds: tuple[tuple[type[Changer | Validator], type[Expansion | BillExpansion]], ...]
    kinds = ((Changer, Expansion), (Validator, BillExpansion))
    for commands, expansions in kinds:
        if data[0] in set(commands):
            name = commands(data[0]).name
            sub = data[1] if len(data) > 1 else -1
            name = expansions(sub).name if name == "EXPANSION" and sub in set(expansions) else name
            return name.lower().replace("_", " ")
    return f"command {data[0]:02X}"


def answer_words(command: bytes, answer: Answer) -> str:
    """What the answer to this command says."""
    if isinstance(answer, Sign):
        return _SIGNS[answer]
    expands = command[0] in {Changer.EXPANSION, Validator.EXPANSION}
    words = _WORDS.get(command[: 2 if expands else 1])
    try:
        return words(answer) if words else f"{len(answer)} bytes"
    except (ReplyError, ValueError, IndexError) as error:
        return f"against the standard: {error}"


def activity_words(activity: Activity) -> str:
    """One event of a POLL."""
    return _ACTIVITIES[type(activity)](activity)


def _bill(moved: BillMoved) -> str:
    if isinstance(moved.routing, BillRouting):
        where = moved.routing.name.lower().replace("_", " ")
    else:
        where = f"routing {moved.routing}"
    return f"bill type {moved.bill_type}: {where}"


_ACTIVITIES: Mapping[type, Callable[..., str]] = {
    Deposited: lambda a: (
        f"coin type {a.coin_type} to {a.routing.name.lower().replace('_', ' ')},"
        f" {a.pieces} in its tube"
    ),
    DispensedByHand: lambda a: (
        f"{a.count} of coin type {a.coin_type} let out by its keys, {a.pieces} in the tube"
    ),
    Slugs: lambda a: f"{a.count} pieces that are no coins",
    TriedWhileDisabled: lambda a: f"{a.count} bills offered while none is let in",
    BillMoved: _bill,
}


def _polled(
    decode: Callable[[bytes], tuple[Activity, ...]], table: Mapping[int, object]
) -> Callable[[bytes], str]:
    def words(data: bytes) -> str:
        told = []
        for activity in decode(data):
            if isinstance(activity, Told):
                status = table.get(activity.code, UNKNOWN_STATUS)
                told.append(f"{activity.code:02X}, {getattr(status, 'what', '')}")
            else:
                told.append(activity_words(activity))
        return "; ".join(told)

    return words


def _setup(data: bytes) -> str:
    setup = decode_setup(data)
    coins = ", ".join(
        f"type {n} {'¥' + str(yen)}{' (tube)' if n in setup.tubes else ''}"
        for n, yen in setup.values().items()
    )
    return f"level {setup.level}, country {setup.country:04X}, scaling {setup.scaling}: {coins}"


def _bill_setup(data: bytes) -> str:
    setup = decode_bill_setup(data)
    bills = ", ".join(f"type {n} ¥{yen}" for n, yen in setup.values().items())
    escrow = "escrow" if setup.escrow else "no escrow"
    return f"level {setup.level}, {escrow}, stacker for {setup.capacity}: {bills}"


def _tubes(data: bytes) -> str:
    tubes = decode_tubes(data)
    shown = (
        f"type {n} {count}{' full' if n in tubes.full else ''}"
        for n, count in enumerate(tubes.pieces)
        if count or n in tubes.full
    )
    return ", ".join(shown) or "all tubes empty"


def _plate(data: bytes) -> str:
    plate = decode_plate(data)
    features = ", ".join(
        feature.name.lower().replace("_", " ")
        for feature in Feature
        if feature in plate.features and feature.name
    )
    return (
        f"{plate.maker} {plate.model}, serial {plate.serial_text}; offers {features or 'nothing'}"
    )


def _stacker(data: bytes) -> str:
    stacker = decode_stacker(data)
    return f"{stacker.bills} bills{', full' if stacker.full else ''}"


def _paid(data: bytes) -> str:
    paid = (f"{count} of type {n}" for n, count in enumerate(data) if count)
    return ", ".join(paid) or "nothing was paid"


def _diagnosis(data: bytes) -> str:
    pairs = zip(data[::2], data[1::2], strict=True)
    return ", ".join(f"{a:02X} {b:02X}, {DIAGNOSIS.get(a, ('', 'unknown'))[1]}" for a, b in pairs)


_WORDS: Mapping[bytes, Callable[[bytes], str]] = {
    bytes((Changer.SETUP,)): _setup,
    bytes((Changer.TUBE_STATUS,)): _tubes,
    bytes((Changer.POLL,)): _polled(decode_activity, CHANGER_STATUS),
    bytes((Changer.EXPANSION, Expansion.IDENTIFICATION)): _plate,
    bytes((Changer.EXPANSION, Expansion.PAYOUT_STATUS)): _paid,
    bytes((Changer.EXPANSION, Expansion.PAYOUT_VALUE_POLL)): lambda data: f"{data[0]} units more",
    bytes((Changer.EXPANSION, Expansion.DIAGNOSTICS)): _diagnosis,
    bytes((Validator.SETUP,)): _bill_setup,
    bytes((Validator.POLL,)): _polled(decode_bill_activity, VALIDATOR_STATUS),
    bytes((Validator.STACKER,)): _stacker,
    bytes((Validator.EXPANSION, BillExpansion.IDENTIFICATION_1)): _plate,
    bytes((Validator.EXPANSION, BillExpansion.IDENTIFICATION_2)): _plate,
}
