import { randomBytes, randomUUID } from 'node:crypto';
import {
  LIFETIMES,
  newId,
  SealError,
  type Bytes,
  type ChallengeId,
  type Device,
  type DeviceId,
  type TenantId,
  type UserId,
  asKey,
} from '@seal-chat/protocol';
import type { authInputs, ChallengeAnswer, SessionAnswer } from '@seal-chat/protocol/api';
import {
  findDevice as findListedDevice,
  verifyAuthProof,
  verifyDeviceList,
  verifyJoinConsent,
  verifyUnlockProof,
  type AuthPurpose,
  type Curves,
  type VerifiedDeviceList,
} from '@seal-chat/crypto/verify';
import type { z } from 'zod';
import type { PrismaDoor } from '../db/doors.ts';
import type { Bus } from '../bus/bus.ts';
import { base64Of } from '../db/bytes.ts';
import { transact, type Transaction } from '../db/transaction.ts';
import type { KeyPackages } from '../channels/key-packages/service.ts';
import type { DevicesService, ListChange } from '../devices/service.ts';
import type { PrismaClient } from '../generated/client.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { PublicCaller, Session } from '../sessions/session.ts';
import { skeletonOf } from '../users/skeleton.ts';
import { usernameKeyOf } from '../users/username.ts';
import { findChallenge, insertChallenge, takeChallenge } from '../challenges/store.ts';
import { findUnlockKey } from '../vault/lookup.ts';
import type { VaultService } from '../vault/service.ts';
import { createAccount } from './accounts.ts';
import { deleteSession, findDevice, insertSession, rotateSession, type SessionTokens } from './store.ts';
import { hashToken, newToken } from '../sessions/tokens.ts';

/** What is known of a device that joins when it is judged who lets it in. */
interface Joining {
  readonly previous: VerifiedDeviceList;
  readonly next: VerifiedDeviceList;
  readonly device: Device;
  readonly nonce: Bytes;
}

type Input<Name extends keyof typeof authInputs> = z.output<(typeof authInputs)[Name]>;
/** The tenant and network address of the caller, by which attempts are counted. */
type Caller = Pick<PublicCaller, 'tenant' | 'address'>;

/** Sign-up, sign-in and sessions. A device proves that it holds its key by signing a single-use challenge. */
export interface AuthService {
  challenge(caller: Caller): Promise<ChallengeAnswer>;
  /** Opens an account with its first device. Asking again with the same list signs in. */
  register(caller: Caller, input: Input<'register'>): Promise<SessionAnswer>;
  /**
   * Adds a device to an account, with the consent of a present device or the proof of an unlock way: the account key,
   * which signs the longer list, is not enough. Asking again with the same list signs in.
   */
  join(caller: Caller, input: Input<'join'>): Promise<SessionAnswer>;
  signIn(caller: Caller, input: Input<'signIn'>): Promise<SessionAnswer>;
  /** Replaces both tokens. A refresh token that was used before ends its session. */
  refresh(caller: Caller, input: Input<'refresh'>): Promise<SessionAnswer>;
  signOut(session: Session): Promise<void>;
}

