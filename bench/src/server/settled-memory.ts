import WebSocket from 'ws';

/** Where Node says that its inspector listens. */
const INSPECTOR = /^Debugger listening on (ws:\S+)$/m;

/**
 * Resident memory of a Node process right after a full collection of its garbage, bytes: asked through its inspector,
 * as what a process has not got round to collecting belongs to nobody in particular.
 *
 * @param output what a process started with `--inspect=127.0.0.1:0` has written
 */
export async function settledMemory(output: string): Promise<number> {
  const url = INSPECTOR.exec(output)?.[1];
  if (url === undefined) throw new Error('the server has no inspector');
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  try {
    let lastId = 0;
    const call = (method: string, params: object = {}): Promise<unknown> =>
      new Promise((resolve) => {
        const id = ++lastId;
        const listen = (data: Buffer): void => {
          const answer = JSON.parse(data.toString()) as { id?: number; result?: unknown };
          if (answer.id !== id) return;
          socket.off('message', listen);
          resolve(answer.result);
        };
        socket.on('message', listen);
        socket.send(JSON.stringify({ id, method, params }));
      });
    // What one collection finds dead may hold what only the next one can free.
    for (let i = 0; i < 3; i++) await call('HeapProfiler.collectGarbage');
    const answer = await call('Runtime.evaluate', { expression: 'process.memoryUsage.rss()', returnByValue: true });
    return (answer as { result: { value: number } }).result.value;
  } finally {
    socket.close();
  }
}
