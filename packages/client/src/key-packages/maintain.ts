import type { CreatedKeyPackage } from '@seal-chat/crypto/key-packages';
import { CHANNEL_LIMITS } from '@seal-chat/protocol';
import { expectMost } from '../api/answers.ts';
import { type Deps } from '../context/deps.ts';
import { activeAccount } from '../store/account.ts';
import { CHANNEL_ROWS, type KeyPackageRow } from '../store/channel-rows.ts';
import { makeKeyPackages, putKeyPackages, uploadOf } from './make.ts';
import { canBeInChannels, keyPackageRow } from './stock.ts';

/** KeyPackages that are published before the rest. */
const FIRST = 5;
/** KeyPackages made before other work gets the processor. */
const BATCH = 5;

/**
 * Keeps the server's stock of this device's KeyPackages as it should be, by which others take it into channels while it
 * is away. Private halves are stored before public ones leave. One the server has and this device does not know is of a
 * lost state, and so may others be: the whole stock is replaced then.
 *
 * Few are kept until this device has to do with a channel, which most devices never have.
 *
 * @param options `renewAll` after a rollback: replaces every one; `isPrepared`: many are wanted before there is a
 *   channel
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export function maintainKeyPackages(
  deps: Deps,
  { renewAll, isPrepared }: { readonly renewAll: boolean; readonly isPrepared: boolean },
): Promise<void> {
  if (!canBeInChannels()) return Promise.resolve();
  return deps.store.locks.run('keypackages', async () => {
    const status = await deps.api.channels.keyPackageStatus.query({});
    expectMost(status.oneTime, CHANNEL_LIMITS.keyPackageServerMax);
    const known = new Map(
      (await deps.reader.list(CHANNEL_ROWS.keyPackages)).map(({ key, value }) => [key as string, value]),
    );
    const rowOf = (ref: string): KeyPackageRow | undefined => known.get(keyPackageRow(ref));
    const replaceStock = renewAll || status.oneTime.some((ref) => rowOf(ref) === undefined);
    const stock = replaceStock ? 0 : status.oneTime.length;
    const isUser = isPrepared || (await deps.reader.list(CHANNEL_ROWS.channels, { limit: 1 })).length > 0;
    const missing = missingFrom(stock, isUser);
    const lastResort = status.lastResort === null ? undefined : rowOf(status.lastResort);
    const isDue =
      renewAll || lastResort === undefined || deps.now() - lastResort.createdAt > CHANNEL_LIMITS.lastResortRotationMs;
    await forgetOutdated(
      deps,
      new Set([...status.oneTime, ...(status.lastResort ? [status.lastResort] : [])].map(keyPackageRow)),
    );
    if (missing === 0 && !isDue) return;
    // A few at once, so that a new device can be taken in soon.
    const first = Math.min(missing, FIRST);
    await publish(deps, { count: first, withLastResort: isDue, replaceStock });
    if (missing > first) await publish(deps, { count: missing - first, withLastResort: false, replaceStock: false });
  });
}

function missingFrom(stock: number, isUser: boolean): number {
  const { keyPackagesAtFirst, keyPackageRefillBelow, keyPackageTarget } = CHANNEL_LIMITS;
  if (!isUser) return Math.max(0, keyPackagesAtFirst - stock);
  return stock < keyPackageRefillBelow ? keyPackageTarget - stock : 0;
}

async function publish(
  deps: Deps,
  order: { readonly count: number; readonly withLastResort: boolean; readonly replaceStock: boolean },
): Promise<void> {
  const account = await activeAccount(deps.reader);
  const made: CreatedKeyPackage[] = [];
  while (made.length < order.count) {
    const oneTime = Math.min(BATCH, order.count - made.length);
    made.push(...(await makeKeyPackages(deps, account, { oneTime, withLastResort: false })));
    await new Promise((resolve) => setTimeout(resolve));
  }
  if (order.withLastResort) made.push(...(await makeKeyPackages(deps, account, { oneTime: 0, withLastResort: true })));
  await store(deps, made, order.withLastResort);
  await deps.api.channels.publishKeyPackages.mutate({
    ...uploadOf(made),
    ...(order.replaceStock && { replaceStock: true }),
  });
}

async function store(deps: Deps, made: readonly CreatedKeyPackage[], replacesLastResort: boolean): Promise<void> {
  await deps.transact(async (tx) => {
    const createdAt = deps.now();
    for (const { key, value } of replacesLastResort ? await tx.list(CHANNEL_ROWS.keyPackages) : []) {
      if (value.isLastResort && value.replacedAt === null) tx.put(key, { ...value, replacedAt: createdAt });
    }
    putKeyPackages(tx, made, createdAt);
  });
}

/** Deletes those that no Welcome can use: expired some time ago. Those the server hands out stay in any case. */
async function forgetOutdated(deps: Deps, published: ReadonlySet<string>): Promise<void> {
  const { clockSlackMs, keyPackageLifetimeMs } = CHANNEL_LIMITS;
  await deps.transact(async (tx) => {
    for (const { key, value } of await tx.list(CHANNEL_ROWS.keyPackages)) {
      const { expiresAt, replacedAt } = value;
      const end = Math.min(expiresAt, (replacedAt ?? Infinity) + keyPackageLifetimeMs) + clockSlackMs;
      if (deps.now() > end && !published.has(key)) tx.delete(key);
    }
  });
}
