import type { z } from 'zod';

/**
 * Types of procedures. A contract names the kind, the input and the answer of each; nothing of it exists at run time.
 * Inputs are taken from the schemas that the server checks with, so that schema and type cannot drift apart.
 */

/** The schema of a procedure's input; `null` for a procedure that takes none. */
type InputSchema = z.ZodType | null;

/** What a caller sends: base64url text where the schema makes bytes of it. */
type Sent<Schema extends InputSchema> = Schema extends z.ZodType ? z.input<Schema> : void;

/** A procedure that reads; it goes as `GET` over HTTP. */
export interface Query<Schema extends InputSchema, Answer> {
  readonly kind: 'query';
  readonly input: Sent<Schema>;
  readonly output: Answer;
}

/** A procedure that changes something; it goes as `POST` over HTTP. */
export interface Mutation<Schema extends InputSchema, Answer> {
  readonly kind: 'mutation';
  readonly input: Sent<Schema>;
  readonly output: Answer;
}

/** A procedure that answers with a stream of events, over a WebSocket. */
export interface Subscription<Schema extends InputSchema, Event> {
  readonly kind: 'subscription';
  readonly input: Sent<Schema>;
  /** Each event. */
  readonly output: Event;
}

/** An event with an id: a caller that sends the last id it has as `lastEventId` gets what came after it. */
export interface Tracked<Data> {
  readonly id: string;
  readonly data: Data;
}

/** Any procedure of a contract. */
export type AnyProcedure =
  | Query<InputSchema, unknown>
  | Mutation<InputSchema, unknown>
  | Subscription<InputSchema, unknown>;
