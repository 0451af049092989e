import type { AttachmentsProcedures } from './attachments.ts';
import type { AuthProcedures } from './auth.ts';
import type { ChannelsProcedures } from './channels/index.ts';
import type { ConversationsProcedures } from './conversations.ts';
import type { DevicesProcedures } from './devices.ts';
import type { LinkingProcedures } from './linking.ts';
import type { MessagesProcedures } from './messages.ts';
import type { PreKeysProcedures } from './prekeys.ts';
import type { SyncProcedures } from './sync.ts';
import type { UsersProcedures } from './users.ts';
import type { VaultProcedures } from './vault.ts';

/**
 * The contract between a Seal server and the devices that call it: every procedure by router and name. The server
 * proves that it has these and no others; clients are typed by this and know nothing of the server's code.
 *
 * A contract for operators becomes an interface of its own next to this one: no device calls those procedures.
 */
export interface SealRouter {
  readonly auth: AuthProcedures;
  readonly users: UsersProcedures;
  readonly devices: DevicesProcedures;
  readonly preKeys: PreKeysProcedures;
  readonly vault: VaultProcedures;
  readonly linking: LinkingProcedures;
  readonly conversations: ConversationsProcedures;
  readonly channels: ChannelsProcedures;
  readonly messages: MessagesProcedures;
  readonly attachments: AttachmentsProcedures;
  readonly sync: SyncProcedures;
}
