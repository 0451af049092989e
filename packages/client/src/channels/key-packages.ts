import { DEFAULT_SUITE, createKeyPackage, type CreatedKeyPackage } from '@seal-chat/crypto/mls';
import { CHANNEL_LIMITS, fromBase64, toBase64, toHex } from '@seal-chat/protocol';
import { expectMost } from '../api/answers.ts';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import { CHANNEL_ROWS, type KeyPackageRow } from '../store/channel-rows.ts';
import { identityOf, mlsDeps } from './mls-context.ts';

/** KeyPackages that are published before the rest. */
const FIRST = 5;
/** KeyPackages made before other work gets the processor. */
const BATCH = 5;

/**
 * Keeps the server's stock of this device's KeyPackages as it should be, by which others take it into channels while it
 * is away. Private halves are stored before public ones leave. One the server has and this device does not know is of a
 * lost state, and so may others be: the whole stock is replaced then.
 *
 * @param renewAll after a rollback: replaces every one
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export function maintainKeyPackages(deps: Deps, { renewAll }: { readonly renewAll: boolean }): Promise<void> {
  // A page that has no WebCrypto has its direct messages, and no channels.
  if (globalThis.crypto?.subtle === undefined) return Promise.resolve();
  return deps.store.locks.run('keypackages', async () => {
    const status = await deps.api.channels.keyPackageStatus.query({});
    expectMost(status.oneTime, CHANNEL_LIMITS.keyPackageServerMax);
    const known = new Map(
      (await deps.reader.list(CHANNEL_ROWS.keyPackages)).map(({ key, value }) => [key as string, value]),
    );
    const rowOf = (ref: string): KeyPackageRow | undefined => known.get(CHANNEL_ROWS.keyPackage(hexOf(ref)));
    const replaceStock = renewAll || status.oneTime.some((ref) => rowOf(ref) === undefined);
    const { keyPackageTarget, keyPackageRefillBelow } = CHANNEL_LIMITS;
    const stock = replaceStock ? 0 : status.oneTime.length;
    const missing = stock < keyPackageRefillBelow ? keyPackageTarget - stock : 0;
    const lastResort = status.lastResort === null ? undefined : rowOf(status.lastResort);
    const isDue =
      renewAll || lastResort === undefined || deps.now() - lastResort.createdAt > CHANNEL_LIMITS.lastResortRotationMs;
    await forgetOutdated(
      deps,
      new Set([...status.oneTime, ...(status.lastResort ? [status.lastResort] : [])].map(hexOf)),
    );
    if (missing === 0 && !isDue) return;
    // A few at once, so that a new device can be taken in soon.
    const first = Math.min(missing, FIRST);
    await publish(deps, { count: first, withLastResort: isDue, replaceStock });
    if (missing > first) await publish(deps, { count: missing - first, withLastResort: false, replaceStock: false });
  });
}

async function publish(
  deps: Deps,
  order: { readonly count: number; readonly withLastResort: boolean; readonly replaceStock: boolean },
): Promise<void> {
  const made = await makeAll(deps, order.count, order.withLastResort);
  await deps.api.channels.publishKeyPackages.mutate({
    oneTime: made.oneTime.map(onWire),
    lastResort: made.lastResort && onWire(made.lastResort),
    ...(order.replaceStock && { replaceStock: true }),
  });
}

async function makeAll(
  deps: Deps,
  count: number,
  isDue: boolean,
): Promise<{ readonly oneTime: readonly CreatedKeyPackage[]; readonly lastResort: CreatedKeyPackage | null }> {
  const identity = identityOf(await activeAccount(deps.reader));
  const make = (isLastResort: boolean): Promise<CreatedKeyPackage> =>
    createKeyPackage(mlsDeps(deps), { suite: DEFAULT_SUITE, identity, isLastResort });
  const oneTime: CreatedKeyPackage[] = [];
  while (oneTime.length < count) {
    for (let i = 0; i < BATCH && oneTime.length < count; i++) oneTime.push(await make(false));
    await new Promise((resolve) => setTimeout(resolve));
  }
  const lastResort = isDue ? await make(true) : null;
  await deps.transact(async (tx) => {
    const createdAt = deps.now();
    const put = ({ ref, privateBytes, expiresAt }: CreatedKeyPackage, isLastResort: boolean): void =>
      tx.put(CHANNEL_ROWS.keyPackage(toHex(ref)), {
        privateBytes,
        isLastResort,
        createdAt,
        expiresAt,
        replacedAt: null,
      });
    for (const keyPackage of oneTime) put(keyPackage, false);
    if (lastResort === null) return;
    for (const { key, value } of await tx.list(CHANNEL_ROWS.keyPackages)) {
      if (value.isLastResort && value.replacedAt === null) tx.put(key, { ...value, replacedAt: createdAt });
    }
    put(lastResort, true);
  });
  return { oneTime, lastResort };
}

/** Deletes those that no Welcome can use: expired some time ago. Those the server hands out stay in any case. */
async function forgetOutdated(deps: Deps, published: ReadonlySet<string>): Promise<void> {
  const { clockSlackMs, keyPackageLifetimeMs } = CHANNEL_LIMITS;
  await deps.transact(async (tx) => {
    for (const { key, value } of await tx.list(CHANNEL_ROWS.keyPackages)) {
      const { expiresAt, replacedAt } = value;
      const end = Math.min(expiresAt, (replacedAt ?? Infinity) + keyPackageLifetimeMs) + clockSlackMs;
      if (deps.now() > end && !published.has(key.slice(CHANNEL_ROWS.keyPackages.length))) tx.delete(key);
    }
  });
}

function hexOf(ref: string): string {
  return toHex(fromBase64(ref) ?? new Uint8Array(0));
}

function onWire({ ref, publicBytes }: CreatedKeyPackage): { readonly ref: string; readonly bytes: string } {
  return { ref: toBase64(ref), bytes: toBase64(publicBytes) };
}
