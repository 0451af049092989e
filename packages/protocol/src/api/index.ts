/**
 * The contract of the procedures: the schemas a server checks inputs with, the types of what it answers, and
 * `SealRouter`, which names every procedure. In answers bytes are base64url text, and times are ms since 1970 on the
 * server's clock.
 */
export { attachmentInputs } from './attachments.ts';
export { authInputs } from './auth.ts';
export { CALL_CLASSES, CALL_LIMITS, PARTY_LIMITS } from './call-limits.ts';
export { channelInputs, channelName as channelNameField } from './channels/index.ts';
export { conversationInputs } from './conversations.ts';
export { deviceInputs } from './devices.ts';
export { username as usernameField } from './fields.ts';
export { linkingInputs } from './linking.ts';
export { messageInputs } from './messages.ts';
export { preKeyInputs } from './prekeys.ts';
export { PUBLIC_PROCEDURES } from './public.ts';
export { syncInputs } from './sync.ts';
export { userInputs } from './users.ts';
export { vaultInputs, vaultUpload } from './vault.ts';
export type * from './attachments.ts';
export type * from './auth.ts';
export type * from './call-limits.ts';
export type * from './channels/index.ts';
export type * from './conversations.ts';
export type * from './demo.ts';
export type * from './devices.ts';
export type * from './errors.ts';
export type * from './linking.ts';
export type * from './messages.ts';
export type * from './prekeys.ts';
export type * from './presence.ts';
export type * from './procedure.ts';
export type * from './router.ts';
export type * from './sync-events.ts';
export type * from './sync.ts';
export type * from './users.ts';
export type * from './vault.ts';
