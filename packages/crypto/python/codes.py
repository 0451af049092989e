"""How codes are spelled: Crockford's base32 and a checksum."""


def crockford(data, symbols):
    bits = int.from_bytes(data, "big") >> (8 * len(data) - 5 * symbols)
    digits = ["0123456789ABCDEFGHJKMNPQRSTVWXYZ"[(bits >> (5 * i)) & 31] for i in reversed(range(symbols))]
    return "-".join("".join(digits[i : i + 4]) for i in range(0, symbols, 4))


def crc12(data):
    """Bit by bit, straight from the definition: message and 12 zero bits divided by the polynomial."""
    register = 0xFFF
    for bit in (byte >> shift & 1 for byte in data for shift in range(7, -1, -1)):
        carry = (register >> 11) ^ bit
        register = (register << 1) & 0xFFF
        if carry:
            register ^= 0x80F
    return register
