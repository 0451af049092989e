/** MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519, the ciphersuite of new channels. */
export const X25519_SUITE = 3;
