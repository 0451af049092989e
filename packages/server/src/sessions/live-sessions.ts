import { SealError, type DeviceId, type TenantId } from '@seal-chat/protocol';
import type { Bus } from '../bus/bus.ts';
import type { Rates } from '../limits/rates.ts';
import type { Hub } from '../delivery/hub.ts';
import type { Session } from './session.ts';
import type { SessionRow } from './store.ts';

/** A session as long as a socket lives on it. */
export interface LiveSession extends Session {
  /** Ends it: its subscriptions fail with `error` and its socket closes. */
  end(error: SealError): void;
}

/** The sessions of this process's sockets: it ends them when they expire, are signed out or their device is removed. */
export interface LiveSessions {
  /** Follows `row` until the returned `stop` is called; `onEnd` is called once when the session ends before that. */
  follow(row: SessionRow, rates: Rates, onEnd: (error: SealError) => void): { session: LiveSession; stop: () => void };
  close(): void;
}

/** Expired sessions are noticed within this time, ms. */
const SWEEP_MS = 5_000;

interface Followed {
  readonly session: LiveSession;
  expiresAt: number;
}

export function createLiveSessions(deps: {
  readonly bus: Bus;
  readonly hub: Hub;
  readonly clock: () => number;
  /** Finds the session as the database has it now; null when it no longer exists. */
  readonly find: (tenantId: TenantId, sessionId: string) => Promise<SessionRow | null>;
  readonly onError: (error: unknown) => void;
}): LiveSessions {
  const { bus, hub, clock, find, onError } = deps;
  const followed = new Set<Followed>();
  const timer = setInterval(() => sweep(() => false), SWEEP_MS);
  timer.unref();
  bus.onGap((tenantId) => sweep((session) => tenantId === null || session.tenantId === tenantId));
  bus.listen((notice) => {
    if (notice.kind === 'session-ended') {
      endWhere(notice.tenantId, (session) => session.sessionId === notice.sessionId, 'SESSION_EXPIRED');
    } else if (notice.kind === 'devices-removed') {
      endWhere(notice.tenantId, (session) => notice.deviceIds.includes(session.deviceId), 'DEVICE_REVOKED');
    }
  });

  function endWhere(
    tenantId: TenantId,
    matches: (session: { readonly sessionId: string; readonly deviceId: DeviceId }) => boolean,
    code: 'SESSION_EXPIRED' | 'DEVICE_REVOKED',
  ): void {
    for (const { session } of followed) {
      if (session.tenantId === tenantId && matches(session)) session.end(new SealError(code));
    }
  }

  /** Looks up what has expired, as it may have been refreshed, and whatever else `isDoubtful`. */
  function sweep(isDoubtful: (session: LiveSession) => boolean): void {
    const now = clock();
    for (const entry of followed) {
      if (entry.expiresAt <= now || isDoubtful(entry.session)) void recheck(entry).catch(onError);
    }
  }

  async function recheck(entry: Followed): Promise<void> {
    const row = await find(entry.session.tenantId, entry.session.sessionId);
    if (row !== null && row.accessExpiresAt > clock()) entry.expiresAt = row.accessExpiresAt;
    else entry.session.end(new SealError(row?.isDeviceRemoved ? 'DEVICE_REVOKED' : 'SESSION_EXPIRED'));
  }

  return {
    follow(row, rates, onEnd) {
      const { tenantId, sessionId, userId, deviceId } = row;
      let ended: SealError | null = null;
      const session: LiveSession = {
        tenantId,
        sessionId,
        userId,
        deviceId,
        rates,
        check() {
          if (ended !== null) throw ended;
          return entry.expiresAt > clock() ? null : recheckOrThrow();
        },
        end(error) {
          if (ended !== null) return;
          ended = error;
          followed.delete(entry);
          for (const inbox of hub.ofDevice(tenantId, deviceId)) if (inbox.sessionId === sessionId) inbox.end(error);
          onEnd(error);
        },
      };
      async function recheckOrThrow(): Promise<void> {
        await recheck(entry);
        if (ended !== null) throw ended;
      }
      const entry: Followed = { session, expiresAt: row.accessExpiresAt };
      followed.add(entry);
      const unfollow = bus.follow(tenantId);
      const stop = (): void => {
        followed.delete(entry);
        unfollow();
      };
      return { session, stop };
    },
    close: () => clearInterval(timer),
  };
}
