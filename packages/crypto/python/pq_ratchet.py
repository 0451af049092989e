"""The post-quantum ratchet of docs/PROTOCOL.md, one end of it, for test vectors."""

import struct

import ml_kem_768
from session_primitives import fixed, hkdf, kdf_ck, u8, u32


class Epoch:
    """Keeps where its chains begin, which the product does not: a key is found by its number, whatever came before."""

    def __init__(self, number, secret, previous):
        out = hkdf(secret, previous, b"SealChat_v2_PqRoot" + u32(number), 96)
        self.secret, self.chains = out[:32], {True: out[32:64], False: out[64:]}

    def key(self, of_initiator, number):
        chain_key = self.chains[of_initiator]
        for _ in range(number):
            chain_key, _ = kdf_ck(chain_key)
        return kdf_ck(chain_key)[1]


class PqRatchet:
    def __init__(self, name, is_initiator, secret):
        self.name, self.is_initiator = name, is_initiator
        self.epochs = [Epoch(0, secret, bytes(32))]
        self.sending, self.sent = 0, 0
        self.peer_epoch = 0
        self.offered, self.answer, self.copies = None, None, 0

    def offer(self):
        assert self.sending == self.peer_epoch == len(self.epochs) - 1 and self.offered is None
        self.offered, self.copies = fixed(f"{self.name} epoch {self.sending + 1}", 64), 0
        return self.offered

    def is_copy(self, first):
        self.copies += 1
        return self.copies <= first or (self.copies - 1) % 32 == 0

    def header(self):
        """The part of the header, and the key."""
        kind, payload = 0, b""
        if self.offered is not None and self.is_copy(3):
            kind, payload = 1, ml_kem_768.key_pair(self.offered)[0]
        elif self.answer is not None and self.is_copy(2):
            kind, payload = 2, self.answer
        header = u8(kind) + u32(self.sending) + u32(self.sent) + payload
        key = self.epochs[self.sending].key(self.is_initiator, self.sent)
        self.sent += 1
        return header, key

    def key(self, header):
        epoch, number = struct.unpack(">II", header[1:9])
        return self.epochs[epoch].key(not self.is_initiator, number)

    def begin(self, secret):
        self.epochs.append(Epoch(len(self.epochs), secret, self.epochs[-1].secret))

    def opened(self, header):
        """What an authenticated message changes; the randomness of the encapsulation, if there was one."""
        kind, epoch, payload = header[0], struct.unpack(">I", header[1:5])[0], header[9:]
        if epoch > self.peer_epoch:
            self.peer_epoch = epoch
            if self.answer is not None:
                self.sending, self.sent, self.answer = epoch, 0, None
        if epoch != self.peer_epoch or len(self.epochs) - 1 > epoch:
            return None
        if kind == 1 and (self.offered is None or not self.is_initiator):
            randomness = fixed(f"{self.name} KEM {epoch + 1}")
            secret, self.answer = ml_kem_768.encapsulate(payload, randomness)
            self.offered, self.copies = None, 0
            self.begin(secret)
            return randomness
        if kind == 2 and self.offered is not None:
            self.begin(ml_kem_768.decapsulate(ml_kem_768.key_pair(self.offered)[1], payload))
            self.offered, self.sending, self.sent = None, epoch + 1, 0
        return None
