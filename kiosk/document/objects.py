"""The walk over a PDF's objects that knows at every step what may stand there.

It starts at the catalogue and goes by a table of shapes (`shapes`): an entry the table does not
name, a value of another kind, an object reached as two kinds of thing or never reached at all
refuses the document. So there is no list of what is dangerous: actions, forms, files, layers,
transparency, functions, shadings have no place to stand. Child process only.

Source: ISO 32000-2 7.3 (objects), 7.4 (filters).
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from crypto.errors import CheckFailed
from kiosk.document.skeleton import COMPLEX, FORBIDDEN

STREAM_BYTES_MAX = 4 * 1024 * 1024
"""Of one stream, unpacked. A subset font has some forty kilobytes."""
IMAGE_BYTES_MAX = 5 * 1024 * 1024
"""Unpacked. A page of such dots in one bit each takes 4.4 million bytes."""
ALL_BYTES_MAX = 64 * 1024 * 1024
"""Of all streams of one file, unpacked."""
COMPONENTS = {"/DeviceGray": 1, "/DeviceCMYK": 4}
"""Colour spaces a bitmap may have, and their components."""
_PART = 1 << 16
_DIRECT = (0, 0)

Rule = Callable[["Walk", Any], None]


@dataclass(frozen=True, slots=True)
class Shape:
    """A dictionary, or a stream, by its entries."""

    entries: Mapping[str, Rule]
    optional: frozenset[str] = frozenset()
    stream: bool = False


@dataclass
class Walk:
    """What was found on the way."""

    shapes: Mapping[str, Shape]
    pages: list[Any] = field(default_factory=list)
    streams: dict[tuple[int, int], bytes] = field(default_factory=dict, repr=False)
    """Content of every stream but images, by object."""
    seen: dict[tuple[int, int], str] = field(default_factory=dict)
    unpacked: int = 0
    _above: list[tuple[int, int]] = field(default_factory=list)
    _done: set[tuple[int, int]] = field(default_factory=set)

    def content(self, stream: Any) -> bytes:
        """What a stream that was walked over holds."""
        return self.streams[stream.objgen]

    def visit(self, name: str, value: Any) -> None:
        """`value` is a thing of the kind `name`, all the way down."""
        at = getattr(value, "objgen", _DIRECT)
        if at == _DIRECT:
            self._hold(name, value)
            return
        if at in self._above:
            raise CheckFailed(FORBIDDEN, "an object that holds itself")
        if self.seen.setdefault(at, name) != name:
            raise CheckFailed(FORBIDDEN, f"an object that is a {name} and something else")
        if at not in self._done:
            self._above.append(at)
            self._hold(name, value)
            self._done.add(self._above.pop())

    def _hold(self, name: str, value: Any) -> None:
        shape = self.shapes[name]
        if not isinstance(value, pikepdf.Stream if shape.stream else pikepdf.Dictionary):
            raise CheckFailed(FORBIDDEN, f"the {name} is not what it should be")
        self._entries(name, shape, value)
        if shape.stream:
            self._unpack(name, value)

    def _entries(self, name: str, shape: Shape, value: Any) -> None:
        keys = set(value.keys())
        strange = keys - shape.entries.keys()
        missing = shape.entries.keys() - shape.optional - keys
        if strange or missing:
            which = sorted(strange or missing)[0] if missing else "an entry"
            what = "does not belong there" if strange else "is missing"
            raise CheckFailed(FORBIDDEN, f"the {name}: {which} {what}")
        for key, rule in shape.entries.items():
            if key in keys:
                rule(self, value[key])

    def _unpack(self, name: str, stream: Any) -> None:
        if name == "image":
            self._count(_image_bytes(stream), IMAGE_BYTES_MAX)
            _inflate(stream, _image_bytes(stream), exact=True)
            self.streams[stream.objgen] = b""
            return
        room = min(STREAM_BYTES_MAX, ALL_BYTES_MAX - self.unpacked)
        data = _inflate(stream, room)
        self._count(len(data), STREAM_BYTES_MAX)
        self.streams[stream.objgen] = data

    def _count(self, length: int, most: int) -> None:
        self.unpacked += length
        if length > most or self.unpacked > ALL_BYTES_MAX:
            raise CheckFailed(COMPLEX, "too much unpacks from it")


def walk(pdf: pikepdf.Pdf, shapes: Mapping[str, Shape]) -> Walk:
    """Every object of `pdf`, each in its place. Raises CheckFailed."""
    done = Walk(shapes)
    done.visit("catalogue", pdf.Root)
    if "/Info" in pdf.trailer:
        done.visit("information", pdf.trailer.Info)
    if {item.objgen for item in pdf.objects} - done.seen.keys():
        raise CheckFailed(FORBIDDEN, "an object that belongs to nothing")
    if pdf.get_warnings():
        raise CheckFailed(FORBIDDEN, "it had to be repaired to be read")
    return done


def _inflate(stream: Any, most: int, *, exact: bool = False) -> bytes:
    """The content, at most so much; the packed bytes hold it and nothing else."""
    raw = stream.read_raw_bytes()
    if "/Filter" not in stream:
        if len(raw) > most or (exact and len(raw) != most):
            raise CheckFailed(COMPLEX, "too much in a stream")
        return bytes(raw)
    machine, out, length = zlib.decompressobj(), [], 0
    rest = raw
    while not machine.eof:
        part = machine.decompress(rest, _PART)
        if not part and not machine.unconsumed_tail:
            break
        rest = machine.unconsumed_tail
        length += len(part)
        if length > most:
            raise CheckFailed(COMPLEX, "too much unpacks from a stream")
        if not exact:
            out.append(part)
    if not machine.eof or machine.unused_data or (exact and length != most):
        raise CheckFailed(FORBIDDEN, "a stream that is not what its frame says")
    return b"".join(out)


def _image_bytes(image: Any) -> int:
    mask = bool(image.get("/ImageMask", False))
    components = 1 if mask else COMPONENTS[str(image.ColorSpace)]
    bits = 1 if mask else int(image.BitsPerComponent)
    row = -(-int(image.Width) * bits * components // 8)
    return row * int(image.Height)
