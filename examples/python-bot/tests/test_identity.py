"""Device lists, the vault and sealed bodies: what the frozen vectors have is taken, what was changed is refused."""

from __future__ import annotations

import unittest
from typing import Any

from support import unhex, vectors

from seal_bot.body import open_body
from seal_bot.chain import KnownList, follow_chain
from seal_bot.curves import sign_labeled
from seal_bot.device_list import LIST_LABEL, verify_list
from seal_bot.errors import SealError
from seal_bot.open_vault import open_vault, read_code
from seal_bot.register import make_account

IDENTITY = vectors("identity")
LISTS = IDENTITY["deviceLists"]
CHAIN = [(unhex(each["bytes"]), unhex(each["signature"])) for each in LISTS["versions"]]


def follow(known: KnownList | None, chain: list[tuple[bytes, bytes]], **options: Any) -> KnownList | None:
    return follow_chain(known, chain, LISTS["tenantId"], LISTS["userId"], **options)


class Refusals(unittest.TestCase):
    def refused(self, code: str, call: Any, *given: Any, **options: Any) -> None:
        with self.assertRaises(SealError) as raised:
            call(*given, **options)
        self.assertEqual(raised.exception.code, code)


class DeviceLists(Refusals):
    def test_a_chain_is_followed_from_any_version_to_the_same_end(self) -> None:
        whole = follow(None, CHAIN)
        step = None
        for each in CHAIN:
            step = follow(step, [each])
        self.assertEqual(step, whole)
        assert whole is not None
        self.assertEqual(whole.removed, [LISTS["devices"]["laptop"]["deviceId"]])

    def test_a_list_that_was_changed_in_any_byte_is_refused(self) -> None:
        raw, signature = CHAIN[0]
        for at in range(0, len(raw), 7):
            changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
            with self.assertRaises(SealError):
                follow(None, [(changed, signature)])

    def test_a_list_under_a_key_that_was_replaced_is_refused(self) -> None:
        self.refused("BAD_SIGNATURE", follow, None, [(CHAIN[2][0], CHAIN[1][1])])

    def test_a_certificate_that_the_identity_did_not_sign_is_refused(self) -> None:
        account, registration = make_account(LISTS["tenantId"], "carol")
        present = verify_list(registration.device_list, registration.device_list_signature)
        forged = registration.device_list.replace(present.certificate_signature, bytes(64))
        self.refused("BAD_SIGNATURE", verify_list, forged, sign_labeled(account.account_seed, LIST_LABEL, forged))

    def test_a_key_that_occurs_twice_is_refused(self) -> None:
        account, registration = make_account(LISTS["tenantId"], "carol")
        device = verify_list(registration.device_list, registration.device_list_signature).devices[0]
        forged = registration.device_list.replace(device.dh_key, device.sign_key)
        signature = sign_labeled(account.account_seed, LIST_LABEL, forged)
        self.refused("DEVICE_LIST_REJECTED", verify_list, forged, signature)

    def test_an_old_list_a_gap_and_another_person_are_refused(self) -> None:
        newest, first = follow(None, CHAIN), follow(None, CHAIN[:1])
        self.refused("DEVICE_LIST_REJECTED", follow, newest, CHAIN[:2])
        self.refused("DEVICE_LIST_REJECTED", follow, first, CHAIN[2:])
        self.refused("DEVICE_LIST_REJECTED", follow_chain, None, CHAIN, LISTS["userId"], LISTS["userId"])
        self.refused("IDENTITY_CHANGED", follow, None, CHAIN, identity_key=bytes(32))


class Vault(Refusals):
    def test_the_code_opens_the_vault_and_no_other_does(self) -> None:
        given = IDENTITY["vault"]
        code = read_code(given["code"].lower().replace("-", " "))
        for number, each in enumerate(given["versions"]):
            sealed = unhex(each["bytes"]), unhex(each["signature"]), unhex(each["record"])
            opened = open_vault(LISTS["tenantId"], LISTS["userId"], code, *sealed)
            self.assertEqual(opened.secrets.account_seed, unhex(LISTS["accountSeeds"][number]))
        self.refused("WRONG_CODE", open_vault, LISTS["tenantId"], LISTS["userId"], bytes(16), *sealed)
        # The time of making is in the vault's signature alone, by the record's hash.
        other = sealed[2][:25] + bytes([sealed[2][25] ^ 1]) + sealed[2][26:]
        self.refused("VAULT_REJECTED", open_vault, LISTS["tenantId"], LISTS["userId"], code, *sealed[:2], other)

    def test_a_code_with_a_wrong_symbol_is_noticed(self) -> None:
        code = IDENTITY["vault"]["code"]
        self.refused("WRONG_CODE", read_code, ("0" if code[0] != "0" else "1") + code[1:])


class Bodies(Refusals):
    def test_bodies_of_the_vectors_open_and_another_body_under_the_same_key_does_not(self) -> None:
        first, *others = IDENTITY["sealedBodies"]
        for each in (first, *others):
            where = each["messageId"], each["conversationId"]
            body = open_body(unhex(each["sealed"]), unhex(each["keyMessage"]), *where)
            self.assertEqual((body.counter, body.accepted), (each["counter"], each["previousCounter"]))
        key = unhex(first["keyMessage"])
        self.refused("BODY_MISMATCH", open_body, unhex(others[0]["sealed"]), key, *where)
        self.refused("BODY_MISMATCH", open_body, unhex(first["sealed"]), key, *where)
        where = first["messageId"], first["conversationId"]
        self.refused("BODY_MISMATCH", open_body, unhex(first["sealed"]), key[:33] + bytes(32), *where)


if __name__ == "__main__":
    unittest.main()
