import { decryptEnvelope, neededPreKeys, privatePreKeyCodec, type ConsumedPreKeys } from '@seal-chat/crypto';
import { encode, type Bytes, type ConversationId, type Device, type Envelope, type UserId } from '@seal-chat/protocol';
import type { CryptoDeps } from '../context/deps.ts';
import { loadSessions, partiesOf, storeSessions } from '../peers/sessions.ts';
import { findPreKeys } from '../prekeys/find.ts';
import type { DeviceTx } from '../store/device-tx.ts';
import { ROWS, type AccountRow } from '../store/rows.ts';

/** An opened envelope. */
export interface OpenedEnvelope {
  readonly plaintext: Bytes;
  /** Puts the session's new state and the deletion of used prekeys into the transaction. */
  keep(): void;
}

/**
 * Opens an envelope of `device` of `senderUserId` on the session with it, or on the one it begins. Nothing is put into
 * the transaction before `keep`, which the caller calls when what is inside is true.
 *
 * @throws SealError as `decryptEnvelope`
 */
export async function openEnvelope(
  deps: CryptoDeps,
  tx: DeviceTx,
  input: {
    readonly account: AccountRow;
    readonly senderUserId: UserId;
    readonly device: Device;
    readonly conversationId: ConversationId;
    readonly envelope: Envelope;
  },
): Promise<OpenedEnvelope> {
  const { curves, rng, now, localNow } = deps;
  const { account, senderUserId, device, conversationId, envelope } = input;
  const sender = { userId: senderUserId, deviceId: device.deviceId };
  const record = await loadSessions(tx, sender);
  const decrypted = await decryptEnvelope({
    curves,
    kem: await deps.kem(),
    rng,
    parties: partiesOf(account, senderUserId, device),
    record,
    conversationId,
    envelope,
    preKeys: await findPreKeys(tx, neededPreKeys(record, envelope)),
    now: now(),
    localNow: localNow(),
  });
  return {
    plaintext: decrypted.plaintext,
    keep() {
      storeSessions(tx, sender, record, decrypted.record);
      removeConsumed(tx, decrypted.consumed);
    },
  };
}

function removeConsumed(tx: DeviceTx, { deleted, updated }: ConsumedPreKeys): void {
  for (const { kind, keyId } of deleted) tx.delete(ROWS.preKey(kind, keyId));
  if (updated !== null) tx.put(ROWS.preKey(updated.kind, updated.keyId), encode(privatePreKeyCodec, updated));
}
