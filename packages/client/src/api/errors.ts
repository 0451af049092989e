import { TRPCClientError } from '@trpc/client';
import { ERRORS, SealError, isSealError, type ErrorCode } from '@seal-chat/protocol';
import type { ErrorAnswer } from '@seal-chat/protocol/api';

/** The `SealError` behind whatever was thrown. A call that got no answer is OFFLINE; a defect is INTERNAL. */
export function toSealError(error: unknown): SealError {
  if (isSealError(error)) return error;
  if (!(error instanceof TRPCClientError)) return new SealError('INTERNAL', undefined, { cause: error });
  if (isSealError(error.cause)) return error.cause;
  return fromAnswer((error.data as { seal?: unknown } | undefined)?.seal) ?? withoutAnswer(error);
}

/** The error a server named in `data.seal`; null when there is none, INTERNAL when this version does not know it. */
export function fromAnswer(seal: unknown): SealError | null {
  if (typeof seal !== 'object' || seal === null || !('code' in seal)) return null;
  const { code, details } = seal as ErrorAnswer;
  return Object.hasOwn(ERRORS, code) ? new SealError(code, undefined, details) : new SealError('INTERNAL');
}

/** No Seal server answered: something in between did, or nothing at all. */
function withoutAnswer(cause: TRPCClientError<never>): SealError {
  const response = cause.meta?.['response'];
  const status = response instanceof Response ? response.status : null;
  const code: ErrorCode = status === null ? 'OFFLINE' : status === 413 ? 'TOO_LARGE' : 'UNAVAILABLE';
  return new SealError(code, undefined, { cause });
}

/** `api` with `around` in charge of every query and mutation; `call` may be made more than once. */
export function wrapCalls<T extends object>(api: T, around: (call: () => Promise<unknown>) => Promise<unknown>): T {
  return new Proxy(api, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === 'query' || name === 'mutate') {
        return (...input: unknown[]) => around(() => (value as (...input: unknown[]) => Promise<unknown>)(...input));
      }
      return typeof value === 'function' || (typeof value === 'object' && value !== null)
        ? wrapCalls(value, around)
        : value;
    },
  });
}

/** `call`, failing with a `SealError`. */
export async function withSealErrors<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toSealError(error);
  }
}
