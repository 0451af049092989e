import { constantTimeEqual, LIFETIMES, SealError, type Bytes, type LinkId } from '@seal-chat/protocol';
import type { LinkAnswer, LinkStepAnswer } from '@seal-chat/protocol/api';
import type { PrismaDoor } from '../db/doors.ts';
import { base64Of } from '../db/bytes.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { PublicCaller, Session } from '../sessions/session.ts';
import { findLink, findStep, insertLink, insertStep, type LinkRow } from './store.ts';

/** Requests about links from one address in a minute: a device that waits asks about once a second. */
const REQUESTS_PER_MINUTE = 240;
/** The new device writes steps 1 and 3, the one that opened the link 2 and 4. */
const OLD_DEVICE_STEPS = new Set([2, 4]);

/** A meeting point of two devices: four sealed messages, each written once, that the server cannot read. */
export interface LinkingService {
  /** Opened by a signed-in device; doing it again changes nothing. @throws SealError CONFLICT */
  open(session: Session, linkId: LinkId): Promise<LinkAnswer>;
  /**
   * Writes one step. The same bytes again change nothing.
   * @throws SealError NOT_FOUND, CONFLICT when the step has other bytes or the one before is missing, FORBIDDEN when
   *   it is the other device's turn, RATE_LIMITED
   */
  send(caller: PublicCaller, linkId: LinkId, step: number, payload: Bytes): Promise<void>;
  /** @throws SealError NOT_FOUND, RATE_LIMITED */
  receive(caller: PublicCaller, linkId: LinkId, step: number): Promise<LinkStepAnswer>;
}

export function createLinkingService(deps: {
  readonly prisma: PrismaDoor;
  readonly limits: DurableLimits;
  readonly clock: () => number;
}): LinkingService {
  const { prisma, limits, clock } = deps;

  /** Ids have 80 random bits and cannot be guessed; the limit bounds the cost of trying. */
  async function findOpen({ tenant, address }: PublicCaller, linkId: LinkId): Promise<LinkRow> {
    await limits.consume('link', tenant.tenantId, address, REQUESTS_PER_MINUTE);
    const link = await findLink(prisma.of(tenant.tenantId), tenant.tenantId, linkId, new Date(clock()));
    if (link === null) throw new SealError('NOT_FOUND', 'linking: the link does not exist or has expired');
    return link;
  }

  return {
    async open({ tenantId, deviceId }, linkId) {
      const now = clock();
      const expiresAt = new Date(now + LIFETIMES.linkMs);
      const isNew = await insertLink(prisma.of(tenantId), {
        tenantId,
        id: linkId,
        deviceId,
        expiresAt,
        now: new Date(now),
      });
      if (isNew) return { expiresAt: expiresAt.getTime() };
      const link = await findLink(prisma.of(tenantId), tenantId, linkId, new Date(now));
      if (link?.deviceId !== deviceId) throw new SealError('CONFLICT', 'linking: the link belongs to another device');
      return { expiresAt: link.expiresAt };
    },

    async send(caller, linkId, step, payload) {
      const link = await findOpen(caller, linkId);
      const { tenantId } = caller.tenant;
      if (OLD_DEVICE_STEPS.has(step)) {
        if (caller.session === null) throw new SealError('NOT_SIGNED_IN');
        await caller.session.check();
        if (caller.session.deviceId !== link.deviceId) throw new SealError('FORBIDDEN');
      }
      if (step > 1 && (await findStep(prisma.of(tenantId), tenantId, linkId, step - 1)) === null) {
        throw new SealError('CONFLICT', 'linking: the previous step is missing');
      }
      if (await insertStep(prisma.of(tenantId), { tenantId, linkId, step, payload })) return;
      const written = await findStep(prisma.of(tenantId), tenantId, linkId, step);
      if (written === null || !constantTimeEqual(written, payload)) {
        throw new SealError('CONFLICT', 'linking: this step was already submitted');
      }
    },

    async receive(caller, linkId, step) {
      await findOpen(caller, linkId);
      const { tenantId } = caller.tenant;
      const payload = await findStep(prisma.of(tenantId), tenantId, linkId, step);
      return { payload: payload && base64Of(payload) };
    },
  };
}
