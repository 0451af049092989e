import type { ErrorAnswer } from '@seal-chat/protocol/api';
import { TRPCClientError } from '@trpc/client';

/** What a refused call answered; fails when it was not refused. */
export async function refusalOf(call: Promise<unknown>): Promise<ErrorAnswer> {
  const answer = await call.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if (!('error' in answer)) throw new Error(`expected a refusal, got ${JSON.stringify(answer.value)}`);
  return errorAnswerOf(answer.error);
}

/** `data.seal` of a failed call. */
export function errorAnswerOf(error: unknown): ErrorAnswer {
  if (!(error instanceof TRPCClientError)) throw error;
  const { seal } = (error.data ?? {}) as { seal?: ErrorAnswer };
  if (seal === undefined) throw error;
  return seal;
}
