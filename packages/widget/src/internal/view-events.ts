import type { ConversationId, Person } from '@seal-chat/client';
import type { ComposeRequest } from '../messages/compose-request.ts';

/** The pages of a conversation's details; `about` comes first and leads to the others. */
export type DetailsPage = 'about' | 'edit' | 'add' | 'invite' | 'verify';

/** What a person can begin: a message to a person or to themselves, or a channel that they create or find. */
export type NewChoice = 'direct' | 'saved' | 'create' | 'browse';

/** Conversations that are not in the list. */
export type SidePage = 'requests' | 'archive';

/**
 * What a view tells the view that renders it, with the detail of each event. The events do not bubble, so no script of
 * the page receives them.
 */
export interface ViewEvents {
  /** The person goes back to the view they came from. */
  readonly back: void;
  /** The person closes the view. */
  readonly close: void;
  /** The person chose a conversation to open. */
  readonly pick: ConversationId;
  /** The person chose another person: to write to, or to add to a list. */
  readonly person: Person;
  /** The list of chosen people changed to this. */
  readonly people: readonly Person[];
  /** The open conversation changed to this one; `null` when it was closed. */
  readonly conversation: ConversationId | null;
  /** The person begins something new. */
  readonly choose: NewChoice;
  /** The person wants to see conversations that are not in the list. */
  readonly side: SidePage;
  /** The person wants to create a channel. */
  readonly create: void;
  /** The person wants to see this page of the details. */
  readonly page: DetailsPage;
  /** A page of the details has done its work, and this is what it did, in words. */
  readonly done: string;
  /** The composer is to reply to a message, or to edit one. */
  readonly compose: ComposeRequest;
  /** A message was queued to be sent. */
  readonly sent: void;
  /** The person's recovery code has done what it was asked for. */
  readonly saved: void;
}

/** The event that a view dispatches when it tells `Type`. */
export type ViewEvent<Type extends keyof ViewEvents> = CustomEvent<ViewEvents[Type]>;

/** The detail of `Type` as arguments: none where the event has no detail. */
export type ViewEventDetail<Type extends keyof ViewEvents> = ViewEvents[Type] extends void
  ? readonly []
  : readonly [detail: ViewEvents[Type]];
