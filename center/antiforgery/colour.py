"""What a CMYK recipe looks like, to an eye and to an infra-red camera.

Carbon black absorbs the near infra-red, the pigments of cyan, magenta and yellow hardly do. So
two recipes of equal colour, one with black and one without, are one colour to an eye and two to
an infra-red camera.

The model: Neugebauer's sixteen primaries, their shares by Demichel, the spreading of light in
paper by Yule and Nielsen. It stands for a press or printer that prints as ISO 12647-2 wants it;
a real engine needs its own pair.

Source: Yule and Nielsen, TAGA (1951); Wyble and Berns, Color Research and Application 25 (2000);
solids of ISO 12647-2:2004, paper type 1; CIELAB and D50 of ISO 11664-4; US 8460781 (Xerox) for
marks of metameric pairs.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
CMYK = tuple[float, float, float, float]

_N = 1.8
"""Yule and Nielsen's exponent for plain paper and a fine screen."""
_D50 = np.array([0.9642, 1.0, 0.8249])
_LAB = {
    "": (95.0, 0.0, -2.0), "c": (55.0, -37.0, -50.0), "m": (48.0, 74.0, -3.0),
    "y": (91.0, -5.0, 93.0), "my": (47.0, 68.0, 48.0), "cy": (50.0, -68.0, 33.0),
    "cm": (24.0, 22.0, -46.0), "cmy": (23.0, 0.0, 0.0),
}  # fmt: skip
"""Paper, solids and overprints without black."""
_BLACK_LAB = (16.0, 0.0, 0.0)
_BLACK_SHARE = 0.35
"""How dark black over another ink is, beside black on paper."""
_INFRARED = {"paper": 0.88, "ink": 0.97, "black": 0.06}
"""Reflectance at 850 nm of paper and of black; each other ink leaves that share of it."""


def visible(cmyk: CMYK | Vector) -> Vector:
    """CIELAB (D50) of recipes; the last axis is C, M, Y, K from 0 to 1."""
    return _lab(_mixed(np.asarray(cmyk, np.float64), _PRIMARIES[:, :3]))


def infrared(cmyk: CMYK | Vector) -> Vector:
    """Reflectance at 850 nm of recipes."""
    shades: Vector = _mixed(np.asarray(cmyk, np.float64), _PRIMARIES[:, 3:])[..., 0]
    return shades


def difference(one: CMYK, other: CMYK) -> float:
    """CIE 1976 colour difference; below 1 nobody sees it, below 2 only side by side."""
    return float(np.linalg.norm(visible(one) - visible(other)))


def without_black(recipe: CMYK) -> CMYK:
    """The recipe without black that looks like `recipe`: its metameric partner.

    Raises ValueError where there is none.
    """
    made = inks_for(visible(recipe), np.array(0.0))
    partner = (float(made[0]), float(made[1]), float(made[2]), 0.0)
    if difference(partner, recipe) > _SAME:
        raise ValueError("No recipe without black looks like this one.")
    return partner


def separated(lab: Vector, gray_component: float = 0.7) -> Vector:
    """How a colour copier prints what it sees: the same recipe for the same colour.

    `gray_component` is the share of the grey part that it prints in black.
    """
    bare = inks_for(lab, np.zeros(lab.shape[:-1]))
    black = gray_component * bare[..., :3].min(axis=-1)
    return inks_for(lab, black)


def inks_for(lab: Vector, black: Vector) -> Vector:
    """C, M, Y, K that look like `lab` with that much black, as near as inks can.

    Newton's method, from a grey of about the same darkness.
    """
    made = np.empty((*lab.shape[:-1], 4))
    made[..., :3] = np.clip((100 - lab[..., :1]) / 100, 0.02, 0.95)
    made[..., 3] = black
    for _ in range(_ROUNDS):
        at = visible(made)
        slope = np.stack(
            [(visible(made + step) - at) / _STEP for step in np.eye(3, 4) * _STEP], axis=-1
        )
        move = np.linalg.solve(slope, (lab - at)[..., None])[..., 0]
        made[..., :3] = np.clip(made[..., :3] + np.clip(move, -_STRIDE, _STRIDE), 0.0, 0.98)
    return made


_ROUNDS, _STEP, _SAME, _STRIDE = 14, 1e-4, 0.05, 0.3


def _xyz(lab: Vector) -> Vector:
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    y = (lightness + 16) / 116
    root = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    cubed = np.where(root > 6 / 29, root**3, 3 * (6 / 29) ** 2 * (root - 4 / 29))
    made: Vector = cubed * _D50
    return made


def _lab(xyz: Vector) -> Vector:
    share = xyz / _D50
    low = share / (3 * (6 / 29) ** 2) + 4 / 29
    root = np.where(share > (6 / 29) ** 3, np.cbrt(share), low)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _primaries() -> Vector:
    """X, Y, Z and infra-red of the sixteen, to the power of 1/n."""
    black = _xyz(np.array(_BLACK_LAB))
    paper = _xyz(np.array(_LAB[""]))
    rows = []
    for on in itertools.product((0, 1), repeat=4):
        inks = "".join(name for name, there in zip("cmy", on, strict=False) if there)
        colour = _xyz(np.array(_LAB[inks]))
        heat = _INFRARED["paper"] * _INFRARED["ink"] ** len(inks)
        if on[3]:
            colour = black * (colour / paper) ** _BLACK_SHARE
            heat = _INFRARED["black"]
        rows.append([*colour, heat])
    powered: Vector = np.array(rows) ** (1 / _N)
    return powered


_PRIMARIES = _primaries()


def _mixed(cmyk: Vector, primaries: Vector) -> Vector:
    share = np.ones((*cmyk.shape[:-1], 1))
    for ink in range(4):
        amount = cmyk[..., ink, None, None]
        share = np.concatenate([share[..., None] * (1 - amount), share[..., None] * amount], -1)
        share = share.reshape(*cmyk.shape[:-1], -1)
    made: Vector = (share @ primaries) ** _N
    return made


def to_srgb(lab: Vector) -> NDArray[np.uint8]:
    """CIELAB (D50) as sRGB bytes, for a screen. Source: IEC 61966-2-1, Bradford to D65."""
    xyz = _xyz(lab)
    matrix = np.array([
        [3.1338561, -1.6168667, -0.4906146],
        [-0.9787684, 1.9161415, 0.0334540],
        [0.0719453, -0.2289914, 1.4052427],
    ])  # fmt: skip
    linear = np.clip(xyz @ matrix.T, 0, 1)
    coded = np.where(linear <= _LINEAR_BELOW, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(coded * 255), np.uint8)


_LINEAR_BELOW = 0.0031308
