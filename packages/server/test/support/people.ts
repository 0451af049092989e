import { getRandomValues } from 'node:crypto';
import { createTRPCClient, createWSClient, httpLink, TRPCClientError, wsLink, type TRPCClient } from '@trpc/client';
import { WebSocket } from 'ws';
import {
  newId,
  toBase64,
  type ConversationId,
  type DeviceId,
  type MessageId,
  type PreKeyKind,
  type UserId,
} from '@seal-chat/protocol';
import type { ErrorAnswer, SessionAnswer, SyncEvent } from '@seal-chat/protocol/api';
import {
  bufferedRng,
  createAccountKey,
  createDeviceKeys,
  createDeviceList,
  createPreKey,
  extendDeviceList,
  selectCurves,
  selectKem,
  signAuthProof,
  type Account,
  type AuthPurpose,
  type DeviceKeys,
  type DeviceListState,
} from '@seal-chat/crypto';
import type { AppRouter } from '../../src/index.ts';
import type { RelayProcess, TestTenant } from './relay.ts';

export const curves = await selectCurves(globalThis.crypto.subtle);
export const rng = bufferedRng((bytes) => void getRandomValues(bytes));
const kem = await selectKem(undefined, rng);

/** The typed client of a connection. */
export type Api = TRPCClient<AppRouter>;

/** One WebSocket with the typed client on it. */
export interface TestConnection {
  readonly api: Api;
  /** The raw sockets that were opened, one in all but broken tests. */
  sockets(): readonly WebSocket[];
  close(): Promise<void>;
}

export interface ConnectionOptions {
  readonly appKey: string | null;
  readonly accessToken?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Opens a socket that does not come back by itself. */
export function connect(process: RelayProcess, options: ConnectionOptions): TestConnection {
  const { appKey, accessToken, headers } = options;
  const opened: WebSocket[] = [];
  class PlainWebSocket extends WebSocket {
    constructor(url: string | URL) {
      super(url, { headers: { ...headers } });
      this.on('error', () => undefined);
      opened.push(this);
    }
  }
  const socket = createWSClient({
    url: process.wsUrl,
    WebSocket: PlainWebSocket as unknown as typeof globalThis.WebSocket,
    connectionParams: () => ({ ...(appKey !== null && { appKey }), ...(accessToken !== undefined && { accessToken }) }),
    retryDelayMs: () => 3_600_000,
  });
  return {
    api: createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] }),
    sockets: () => opened,
    close: () => socket.close(),
  };
}

/** The same procedures over HTTP. */
export function overHttp(process: RelayProcess, options: ConnectionOptions): Api {
  const { appKey, accessToken, headers } = options;
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: process.wsUrl.replace(/^ws/, 'http'),
        headers: {
          ...headers,
          ...(appKey !== null && { 'x-seal-app-key': appKey }),
          ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        },
      }),
    ],
  });
}

/** What a refused call answered; fails when it was not refused. */
export async function refusalOf(call: Promise<unknown>): Promise<ErrorAnswer> {
  const answer = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in answer)) throw new Error(`expected a refusal, got ${JSON.stringify(answer.value)}`);
  return errorAnswerOf(answer.error);
}

/** `data.seal` of a failed call. */
export function errorAnswerOf(error: unknown): ErrorAnswer {
  if (!(error instanceof TRPCClientError)) throw error;
  const { seal } = (error.data ?? {}) as { seal?: ErrorAnswer };
  if (seal === undefined) throw error;
  return seal;
}

/** A device that is signed in. */
export interface TestDevice extends TestConnection {
  readonly keys: DeviceKeys;
  readonly deviceId: DeviceId;
  readonly session: SessionAnswer;
  readonly process: RelayProcess;
}

/** An account with its first device. */
export interface TestPerson {
  readonly tenant: TestTenant;
  readonly account: Account;
  readonly userId: UserId;
  readonly username: string | null;
  readonly first: TestDevice;
  /** The account's latest list; whoever extends it puts the new one here. */
  list: DeviceListState;
}

