import type { ConversationId, Message, SealClient } from '@seal-chat/client';
import type { ShownStrings } from '../../i18n/strings.ts';
import type { SealMessageList } from '../message-list/message-list.ts';

/** What the message list lends to the part of it that is fetched later. */
export interface RichHost {
  readonly list: SealMessageList;
  readonly client: SealClient;
  readonly strings: () => ShownStrings;
  /** Has it read out. */
  readonly announce: (text: string) => void;
  /** Tells the view above the list. */
  readonly tell: <Type extends keyof Requests>(type: Type, detail: Requests[Type]) => void;
}

/** What the views above the list are asked for. */
interface Requests {
  readonly compose: ComposeRequest;
  /** To open another conversation. */
  readonly pick: ConversationId;
}

/** Asks the composer to answer a message, or to change an own one. */
export interface ComposeRequest {
  readonly mode: 'reply' | 'edit';
  readonly message: Message;
}
