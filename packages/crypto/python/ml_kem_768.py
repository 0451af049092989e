"""ML-KEM-768 from FIPS 203, for test vectors only: slow, and not constant in time. Names are those of the standard."""

import hashlib

Q, K, ETA, DU, DV = 3329, 3, 2, 10, 4


def bit_reversed(i):
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, bit_reversed(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * bit_reversed(i) + 1, Q) for i in range(128)]


def g(data):
    digest = hashlib.sha3_512(data).digest()
    return digest[:32], digest[32:]


def h(data):
    return hashlib.sha3_256(data).digest()


def byte_encode(bits, values):
    """Algorithm 5."""
    packed = sum(value << (bits * i) for i, value in enumerate(values))
    return packed.to_bytes(32 * bits, "little")


def byte_decode(bits, data):
    """Algorithm 6."""
    packed = int.from_bytes(data, "little")
    mask = (1 << bits) - 1
    return [packed >> (bits * i) & mask for i in range(256)]


def compress(bits, values):
    return [((value << bits) + Q // 2) // Q % (1 << bits) for value in values]


def decompress(bits, values):
    return [(value * Q + (1 << (bits - 1))) >> bits for value in values]


def sample_ntt(seed):
    """Algorithm 7."""
    out, length = [], 1344
    while True:
        stream = hashlib.shake_128(seed).digest(length)
        out = []
        for i in range(0, length - 2, 3):
            d1 = stream[i] + 256 * (stream[i + 1] % 16)
            d2 = stream[i + 1] // 16 + 16 * stream[i + 2]
            out += [d for d in (d1, d2) if d < Q]
        if len(out) >= 256:
            return out[:256]
        length *= 2


def sample_cbd(seed, n):
    """Algorithm 8 over PRF(seed, n); both eta are 2."""
    bits = int.from_bytes(hashlib.shake_256(seed + bytes([n])).digest(64 * ETA), "little")
    nibbles = [bits >> (4 * i) & 15 for i in range(256)]
    return [((b & 1) + (b >> 1 & 1) - (b >> 2 & 1) - (b >> 3)) % Q for b in nibbles]


def ntt(f):
    """Algorithm 9."""
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, 256, 2 * length):
            zeta, i = ZETAS[i], i + 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j], f[j + length] = (f[j] + t) % Q, (f[j] - t) % Q
        length //= 2
    return f


def ntt_inverse(f):
    """Algorithm 10."""
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, 256, 2 * length):
            zeta, i = ZETAS[i], i - 1
            for j in range(start, start + length):
                t = f[j]
                f[j], f[j + length] = (t + f[j + length]) % Q, zeta * (f[j + length] - t) % Q
        length *= 2
    return [value * 3303 % Q for value in f]


def multiply(f, e):
    """Algorithms 11 and 12."""
    out = []
    for i in range(128):
        a0, a1, b0, b1 = f[2 * i], f[2 * i + 1], e[2 * i], e[2 * i + 1]
        out += [(a0 * b0 + a1 * b1 * GAMMAS[i]) % Q, (a0 * b1 + a1 * b0) % Q]
    return out


def add(*polynomials):
    return [sum(values) % Q for values in zip(*polynomials)]


def dot(a, b):
    return add(*(multiply(x, y) for x, y in zip(a, b)))


def matrix(rho):
    return [[sample_ntt(rho + bytes([j, i])) for j in range(K)] for i in range(K)]


def key_pair(seed):
    """Algorithm 16 with d || z = seed: (encapsulation key, decapsulation key)."""
    d, z = seed[:32], seed[32:]
    rho, sigma = g(d + bytes([K]))
    a = matrix(rho)
    s = [ntt(sample_cbd(sigma, n)) for n in range(K)]
    e = [ntt(sample_cbd(sigma, K + n)) for n in range(K)]
    t = [add(dot(a[i], s), e[i]) for i in range(K)]
    ek = b"".join(byte_encode(12, x) for x in t) + rho
    return ek, b"".join(byte_encode(12, x) for x in s) + ek + h(ek) + z


def encrypt(ek, m, r):
    """Algorithm 14."""
    t = [byte_decode(12, ek[384 * i : 384 * (i + 1)]) for i in range(K)]
    a = matrix(ek[384 * K :])
    y = [ntt(sample_cbd(r, n)) for n in range(K)]
    e1 = [sample_cbd(r, K + n) for n in range(K)]
    e2 = sample_cbd(r, 2 * K)
    u = [add(ntt_inverse(dot([a[j][i] for j in range(K)], y)), e1[i]) for i in range(K)]
    v = add(ntt_inverse(dot(t, y)), e2, decompress(1, byte_decode(1, m)))
    return b"".join(byte_encode(DU, compress(DU, x)) for x in u) + byte_encode(DV, compress(DV, v))


def encapsulate(ek, m):
    """Algorithm 17: (shared secret, ciphertext) for the 32 random bytes m."""
    shared, r = g(m + h(ek))
    return shared, encrypt(ek, m, r)


def decapsulate(dk, c):
    """Algorithm 18."""
    s = [byte_decode(12, dk[384 * i : 384 * (i + 1)]) for i in range(K)]
    ek, digest, z = dk[384 * K : 768 * K + 32], dk[768 * K + 32 : 768 * K + 64], dk[768 * K + 64 :]
    u = [decompress(DU, byte_decode(DU, c[320 * i : 320 * (i + 1)])) for i in range(K)]
    v = decompress(DV, byte_decode(DV, c[320 * K :]))
    noise = ntt_inverse(dot(s, [ntt(x) for x in u]))
    m = byte_encode(1, compress(1, [(a - b) % Q for a, b in zip(v, noise)]))
    shared, r = g(m + digest)
    return shared if encrypt(ek, m, r) == c else hashlib.shake_256(z + c).digest(32)
