/** `@seal-chat/client`: the headless SDK of Seal for browsers and Node. */
export type { Conversation, Linking, SealClient, SealClientOptions } from './client-types.ts';
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
  ConnectionState,
  ConversationMember,
  ConversationSummary,
  DeliveryStatus,
  LinkingState,
  Message,
  MessageView,
  MessageWindow,
  OwnDevice,
  Person,
  Presence,
  PresenceState,
  SealEventName,
  SealEvents,
} from './types.ts';
export {
  ERRORS,
  SIZE_LIMITS,
  SealError,
  isSealError,
  type ConversationId,
  type DeviceId,
  type ErrorCode,
  type MessageId,
  type TenantId,
  type UserId,
} from '@seal-chat/protocol';
