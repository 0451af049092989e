"""Joins an account with its recovery code (PROTOCOL, _Vault_ and _Unlock proof_; docs/API.md, _Sessions_)."""

from __future__ import annotations

from typing import Any

from wire import sha256, sign, text, u8, uuid

from . import transcript
from .api import Api, b64, unb64
from .chain import follow_chain
from .curves import random, sign_labeled, sign_public
from .device_list import LIST_LABEL, ZEROS, DeviceList, encode_list
from .directory import Directory
from .errors import SealError, require
from .labels import open_labels, seal_labels
from .open_vault import OpenedVault, open_vault, read_code, read_method, unlock_seed
from .register import DEVICE_NAME, JOIN, auth_proof, keep_tokens, new_id, now_ms, own_device
from .state import Account, Peer, Store

UNLOCK, UNLOCK_TO_JOIN = 1, 2
PAGE = 100


def _unlock_proof(code: bytes, purpose: int, challenge: dict[str, Any], list_hash: bytes) -> str:
    tenant_id = challenge["tenantId"]
    content = text("SealChat_v1_UnlockProof") + u8(purpose) + uuid(tenant_id) + uuid(challenge["challengeId"])
    return b64(sign(unlock_seed(code, tenant_id), content + unb64(challenge["nonce"]) + list_hash))


def recover(api: Api, store: Store, username: str, spelled: str) -> None:
    """Adds this device to the account of that name. Raises WRONG_CODE, VAULT_REJECTED, DEVICE_LIST_REJECTED."""
    require(store.state.account is None, "CONFLICT", "the state has an account already")
    code = read_code(spelled)
    challenge = api.mutate("auth.challenge", {}, session=False)
    proof = _unlock_proof(code, UNLOCK, challenge, ZEROS)
    given = {"username": username, "challengeId": challenge["challengeId"], "signature": proof}
    answer = api.mutate("vault.unlock", given, session=False)
    tenant_id, user_id = answer["tenantId"], answer["userId"]
    require(tenant_id == challenge["tenantId"], "VAULT_REJECTED", "of another tenant")
    record = unb64(answer["record"])
    opened = open_vault(tenant_id, user_id, code, unb64(answer["vault"]), unb64(answer["signature"]), record)
    present = _present_list(api, tenant_id, user_id, username, opened)
    is_present_vault = present.vault_hash == sha256(unb64(answer["vault"]))
    require(is_present_vault, "VAULT_REJECTED", "another vault than the list names")
    account = _new_device(tenant_id, user_id, opened)
    raw = _longer_list(present, account)
    signature = sign_labeled(account.account_seed, LIST_LABEL, raw)
    joining = api.mutate("auth.challenge", {}, session=False)
    admission = {
        "kind": "unlock",
        "methodId": read_method(record).method_id,
        "signature": _unlock_proof(code, UNLOCK_TO_JOIN, joining, sha256(raw)),
    }
    known = follow_chain(None, [(raw, signature)], tenant_id, user_id, opened.identity_key)
    assert known is not None
    store.state.account, store.state.peers[user_id] = account, Peer(known, now_ms())
    given = {
        **auth_proof(account, JOIN, joining, sha256(raw)),
        "deviceList": b64(raw),
        "deviceListSignature": b64(signature),
        "admission": admission,
    }
    keep_tokens(store, api.mutate("auth.join", given, session=False))


def _present_list(api: Api, tenant_id: str, user_id: str, username: str, opened: OpenedVault) -> DeviceList:
    """The newest list, which has to be under the vault's identity and account key."""
    given = {"users": [{"userId": user_id, "since": 0}]}
    lists = api.query("devices.lists", given, session=False)["lists"]
    chain = [(unb64(each["bytes"]), unb64(each["signature"])) for found in lists for each in found["chain"]]
    known = follow_chain(None, chain, tenant_id, user_id, opened.identity_key)
    if known is None:
        raise SealError("NOT_FOUND", "an account without a device list")
    present = known.decoded()
    is_keys = present.certificate.account_key == sign_public(opened.secrets.account_seed)
    require(is_keys and present.archive_epoch == opened.secrets.archive_epoch, "VAULT_REJECTED", "an old vault or list")
    require(present.username == username, "DEVICE_LIST_REJECTED", "the list says another name")
    return present


def _new_device(tenant_id: str, user_id: str, opened: OpenedVault) -> Account:
    return Account(
        tenant_id=tenant_id,
        user_id=user_id,
        device_id=new_id(),
        registration_id=int.from_bytes(random(4), "big") or 1,
        dh_private=random(32),
        sign_seed=random(32),
        identity_key=opened.identity_key,
        account_seed=opened.secrets.account_seed,
        archive_epoch=opened.secrets.archive_epoch,
        archive_key=opened.secrets.archive_key,
    )


def _longer_list(present: DeviceList, account: Account) -> bytes:
    """The next version, with this device in it."""
    tenant_id, user_id, epoch = account.tenant_id, account.user_id, account.archive_epoch
    labels = open_labels(tenant_id, user_id, account.archive_key, epoch, present.labels)
    labels.append((account.device_id, now_ms(), DEVICE_NAME))
    device = own_device(account, present.version + 1)
    return encode_list(
        tenant_id=tenant_id,
        user_id=user_id,
        username=present.username,
        certificate=present.certificate.raw,
        certificate_signature=present.certificate_signature,
        version=present.version + 1,
        previous_hash=sha256(present.raw),
        issued_at=now_ms(),
        author=account.device_id,
        archive_epoch=epoch,
        labels=seal_labels(tenant_id, user_id, account.archive_key, epoch, labels),
        vault_version=present.vault_version,
        vault_hash=present.vault_hash,
        devices=[*present.devices, device],
    )


def learn_conversations(api: Api, store: Store, directory: Directory) -> None:
    """Takes the DMs that the account had before this device: what they hold up to now is not for it."""
    after: str | None = None
    while True:
        found = api.query("conversations.list", {"after": after, "limit": PAGE})
        for answer in found:
            if answer["kind"] == "dm" and answer["lastSeq"] > 0:
                conversation = directory.learn(answer)
                conversation.transcript = transcript.begin_late(answer["lastSeq"])
        if len(found) < PAGE:
            break
        after = found[-1]["conversationId"]
    store.commit()
