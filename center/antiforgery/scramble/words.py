"""Random words from a key, and a shuffle made of them: the same on every machine, for ever.

Source: NIST SP 800-38A (counter mode), FIPS 197 (AES); Knuth, TAOCP 2, 3.4.2, algorithm P.
"""

import hashlib

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from center.antiforgery.compiled import Places, compiled

_ZERO = bytes(16)


def stream(key: bytes, purpose: bytes, count: int) -> Places:
    """`count` uint32 words that nobody can tell from noise without `key`."""
    length = len(key).to_bytes(4, "big")
    derived = hashlib.sha256(length + key + purpose).digest()
    encryptor = Cipher(algorithms.AES256(derived), modes.CTR(_ZERO)).encryptor()
    return np.frombuffer(encryptor.update(bytes(4 * count)), "<u4")


def shuffled(count: int, words: Places) -> Places:
    """0..count-1 in an order drawn from `words` (at least `count` of them)."""
    return shuffled_values(np.arange(count, dtype=np.int32), words)


@compiled
def shuffled_values(values: Places, words: Places) -> Places:
    """`values` in an order drawn from `words` (at least as many): `values[shuffled(...)]`."""
    order = values.copy()
    for left in range(len(order) - 1, 0, -1):
        # 32 random bits scaled down: off from even by at most count / 2^32.
        other = (np.uint64(words[left]) * np.uint64(left + 1)) >> np.uint64(32)
        at = np.int64(other)
        order[left], order[at] = order[at], order[left]
    return order
