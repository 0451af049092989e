/**
 * A start that cannot succeed for a reason the operator can mend. The process prints `message` as its one line and
 * leaves with code 1; there is never a stack trace. `message` names the variable or path at fault.
 */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

/** Returns the system's code of a failed call, such as `EACCES`; null when `error` carries none. */
export function systemCode(error: unknown): string | null {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}
