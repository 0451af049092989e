import {
  acceptLink,
  answerLink,
  checkLink,
  createLinkingCode,
  grantLink,
  linkingCodeKeys,
  newDeviceOf,
  requestLink,
  revealLink,
  signJoinConsent,
  type LinkGrant,
  type NewDevice,
} from '@seal-chat/crypto';
import { SealError, isSealError, toBase64, type Bytes, type LinkId } from '@seal-chat/protocol';
import { bytesOf } from '../api/answers.ts';
import { sleep } from '../api/backoff.ts';
import type { SealApi } from '../api/types.ts';
import { activeAccount } from '../store/account.ts';
import { type Deps } from '../context/deps.ts';
import type { Atom } from '../state/atom.ts';
import { ROWS } from '../store/rows.ts';
import type { LinkingState } from '../model/linking.ts';
import { deviceNameOf } from './device-name.ts';
import { joinAccount, prepareToJoin } from './join-account.ts';
import { signerOf, type IdentityDeps } from './own-account.ts';

/** How long a device waits before it looks again for the other one's next step, ms: soon at first, then less often. */
const POLL_MS = 1_000;
const FIRST_POLL_MS = 250;

/**
 * Takes the place of step 4 when the person at the old device says no. Not authenticated: the server could write it, and
 * could just as well keep step 4 back.
 */
const REFUSED: Bytes = Uint8Array.of(0);

/** What a linking reports to, and is steered by. Loaded when needed, like all of this file. */
export interface LinkingControl {
  readonly state: Atom<LinkingState>;
  /** Aborted when the person ends it. */
  readonly signal: AbortSignal;
  /** Resolves when the person says that the digits are the same. */
  readonly confirmed: Promise<void>;
}

/**
 * The device that has the account: answers one request to it, and hands the account over once its person
 * has compared the digits. A code is good for one request: another one would give an attacker a second guess.
 *
 * @throws SealError WRONG_CODE when the other side does not know the code; NOT_FOUND when it ran out; OFFLINE,
 *   UNAVAILABLE, RATE_LIMITED
 */
export async function offerLink(
  deps: Pick<Deps, 'api' | 'reader' | 'curves' | 'rng'>,
  code: string,
  control: LinkingControl,
): Promise<void> {
  const { api, curves, rng } = deps;
  const { linkId } = linkingCodeKeys(code);
  const request = await receiveStep(api, control, linkId, 1);
  const answered = await answerLink({ curves, rng, code, payload: request });
  await sendStep(api, linkId, 2, answered.payload);
  const opening = await receiveStep(api, control, linkId, 3);
  const checked = await checkLink({ curves, state: answered.state, payload: opening });
  control.state.set({ step: 'compare', sas: checked.sas, mustConfirm: true, deviceName: answered.deviceName });
  await raceAbort(control.confirmed, control.signal).catch(async (reason: unknown) => {
    // The other screen need not wait until the code runs out.
    await sendStep(api, linkId, 4, REFUSED).catch(() => {});
    throw reason;
  });
  control.state.set({ step: 'finishing' });
  const grant = grantLink({ state: checked.state, grant: await grantOf(deps, checked.state.device), rng });
  await sendStep(api, linkId, 4, grant);
}

/**
 * A code for `offerLink`, which the server knows about when this returns.
 *
 * @throws SealError UNLOCK_NEEDED when this device does not have the present account key; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function openLink({ api, reader, rng }: Pick<Deps, 'api' | 'reader' | 'rng'>): Promise<string> {
  const account = await activeAccount(reader);
  const own = await reader.get(ROWS.peer(account.userId));
  if (own !== null) signerOf(account, own.known);
  const code = createLinkingCode(rng);
  await api.linking.open.mutate({ linkId: linkingCodeKeys(code).linkId });
  return code;
}

async function grantOf({ reader, curves }: Pick<Deps, 'reader' | 'curves'>, joining: NewDevice): Promise<LinkGrant> {
  const account = await activeAccount(reader);
  const { tenantId, userId, username, identityKey, device } = account;
  const own = await reader.get(ROWS.peer(userId));
  if (own === null) throw new SealError('INTERNAL', "linking: this account's device list is missing");
  const { list, hash } = own.known;
  const { key, archive } = signerOf(account, own.known);
  return {
    tenantId,
    userId,
    username,
    identityKey,
    secrets: { accountSeed: key.privateKey, archive },
    deviceListVersion: list.version,
    deviceListHash: hash,
    byDeviceId: device.deviceId,
    consent: await signJoinConsent(curves, device, { tenantId, userId, device: joining }),
  };
}

/**
 * The device that joins: asks by the code typed in, shows the digits, and takes the account when the other device
 * gives it.
 *
 * @throws SealError WRONG_CODE when the code is none or not the other device's; NOT_FOUND when no device shows it;
 *   TOO_MANY_DEVICES; CONFLICT when this device has an account; OFFLINE, UNAVAILABLE, RATE_LIMITED
 */
export async function followLink(deps: IdentityDeps, code: string, control: LinkingControl): Promise<void> {
  const { publicApi, curves, rng } = deps;
  const device = await prepareToJoin(deps);
  const deviceName = deviceNameOf(deps.deviceName);
  const requested = await requestLink({ curves, rng, code, deviceName, device: newDeviceOf(device) });
  const { linkId } = requested;
  await sendStep(publicApi, linkId, 1, requested.payload);
  const answer = await receiveStep(publicApi, control, linkId, 2);
  const revealed = await revealLink({ curves, rng, state: requested.state, payload: answer });
  await sendStep(publicApi, linkId, 3, revealed.payload);
  control.state.set({ step: 'compare', sas: revealed.sas, mustConfirm: false, deviceName });
  const last = await receiveStep(publicApi, control, linkId, 4);
  if (last.length === REFUSED.length) throw new SealError('FORBIDDEN', 'linking: refused');
  const grant = acceptLink(revealed.state, last);
  control.state.set({ step: 'finishing' });
  const { tenantId, userId, username, identityKey, secrets, deviceListVersion: version, deviceListHash: hash } = grant;
  const { byDeviceId: deviceId, consent } = grant;
  const admission = async () => ({ kind: 'consent' as const, deviceId, signature: toBase64(consent) });
  const anchor = { version, hash };
  await joinAccount(deps, { tenantId, userId, username, identityKey, secrets, device, anchor, admission });
}

async function sendStep(api: SealApi, linkId: LinkId, step: number, payload: Bytes): Promise<void> {
  await patiently(() => api.linking.send.mutate({ linkId, step, payload: toBase64(payload) }));
}

/** Waits for the other device. @throws SealError NOT_FOUND when the link has run out, or the abort's reason */
async function receiveStep(api: SealApi, { signal }: LinkingControl, linkId: LinkId, step: number): Promise<Bytes> {
  for (let looks = 0; ; looks++) {
    signal.throwIfAborted();
    const { payload } = await patiently(() => api.linking.receive.query({ linkId, step }));
    if (payload !== null) return bytesOf(payload);
    await sleep(Math.min(POLL_MS, FIRST_POLL_MS + 50 * looks), signal);
  }
}

const MAX_FAILURES = 10;

/** A few lost connections in ten minutes are no reason to begin again: steps may be sent and read twice. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await call();
    } catch (error) {
      if (!isSealError(error) || !error.isRetryable || failures === MAX_FAILURES) throw error;
      await sleep(error.details.retryAfterMs ?? POLL_MS);
    }
  }
}

function raceAbort(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject);
  });
}
