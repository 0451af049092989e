import type { ErrorCode, ErrorDetails } from '../errors.ts';

/** `data.seal` of every tRPC error. */
export interface ErrorAnswer {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
}
