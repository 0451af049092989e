import type { AttachmentId, ConversationId, TenantId, UserId } from '@seal-chat/protocol';
import type { ISql, Sql } from 'postgres';

/** An attachment as it was announced. */
export interface Upload {
  readonly tenantId: TenantId;
  readonly attachmentId: AttachmentId;
  readonly conversationId: ConversationId;
  readonly userId: UserId;
  /** Bytes of ciphertext. */
  readonly size: number;
  readonly parts: number;
}

/** A person who asks for an attachment. */
export interface Reader {
  readonly tenantId: TenantId;
  readonly userId: UserId;
}

/** Announces an upload; false when its id is taken. */
export async function insertUpload(sql: ISql, upload: Upload, createdAt: Date): Promise<boolean> {
  const { tenantId, attachmentId, conversationId, userId, size, parts } = upload;
  const rows = await sql`
    insert into attachments (tenant_id, id, conversation_id, user_id, size, parts, created_at)
    values (${tenantId}, ${attachmentId}, ${conversationId}, ${userId}, ${size}, ${parts}, ${createdAt})
    on conflict (tenant_id, id) do nothing returning 1`;
  return rows.length > 0;
}

/** Finds the upload that was announced under an id, of any user. */
export async function findUpload(sql: Sql, tenantId: TenantId, attachmentId: AttachmentId): Promise<Upload | null> {
  const [row] = await sql<Upload[]>`
    select tenant_id as "tenantId", id as "attachmentId", conversation_id as "conversationId", user_id as "userId",
      size, parts
    from attachments where tenant_id = ${tenantId} and id = ${attachmentId}`;
  return row ?? null;
}

/** Indexes of the parts that are there, ascending. */
export async function findStoredParts(
  sql: Sql,
  tenantId: TenantId,
  attachmentId: AttachmentId,
): Promise<readonly number[]> {
  const rows = await sql<{ part: number }[]>`
    select part from attachment_parts
    where tenant_id = ${tenantId} and attachment_id = ${attachmentId} order by part`;
  return rows.map(({ part }) => part);
}

/** Stores a part unless it is stored already; false when the upload no longer exists. */
export async function storePart(
  sql: Sql,
  part: {
    readonly tenantId: TenantId;
    readonly attachmentId: AttachmentId;
    readonly index: number;
    readonly ciphertext: Buffer;
  },
): Promise<boolean> {
  const { tenantId, attachmentId, index, ciphertext } = part;
  const [row] = await sql<{ isThere: boolean }[]>`
    with upload as (
      select tenant_id, id from attachments where tenant_id = ${tenantId} and id = ${attachmentId} for no key update
    ), added as (
      insert into attachment_parts (tenant_id, attachment_id, part, ciphertext)
      select tenant_id, id, ${index}, ${ciphertext} from upload
      on conflict (tenant_id, attachment_id, part) do nothing
      returning tenant_id, attachment_id
    ), counted as (
      update attachments a set stored_parts = stored_parts + 1 from added
      where a.tenant_id = added.tenant_id and a.id = added.attachment_id
    )
    select exists (select from upload) as "isThere"`;
  return row!.isThere;
}

/** Deletes an upload of that user that no message has; false when there is none. */
export async function deleteUpload(
  sql: Sql,
  { tenantId, attachmentId, userId }: Pick<Upload, 'tenantId' | 'attachmentId' | 'userId'>,
): Promise<boolean> {
  const gone = await sql`
    delete from attachments
    where tenant_id = ${tenantId} and id = ${attachmentId} and user_id = ${userId} and message_seq is null returning 1`;
  return gone.length > 0;
}

/**
 * Who may read an attachment that is there in full: its uploader, and once a message has it, as long as it has not
 * expired, the present members of its conversation.
 */
function isReadable(sql: Sql, { tenantId, userId }: Reader, attachmentId: AttachmentId) {
  return sql`
    a.tenant_id = ${tenantId} and a.id = ${attachmentId} and a.stored_parts = a.parts
    and (a.user_id = ${userId} or (a.message_seq is not null and exists (
      select from memberships m
      where m.tenant_id = a.tenant_id and m.conversation_id = a.conversation_id and m.user_id = ${userId})))
    and not exists (
      select from messages s
      where s.tenant_id = a.tenant_id and s.conversation_id = a.conversation_id and s.seq = a.message_seq
        and s.expires_at <= now())`;
}

/** Bytes of an attachment's ciphertext; null when there is none for that reader. */
export async function findReadableSize(sql: Sql, reader: Reader, attachmentId: AttachmentId): Promise<number | null> {
  const [row] = await sql<{ size: number }[]>`
    select a.size from attachments a where ${isReadable(sql, reader, attachmentId)}`;
  return row?.size ?? null;
}

/** Reads `length` bytes of one part from `from` on; null when that reader can no longer read it. */
export async function readPart(
  sql: Sql,
  reader: Reader,
  attachmentId: AttachmentId,
  part: { readonly index: number; readonly from: number; readonly length: number },
): Promise<Buffer | null> {
  const [row] = await sql<{ bytes: Buffer }[]>`
    select substring(p.ciphertext from ${part.from + 1} for ${part.length}) as bytes
    from attachments a
    join attachment_parts p on p.tenant_id = a.tenant_id and p.attachment_id = a.id and p.part = ${part.index}
    where ${isReadable(sql, reader, attachmentId)}`;
  return row?.bytes ?? null;
}
