import type { ReactiveControllerHost } from 'lit';
import type { Conversation } from '@seal-chat/client';
import type { ShownStrings } from '../../i18n/strings.ts';
import type { ComposeRequest } from '../../messages/compose-request.ts';
import type { ComposeState } from './compose-state.ts';

/**
 * What the composer offers to the parts of it that are loaded later: attachments, mentions, voice notes and the drop
 * zone. They know nothing else of the composer.
 */
export interface ComposerHost {
  /** What is being written. */
  readonly compose: ComposeState;
  readonly conversation: Conversation | null;
  readonly strings: ShownStrings;
  /** What the parts are rendered by. */
  readonly element: HTMLElement & ReactiveControllerHost;
  readonly root: ShadowRoot;
  /** Where the text is typed; null before it is rendered. */
  readonly field: HTMLTextAreaElement | null;
  /** Puts the cursor into the field. */
  focus(): void;
  /** Shows a problem above the field; `null` removes it. */
  say(problem: string | null): void;
  /** Runs `task` unless another one is running, and shows why it failed. Resolves to whether it succeeded; never rejects. */
  run(task: () => Promise<unknown>): Promise<boolean>;
  /** A message was queued without the composer's own doing. */
  sent(): void;
  /** Renders the composer again. Resolves when that is done. */
  update(): Promise<unknown>;
}

/** What the extras add to the composer's template. */
export interface ExtrasView {
  /** Above the line: the message that is replied to or edited, attached files, people to mention. */
  readonly above: unknown;
  /** In the line, before the field. */
  readonly start: unknown;
  /** In the line, after the field. */
  readonly end: unknown;
  /** The name of the send button where it is another one than usual. */
  readonly sendLabel: string | null;
  /** Another button is where the send button was. */
  readonly hidesSend: boolean;
}

/** What the composer can do besides sending a text: reply, edit, mention, attach, record. */
export interface ComposerExtras {
  /** Whether there is something to send besides the text. */
  readonly hasFiles: boolean;
  /** Begins a reply or an edit, with the cursor in the field. */
  begin(request: ComposeRequest): void;
  /** To be called when the text was typed. */
  handleInput(): void;
  /** Returns whether the key was meant for something here. */
  handleKeydown(event: KeyboardEvent): boolean;
  /** Sends what is being written with all that belongs to it. Null when it is a text and nothing else. */
  send(): Promise<unknown> | null;
  render(): ExtrasView;
}
