"""Undo blur and drift: an equaliser learned from known cells, and places corrected by decisions.

A cell's neighbours shine into it; the equaliser takes that out as well as a linear filter can.
Where the feed was uneven between two marks, the decisions themselves show it: what was read is
compared with what should have been seen there, row of the scan by row.
"""

import numpy as np

from center.antiforgery.compiled import Soft, compiled

_TAPS = 5
_RIDGE = 1e-3
_BIN_PX = 2
_CALM = 300.0
"""Observations that weigh against moving a row of the scan, or a square of the paper."""
_SQUARE = 24
_BAND = 4
"""Rows whose products are summed at a time: as many as stay in the processor's cache."""


def equalise(ink: Soft, truth: Soft, trust: Soft) -> Soft:
    """`ink` filtered so that known cells come out as close to `truth` (-1, 1) as possible.

    `trust` is 0 where a cell is not known, and small where the paper is damaged.
    """
    clipped = np.clip(ink, -2.5, 2.5).astype(np.float32)
    taps = _learned(clipped, truth.astype(np.float32), trust.astype(np.float32))
    return _filtered(clipped, taps)


def _learned(source: Soft, truth: Soft, trust: Soft) -> Soft:
    """Least squares, 5 x 5 neighbours and a constant."""
    return _solved(*_moments(source, truth, trust))


def _solved(normal: Soft, right: Soft) -> Soft:
    normal += _RIDGE * normal.trace() / len(normal) * np.eye(len(normal))
    return np.asarray(np.linalg.solve(normal, right), np.float32)


@compiled
def _moments(source: Soft, truth: Soft, trust: Soft) -> tuple[Soft, Soft]:
    height, width = source.shape
    size = _TAPS * _TAPS + 1
    normal, right = np.zeros((size, size)), np.zeros(size)
    near = np.ones(size)
    reach = _TAPS // 2
    for y in range(reach, height - reach):
        for x in range(reach, width - reach):
            weight = trust[y, x]
            if weight <= 0:
                continue
            for dy in range(_TAPS):
                row = source[y + dy - reach, x - reach : x + reach + 1]
                near[dy * _TAPS : (dy + 1) * _TAPS] = row
            for one in range(size):
                scaled = near[one] * weight
                right[one] += scaled * truth[y, x]
                for other in range(one + 1):
                    normal[one, other] += scaled * near[other]
    return normal + np.tril(normal, -1).T, right


def _moments_of_all(source: Soft, truth: Soft) -> tuple[Soft, Soft]:
    """The same where every cell is trusted alike: products of whole rows at a time."""
    height, width = source.shape
    reach = _TAPS // 2
    inner = width - 2 * reach
    size = _TAPS * _TAPS
    rows = np.ones((size + 2, _BAND, inner), np.float32)
    total = np.zeros((size + 2, size + 2))
    for top in range(reach, height - reach, _BAND):
        count = min(_BAND, height - reach - top)
        for one in range(size):
            y, x = top + one // _TAPS - reach, one % _TAPS
            rows[one, :count] = source[y : y + count, x : x + inner]
        rows[size + 1, :count] = truth[top : top + count, reach : reach + inner]
        flat = rows[:, :count].reshape(size + 2, -1)
        total += flat @ flat.T
    return total[: size + 1, : size + 1], total[: size + 1, size + 1]


@compiled
def _filtered(source: Soft, taps: Soft) -> Soft:
    height, width = source.shape
    reach = _TAPS // 2
    made = np.empty((height, width), np.float32)
    framed = np.zeros((height + 2 * reach, width + 2 * reach), np.float32)
    framed[reach : reach + height, reach : reach + width] = source
    for y in range(height):
        made[y] = taps[_TAPS * _TAPS]
        for dy in range(_TAPS):
            for dx in range(_TAPS):
                tap, row = taps[dy * _TAPS + dx], framed[y + dy, dx : dx + width]
                # A loop, since a slice times a number would be made as a row of its own.
                for x in range(width):
                    made[y, x] += tap * row[x]
    return made


def corrected(places: Soft, ink: Soft, decided: Soft) -> Soft:
    """`places` moved to where the decisions say that the cells are.

    `decided` is the reader's guess of each cell, from -1 to 1, 0 where it has none.
    """
    normal, right = _moments_of_all(decided, np.clip(ink, -2.5, 2.5))
    expected = _filtered(decided, _solved(normal, right))
    steps = _steps(places)
    moved = places.copy()
    for axis in (0, 1):
        _add_rows(moved, _rows(places, ink, expected, steps, axis), axis)
    squares = _squares(ink, expected, steps)
    _add_squares(moved, squares)
    return moved


