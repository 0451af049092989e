"""Opens a vault with a recovery code (PROTOCOL, _Vault_, _Opening_)."""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass

import hpke_x_wing
from codes import crc12
from nacl import pwhash
from nacl.exceptions import CryptoError
from wire import hkdf, sha256, text, u8, u32, uuid

from .curves import sign_public, verify_labeled
from .errors import SealError, require
from .reader import Reader, read_all
from .vault import RECOVERY_CODE, AccountSecrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SKIPPED = " -_.\u2010\u2011\u2012\u2013\u2014\u2015"


@dataclass(frozen=True)
class OpenedVault:
    """What a vault holds, but for the identity seed, of which the account keeps the public key alone."""

    identity_key: bytes
    secrets: AccountSecrets


@dataclass(frozen=True)
class Method:
    """A method's record."""

    method_id: str
    parameters: bytes
    memory_kib: int
    iterations: int
    salt: bytes
    public_key: bytes
    binding: bytes
    enc: bytes
    ciphertext: bytes


def read_code(spelled: str) -> bytes:
    """The 16 bytes of a recovery code as a person types it. Raises WRONG_CODE."""
    plain = "".join(each for each in unicodedata.normalize("NFKC", spelled).upper() if each not in SKIPPED)
    plain = plain.translate(str.maketrans("OIL", "011"))
    require(len(plain) == 28 and all(each in ALPHABET for each in plain), "WRONG_CODE")
    bits = 0
    for each in plain:
        bits = bits << 5 | ALPHABET.index(each)
    secret = (bits >> 12).to_bytes(16, "big")
    require(crc12(secret) == bits & 0xFFF, "WRONG_CODE")
    return secret


def unlock_seed(code: bytes, tenant_id: str) -> bytes:
    """The seed of the key that signs unlock proofs."""
    return hkdf(code, bytes(32), text("SealChat_v1_UnlockKey") + uuid(tenant_id), 32)


def read_method(record: bytes) -> Method:
    """Reads a method's record. Raises MALFORMED for parameters that are too weak or too costly."""

    def read(reader: Reader) -> Method:
        require(reader.u8() == 1, "UNSUPPORTED_VERSION")
        method_id, kind = reader.uuid(), reader.u8()
        require(kind == RECOVERY_CODE, "UNSUPPORTED_VERSION")
        reader.u53()
        reader.text(64)
        params, public_key, binding = reader.variable(256), reader.take(1216), reader.take(32)
        memory, iterations, lanes, salt, _ = read_all(
            params, lambda inner: (inner.u32(), inner.u32(), inner.u8(), inner.take(16), inner.take(32))
        )
        is_fair = 65_536 <= memory <= 262_144 and 3 <= iterations <= 10
        # libsodium has Argon2id with one lane; others may have up to four.
        require(is_fair and lanes == 1, "MALFORMED")
        enc, ciphertext = read_all(reader.variable(4096), _read_sealed)
        return Method(method_id, params[:9], memory, iterations, salt, public_key, binding, enc, ciphertext)

    return read_all(record, read)


def _read_sealed(reader: Reader) -> tuple[bytes, bytes]:
    _expect_version(reader)
    return reader.variable(1120), reader.variable(1024)


def _expect_version(reader: Reader) -> None:
    require(reader.u8() == 1, "UNSUPPORTED_VERSION")


def open_vault(
    tenant_id: str, user_id: str, code: bytes, vault: bytes, signature: bytes, record: bytes
) -> OpenedVault:
    """Opens a vault in the order that PROTOCOL demands. Raises WRONG_CODE, VAULT_REJECTED, BAD_SIGNATURE."""
    identity_key, epoch, hashes = _read_vault(vault, tenant_id, user_id)
    verify_labeled(identity_key, "SealChat_v1_Vault", vault, signature)
    require(sha256(record) in hashes, "VAULT_REJECTED", "a record that the vault does not have")
    method = read_method(record)
    account = uuid(tenant_id) + uuid(user_id)
    stretched = pwhash.argon2id.kdf(
        32, code, method.salt, opslimit=method.iterations, memlimit=method.memory_kib * 1024
    )
    info = text("SealChat_v1_VaultKey") + u8(RECOVERY_CODE) + method.parameters + account + uuid(method.method_id)
    key = hkdf(stretched, method.salt, info, 32)
    require(hmac.compare_digest(hpke_x_wing.public_key(key), method.public_key), "WRONG_CODE")
    try:
        method_info = text("SealChat_v1_VaultMethod") + account + uuid(method.method_id) + u32(epoch)
        plaintext = hpke_x_wing.open_sealed(key, method.enc, method_info, method.ciphertext)
    except CryptoError:
        raise SealError("VAULT_REJECTED") from None
    identity_seed, secrets = read_all(plaintext, _read_secrets)
    found_key = sign_public(identity_seed)
    binding_key = hkdf(key, bytes(32), text("SealChat_v1_VaultBinding"), 32)
    binding = hmac.digest(binding_key, account + uuid(method.method_id) + found_key, "sha256")
    require(hmac.compare_digest(binding, method.binding), "VAULT_REJECTED", "another identity")
    require(secrets.archive_epoch == epoch and found_key == identity_key, "VAULT_REJECTED")
    return OpenedVault(identity_key, secrets)


def _read_vault(vault: bytes, tenant_id: str, user_id: str) -> tuple[bytes, int, list[bytes]]:
    """Identity key, archive epoch and the hashes of the records."""

    def read(reader: Reader) -> tuple[bytes, int, list[bytes]]:
        require(reader.u8() == 1, "UNSUPPORTED_VERSION")
        require((reader.uuid(), reader.uuid()) == (tenant_id, user_id), "VAULT_REJECTED", "of another account")
        identity_key = reader.take(32)
        reader.take(4 + 32 + 8)
        epoch = reader.u32()
        reader.list(64, lambda: (reader.u32(), reader.variable(256)))
        return identity_key, epoch, reader.list(8, lambda: reader.take(32))

    return read_all(vault, read)


def _read_secrets(reader: Reader) -> tuple[bytes, AccountSecrets]:
    _expect_version(reader)
    identity_seed = reader.take(32)
    _expect_version(reader)
    return identity_seed, AccountSecrets(reader.take(32), reader.u32(), reader.take(32))
