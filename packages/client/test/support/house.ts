import { WebSocket } from 'ws';
import { startRelay, type Relay, type TestTenant } from '../../../server/test/support/relay.ts';
import {
  createSealClient,
  memoryStore,
  type SealClient,
  type SealClientOptions,
  type StoreFactory,
} from '../../src/index.ts';

/** Options of a client; one that was killed (see `mortal.ts`) need not be closed. */
export type ClientOptions = Partial<SealClientOptions> & { readonly death?: Promise<void> };

/** A tenant on a relay, and the clients that a test opens there. */
export interface House {
  readonly relay: Relay;
  readonly tenant: TestTenant;
  /** Where the server is; changes when it is started again. */
  url(): string;
  open(options?: ClientOptions): SealClient;
  /** A client with an account of that name, without a recovery code: to make one takes a second. */
  enter(username: string | null, options?: ClientOptions): Promise<Resident>;
  /** A client with an account of that name, which its code can recover. */
  enterWithCode(username: string, options?: ClientOptions): Promise<ResidentWithCode>;
  close(): Promise<void>;
}

export interface Resident {
  readonly client: SealClient;
  readonly store: StoreFactory;
  readonly userId: ReturnType<typeof userIdOf>;
}

export interface ResidentWithCode extends Resident {
  readonly recoveryCode: string;
}

/** The relay that the files of a worker share; ends with the worker, its database with the run. */
let shared: Promise<Relay> | undefined;

/** A tenant of its own with `limits`, on a relay that other files use, too. */
export async function openHouse(limits: Parameters<Relay['addTenant']>[0] = {}): Promise<House> {
  const relay = await (shared ??= startRelay());
  const tenant = await relay.addTenant(limits);
  const clients = new Map<SealClient, Promise<void> | undefined>();
  const url = (): string => relay.wsUrl.replace(/^ws/, 'http').replace(/\/trpc$/, '');
  const open: House['open'] = (options = {}) => {
    const client = createSealClient({
      url: url(),
      appKey: tenant.appKey,
      store: memoryStore(),
      webSocket: WebSocket,
      // People of tests know each other, unless it is about strangers.
      strangers: 'accept',
      ...options,
    });
    clients.set(client, options.death);
    return client;
  };
  const signUp = async (
    username: string | null,
    { options = {}, recoveryCode: hasCode }: { options: ClientOptions | undefined; recoveryCode: boolean },
  ) => {
    const store = options.store ?? memoryStore();
    const client = open({ ...options, store });
    const { recoveryCode } = await client.createAccount({ username, recoveryCode: hasCode });
    return { resident: { client, store, userId: userIdOf(client) }, recoveryCode };
  };
  return {
    relay,
    tenant,
    url,
    open,
    async enter(username, options) {
      const { resident } = await signUp(username, { options, recoveryCode: false });
      return resident;
    },
    async enterWithCode(username, options) {
      const { resident, recoveryCode } = await signUp(username, { options, recoveryCode: true });
      if (recoveryCode === null) throw new Error('expected a recovery code');
      return { ...resident, recoveryCode };
    },
    async close() {
      const ends = [...clients].map(([client, death]) => Promise.race([client.close(), ...(death ? [death] : [])]));
      await Promise.all(ends);
    },
  };
}

/** The user signed in to `client`. */
export function userIdOf(client: SealClient) {
  return signedIn(client).userId;
}

/** The device that `client` is. */
export function deviceIdOf(client: SealClient) {
  return signedIn(client).deviceId;
}

/** The account that `client` is signed in to. */
export function signedIn(client: SealClient) {
  const account = client.account.get();
  if (account.status !== 'signed-in') throw new Error(`expected to be signed in, not ${account.status}`);
  return account;
}
