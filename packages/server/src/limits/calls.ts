import type { TenantId, UserId } from '@seal-chat/protocol';
import { CALL_CLASSES, CALL_LIMITS, type CallClass, type CallClassName } from '@seal-chat/protocol/api';
import type { Turns } from '../fairness/turns.ts';
import { rateLimited } from './durable.ts';
import type { Rates } from './rates.ts';

/** Who calls, as far as limits tell callers apart. */
export interface LimitedCaller {
  readonly tenantId: TenantId;
  /** Null without a session: then the address counts. */
  readonly userId: UserId | null;
  readonly address: string;
}

/** Lets calls begin. */
export interface CallControl {
  /**
   * Counts a call and waits for its turn. What it resolves with is called when the call is over.
   * @param isGone whether nobody waits for the answer any longer
   * @throws SealError RATE_LIMITED or UNAVAILABLE, both with `retryAfterMs`
   */
  begin(path: string, caller: LimitedCaller, isGone: () => boolean): Promise<() => void>;
}

const WINDOW_MS = 60_000;
/** Counters of this minute that are kept; beyond, the oldest are forgotten. */
const MAX_COUNTERS = 200_000;

const NOTHING = Promise.resolve((): void => undefined);

/** Calls of a person who signs up, and room for another attempt. */
const CALLS_OF_ENTRY = 4;

/** The classes of a server whose operator allows more sign-ins from one address than the table has calls for. */
export function classesFor({ authPerMinutePerAddress }: Rates): Readonly<Record<CallClassName, CallClass>> {
  const { entry } = CALL_CLASSES;
  const address = Math.max(entry.address, CALLS_OF_ENTRY * authPerMinutePerAddress);
  return { ...CALL_CLASSES, entry: { ...entry, address, tenant: Math.max(entry.tenant, address) } };
}

/** Creates what counts calls, each kind for a minute of `clock` (ms since 1970), and has them take turns. */
export function createCallControl(deps: {
  readonly turns: Turns;
  readonly clock: () => number;
  readonly classes: Readonly<Record<CallClassName, CallClass>>;
  /** Is told of every refusal, with the class of the call. */
  readonly onLimited?: (limit: CallClassName) => void;
}): CallControl {
  const { turns, clock, classes, onLimited = () => undefined } = deps;
  let counters = new Map<string, number>();
  let endsAt = 0;

  /** @throws SealError RATE_LIMITED */
  function count(key: string, most: number | null, now: number): void {
    if (most === null) return;
    const before = counters.get(key) ?? 0;
    if (before >= most) throw rateLimited(endsAt - now);
    counters.set(key, before + 1);
    if (counters.size > MAX_COUNTERS) counters.delete(counters.keys().next().value!);
  }

  return {
    begin(path, { tenantId, userId, address }, isGone) {
      const name = Object.hasOwn(CALL_LIMITS, path) ? CALL_LIMITS[path] : undefined;
      // The router knows no such procedure, or a test would have found it.
      if (name === undefined) return NOTHING;
      const { address: perAddress, person, tenant, isInTurn }: CallClass = classes[name];
      const now = clock();
      if (now >= endsAt || endsAt - now > WINDOW_MS) {
        counters = new Map();
        endsAt = (Math.floor(now / WINDOW_MS) + 1) * WINDOW_MS;
      }
      try {
        if (userId === null) count(`${name}:${tenantId}@${address}`, perAddress, now);
        else count(`${name}:${tenantId}:${userId}`, person, now);
        count(`${name}:${tenantId}`, tenant, now);
      } catch (error) {
        onLimited(name);
        return Promise.reject(error);
      }
      return isInTurn ? turns.take(tenantId, userId ?? address, isGone) : NOTHING;
    },
  };
}
