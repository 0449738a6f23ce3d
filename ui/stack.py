"""Stacks the pieces of a screen's body, and turns a stack that is too tall into pages.

No wire, no clock. Nothing scrolls: what does not fit comes on the next page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ui.boxes import Rect
from ui.drafting import Draft


@dataclass(frozen=True, slots=True)
class Piece:
    """One thing in the stack, drawn into whatever rectangle it is given.

    It gets at least `least` pixels, and of what is left over up to `best`.
    """

    least: int
    best: int
    draw: Callable[[Draft, Rect], None]
    gap: int = -1
    """Pixels above it, if not the stack's own gap."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The body of a screen as pieces from top to bottom."""

    pieces: tuple[Piece, ...]
    gap: int
    middle: bool = False
    """Stands in the middle of the height it is given, rather than at the top."""
    loose: bool = False
    """What is left over goes between the pieces, up to as much again as the gap."""

    def pages(self, first: int, rest: int) -> tuple[tuple[Piece, ...], ...]:
        """The pieces in pages; the first page is `first` pixels high, the others `rest`.

        A piece taller than its page stands alone.
        """
        pages: list[list[Piece]] = [[]]
        for piece in self.pieces:
            height = first if len(pages) == 1 else rest
            if pages[-1] and self._least([*pages[-1], piece]) > height:
                pages.append([])
            pages[-1].append(piece)
        return tuple(tuple(page) for page in pages)

    def draw(self, draft: Draft, pieces: Sequence[Piece], rect: Rect) -> None:
        """Draw the pieces of one page into the rectangle."""
        heights = self._share(pieces, rect.h)
        used = sum(heights) + self._gaps(pieces)
        slack = self._slack(pieces, rect.h - used)
        used += slack * (len(pieces) - 1)
        top = rect.y + (max(0, rect.h - used) * 2 // 5 if self.middle else 0)
        for index, (piece, height) in enumerate(zip(pieces, heights, strict=True)):
            top += self._gap(piece) + slack if index else 0
            piece.draw(draft, Rect(rect.x, top, rect.w, height))
            top += height

    def _slack(self, pieces: Sequence[Piece], over: int) -> int:
        if not self.loose or len(pieces) == 1:
            return 0
        return max(0, min(self.gap, over // (len(pieces) - 1)))

    def _share(self, pieces: Sequence[Piece], height: int) -> list[int]:
        """The least heights, and what is left over in proportion to what each would like."""
        over = max(0, height - self._least(pieces))
        wish = sum(piece.best - piece.least for piece in pieces)
        part = min(1.0, over / wish) if wish else 0.0
        return [piece.least + int(part * (piece.best - piece.least)) for piece in pieces]

    def _least(self, pieces: Sequence[Piece]) -> int:
        return sum(piece.least for piece in pieces) + self._gaps(pieces)

    def _gaps(self, pieces: Sequence[Piece]) -> int:
        return sum(self._gap(piece) for piece in pieces[1:])

    def _gap(self, piece: Piece) -> int:
        return self.gap if piece.gap < 0 else piece.gap
