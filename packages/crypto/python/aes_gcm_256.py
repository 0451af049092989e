"""AES-256-GCM (FIPS 197, NIST SP 800-38D) in plain Python, for vectors alone: slow, and not constant in time."""


def _sbox():
    exp, value = [], 1
    for _ in range(255):
        exp.append(value)
        value ^= (value << 1) ^ (0x11B if value & 0x80 else 0)
        value &= 0xFF
    log = {each: i for i, each in enumerate(exp)}
    box = []
    for each in range(256):
        inverse = exp[-log[each] % 255] if each else 0
        rotations = [(inverse << n | inverse >> (8 - n)) & 0xFF for n in range(5)]
        box.append(rotations[0] ^ rotations[1] ^ rotations[2] ^ rotations[3] ^ rotations[4] ^ 0x63)
    return box


SBOX = _sbox()


def _double(value):
    return (value << 1 ^ (0x11B if value & 0x80 else 0)) & 0xFF


def _tables():
    """What one byte of the state adds to a column in a round, by the row it comes from (FIPS 197 §5.1.1 - §5.1.3)."""
    tables = [[], [], [], []]
    for each in SBOX:
        column = [_double(each), each, each, _double(each) ^ each]
        for row in range(4):
            tables[row].append(int.from_bytes(bytes(column[(i - row) % 4] for i in range(4)), "big"))
    return tables


T0, T1, T2, T3 = _tables()


def expand_key(key):
    """Round keys of AES-256: 60 words (FIPS 197 §5.2)."""
    assert len(key) == 32
    words = [int.from_bytes(key[i : i + 4], "big") for i in range(0, 32, 4)]
    constant = 1

    def substitute(word):
        return int.from_bytes(bytes(SBOX[byte] for byte in word.to_bytes(4, "big")), "big")

    for i in range(8, 60):
        word = words[i - 1]
        if i % 8 == 0:
            word = substitute((word << 8 | word >> 24) & 0xFFFFFFFF) ^ constant << 24
            constant = _double(constant)
        elif i % 8 == 4:
            word = substitute(word)
        words.append(words[i - 8] ^ word)
    return words


def encrypt_block(words, block):
    """One block as an integer of 128 bits."""
    s = [(block >> (96 - 32 * i) & 0xFFFFFFFF) ^ words[i] for i in range(4)]
    for at in range(4, 56, 4):
        s = [
            T0[s[i] >> 24] ^ T1[s[(i + 1) % 4] >> 16 & 255] ^ T2[s[(i + 2) % 4] >> 8 & 255] ^ T3[s[(i + 3) % 4] & 255]
            ^ words[at + i]
            for i in range(4)
        ]
    out = 0
    for i in range(4):
        row = [s[i] >> 24, s[(i + 1) % 4] >> 16 & 255, s[(i + 2) % 4] >> 8 & 255, s[(i + 3) % 4] & 255]
        word = SBOX[row[0]] << 24 | SBOX[row[1]] << 16 | SBOX[row[2]] << 8 | SBOX[row[3]]
        out = out << 32 | word ^ words[56 + i]
    return out


POLYNOMIAL = 0xE1 << 120


def _times_x(value):
    return value >> 1 ^ (POLYNOMIAL if value & 1 else 0)


class Ghash:
    """Multiplication with H by a table for each byte of the block (SP 800-38D §6.3, §6.4)."""

    def __init__(self, h):
        powers = [h]
        for _ in range(127):
            powers.append(_times_x(powers[-1]))
        self.tables = []
        for byte in range(16):
            table = [0] * 256
            for bit in range(8):
                table[0x80 >> bit] = powers[8 * byte + bit]
            for each in range(256):
                low = each & -each
                table[each] = table[low] ^ (table[each ^ low] if each != low else 0)
            self.tables.append(table)

    def __call__(self, data):
        assert len(data) % 16 == 0
        y = 0
        for at in range(0, len(data), 16):
            y ^= int.from_bytes(data[at : at + 16], "big")
            product = 0
            for table, byte in zip(self.tables, y.to_bytes(16, "big")):
                product ^= table[byte]
            y = product
        return y


def _padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, plaintext, associated_data=b""):
    """The ciphertext with its 16-byte tag behind (SP 800-38D §7.1)."""
    assert len(nonce) == 12
    words = expand_key(key)
    first = int.from_bytes(nonce, "big") << 32 | 1
    stream = b"".join(
        encrypt_block(words, first + 1 + i).to_bytes(16, "big") for i in range((len(plaintext) + 15) // 16)
    )[: len(plaintext)]
    size = len(plaintext)
    ciphertext = (int.from_bytes(plaintext, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")
    lengths = (8 * len(associated_data)).to_bytes(8, "big") + (8 * size).to_bytes(8, "big")
    digest = Ghash(encrypt_block(words, 0))(_padded(associated_data) + _padded(ciphertext) + lengths)
    return ciphertext + (digest ^ encrypt_block(words, first)).to_bytes(16, "big")


def check():
    """Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation"."""
    text = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    sealed = seal(
        bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2),
        bytes.fromhex("cafebabefacedbaddecaf888"),
        text,
        bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    )
    assert sealed.hex() == (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    ), sealed.hex()
