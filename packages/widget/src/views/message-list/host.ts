import type { TemplateResult } from 'lit';
import type {
  Conversation,
  ConversationId,
  ConversationSummary,
  Message,
  MessageId,
  SealClient,
} from '@seal-chat/client';
import type { ShownStrings } from '../../i18n/strings.ts';
import type { ComposeRequest } from '../../messages/compose-request.ts';

/**
 * What the message list offers to the parts of it that are loaded later: `rich/`, which shows everything but plain text,
 * and `message-actions/`, which shows what can be done with a message. They know nothing else of the list.
 */
export interface MessageListHost {
  /** The box that all rows and floating parts are in. */
  readonly element: HTMLElement;
  readonly root: ShadowRoot;
  /** What scrolls; the rows are in it. */
  readonly scroller: HTMLElement;
  readonly client: SealClient;
  readonly strings: ShownStrings;
  readonly conversation: Conversation | null;
  readonly summary: ConversationSummary | null;
  /** The message as it is now; null when it is not among the loaded ones. */
  find(messageId: string | undefined): Message | null;
  /** The row of a message; null when it is not on the page. */
  row(messageId: string | undefined): HTMLElement | null;
  /** Brings the message at sequence number `seq` into view. Resolves to its row; null when it is not among the loaded ones. */
  reveal(seq: number): Promise<HTMLElement | null>;
  /** Has a screen reader say `text`. */
  announce(text: string): void;
  /** Runs `task`, and shows why it failed if it does. Resolves to whether it succeeded; never rejects. */
  run(task: () => Promise<unknown>): Promise<boolean>;
  /** Hands a message to the composer. */
  compose(request: ComposeRequest): void;
  /** Opens another conversation. */
  open(conversationId: ConversationId): void;
  /** Renders the list again. Resolves when that is done. */
  update(): Promise<unknown>;
}

/** All that decides how one message looks. */
export interface MessageAppearance {
  readonly message: Message;
  /** The sender's name as this person sees it. */
  readonly senderName: string;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** Takes part in tabbing. */
  readonly isTabStop: boolean;
  /** A stranger wrote it: text alone, without links, pictures or anything to press. */
  readonly isPlain: boolean;
  /** Its sender is blocked, and the person has not asked to see it. */
  readonly isCollapsed: boolean;
  readonly strings: ShownStrings;
  /** Null until it is loaded. */
  readonly rich: RichParts | null;
  readonly onRetry: (messageId: MessageId) => void;
  readonly onDiscard: (messageId: MessageId) => void;
}

/** What messages consist of besides plain text. */
export interface RichParts {
  /** All of what replaces a bubble; null for messages in bubbles. */
  readonly line: (appearance: MessageAppearance) => TemplateResult | null;
  /** In the bubble, before the text. */
  readonly above: (appearance: MessageAppearance) => unknown;
  /** Every content, plain text with its web addresses as links. */
  readonly content: (appearance: MessageAppearance) => TemplateResult;
  /** Next to the time. */
  readonly signs: (appearance: MessageAppearance) => unknown;
  /** After the bubble. */
  readonly below: (appearance: MessageAppearance) => unknown;
  /** What a screen reader says of it. */
  readonly spoken: (appearance: MessageAppearance) => string;
  /** Whether a message is not shown before the person asks for it. */
  readonly isCollapsed: (message: Message) => boolean;
  /** How many messages the server kept back between two sequence numbers. */
  readonly gap: (after: number, before: number) => unknown;
  /** Before the first message of a channel. */
  readonly beginning: (name: string, hasUnavailableHistory: boolean) => TemplateResult;
}

/** What is rendered over the list: the tools for a message, or why something failed. */
export interface Overlay {
  render(): unknown;
}
