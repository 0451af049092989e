import { findDevice } from '@seal-chat/crypto';
import {
  RATCHET_LIMITS,
  SealError,
  constantTimeEqual,
  isSealError,
  toBase64,
  type Bytes,
  type DeviceId,
  type PreKeyBundle,
} from '@seal-chat/protocol';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import { loadSessions } from '../peers/sessions.ts';
import { isTrusted } from '../peers/verified-key.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type AnswerRow, type RowKey, type SentRow } from '../store/rows.ts';
import { claimBundles } from './claim-bundles.ts';
import { sealEnvelope } from './prepare-wire.ts';

/** A message is sent again to the same device at most this often. */
const MAX_RETRIES = 3;

/** What is to be done about a request. */
type Verdict =
  | { readonly todo: 'refuse' }
  | { readonly todo: 'wait'; readonly until: number }
  | { readonly todo: 'answer'; readonly reset: boolean };

/**
 * Answers devices that could not open a message (Sesame §4.3): a new envelope for the same body. Only a device the
 * message had been addressed to gets one, a few times, for 30 days; where the session is still the one that failed, a
 * new one is made first, at most once an hour, so that two devices cannot keep each other busy for ever.
 *
 * @returns when to look again, ms; null when nothing waits
 * @throws SealError OFFLINE, UNAVAILABLE, RATE_LIMITED; what is not answered stays
 */
export async function answerRetries(deps: Deps): Promise<number | null> {
  let next: number | null = null;
  for (const { key, value } of await deps.reader.list(ROWS.answers)) {
    const until = await answerOne(deps, key, value);
    if (until !== null) next = Math.min(next ?? until, until);
  }
  return next;
}

async function answerOne(deps: Deps, key: RowKey<AnswerRow>, request: AnswerRow): Promise<number | null> {
  const { conversationId, seq, userId, deviceId } = request;
  if (request.notBefore > deps.now()) return request.notBefore;
  let prepared = await prepareAnswer(deps, key, request, null);
  if (prepared === 'bundle') {
    const claimed = await claimBundles(deps, [{ userId, deviceId }], new Set<DeviceId>());
    const bundle = claimed.get(deviceId) ?? null;
    prepared = bundle === null ? 'bundle' : await prepareAnswer(deps, key, request, bundle);
  }
  if (prepared === 'refused') return null;
  if (prepared === 'bundle') return deps.now() + RATCHET_LIMITS.sessionResetIntervalMs;
  if ('until' in prepared) return prepared.until;
  const { envelope } = prepared;
  try {
    await deps.api.messages.retry.mutate({ conversationId, seq, deviceId, envelope: toBase64(envelope) });
  } catch (error) {
    if (!isSealError(error) || error.isRetryable) throw error;
  }
  await deps.transact(async (tx) => tx.delete(key));
  return null;
}

/** Judges the request and, where it is granted, commits the answer; `bundle` when that takes one. */
function prepareAnswer(
  deps: Deps,
  key: RowKey<AnswerRow>,
  request: AnswerRow,
  bundle: PreKeyBundle | null,
): Promise<'refused' | 'bundle' | { readonly until: number } | { readonly envelope: Bytes }> {
  const { envelope } = request;
  if (envelope !== null) return Promise.resolve({ envelope });
  return deps.transact(async (tx) => {
    const verdict = await judge(deps, tx, request);
    switch (verdict.todo) {
      case 'refuse':
        tx.delete(key);
        return 'refused';
      case 'wait':
        tx.put(key, { ...request, notBefore: verdict.until });
        return verdict;
      case 'answer': {
        const made = await seal(deps, tx, { key, request, bundle, reset: verdict.reset });
        return made === null ? 'bundle' : { envelope: made };
      }
    }
  });
}

async function judge({ now }: Pick<Deps, 'now'>, tx: DeviceTx, request: AnswerRow): Promise<Verdict> {
  const { conversationId, seq, userId, deviceId } = request;
  const sent = await tx.get(ROWS.sent(conversationId, seq));
  const addressed = sent?.devices.find((device) => device.deviceId === deviceId && device.userId === userId);
  const peer = await tx.get(ROWS.peer(userId));
  if (addressed === undefined || addressed.retries >= MAX_RETRIES) return { todo: 'refuse' };
  const isForOwn = userId === (await activeAccount(tx)).userId;
  if (!isForOwn && (await tx.get(ROWS.conversation(conversationId)))?.isBlocked) return { todo: 'refuse' };
  const device = peer && findDevice(peer.known.list, deviceId);
  // Nor to a key that is not the one that was compared, on whatever device of the account.
  if (device === null || !(await isTrusted(tx, userId))) return { todo: 'refuse' };
  // The id may be that of the device the message went to while the key is another's.
  if (!constantTimeEqual(device.dhKey, addressed.dhKey)) return { todo: 'refuse' };
  const record = await loadSessions(tx, { userId, deviceId });
  const active = record?.sessions[0]?.baseKey;
  if (active !== undefined && !constantTimeEqual(active, addressed.sessionId)) return { todo: 'answer', reset: false };
  const lastReset = await tx.get(ROWS.sessionReset(deviceId));
  const until = (lastReset ?? -Infinity) + RATCHET_LIMITS.sessionResetIntervalMs;
  return now() < until ? { todo: 'wait', until } : { todo: 'answer', reset: true };
}

/** The new envelope, committed with the session it was made on before it is sent; null when a bundle is needed. */
async function seal(
  deps: Deps,
  tx: DeviceTx,
  input: {
    readonly key: RowKey<AnswerRow>;
    readonly request: AnswerRow;
    readonly bundle: PreKeyBundle | null;
    readonly reset: boolean;
  },
): Promise<Bytes | null> {
  const { key, request, bundle, reset } = input;
  const { conversationId, seq, userId, deviceId } = request;
  const account = await activeAccount(tx);
  const sentKey = ROWS.sent(conversationId, seq);
  const [sent, own, peer] = [
    await tx.get(sentKey),
    await tx.get(ROWS.peer(account.userId)),
    await tx.get(ROWS.peer(userId)),
  ];
  const device = peer && findDevice(peer.known.list, deviceId);
  if (sent === null || own === null || device === null) throw new SealError('INTERNAL', 'retry: already handled');
  const made = await sealEnvelope(deps, tx, {
    account,
    target: { userId, device, listVersion: peer!.known.list.version },
    conversationId,
    ownListVersion: own.known.list.version,
    keyMessage: sent,
    bundle,
    resetSession: reset,
  });
  if (made === null) return null;
  if (reset) tx.put(ROWS.sessionReset(deviceId), deps.now());
  tx.put(sentKey, withRetry(sent, deviceId, made.sessionId));
  tx.put(key, { ...request, envelope: made.envelope });
  return made.envelope;
}

function withRetry(sent: SentRow, deviceId: DeviceId, sessionId: Bytes): SentRow {
  const devices = sent.devices.map((device) =>
    device.deviceId === deviceId ? { ...device, sessionId, retries: device.retries + 1 } : device,
  );
  return { ...sent, devices };
}
