/**
 * Procedures that a caller without a session may use: the app key is enough. Every other one answers `NOT_SIGNED_IN`
 * without a session; the server proves both.
 */
export const PUBLIC_PROCEDURES = [
  'auth.challenge',
  'auth.register',
  'auth.join',
  'auth.signIn',
  'auth.refresh',
  'devices.lists',
  'linking.send',
  'linking.receive',
  'vault.unlock',
] as const;
