/** Whether each part the server needs answers. */
export type Readiness = Readonly<Record<'database' | 'bus' | 'queue', boolean>>;

/** A load balancer asks every few seconds and gives up after some; a part that hangs counts as failed. */
const TIMEOUT_MS = 3_000;
/** An answer stands for this long: however many ask, the parts are asked once. */
const CACHE_MS = 1_000;

/** Of a process that is not there for anybody. */
export const ALL_FAILED: Readiness = { database: false, bus: false, queue: false };

/**
 * Creates the question whether the server is ready: those who ask while it is being found out, or shortly after, share
 * one answer. It never rejects, and takes at most 3 s.
 */
export function createReadiness(
  ask: () => Promise<Readiness>,
  { timeoutMs = TIMEOUT_MS, cacheMs = CACHE_MS }: { readonly timeoutMs?: number; readonly cacheMs?: number } = {},
): () => Promise<Readiness> {
  let answer: Promise<Readiness> | null = null;

  function begin(): Promise<Readiness> {
    const asked = ask().catch(() => ALL_FAILED);
    // A part that hangs is not asked a second time meanwhile.
    void asked.then(() => setTimeout(() => (answer = null), cacheMs).unref());
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<Readiness>((resolve) => {
      timer = setTimeout(() => resolve(ALL_FAILED), timeoutMs);
    });
    return Promise.race([asked, timeout]).finally(() => clearTimeout(timer));
  }

  return () => (answer ??= begin());
}
