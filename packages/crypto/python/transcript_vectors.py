"""Known-answer vectors of the running hash of a conversation, made from docs/PROTOCOL.md.

    python3 transcript_vectors.py > ../vectors/transcript.vectors.json
"""

import json
import sys

sys.dont_write_bytecode = True

from identity_vectors import ALICE, BOB, CONVERSATION, MESSAGE, TENANT, fixed, sha256, text, u8, u53, uuid


def transcript():
    value = sha256(text("SealChat_v1_Transcript") + uuid(TENANT) + uuid(CONVERSATION))
    out = {"tenantId": TENANT, "conversationId": CONVERSATION, "start": value.hex(), "entries": []}
    phone, laptop = "d0000000-0000-4000-8000-000000000001", "d0000000-0000-4000-8000-000000000002"
    entries = [
        (1, MESSAGE % 0, ALICE, laptop, fixed("first body hash")),
        (2, MESSAGE % 1, BOB, phone, fixed("commit hash")),
        (3, "00000000-0000-0000-0000-000000000000", ALICE, phone, bytes(32)),
        (1, MESSAGE % 2, BOB, phone, fixed("second body hash")),
    ]
    for seq, (kind, entry_id, user, device_id, digest) in enumerate(entries, start=1):
        value = sha256(value + u53(seq) + u8(kind) + uuid(entry_id) + uuid(user) + uuid(device_id) + digest)
        out["entries"].append(
            {
                "seq": seq,
                "kind": kind,
                "entryId": entry_id,
                "senderUserId": user,
                "senderDeviceId": device_id,
                "hash": digest.hex(),
                "value": value.hex(),
            }
        )
    return out


def main():
    about = "Made by packages/crypto/python/transcript_vectors.py; do not edit. Hexadecimal."
    json.dump({"about": about, **transcript()}, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
