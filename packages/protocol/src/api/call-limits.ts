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
  'preKeys.publish': 'write',
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
  'channels.publishKeyPackages': 'write',
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
