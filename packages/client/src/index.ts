/** `@seal-chat/client`: the headless SDK of Seal for browsers and Node. */
export type { AttachOptions, OpenAttachmentOptions, OpenedAttachment, PendingAttachment } from './model/attachments.ts';
export type {
  AcceptedMessage,
  ChannelControls,
  ChannelEncryption,
  Conversation,
  SendOptions,
  SentMessage,
} from './model/conversation-handle.ts';
export type { Linking } from './model/linking.ts';
export type { SealClient } from './model/client.ts';
export type { SealClientOptions } from './device/options.ts';
export { createSealClient } from './facade/seal-client.ts';
export { indexedDbStore, type IdbStoreOptions } from './store/idb-store.ts';
export { memoryStore } from './store/memory-store.ts';
export { toSealError } from './api/errors.ts';
export type { SocketClass } from './api/socket.ts';
export type { SealApi } from './api/types.ts';
export type { Readable } from './state/atom.ts';
export type {
  ChangeSet,
  Channel,
  DeviceStore,
  LockName,
  Locks,
  RowRange,
  StoreFactory,
  StoredRow,
} from './store/device-store.ts';
export type { AccountState, AtRest, OwnDevice, Person, PrivacySettings } from './model/account.ts';
export type {
  ChannelState,
  ConversationMember,
  ConversationSummary,
  Invitation,
  MessageWindow,
  ConversationNotice,
  DeviceLine,
  MissingMessages,
  Rename,
} from './model/conversation.ts';
export type { ConnectionState, Presence, PresenceState } from './model/connection.ts';
export type { ConversationEvent, DeliveryStatus, Message, MessageView, Reaction, ReplyView } from './model/message.ts';
export type { LinkingState } from './model/linking.ts';
export {
  isShowable,
  isThumbnail,
  pictureSize,
  PICTURE_LIMITS,
  type PictureSize,
} from './attachments/media/picture-size.ts';
export type { MessageAttachment, UploadState } from './model/attachments.ts';
export type { SealEventName, SealEvents } from './model/events.ts';
export {
  ERRORS,
  MESSAGE_LIFETIMES,
  SIZE_LIMITS,
  SealError,
  isSealError,
  type AttachmentId,
  type ConversationId,
  type DeviceId,
  type ErrorCode,
  type MessageId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
export type { ChannelListing, MemberRole } from '@seal-chat/protocol/api';
export type { AttachmentKind, Mention, MessageRef } from '@seal-chat/protocol/content';
