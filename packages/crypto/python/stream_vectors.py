"""Known-answer vectors of Seal's attachments, made from docs/PROTOCOL.md.

    python3 stream_vectors.py > ../vectors/stream.vectors.json

This is the second implementation that the TypeScript is compared with, so it shares no code with it and does nothing
but what the document says. It needs nothing but Python. Byte i of every file is `(7 * i + i // 256) % 256`.
"""

import hashlib
import hmac
import json
import struct
import sys

sys.dont_write_bytecode = True

import aes_gcm_256

CHUNK = 65536
LABEL = b"SealChat_v1_Attachment"
SIZES = [0, 1, 200, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]


def hkdf(ikm, salt, info, length):
    prk = hmac.digest(salt, ikm, "sha256")
    out = block = b""
    for i in range(1, 256):
        if len(out) >= length:
            return out[:length]
        block = hmac.digest(prk, block + info + bytes([i]), "sha256")
        out += block
    raise ValueError


def stream_key(file_key, attachment_id):
    info = struct.pack(">I", len(LABEL)) + LABEL + bytes.fromhex(attachment_id.replace("-", ""))
    derived = hkdf(file_key, bytes(32), info, 71)
    return derived[:32], derived[32:39], derived[39:]


def seal_file(key, prefix, data):
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)] or [b""]
    return b"".join(
        aes_gcm_256.seal(key, prefix + struct.pack(">IB", i, i == len(chunks) - 1), chunk)
        for i, chunk in enumerate(chunks)
    )


def vector(size):
    file_key = hashlib.sha256(b"seal stream vectors: %d" % size).digest()
    attachment_id = "a77ac4ed-0000-4000-8000-%012d" % size
    key, prefix, commitment = stream_key(file_key, attachment_id)
    data = bytes((7 * i + i // 256) % 256 for i in range(size))
    sealed = seal_file(key, prefix, data)
    return {
        "attachmentId": attachment_id,
        "fileKey": file_key.hex(),
        "size": size,
        "key": key.hex(),
        "noncePrefix": prefix.hex(),
        "commitment": commitment.hex(),
        "ciphertextSize": len(sealed),
        "ciphertextSha256": hashlib.sha256(sealed).hexdigest(),
        "ciphertextEnd": sealed[-48:].hex(),
    }


def main():
    aes_gcm_256.check()
    vectors = {
        "about": "Made by packages/crypto/python/stream_vectors.py; do not edit. Hexadecimal.",
        "files": [vector(size) for size in SIZES],
    }
    json.dump(vectors, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
