/** Two devices in one conversation; messages go one way. */
export interface Pair {
  /** Sends a message. @param acknowledge is called once the server has answered, with what is wrong or null */
  send(messageId: string, acknowledge: (error: Error | null) => void): void;
}

/** The part of an event that the load looks at. */
export interface LoadEvent {
  readonly type: string;
  readonly messageId?: string;
  readonly position?: number;
}