def _steps(places: Soft) -> Soft:
    """The mean step to the next cell down and to the right, in pixels, inverted."""
    down = (places[:, -1, :] - places[:, 0, :]).mean(axis=1) / (places.shape[1] - 1)
    right = (places[:, :, -1] - places[:, :, 0]).mean(axis=1) / (places.shape[2] - 1)
    return np.linalg.inv(np.stack([down, right]).astype(np.float64))


def _rows(places: Soft, ink: Soft, expected: Soft, steps: Soft, axis: int) -> Soft:
    """By how many pixels each row (axis 0) or column (axis 1) of the scan is off along itself."""
    length = int(places[axis].max()) + 2 * _BIN_PX
    top, bottom = _row_sums(places[axis], ink, expected, steps[axis], length // _BIN_PX + 1)
    kernel = np.array([0.25, 0.5, 1.0, 0.5, 0.25])
    top, bottom = np.convolve(top, kernel, "same"), np.convolve(bottom, kernel, "same")
    return top / (bottom + _CALM)


@compiled
def _slope(expected: Soft, y: int, x: int, direction: Soft) -> float:
    """How the expected ink changes a pixel further along `direction`."""
    down = 0.5 * (expected[y + 1, x] - expected[y - 1, x])
    right = 0.5 * (expected[y, x + 1] - expected[y, x - 1])
    return float(direction[0] * down + direction[1] * right)


@compiled
def _row_sums(
    place: Soft, ink: Soft, expected: Soft, direction: Soft, count: int
) -> tuple[Soft, Soft]:
    top, bottom = np.zeros(count), np.zeros(count)
    for y in range(1, ink.shape[0] - 1):
        for x in range(1, ink.shape[1] - 1):
            row = int(place[y, x]) // _BIN_PX
            if row < 0 or row >= count:
                continue
            slope = _slope(expected, y, x, direction)
            off = min(max(ink[y, x] - expected[y, x], -1.5), 1.5)
            # Read too far along: what should be there lies so much further back.
            top[row] -= off * slope
            bottom[row] += slope * slope
    return top, bottom


@compiled
def _add_rows(places: Soft, shift: Soft, axis: int) -> None:
    for y in range(places.shape[1]):
        for x in range(places.shape[2]):
            at = min(max(places[axis, y, x] / _BIN_PX - 0.5, 0.0), len(shift) - 1.001)
            low = int(at)
            part = at - low
            places[axis, y, x] += shift[low] * (1 - part) + shift[low + 1] * part


def _squares(ink: Soft, expected: Soft, steps: Soft) -> Soft:
    """By how many pixels each square of the paper is off, smoothed over its neighbours."""
    sums = _square_sums(ink, expected, steps)
    padded = np.pad(sums, ((0, 0), (1, 1), (1, 1)))
    rows, columns = sums.shape[1:]
    shifted = [padded[:, y : y + rows, x : x + columns] for y in range(3) for x in range(3)]
    wide = np.sum(shifted, axis=0)
    return np.stack([wide[0] / (wide[1] + _CALM), wide[2] / (wide[3] + _CALM)])


@compiled
def _square_sums(ink: Soft, expected: Soft, steps: Soft) -> Soft:
    rows, columns = ink.shape[0] // _SQUARE + 1, ink.shape[1] // _SQUARE + 1
    made = np.zeros((4, rows, columns))
    for y in range(1, ink.shape[0] - 1):
        for x in range(1, ink.shape[1] - 1):
            off = min(max(ink[y, x] - expected[y, x], -1.5), 1.5)
            for axis in range(2):
                slope = _slope(expected, y, x, steps[axis])
                made[2 * axis, y // _SQUARE, x // _SQUARE] -= off * slope
                made[2 * axis + 1, y // _SQUARE, x // _SQUARE] += slope * slope
    return made


@compiled
def _add_squares(places: Soft, squares: Soft) -> None:
    rows, columns = squares.shape[1:]
    for y in range(places.shape[1]):
        v = min(max((y + 0.5) / _SQUARE - 0.5, 0.0), rows - 1.001)
        top = int(v)
        below = v - top
        for x in range(places.shape[2]):
            u = min(max((x + 0.5) / _SQUARE - 0.5, 0.0), columns - 1.001)
            left = int(u)
            right = u - left
            for axis in range(2):
                places[axis, y, x] += (
                    squares[axis, top, left] * (1 - below) * (1 - right)
                    + squares[axis, top, left + 1] * (1 - below) * right
                    + squares[axis, top + 1, left] * below * (1 - right)
                    + squares[axis, top + 1, left + 1] * below * right
                )
