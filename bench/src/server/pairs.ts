import type { Connection } from './connection.ts';

/** Two devices in one conversation; messages go one way. */
export interface Pair {
  readonly sender: { readonly connection: Connection };
  /** The whole frame of a message: only its call id and message id differ from one to the next. */
  readonly frame: (id: number, messageId: string) => string;
}

/** The part of an event that the load looks at. */
export interface LoadEvent {
  readonly type: string;
  readonly messageId?: string;
  readonly position?: number;
}
