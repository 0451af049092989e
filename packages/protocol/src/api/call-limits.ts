/**
 * What each procedure costs a server, and how often it may be called. The one table: the server's limiter reads it, and
 * docs/API.md repeats it. What an account may do in total (messages, sign-ins, claims) is limited by `DEFAULT_RATES` on
 * top of this; these limits keep the calls themselves from being a weapon.
 */

/** How often the calls of one class may be made, in a minute; null where something else limits them. */
export interface CallClass {
  /** By a caller without a session, from one network. */
  readonly address: number | null;
  /** By one person, on all devices. */
  readonly person: number | null;
  /** By everyone of one tenant. */
  readonly tenant: number | null;
  /** Whether calls wait for their tenant's turn: few are worked on at once, and those that wait are taken in turn. */
  readonly isInTurn: boolean;
}

/** Classes of calls, by what they cost. Each process counts for itself. */
export const CALL_CLASSES = {
  /** Signing up, in and on: signatures and several rows. */
  entry: { address: 600, person: 600, tenant: 30_000, isInTurn: true },
  /** Few rows, by their key. */
  read: { address: 600, person: 1_200, tenant: 120_000, isInTurn: true },
  /** Many rows, or large ones. */
  scan: { address: 120, person: 600, tenant: 60_000, isInTurn: true },
  /** Changes rows that others read. */
  write: { address: 120, person: 600, tenant: 60_000, isInTurn: true },
  /** Checks up to 200 signatures: a device does it when its stock is low. */
  stock: { address: 30, person: 30, tenant: 30_000, isInTurn: true },
  /** Collected and committed with others': the queue is per tenant, and messages have a limit of their own. */
  collected: { address: null, person: null, tenant: null, isInTurn: false },
  /** Acknowledgements: collected too, and of no use more often. */
  acknowledgement: { address: null, person: 12_000, tenant: null, isInTurn: false },
  /** Passed on to others who are there, and kept nowhere. */
  notice: { address: null, person: 2_400, tenant: 120_000, isInTurn: false },
  /** Stays open. */
  stream: { address: null, person: 240, tenant: 60_000, isInTurn: false },
} as const satisfies Record<string, CallClass>;

/** Name of a class of calls. */
export type CallClassName = keyof typeof CALL_CLASSES;

/** Limits of a party; see the table below. */
export type PartyLimits = { readonly [Name in keyof typeof PARTY_LIMITS]: number };

/**
 * What a process takes from one party: from a person on all sockets, or from an address on those that have not signed
 * in. Each process counts for itself.
 */
export const PARTY_LIMITS = {
  /** Calls that may be refused one after the other, and how many more in each second: a client that waits as it is told has few. */
  refusals: 100,
  refusalsPerSecond: 2,
  /** A refused frame counts as one call for each of these bytes. */
  refusedBytes: 32_768,
  /** Beyond, nothing is read from the socket for this long, ms; each time for twice as long, up to `longestPauseMs`. */
  pauseMs: 250,
  longestPauseMs: 8_000,
  /** A party that was paused so many times ends its socket with the next refused call. */
  pauses: 8,
  /** Bytes of frames and of answers to calls that may come at once, and in each second. More waits. */
  bytes: 16_777_216,
  bytesPerSecond: 4_194_304,
} as const;

/** The class of every procedure. */
export const CALL_LIMITS: Readonly<Record<string, CallClassName>> = {
  'auth.challenge': 'entry',
  'auth.register': 'entry',
  'auth.join': 'entry',
  'auth.signIn': 'entry',
  'auth.refresh': 'entry',
  'auth.signOut': 'entry',
  'users.search': 'scan',
  'users.profiles': 'read',
  'devices.lists': 'scan',
  'devices.update': 'write',
  'devices.replaceKey': 'write',
  'devices.keyShare': 'read',
  'devices.checkpoint': 'write',
  'preKeys.publish': 'stock',
  'preKeys.status': 'read',
  'preKeys.claim': 'write',
  'vault.unlock': 'entry',
  'vault.get': 'read',
  'linking.open': 'entry',
  'linking.send': 'entry',
  'linking.receive': 'entry',
  'conversations.openDm': 'write',
  'conversations.list': 'scan',
  'conversations.get': 'read',
  'channels.create': 'write',
  'channels.update': 'write',
  'channels.browse': 'scan',
  'channels.join': 'write',
  'channels.decline': 'write',
  'channels.invite': 'write',
  'channels.invitations': 'scan',
  'channels.add': 'write',
  'channels.remove': 'write',
  'channels.setRole': 'write',
  'channels.leave': 'write',
  'channels.publishKeyPackages': 'stock',
  'channels.keyPackageStatus': 'read',
  'channels.claimKeyPackages': 'write',
  'channels.group': 'scan',
  'channels.heads': 'scan',
  'channels.log': 'scan',
  'channels.commit': 'write',
  'channels.send': 'collected',
  'channels.report': 'write',
  'channels.reset': 'write',
  'messages.send': 'collected',
  'messages.remove': 'write',
  'messages.history': 'scan',
  'messages.requestRetry': 'write',
  'messages.retry': 'write',
  'attachments.limits': 'read',
  'attachments.create': 'write',
  'attachments.cancel': 'write',
  'sync.typing': 'notice',
  'sync.presence': 'notice',
  'sync.subscribe': 'stream',
  'sync.ack': 'acknowledgement',
};
