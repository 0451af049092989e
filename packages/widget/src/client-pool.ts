import { createSealClient, type SealClient } from '@seal-chat/client';

/** Which device an element speaks for. */
export interface DeviceKey {
  readonly url: string;
  readonly appKey: string;
  readonly profile: string;
  /** What becomes of a stranger's first message; of several elements of one device, the first one says. */
  readonly strangers: 'ask' | 'accept';
}

interface Entry {
  readonly client: SealClient;
  users: number;
  closing: ReturnType<typeof setTimeout> | undefined;
}

/** An element that is moved in the document leaves it and comes back right away: the client waits this long, ms. */
const GRACE_MS = 2_000;

/** Elements of one page that name the same device share one client, and so one connection and one store. */
const entries: Map<string, Entry> = new Map();

/** The client for `key`, opened if it is not. Every call needs one of `releaseClient`. */
export function acquireClient(key: DeviceKey): SealClient {
  const name = nameOf(key);
  let entry = entries.get(name);
  if (entry === undefined) {
    entry = { client: createSealClient({ ...key, channels: 'on-demand' }), users: 0, closing: undefined };
    entries.set(name, entry);
  }
  clearTimeout(entry.closing);
  entry.users++;
  return entry.client;
}

/** Gives back what `acquireClient` gave; the client is closed when no element asks for it again soon. */
export function releaseClient(key: DeviceKey): void {
  const name = nameOf(key);
  const entry = entries.get(name);
  if (entry === undefined || --entry.users > 0) return;
  entry.closing = setTimeout(() => {
    entries.delete(name);
    void entry.client.close();
  }, GRACE_MS);
}

function nameOf({ url, appKey, profile }: DeviceKey): string {
  return JSON.stringify([url, appKey, profile]);
}
