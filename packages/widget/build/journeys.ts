/**
 * The files that the widget comes in, one for each journey of a person. A file has the modules named here and everything
 * they import that is not in a file above it.
 */
export const JOURNEYS: readonly { readonly name: string; readonly entries: RegExp }[] = [
  // Starting, and reading what is on the device.
  { name: 'core', entries: /rolldown\/runtime|widget\/src\/(?:define|register)\.ts$/ },
  // Sending and receiving, and what people do with messages.
  { name: 'conversation', entries: /conversation-(?:parts|journey)\.ts$/ },
  // Following what happens where the network lets no WebSocket pass.
  { name: 'stream', entries: /client\/src\/api\/stream\.ts$/ },
  // Signing up and in, and what errors mean.
  { name: 'account', entries: /(?:account-(?:parts|journey)|element-commands|en-errors)\.ts$/ },
  // Going on with an account: after a sign-out, and after a sign-up that was cut short.
  { name: 'going-on', entries: /client\/src\/identity\/(?:sign-in|resume-interrupted)\.ts$/ },
  // Messages that could not be opened, here or by others.
  { name: 'repairs', entries: /sync\/repairs-journey\.ts$/ },
  // Strangers, blocked people, what others are told, verification.
  { name: 'people', entries: /people-(?:parts|journey)\.ts$/ },
  // Replacing the key of an account, and what its devices are told of the next one.
  { name: 'account-key', entries: /identity\/(?:replace-account-key|key-shares)\.ts$/ },
  // Settings, linking, changed identities.
  { name: 'settings', entries: /settings-(?:parts|journey)\.ts$/ },
  // Typing a recovery code, or making another one.
  { name: 'recovery', entries: /recovery-journey\.ts$/ },
  // What draws and reads the codes of verification.
  { name: 'qr', entries: /qr\/index\.js$/ },
  { name: 'qr-reader', entries: /qr\/decode\.js$/ },
  // What makes recovery codes slow to guess.
  { name: 'argon2', entries: /noble\/hashes\/argon2\.js$/ },
  // What the next three share: the texts around messages, what a file is, and whether it may be shown.
  { name: 'messages', entries: /(?:i18n\/en-messages|views\/attachments\/(?:blob-url|kinds|size))\.ts$/ },
  { name: 'attachments', entries: /attachments-(?:parts|journey)\.ts$/ },
  // Files, voice notes and mentions, on their way into a message.
  { name: 'composing', entries: /composing-parts\.ts$/ },
  // What people do with a message that was sent: the menus for it, and what they choose there.
  { name: 'actions', entries: /(?:\/actions-parts|commands\/changes-journey)\.ts$/ },
  // Invitations to channels, creating and finding them, and what is around their messages.
  { name: 'channels', entries: /channels-parts\.ts$/ },
  // The pages of a conversation's details.
  { name: 'details', entries: /details-parts\.ts$/ },
  // Encryption to a public key: what channels and recovery codes share.
  { name: 'hpke', entries: /crypto\/src\/hpke\/(?:aead|hpke)\.ts$/ },
  // Keeping the KeyPackages up by which others take this device into channels.
  { name: 'key-packages', entries: /client\/src\/key-packages\/maintain\.ts$/ },
  // The groups of channels and the library for them.
  { name: 'mls', entries: /channels-journey\.ts$/ },
  // Curves and ML-KEM for browsers without them, and the post-quantum suite of channels.
  {
    name: 'fallback-curves',
    entries: /crypto\/src\/(?:curves\/tweetnacl|kem\/noble|hpke\/(?:x-wing|sha512))\.ts$/,
  },
  // Making recovery codes and showing them, and opening what they open.
  { name: 'vault', entries: /(?:vault-journey|recovery-code-parts)\.ts$/ },
];

/** The files that a first visit needs at once: they are fetched together. */
export const FIRST: readonly string[] = ['core', 'conversation', 'account'];
