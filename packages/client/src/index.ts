/** `@seal-chat/client`: the headless SDK of Seal for browsers and Node. */
export type {
  AttachOptions,
  ChannelControls,
  ChannelEncryption,
  Conversation,
  Linking,
  OpenAttachmentOptions,
  OpenedAttachment,
  PendingAttachment,
  SealClient,
  SealClientOptions,
  SendOptions,
} from './client-types.ts';
export { createSealClient } from './seal-client.ts';
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
export type {
  AccountState,
  AtRest,
  ChannelState,
  ConnectionState,
  ConversationEvent,
  ConversationMember,
  ConversationSummary,
  DeliveryStatus,
  Invitation,
  LinkingState,
  Message,
  MessageAttachment,
  MessageView,
  MessageWindow,
  MissingMessages,
  OwnDevice,
  Person,
  Presence,
  PresenceState,
  Reaction,
  ReplyView,
  SealEventName,
  SealEvents,
  UploadState,
} from './types.ts';
export {
  ERRORS,
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
