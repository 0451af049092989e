/** Schemas of the procedures: what the server checks at its edge, and the types both sides agree on. */
export {
  authInputs,
  conversationInputs,
  deviceInputs,
  linkingInputs,
  messageInputs,
  preKeyInputs,
  recoveryInputs,
  syncInputs,
  userInputs,
} from './inputs.ts';
export { attachmentInputs } from './attachments.ts';
export { channelInputs, channelName as channelNameField } from './channels.ts';
export { username as usernameField } from './fields.ts';
export type * from './attachments.ts';
export type * from './channels.ts';
export type * from './outputs.ts';
