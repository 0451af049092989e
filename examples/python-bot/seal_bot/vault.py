"""The vault of an account (PROTOCOL, _Vault_): made for one recovery code."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

import hpke_x_wing
from codes import crc12, crockford
from nacl import pwhash
from wire import hkdf, sha256, text, u8, u32, u53, uuid, variable

from .curves import random, sign_labeled, sign_public

MEMORY_KIB, ITERATIONS, PARALLELISM = 65_536, 3, 1
RECOVERY_CODE = 1


@dataclass(frozen=True)
class AccountSecrets:
    """What makes a device speak for an account."""

    account_seed: bytes
    archive_epoch: int
    archive_key: bytes

    def encode(self) -> bytes:
        return u8(1) + self.account_seed + u32(self.archive_epoch) + self.archive_key


@dataclass(frozen=True)
class SealedVault:
    """A vault as the server takes it."""

    vault: bytes
    signature: bytes
    record: bytes


def spell_code(secret: bytes) -> str:
    """The recovery code of 16 random bytes, with its checksum."""
    return crockford(secret + (crc12(secret) << 4).to_bytes(2, "big"), 28)


def make_vault(
    tenant_id: str, user_id: str, identity_seed: bytes, secrets: AccountSecrets, code: bytes, method_id: str, now: int
) -> SealedVault:
    """The first version of a vault, which the 16 bytes of `code` open."""
    account = uuid(tenant_id) + uuid(user_id)
    salt = random(16)
    parameters = u32(MEMORY_KIB) + u32(ITERATIONS) + u8(PARALLELISM)
    stretched = pwhash.argon2id.kdf(32, code, salt, opslimit=ITERATIONS, memlimit=MEMORY_KIB * 1024)
    info = text("SealChat_v1_VaultKey") + u8(RECOVERY_CODE) + parameters + account + uuid(method_id)
    key = hkdf(stretched, salt, info, 32)
    unlock_seed = hkdf(code, bytes(32), text("SealChat_v1_UnlockKey") + uuid(tenant_id), 32)
    identity_key = sign_public(identity_seed)
    binding_key = hkdf(key, bytes(32), text("SealChat_v1_VaultBinding"), 32)
    binding = hmac.digest(binding_key, account + uuid(method_id) + identity_key, "sha256")
    public = hpke_x_wing.public_key(key)
    method_info = text("SealChat_v1_VaultMethod") + account + uuid(method_id) + u32(secrets.archive_epoch)
    plaintext = u8(1) + identity_seed + secrets.encode()
    enc, ciphertext = hpke_x_wing.seal(public, random(32), random(32), method_info, plaintext)
    record = u8(1) + uuid(method_id) + u8(RECOVERY_CODE) + u53(now) + text("")
    record += variable(parameters + salt + sign_public(unlock_seed)) + public + binding
    record += variable(u8(1) + variable(enc) + variable(ciphertext))
    vault = u8(1) + account + identity_key + u32(1) + bytes(32) + u53(now) + u32(secrets.archive_epoch)
    vault += u8(0) + u8(1) + sha256(record)
    return SealedVault(vault, sign_labeled(identity_seed, "SealChat_v1_Vault", vault), record)
