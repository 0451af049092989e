import type { TRPCError } from '@trpc/server';
import { isDatabaseAway } from '../db/away.ts';
import { ERRORS, isSealError, SealError, type ErrorCode } from '@seal-chat/protocol';
import type { ErrorAnswer } from '@seal-chat/protocol/api';
import { ZodError } from 'zod';

/** What a failed procedure answers. */
export interface FailedAnswer {
  readonly message: string;
  readonly httpStatus: number;
  readonly seal: ErrorAnswer;
}

/** Makes the answer to a failed call. Errors other than `SealError` and bad input are INTERNAL, without details. */
export function answerFor(error: TRPCError): FailedAnswer {
  const known = sealErrorFrom(error);
  const { status, text } = ERRORS[known.code];
  return { message: text, httpStatus: status, seal: { code: known.code, details: known.details } };
}

/** Finds the `SealError` behind a tRPC error. */
export function sealErrorFrom(error: TRPCError): SealError {
  const { cause } = error;
  if (isSealError(cause)) return cause;
  if (cause instanceof ZodError) return badInput(cause);
  if (isDatabaseAway(cause)) return new SealError('UNAVAILABLE', undefined, { cause });
  const code = PROTOCOL_FAILURES[error.code];
  return new SealError(code ?? 'INTERNAL', undefined, { cause: error });
}

function badInput(error: ZodError): SealError {
  const field = error.issues[0]?.path.map(String).join('.');
  return new SealError('BAD_INPUT', undefined, field ? { field } : {});
}

/** What tRPC itself finds wrong with a request before any procedure runs. */
const PROTOCOL_FAILURES: { readonly [Code in TRPCError['code']]?: ErrorCode } = {
  PARSE_ERROR: 'BAD_INPUT',
  BAD_REQUEST: 'BAD_INPUT',
  NOT_FOUND: 'NOT_FOUND',
  METHOD_NOT_SUPPORTED: 'BAD_INPUT',
  UNSUPPORTED_MEDIA_TYPE: 'BAD_INPUT',
  UNPROCESSABLE_CONTENT: 'BAD_INPUT',
  PAYLOAD_TOO_LARGE: 'TOO_LARGE',
  CLIENT_CLOSED_REQUEST: 'UNAVAILABLE',
};
