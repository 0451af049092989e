"""Opens an account with its first device (PROTOCOL, _Accounts and devices_; docs/API.md, _Sessions_)."""

from __future__ import annotations

import time
import uuid as uuids
from typing import Any, Callable

from wire import sha256, sign, text, u8, uuid

from .api import Api, b64, unb64
from .chain import KnownList, follow_chain
from .curves import dh_public, random, sign_labeled, sign_public
from .device_list import (
    CERTIFICATE_LABEL,
    LIST_LABEL,
    PQ_RATCHET,
    ZEROS,
    Device,
    encode_certificate,
    encode_list,
)
from .errors import PASSING, SealError, require
from .labels import seal_labels
from .state import Account, Peer, Registration, Store, Tokens
from .vault import AccountSecrets, make_vault, spell_code

REGISTER, JOIN, SIGN_IN = 1, 2, 3
DEVICE_NAME = "Python bot"


def new_id() -> str:
    return str(uuids.uuid4())


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def own_device(account: Account, added_in: int) -> Device:
    """This device as the account's list has it, from version `added_in` on."""
    keys = dh_public(account.dh_private), sign_public(account.sign_seed)
    return Device(account.device_id, *keys, account.registration_id, PQ_RATCHET, added_in)


def make_account(tenant_id: str, username: str) -> tuple[Account, Registration]:
    """Makes all keys of an account, its first device list and its vault. The identity seed is in the vault alone."""
    identity_seed, code, now = random(32), random(16), now_ms()
    account = Account(
        tenant_id=tenant_id,
        user_id=new_id(),
        device_id=new_id(),
        registration_id=int.from_bytes(random(4), "big") or 1,
        dh_private=random(32),
        sign_seed=random(32),
        identity_key=sign_public(identity_seed),
        account_seed=random(32),
        archive_epoch=1,
        archive_key=random(32),
    )
    account_key = sign_public(account.account_seed)
    certificate = encode_certificate(tenant_id, account.user_id, account.identity_key, account_key)
    device = own_device(account, 1)
    secrets = AccountSecrets(account.account_seed, account.archive_epoch, account.archive_key)
    vault = make_vault(tenant_id, account.user_id, identity_seed, secrets, code, new_id(), now)
    device_list = encode_list(
        tenant_id=tenant_id,
        user_id=account.user_id,
        username=username,
        certificate=certificate,
        certificate_signature=sign_labeled(identity_seed, CERTIFICATE_LABEL, certificate),
        version=1,
        previous_hash=ZEROS,
        issued_at=now,
        author=account.device_id,
        archive_epoch=account.archive_epoch,
        labels=seal_labels(
            tenant_id, account.user_id, account.archive_key, 1, [(account.device_id, now, DEVICE_NAME)]
        ),
        vault_version=1,
        vault_hash=sha256(vault.vault),
        devices=[device],
    )
    signature = sign_labeled(account.account_seed, LIST_LABEL, device_list)
    registration = Registration(
        username, device_list, signature, vault.vault, vault.signature, vault.record, spell_code(code)
    )
    return account, registration


def auth_proof(account: Account, purpose: int, challenge: dict[str, Any], list_hash: bytes) -> dict[str, Any]:
    """The sign-in proof, as the start of the input of `auth.register`, `auth.join` and `auth.signIn`."""
    require(challenge["tenantId"] == account.tenant_id, "CONFLICT", "the key belongs to another tenant now")
    content = text("SealChat_v1_AuthProof") + u8(purpose) + uuid(account.tenant_id) + uuid(challenge["challengeId"])
    content += unb64(challenge["nonce"]) + uuid(account.user_id) + uuid(account.device_id) + list_hash
    return {
        "challengeId": challenge["challengeId"],
        "userId": account.user_id,
        "deviceId": account.device_id,
        "signature": b64(sign(account.sign_seed, content)),
    }


def sign_in(api: Api, store: Store) -> None:
    """Signs in with the device's key and keeps the tokens."""
    challenge = api.mutate("auth.challenge", {}, session=False)
    answer = api.mutate("auth.signIn", auth_proof(store.account(), SIGN_IN, challenge, ZEROS), session=False)
    keep_tokens(store, answer)


def renew(api: Api, store: Store) -> None:
    """Takes a new access token by the refresh token, or by signing in again."""
    tokens = store.state.tokens
    try:
        require(tokens is not None, "NOT_SIGNED_IN")
        assert tokens is not None
        keep_tokens(store, api.mutate("auth.refresh", {"refreshToken": tokens.refresh}, session=False))
    except SealError as error:
        if error.code in ("OFFLINE", "UNAVAILABLE", "RATE_LIMITED", "DEVICE_REVOKED"):
            raise
        sign_in(api, store)


def keep_tokens(store: Store, answer: dict[str, Any]) -> None:
    """Keeps the tokens of an answer; on the disk when it returns."""
    store.state.tokens = Tokens(answer["accessToken"], answer["refreshToken"])
    store.commit()


def register(api: Api, store: Store, username: str, show_code: Callable[[str], None]) -> None:
    """Opens the account, unless the state has one. What a crash left half done is done again with the same keys."""
    state = store.state
    if state.account is None:
        challenge = api.mutate("auth.challenge", {}, session=False)
        state.account, state.registration = make_account(challenge["tenantId"], username)
        store.commit()
    registration, account = state.registration, state.account
    if registration is None:
        return
    try:
        _send_registration(api, store, account, registration)
    except SealError as error:
        if error.code not in PASSING:
            state.account = state.registration = None
            store.commit()
        raise
    own = follow_chain(
        None,
        [(registration.device_list, registration.device_list_signature)],
        account.tenant_id,
        account.user_id,
        account.identity_key,
    )
    assert own is not None
    state.peers[account.user_id] = Peer(KnownList(own.raw), now_ms())
    show_code(registration.recovery_code)
    state.registration = None
    store.commit()


def _send_registration(api: Api, store: Store, account: Account, registration: Registration) -> None:
    challenge = api.mutate("auth.challenge", {}, session=False)
    given = {
        **auth_proof(account, REGISTER, challenge, sha256(registration.device_list)),
        "username": registration.username,
        "deviceList": b64(registration.device_list),
        "deviceListSignature": b64(registration.device_list_signature),
        "vault": {
            "vault": b64(registration.vault),
            "signature": b64(registration.vault_signature),
            "records": [b64(registration.vault_record)],
        },
    }
    keep_tokens(store, api.mutate("auth.register", given, session=False))
