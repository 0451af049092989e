import type { TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { isDatabaseAway } from '../db/away.ts';
import { ERRORS, isSealError, SealError, type ErrorCode } from '@seal-chat/protocol';
import type { ErrorAnswer } from '@seal-chat/protocol/api';
import { ZodError } from 'zod';

/** tRPC's names for what went wrong, by HTTP status: what tools that do not know Seal's codes go by. */
const TRPC_CODES: Readonly<Record<number, keyof typeof TRPC_ERROR_CODES_BY_KEY>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
};

/** What travels of a failed call: the shape that tRPC gives errors. */
export interface ErrorShape {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly code: string; readonly httpStatus: number; readonly seal: ErrorAnswer };
}

/** Writes an error in tRPC's shape. */
export function errorShapeOf({ code, details }: SealError): ErrorShape {
  const { status, text } = ERRORS[code];
  const name = TRPC_CODES[status] ?? 'INTERNAL_SERVER_ERROR';
  return {
    code: TRPC_ERROR_CODES_BY_KEY[name],
    message: text,
    data: { code: name, httpStatus: status, seal: { code, details } },
  };
}

/** Finds the `SealError` behind a tRPC error. What is neither that nor bad input is INTERNAL, without details. */
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
