import type { Curves, Kem, Rng } from '@seal-chat/crypto';
import type { HttpOptions } from '../api/http.ts';
import type { TokenSource } from '../api/transport.ts';
import type { SealApi } from '../api/types.ts';
import type { Clock } from './clock.ts';
import type { DeviceStore } from '../store/device-store.ts';
import type { DeviceTx, RowReader } from '../store/device-tx.ts';
import type { Judge } from './refusals.ts';

/** What the functions of the SDK are handed: one object for one device. */
export interface Deps {
  readonly store: DeviceStore;
  /** Reads what is committed. */
  readonly reader: RowReader;
  /** See `store/device-tx.ts`. */
  readonly transact: <T>(task: (tx: DeviceTx) => Promise<T>) => Promise<T>;
  /** Calls as this device. */
  readonly api: SealApi;
  /** Calls without an account. */
  readonly publicApi: SealApi;
  /** What the person's other devices call this one; null for the default. */
  readonly deviceName: string | null;
  /** How anything else reaches the server. */
  readonly http: HttpOptions;
  readonly tokens: TokenSource;
  readonly curves: Curves;
  /** Chosen on first use: it may have to be downloaded. */
  readonly kem: () => Promise<Kem>;
  readonly rng: Rng;
  /** The time that ages are measured by, ms: `clock.now`. */
  readonly now: () => number;
  /** This device's own clock, ms: for what no server may hold up or hurry. */
  readonly localNow: () => number;
  readonly clock: Clock;
  /** Something went wrong in the background that will not be repaired. */
  readonly report: (error: unknown) => void;
  /** Decides what a failure says about what was received. */
  readonly judge: Judge;
}

/** What judging the age of messages takes. */
export type TimeDeps = Pick<Deps, 'now' | 'clock'>;
/** Rows and the time: what reads and writes on this device alone takes. */
export type StoreDeps = Pick<Deps, 'reader' | 'transact'> & TimeDeps;
/** What queues a message takes. */
export type ComposeDeps = StoreDeps & Pick<Deps, 'rng'>;
/** What fetches from the server, verifies and stores takes. */
export type FetchDeps = StoreDeps & Pick<Deps, 'api' | 'curves'>;
/** What encrypts and decrypts takes. */
export type CryptoDeps = Pick<Deps, 'curves' | 'kem' | 'rng' | 'now' | 'localNow'>;
