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

interface Pair {
  readonly label: string;
  readonly tenantId: TenantId;
  readonly low: UserId;
  readonly high: UserId;
}

const input = struct<Pair>({ label: text(64), tenantId: id<TenantId>(), low: id<UserId>(), high: id<UserId>() });

const shareInput = struct<{ label: string; tenantId: TenantId; userId: UserId }>({
  label: text(64),
  tenantId: id<TenantId>(),
  userId: id<UserId>(),
});

/**
 * Computes what stands for a conversation in the associated data where an account's devices pass on a new account key:
 * no conversation has this id, so no such envelope can be taken for a message's.
 */
export function keyShareId(tenantId: TenantId, userId: UserId): ConversationId {
  return newId<ConversationId>(
    sha256(encode(shareInput, { label: LABELS.keyShare, tenantId, userId })).subarray(0, ID_LENGTH),
  );
}

/**
 * Computes the id of the one DM of two people: the first 16 bytes of SHA-256 over the tenant and both user ids, the
 * lower first, with the version and variant bits of a UUID (docs/PROTOCOL.md, "Conversations"). It is the same for
 * both, so a server cannot give out another conversation for it.
 *
 * @throws RangeError when both are the same person
 */
export function dmId(tenantId: TenantId, a: UserId, b: UserId): ConversationId {
  if (a === b) throw new RangeError('DM: two people are needed');
  const [low, high] = a < b ? [a, b] : [b, a];
  const hash = sha256(encode(input, { label: LABELS.dmId, tenantId, low, high }));
  return newId<ConversationId>(hash.subarray(0, ID_LENGTH));
}