/** A challenge, signed. */
export async function prove(
  api: Api,
  device: DeviceKeys,
  userId: UserId,
  purpose: AuthPurpose,
  list: DeviceListState | null,
) {
  const { tenantId, challengeId, nonce } = await api.auth.challenge.mutate({});
  const proof = {
    purpose,
    tenantId,
    challengeId,
    nonce: Uint8Array.from(Buffer.from(nonce, 'base64url')),
    userId,
    deviceId: device.deviceId,
    deviceListHash: list && list.hash,
  };
  const signature = toBase64(await signAuthProof(curves, device, proof));
  return { challengeId, userId, deviceId: device.deviceId, signature };
}

/** Both parts of a signed list, as inputs want them. */
export function listInput({ signed }: DeviceListState) {
  return { deviceList: toBase64(signed.bytes), deviceListSignature: toBase64(signed.signature) };
}

async function withAnonymous<T>(process: RelayProcess, tenant: TestTenant, work: (api: Api) => Promise<T>): Promise<T> {
  const anonymous = connect(process, { appKey: tenant.appKey });
  try {
    return await work(anonymous.api);
  } finally {
    await anonymous.close();
  }
}

function signedIn(process: RelayProcess, tenant: TestTenant, keys: DeviceKeys, session: SessionAnswer): TestDevice {
  const connection = connect(process, { appKey: tenant.appKey, accessToken: session.accessToken });
  return { ...connection, keys, deviceId: keys.deviceId, session, process };
}

let names = 0;

/** A new account; a guest when `username` is null. */
export async function signUp(
  process: RelayProcess,
  tenant: TestTenant,
  username: string | null = `person${names++}`,
): Promise<TestPerson> {
  const userId = newId<UserId>(rng(16));
  const account: Account = { tenantId: tenant.tenantId, userId, key: await createAccountKey({ curves, rng }) };
  const keys = await createDeviceKeys({ curves, rng });
  const list = await createDeviceList({ curves, account, device: keys, now: Date.now() });
  const session = await withAnonymous(process, tenant, async (api) =>
    api.auth.register.mutate({
      ...(await prove(api, keys, userId, 'register', list)),
      username,
      ...listInput(list),
      recovery: username === null ? null : toBase64(rng(64)),
    }),
  );
  return { tenant, account, userId, username, first: signedIn(process, tenant, keys, session), list };
}

/** A further device of `person`. */
export async function addDevice(process: RelayProcess, person: TestPerson): Promise<TestDevice> {
  const { account, tenant, userId } = person;
  const keys = await createDeviceKeys({ curves, rng });
  const list = await extendDeviceList({ curves, account, previous: person.list, add: [keys], now: Date.now() });
  const session = await withAnonymous(process, tenant, async (api) =>
    api.auth.join.mutate({ ...(await prove(api, keys, userId, 'join', list)), ...listInput(list) }),
  );
  person.list = list;
  return signedIn(process, tenant, keys, session);
}

/** Signs `device` in again on a new socket. */
export async function signIn(process: RelayProcess, person: TestPerson, device: TestDevice): Promise<TestDevice> {
  const session = await withAnonymous(process, person.tenant, async (api) =>
    api.auth.signIn.mutate(await prove(api, device.keys, person.userId, 'signIn', null)),
  );
  return signedIn(process, person.tenant, device.keys, session);
}

/** Another socket of a device, on the session it has. */
export function reconnect(process: RelayProcess, tenant: TestTenant, device: TestDevice): TestDevice {
  return signedIn(process, tenant, device.keys, device.session);
}

/** Publishes the list without some devices, as `by`. */
export async function removeDevices(person: TestPerson, by: TestDevice, remove: readonly DeviceId[]): Promise<void> {
  const { account } = person;
  const list = await extendDeviceList({ curves, account, previous: person.list, remove, now: Date.now() });
  await by.api.devices.update.mutate({
    deviceList: toBase64(list.signed.bytes),
    signature: toBase64(list.signed.signature),
  });
  person.list = list;
}

