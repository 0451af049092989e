import {
  ID_LENGTH,
  encode,
  id,
  newId,
  struct,
  text,
  type ConversationId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
import { sha256 } from './kdf.ts';
import { LABELS } from './labels.ts';

const input = struct<{ readonly label: string; readonly tenantId: TenantId; readonly userId: UserId }>({
  label: text(64),
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
});

/**
 * Computes the id of a person's conversation with themselves: the first 16 bytes of SHA-256 over the tenant and the
 * user id, with the version and variant bits of a UUID (docs/PROTOCOL.md, "Conversations").
 */
export function selfId(tenantId: TenantId, userId: UserId): ConversationId {
  const hash = sha256(encode(input, { label: LABELS.selfId, tenantId, userId }));
  return newId<ConversationId>(hash.subarray(0, ID_LENGTH));
}
