import { CHAT_FIELDS, PRIVACY_FIELDS, SYNC_TOPICS, SealError, switchValue, type UserId } from '@seal-chat/protocol';
import type { ComposeDeps } from '../context/deps.ts';
import { writeRegisters } from '../conversations/write-registers.ts';
import type { PrivacySettings } from '../model/account.ts';
import { activeAccount } from '../store/account.ts';

/** See `SealClient.block` and `unblock`. @throws SealError BAD_INPUT for the person of this account */
export async function setBlocked(deps: ComposeDeps, userId: UserId, isBlocked: boolean): Promise<void> {
  await deps.transact(async (tx) => {
    const own = await activeAccount(tx);
    if (own.userId === userId) throw new SealError('BAD_INPUT', 'block: another person is needed');
    const mark = { subject: userId, field: CHAT_FIELDS.blocked, value: switchValue(isBlocked) };
    await writeRegisters(deps, tx, SYNC_TOPICS.chats, [mark]);
  });
}

/** See `SealClient.setPrivacy`. */
export async function setPrivacy(deps: ComposeDeps, settings: Partial<PrivacySettings>): Promise<void> {
  await deps.transact(async (tx) => {
    const { userId: subject } = await activeAccount(tx);
    const changes = (['typing', 'presence', 'receipts'] as const).flatMap((name) => {
      const isOn = settings[name];
      return isOn === undefined ? [] : [{ subject, field: PRIVACY_FIELDS[name], value: switchValue(isOn) }];
    });
    await writeRegisters(deps, tx, SYNC_TOPICS.privacy, changes);
  });
}