/** Public prekeys, signed by the device, as `preKeys.publish` takes them. */
export async function makePreKeys(
  person: TestPerson,
  device: TestDevice,
  kind: PreKeyKind,
  ids: readonly number[],
): Promise<{ keyId: number; publicKey: string; signature: string }[]> {
  const owner = { tenantId: person.tenant.tenantId, userId: person.userId, deviceId: device.deviceId };
  return Promise.all(
    ids.map(async (keyId) => {
      const { publicPreKey } = await createPreKey({
        curves,
        kem,
        rng,
        owner,
        signKeys: device.keys.sign,
        kind,
        keyId,
        now: 0,
      });
      return {
        keyId,
        publicKey: toBase64(publicPreKey.publicKey),
        signature: toBase64(publicPreKey.signature),
      };
    }),
  );
}

/** A stock of `count` one-time prekeys of each kind, and the two that are always there. */
export async function publishPreKeys(person: TestPerson, device: TestDevice, count: number): Promise<void> {
  const ids = Array.from({ length: count }, (_, i) => i + 1);
  const [[signedPreKey], [lastResortKemPreKey], oneTimePreKeys, oneTimeKemPreKeys] = await Promise.all([
    makePreKeys(person, device, 'signed', [1]),
    makePreKeys(person, device, 'kemLastResort', [1]),
    makePreKeys(person, device, 'oneTime', ids),
    makePreKeys(person, device, 'kemOneTime', ids),
  ]);
  await device.api.preKeys.publish.mutate({
    signedPreKey: signedPreKey!,
    lastResortKemPreKey: lastResortKemPreKey!,
    oneTimePreKeys,
    oneTimeKemPreKeys,
  });
}

/** What `messages.send` takes. */
export type SendInput = Parameters<Api['messages']['send']['mutate']>[0];

/** A message of `text` to all devices that `members` have, as `sender` believes. The server cannot tell it is not sealed. */
export function messageTo(
  conversationId: ConversationId,
  members: readonly TestPerson[],
  sender: TestDevice,
  text: string,
  messageId: MessageId = newId<MessageId>(rng(16)),
): SendInput {
  const devices = members.flatMap(({ list }) => list.list.devices.map(({ deviceId }) => deviceId));
  return {
    conversationId,
    messageId,
    deviceLists: members.map(({ userId, list }) => ({ userId, version: list.list.version })),
    body: Buffer.from(text).toString('base64url'),
    envelopes: devices
      .filter((deviceId) => deviceId !== sender.deviceId)
      .map((deviceId) => ({ deviceId, envelope: Buffer.from(`${text} for ${deviceId}`).toString('base64url') })),
  };
}

/** Text of a body or envelope. */
export function textOf(base64: string): string {
  return Buffer.from(base64, 'base64url').toString();
}

/** A running subscription and everything it has heard. */
export interface Listening {
  readonly events: SyncEvent[];
  /** Position of the last event, to resume from. */
  lastEventId(): string | null;
  /** The error that ended it, once there is one. */
  ended(): Promise<ErrorAnswer>;
  /** Resolves when `test` holds for what was heard so far. */
  until(test: (events: readonly SyncEvent[]) => boolean): Promise<void>;
  stop(): void;
}

export function listen(device: Pick<TestConnection, 'api'>, lastEventId: string | null = null): Listening {
  const events: SyncEvent[] = [];
  const tests = new Set<() => void>();
  let lastId: string | null = lastEventId;
  let endWith: (answer: ErrorAnswer) => void;
  const ended = new Promise<ErrorAnswer>((resolve) => (endWith = resolve));
  const subscription = device.api.sync.subscribe.subscribe(
    { lastEventId },
    {
      onData: ({ id, data }) => {
        lastId = id;
        events.push(...data.events);
        for (const test of tests) test();
      },
      onError: (error) => endWith(errorAnswerOf(error)),
    },
  );
  return {
    events,
    lastEventId: () => lastId,
    ended: () => ended,
    until: (test) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!test(events)) return;
          tests.delete(check);
          resolve();
        };
        tests.add(check);
        check();
      }),
    stop: () => subscription.unsubscribe(),
  };
}

/** The messages among events. */
export function messagesIn(events: readonly SyncEvent[]) {
  return events.filter((event) => event.type === 'message');
}

/** Resolves when the mailbox as it was has been heard. */
export async function caughtUp(listening: Listening): Promise<Listening> {
  await listening.until((events) => events.some(({ type }) => type === 'caught-up'));
  return listening;
}
