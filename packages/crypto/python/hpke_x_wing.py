"""X-Wing (draft-connolly-cfrg-xwing-kem) and HPKE in base mode over it (RFC 9180), with HKDF-SHA-512 and
ChaCha20-Poly1305: what a vault's secrets are sealed with. Straight from the documents, for one message."""

import hashlib
import hmac
import struct

from nacl.bindings import (
    crypto_aead_chacha20poly1305_ietf_decrypt,
    crypto_aead_chacha20poly1305_ietf_encrypt,
    crypto_scalarmult,
    crypto_scalarmult_base,
)

import ml_kem_768

KEM_ID, KDF_ID, AEAD_ID = 0x647A, 3, 3
LABEL = b"\\./" + b"/^\\"


def expand(seed):
    expanded = hashlib.shake_256(seed).digest(96)
    return expanded[:64], expanded[64:]


def public_key(seed):
    ml_seed, x = expand(seed)
    return ml_kem_768.key_pair(ml_seed)[0] + crypto_scalarmult_base(x)


def encapsulate(public, ephemeral, message):
    """Returns the shared secret and the ciphertext; `ephemeral` and `message` are the random values."""
    ml_secret, ml_ciphertext = ml_kem_768.encapsulate(public[:1184], message)
    x_public, x_ciphertext = public[1184:], crypto_scalarmult_base(ephemeral)
    x_secret = crypto_scalarmult(ephemeral, x_public)
    shared = hashlib.sha3_256(ml_secret + x_secret + x_ciphertext + x_public + LABEL).digest()
    return shared, ml_ciphertext + x_ciphertext


def decapsulate(seed, enc):
    ml_seed, x = expand(seed)
    ml_secret = ml_kem_768.decapsulate(ml_kem_768.key_pair(ml_seed)[1], enc[:1088])
    x_ciphertext = enc[1088:]
    x_secret = crypto_scalarmult(x, x_ciphertext)
    return hashlib.sha3_256(ml_secret + x_secret + x_ciphertext + crypto_scalarmult_base(x) + LABEL).digest()


def hkdf_expand(prk, info, length):
    out = block = b""
    counter = 1
    while len(out) < length:
        block = hmac.digest(prk, block + info + bytes([counter]), "sha512")
        out += block
        counter += 1
    return out[:length]


SUITE = b"HPKE" + struct.pack(">HHH", KEM_ID, KDF_ID, AEAD_ID)


def labeled_extract(salt, label, ikm):
    return hmac.digest(salt or bytes(64), b"HPKE-v1" + SUITE + label + ikm, "sha512")


def labeled_expand(prk, label, info, length):
    return hkdf_expand(prk, struct.pack(">H", length) + b"HPKE-v1" + SUITE + label + info, length)


def key_and_nonce(shared, info):
    context = b"\x00" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
    secret = labeled_extract(shared, b"secret", b"")
    return labeled_expand(secret, b"key", context, 32), labeled_expand(secret, b"base_nonce", context, 12)


def seal(public, ephemeral, message, info, plaintext):
    """Returns the encapsulated key and the ciphertext, without associated data."""
    shared, enc = encapsulate(public, ephemeral, message)
    key, nonce = key_and_nonce(shared, info)
    return enc, crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, b"", nonce, key)


def open_sealed(seed, enc, info, ciphertext):
    """The plaintext; raises nacl.exceptions.CryptoError where the ciphertext is not one of `seal`."""
    key, nonce = key_and_nonce(decapsulate(seed, enc), info)
    return crypto_aead_chacha20poly1305_ietf_decrypt(ciphertext, b"", nonce, key)
