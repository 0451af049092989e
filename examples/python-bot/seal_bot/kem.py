"""ML-KEM-768 as the sessions use it."""

from __future__ import annotations

import ml_kem_768

from .curves import random
from .errors import require


def kem_public(seed: bytes) -> bytes:
    """The encapsulation key (1,184 bytes) of a 64-byte seed d ‖ z."""
    return ml_kem_768.key_pair(seed)[0]


def encapsulate(public: bytes) -> tuple[bytes, bytes]:
    """The shared secret and the ciphertext. Raises MALFORMED for a key with a coefficient of 3,329 or more."""
    require(len(public) == 1184, "MALFORMED")
    coefficients = (c for i in range(3) for c in ml_kem_768.byte_decode(12, public[384 * i : 384 * (i + 1)]))
    require(max(coefficients) < ml_kem_768.Q, "MALFORMED", "a KEM key with a coefficient that is too large")
    return ml_kem_768.encapsulate(public, random(32))


def decapsulate(seed: bytes, ciphertext: bytes) -> bytes:
    """The shared secret of a ciphertext (1,088 bytes), with implicit rejection (FIPS 203 §6.3)."""
    require(len(ciphertext) == 1088, "MALFORMED")
    return ml_kem_768.decapsulate(ml_kem_768.key_pair(seed)[1], ciphertext)