export function createAuthService(deps: {
  readonly prisma: PrismaDoor;
  readonly curves: Pick<Curves, 'verify'>;
  readonly bus: Bus;
  readonly devices: DevicesService;
  readonly keyPackages: Pick<KeyPackages, 'storeFirst'>;
  readonly vault: VaultService;
  readonly limits: DurableLimits;
  readonly clock: () => number;
}): AuthService {
  const { prisma, curves, bus, devices, keyPackages, vault, limits, clock } = deps;

  async function countAttempt({ tenant, address }: Caller): Promise<void> {
    await limits.consume('auth', tenant.tenantId, address, tenant.rates.authPerMinutePerAddress);
  }

  /** Checks the device's signature over a challenge. @throws SealError CHALLENGE_INVALID without its nonce */
  async function checkProof(
    { tenant }: Caller,
    purpose: AuthPurpose,
    input: Input<'signIn'>,
    device: { readonly signKey: Bytes; readonly deviceListHash: Bytes | null; readonly nonce: Bytes | null },
  ): Promise<Bytes> {
    const { tenantId } = tenant;
    const { challengeId, userId, deviceId, signature } = input;
    const { nonce } = device;
    if (nonce === null) throw new SealError('CHALLENGE_INVALID');
    const proof = { purpose, tenantId, challengeId, nonce, userId, deviceId, deviceListHash: device.deviceListHash };
    await verifyAuthProof({ curves, proof, signKey: asKey(device.signKey), signature });
    return nonce;
  }

  /** Checks a device list that came with a proof, and the proof by the device that the list adds. */
  async function checkListAndProof(
    caller: Caller,
    purpose: 'register' | 'join',
    input: Omit<Input<'join'>, 'admission'>,
  ): Promise<{ readonly next: VerifiedDeviceList; readonly device: Device; readonly nonce: Bytes }> {
    const next = await verifyDeviceList(curves, { bytes: input.deviceList, signature: input.deviceListSignature });
    if (next.list.tenantId !== caller.tenant.tenantId || next.list.userId !== input.userId) {
      throw new SealError('DEVICE_LIST_REJECTED', 'auth: the list belongs to another account');
    }
    const device = findListedDevice(next.list, input.deviceId);
    if (device === null || next.list.author !== device.deviceId) {
      throw new SealError('DEVICE_LIST_REJECTED', 'auth: the device is not in the list, or did not sign it');
    }
    const found = await findChallenge(
      prisma.of(caller.tenant.tenantId),
      caller.tenant.tenantId,
      input.challengeId,
      new Date(clock()),
    );
    const signed = { signKey: device.signKey, deviceListHash: next.hash, nonce: found };
    return { next, device, nonce: await checkProof(caller, purpose, input, signed) };
  }

  /**
   * Runs `task`, which stores something for a proof, in a transaction that takes the proof's challenge. So a device that
   * takes the challenge itself, to sign in, learns for certain whether an earlier request of its own had effect or never
   * will. A failure takes the challenge as well.
   */
  async function takingChallenge<T>(
    { tenant }: Caller,
    { challengeId }: Pick<Input<'signIn'>, 'challengeId'>,
    task: (inTransaction: <R>(store: (tx: Transaction) => Promise<R>) => Promise<R>) => Promise<T>,
  ): Promise<T> {
    const take = (from: Transaction | PrismaClient): Promise<Bytes | null> =>
      takeChallenge(from, tenant.tenantId, challengeId, new Date(clock()));
    try {
      return await task((store) =>
        transact(prisma.of(tenant.tenantId), async (tx) => {
          if ((await take(tx)) === null) throw new SealError('CHALLENGE_INVALID');
          return store(tx);
        }),
      );
    } catch (error) {
      await take(prisma.of(tenant.tenantId));
      throw error;
    }
  }

  /** Checks that someone with more than the account key lets `device` in. @throws SealError BAD_SIGNATURE */
  async function checkAdmission(
    { tenant: { tenantId } }: Caller,
    { userId, challengeId, admission }: Input<'join'>,
    { previous, next, device, nonce }: Joining,
  ): Promise<void> {
    const { signature } = admission;
    if (admission.kind === 'consent') {
      const by = findListedDevice(previous.list, admission.deviceId);
      if (by === null) throw new SealError('BAD_SIGNATURE', 'join: the device that consents is not present');
      const consent = { tenantId, userId, byDeviceId: by.deviceId, device };
      return verifyJoinConsent({ curves, consent, signKey: by.signKey, signature });
    }
    const unlockKey = await findUnlockKey(prisma.of(tenantId), { tenantId, userId }, admission.methodId);
    if (unlockKey === null) throw new SealError('BAD_SIGNATURE', 'join: the account has no such unlock way');
    const proof = { purpose: 'join', tenantId, challengeId, nonce, deviceListHash: next.hash } as const;
    return verifyUnlockProof({ curves, proof, unlockKey, signature });
  }

  function newTokens(): { readonly tokens: SessionTokens; readonly answer: TokenAnswer } {
    const now = clock();
    const [access, refresh] = [newToken(), newToken()];
    const [accessExpiresAt, refreshExpiresAt] = [now + LIFETIMES.accessTokenMs, now + LIFETIMES.refreshTokenMs];
    return {
      tokens: {
        accessHash: access.hash,
        accessExpiresAt: new Date(accessExpiresAt),
        refreshHash: refresh.hash,
        refreshExpiresAt: new Date(refreshExpiresAt),
      },
      answer: {
        accessToken: access.text,
        accessExpiresAt,
        refreshToken: refresh.text,
        refreshExpiresAt,
        serverTime: now,
      },
    };
  }

  async function openSession(tx: Transaction, who: SignedInAs): Promise<SessionAnswer> {
    const { tokens, answer } = newTokens();
    const { tenantId, deviceId } = who;
    const session = { ...tokens, tenantId, id: randomUUID(), deviceId, createdAt: new Date(clock()) };
    if (!(await insertSession(tx, session))) throw new SealError('DEVICE_REVOKED');
    return { ...who, ...answer };
  }

  return {
    async challenge({ tenant, address }) {
      const { tenantId, rates } = tenant;
      await limits.consume('challenge', tenantId, address, rates.authPerMinutePerAddress);
      const nonce = Uint8Array.from(randomBytes(32));
      const now = clock();
      const expiresAt = now + LIFETIMES.challengeMs;
      const challengeId = newId<ChallengeId>(randomBytes(16));
      await insertChallenge(prisma.of(tenantId), { tenantId, id: challengeId, nonce, expiresAt: new Date(expiresAt) });
      return { tenantId, challengeId, nonce: base64Of(nonce), expiresAt, serverTime: now };
    },

    async register(caller, input) {
      await countAttempt(caller);
      const { tenantId } = caller.tenant;
      const { userId, deviceId, username } = input;
      return takingChallenge(caller, input, async (inTransaction) => {
        const { next } = await checkListAndProof(caller, 'register', input);
        const { version, devices: listed, username: signedName } = next.list;
        if (version !== 1 || listed.length !== 1 || next.certificate.number !== 1 || signedName !== username) {
          throw new SealError(
            'DEVICE_LIST_REJECTED',
            'auth: the first list of an account must have version 1, certificate 1, one device and the name',
          );
        }
        const checked = await vault.check(input.vault, next, null);
        return inTransaction(async (tx) => {
          const usernameKey = username && usernameKeyOf(username);
          const usernameSkeleton = username && skeletonOf(username);
          const account = { tenantId, userId, username, usernameKey, usernameSkeleton };
          const features = { devices, keyPackages, vaults: vault };
          await createAccount(tx, features, {
            ...account,
            first: next,
            vault: checked,
            keyPackages: input.keyPackages,
            now: new Date(clock()),
          });
          return openSession(tx, { tenantId, userId, deviceId, username });
        });
      });
    },

    async join(caller, input) {
      await countAttempt(caller);
      const { tenantId } = caller.tenant;
      const { userId, deviceId } = input;
      const account = { tenantId, userId };
      return takingChallenge(caller, input, async (inTransaction) => {
        const previous = await devices.latest(account);
        if (previous === null) throw new SealError('NOT_FOUND', 'auth: no such account');
        const { next, device, nonce } = await checkListAndProof(caller, 'join', input);
        const isRepeated = base64Of(next.hash) === base64Of(previous.hash);
        const change: ListChange | null = isRepeated ? null : await devices.checkNext(account, previous, next);
        if (change !== null && (change.added.length !== 1 || change.added[0] !== device)) {
          throw new SealError('DEVICE_LIST_REJECTED', 'auth: a joining device must add only itself');
        }
        if (change !== null) {
          await vault.check(null, next, previous);
          await checkAdmission(caller, input, { previous, next, device, nonce });
          await devices.countVersion(account, caller.tenant.rates);
        }
        const { answer, isStored } = await inTransaction(async (tx) => {
          const isNew = change !== null && (await devices.store(tx, change));
          // Where it is not, what came with the list then may have been handed out.
          if (isNew && input.keyPackages !== undefined)
            await keyPackages.storeFirst(tx, { tenantId, deviceId }, input.keyPackages);
          const user = await tx.user.findUniqueOrThrow({
            where: { tenantId_id: { tenantId, id: userId } },
            select: { username: true },
          });
          const session = await openSession(tx, { tenantId, userId, deviceId, username: user.username });
          return { answer: session, isStored: isNew };
        });
        if (change !== null && isStored) await devices.announce(change);
        return answer;
      });
    },

    async signIn(caller, input) {
      await countAttempt(caller);
      const { tenantId, rates } = caller.tenant;
      const { userId, deviceId } = input;
      // Counted by account and address: an attacker elsewhere cannot lock the owner out.
      const subject = `${userId}:${caller.address}`;
      await limits.check('failedAuth', tenantId, subject, rates.failedAuthPerAccount);
      // Before it is known whether there is such a device: see `takingChallenge`.
      const nonce = await takeChallenge(prisma.of(tenantId), tenantId, input.challengeId, new Date(clock()));
      const device = await findDevice(prisma.of(tenantId), tenantId, deviceId);
      if (device === null || device.userId !== userId) throw new SealError('NOT_FOUND', 'auth: no such device');
      if (device.isRemoved) throw new SealError('DEVICE_REVOKED');
      try {
        await checkProof(caller, 'signIn', input, { signKey: asKey(device.signKey), deviceListHash: null, nonce });
      } catch (error) {
        await limits.consume('failedAuth', tenantId, subject, rates.failedAuthPerAccount);
        throw error;
      }
      return transact(prisma.of(tenantId), (tx) =>
        openSession(tx, { tenantId, userId, deviceId, username: device.username }),
      );
    },

    // Not a sign-in: who refreshes has signed in, and an office behind one address does so all day.
    async refresh(caller, input) {
      const { tenantId } = caller.tenant;
      const { tokens, answer } = newTokens();
      const refreshHash = hashToken(base64Of(input.refreshToken));
      const result = await transact(prisma.of(tenantId), (tx) =>
        rotateSession(tx, { tenantId, refreshHash, next: tokens, now: new Date(clock()) }),
      );
      if (result.outcome === 'reused') bus.publish({ kind: 'session-ended', tenantId, sessionId: result.sessionId });
      if (result.outcome !== 'rotated') throw new SealError('SESSION_EXPIRED');
      const device = await findDevice(prisma.of(tenantId), tenantId, result.deviceId);
      if (device === null) throw new SealError('SESSION_EXPIRED');
      return { tenantId, userId: device.userId, deviceId: result.deviceId, username: device.username, ...answer };
    },

    async signOut({ tenantId, sessionId }) {
      await deleteSession(prisma.of(tenantId), tenantId, sessionId);
      bus.publish({ kind: 'session-ended', tenantId, sessionId });
    },
  };
}

type TokenAnswer = Omit<SessionAnswer, keyof SignedInAs>;

interface SignedInAs {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly username: string | null;
}
