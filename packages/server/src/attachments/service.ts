import {
  ciphertextSize,
  PART_SIZE,
  plaintextSize,
  SealError,
  type AttachmentId,
  type ConversationId,
} from '@seal-chat/protocol';
import type { AttachmentLimitsAnswer, UploadAnswer } from '@seal-chat/protocol/api';
import type { SqlDoor } from '../db/doors.ts';
import type { DurableLimits } from '../limits/durable.ts';
import type { Session } from '../sessions/session.ts';
import {
  deleteUpload,
  findReadableSize,
  findStoredParts,
  findUpload,
  readPart,
  storePart,
  type Upload,
} from './store.ts';
import { reserve } from './storage-quota.ts';

/** Files as ciphertext: taken part by part, given back in any range. The server has no key to them. */
export interface AttachmentsService {
  limits(session: Session): AttachmentLimitsAnswer;
  /**
   * Announces an upload; the same again answers how far it is.
   * @throws SealError TOO_LARGE with `maxBytes`, NOT_A_MEMBER, CONFLICT when the id is another upload's, BAD_INPUT,
   *   RATE_LIMITED; QUOTA_EXCEEDED with `maxBytes` when the person or the tenant has no room for it
   */
  create(
    session: Session,
    input: { readonly attachmentId: AttachmentId; readonly conversationId: ConversationId; readonly size: number },
  ): Promise<UploadAnswer>;
  /** Gives an upload up. @throws SealError NOT_FOUND when the caller has none of that id, or a message has it */
  cancel(session: Session, attachmentId: AttachmentId): Promise<void>;
  /**
   * Stores one part. The same part again changes nothing.
   * @throws SealError NOT_FOUND when the caller has no such upload or it no such part, BAD_INPUT on another length
   */
  write(session: Session, attachmentId: AttachmentId, index: number, ciphertext: Buffer): Promise<void>;
  /** Bytes of an attachment. @throws SealError NOT_FOUND, also when it is not for the caller */
  sizeOf(session: Session, attachmentId: AttachmentId): Promise<number>;
  /**
   * The bytes from `start` to before `end`, a part at a time, as fast as they are taken. Ends with an error when the
   * caller may no longer read it.
   */
  read(session: Session, attachmentId: AttachmentId, start: number, end: number): AsyncGenerator<Buffer, void, void>;
}

export function createAttachmentsService(deps: {
  readonly sql: SqlDoor;
  readonly limits: DurableLimits;
  /** @throws SealError NOT_A_MEMBER */
  readonly checkMember: (session: Session, conversationId: ConversationId) => Promise<void>;
  readonly clock: () => number;
}): AttachmentsService {
  const { sql, limits, checkMember, clock } = deps;

  /** @throws SealError NOT_FOUND */
  async function ownUpload(session: Session, attachmentId: AttachmentId): Promise<Upload> {
    const upload = await findUpload(sql.of(session.tenantId), session.tenantId, attachmentId);
    if (upload === null || upload.userId !== session.userId) throw notFound();
    return upload;
  }

  return {
    limits: ({ rates: { attachmentBytes, imageBytes } }) => ({
      attachmentBytes,
      imageBytes: Math.min(imageBytes, attachmentBytes),
    }),

    async create(session, { attachmentId, conversationId, size }) {
      const { tenantId, userId, rates } = session;
      if (size > ciphertextSize(rates.attachmentBytes)) {
        throw new SealError('TOO_LARGE', undefined, { maxBytes: rates.attachmentBytes });
      }
      if (plaintextSize(size) === null) {
        throw new SealError('BAD_INPUT', 'attachments: not a valid length of ciphertext', { field: 'size' });
      }
      await limits.consume('attachment', tenantId, userId, rates.attachmentsPerMinutePerUser);
      await checkMember(session, conversationId);
      const parts = Math.ceil(size / PART_SIZE);
      const wanted = { tenantId, attachmentId, conversationId, userId, size, parts };
      await reserve(sql.of(tenantId), wanted, new Date(clock()), rates);
      const upload = await findUpload(sql.of(tenantId), tenantId, attachmentId);
      if (upload?.userId !== userId || upload.conversationId !== conversationId || upload.size !== size) {
        throw new SealError('CONFLICT', 'attachments: the id is taken');
      }
      return { partSize: PART_SIZE, parts, stored: await findStoredParts(sql.of(tenantId), tenantId, attachmentId) };
    },

    async cancel({ tenantId, userId }, attachmentId) {
      if (!(await deleteUpload(sql.of(tenantId), { tenantId, attachmentId, userId }))) throw notFound();
    },

    async write(session, attachmentId, index, ciphertext) {
      const { size, parts } = await ownUpload(session, attachmentId);
      if (index >= parts) throw notFound();
      const expected = Math.min(PART_SIZE, size - index * PART_SIZE);
      if (ciphertext.length !== expected) {
        const reason = `attachments: part ${index} has ${expected} bytes, not ${ciphertext.length}`;
        throw new SealError('BAD_INPUT', reason, { field: 'body' });
      }
      const { tenantId } = session;
      if (!(await storePart(sql.of(tenantId), { tenantId, attachmentId, index, ciphertext }))) throw notFound();
    },

    async sizeOf(session, attachmentId) {
      const size = await findReadableSize(sql.of(session.tenantId), session, attachmentId);
      if (size === null) throw notFound();
      return size;
    },

    async *read(session, attachmentId, start, end) {
      for (let at = start; at < end;) {
        const index = Math.floor(at / PART_SIZE);
        const from = at - index * PART_SIZE;
        const length = Math.min(PART_SIZE - from, end - at);
        const bytes = await readPart(sql.of(session.tenantId), session, attachmentId, { index, from, length });
        if (bytes?.length !== length) throw notFound();
        yield bytes;
        at += length;
      }
    },
  };
}

function notFound(): SealError {
  return new SealError('NOT_FOUND', 'attachments: no such attachment');
}
