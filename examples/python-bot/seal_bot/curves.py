"""Ed25519 and X25519 with the checks of PROTOCOL, _Primitives_ and _PQXDH_."""

from __future__ import annotations

import secrets

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_scalarmult, crypto_scalarmult_base
from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey
from wire import sign, text, variable

from .errors import SealError, require

P = 2**255 - 19


def random(size: int) -> bytes:
    """Bytes from the system's generator."""
    return secrets.token_bytes(size)


def sign_public(seed: bytes) -> bytes:
    """The Ed25519 public key of a 32-byte seed."""
    return bytes(SigningKey(seed).verify_key)


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Checks an Ed25519 signature. libsodium is strict: S < L, canonical keys, none of small order.

    Raises BAD_SIGNATURE.
    """
    try:
        VerifyKey(public).verify(message, signature)
    except (CryptoError, ValueError, TypeError):
        raise SealError("BAD_SIGNATURE") from None


def sign_labeled(seed: bytes, label: str, content: bytes) -> bytes:
    """Signs `text label ‖ var content`."""
    return sign(seed, text(label) + variable(content))


def verify_labeled(public: bytes, label: str, content: bytes, signature: bytes) -> None:
    """Checks a signature of `text label ‖ var content`. Raises BAD_SIGNATURE."""
    verify(public, text(label) + variable(content), signature)


def dh_public(private: bytes) -> bytes:
    """The X25519 public key of 32 random bytes."""
    return crypto_scalarmult_base(private)


def dh(private: bytes, public: bytes) -> bytes:
    """X25519. Raises LOW_ORDER_KEY for a key that is not canonical and for a result of zeros."""
    require(int.from_bytes(public, "little") < P, "LOW_ORDER_KEY", "a key that is not canonical")
    try:
        shared = crypto_scalarmult(private, public)
    except (CryptoError, RuntimeError):
        raise SealError("LOW_ORDER_KEY") from None
    require(any(shared), "LOW_ORDER_KEY")
    return shared


def require_prime_order(public: bytes) -> None:
    """Checks that a base key is canonical, on the curve, and in the group of prime order.

    The check is made in the coordinates of the Edwards curve (RFC 7748 §4.1). Raises LOW_ORDER_KEY.
    """
    u = int.from_bytes(public, "little")
    require(u < P and u not in (0, P - 1), "LOW_ORDER_KEY")
    y = (u - 1) * pow(u + 1, -1, P) % P
    require(bool(crypto_core_ed25519_is_valid_point(y.to_bytes(32, "little"))), "LOW_ORDER_KEY")
