import type { BrowserContext, Page, Request, Response, WebSocket } from 'playwright-core';
import type { Haystack } from './search.ts';

/** Everything the pages of one browser context have sent and received. */
export interface Traffic {
  /** Origins that were asked for anything, data: and blob: left out. */
  origins(): ReadonlySet<string>;
  /** Number of WebSocket frames so far. */
  frames(): { readonly sent: number; readonly received: number };
  /** Requests (line, headers, body), responses (headers, body) and WebSocket frames, each kind as one piece. */
  haystacks(): Promise<readonly Haystack[]>;
}

type Kind = 'requests' | 'responses' | 'frames sent' | 'frames received';

/** Records all traffic of `context`; call it before its first page is opened. `who` names it in findings. */
export function recordTraffic(context: BrowserContext, who: string): Traffic {
  const origins = new Set<string>();
  const pieces: Record<Kind, Promise<Buffer>[]> = {
    requests: [],
    responses: [],
    'frames sent': [],
    'frames received': [],
  };
  const keep = (kind: Kind, piece: Promise<Buffer>): void => {
    // Looked at in `haystacks`; until then a failure must not end the process.
    piece.catch(() => undefined);
    pieces[kind].push(piece);
  };

  context.on('request', (request) => {
    origins.add(new URL(request.url()).origin);
    keep('requests', describeRequest(request));
  });
  const ends = new WeakMap<Request, (isWhole: boolean) => void>();
  context.on('response', (response) => {
    const isWhole = new Promise<boolean>((resolve) => ends.set(response.request(), resolve));
    keep('responses', describeResponse(response, isWhole));
  });
  // What fails after its response has begun is told in no other way: `response.finished()` would wait for ever.
  context.on('requestfinished', (request) => ends.get(request)?.(true));
  context.on('requestfailed', (request) => ends.get(request)?.(false));
  const watch = (page: Page): void => {
    page.on('websocket', (socket: WebSocket) => {
      origins.add(new URL(socket.url()).origin.replace(/^ws/u, 'http'));
      keep('requests', Promise.resolve(Buffer.from(socket.url())));
      socket.on('framesent', ({ payload }) => keep('frames sent', Promise.resolve(Buffer.from(payload))));
      socket.on('framereceived', ({ payload }) => keep('frames received', Promise.resolve(Buffer.from(payload))));
    });
  };
  context.on('page', watch);

  return {
    origins: () => new Set([...origins].filter((origin) => origin !== 'null')),
    frames: () => ({ sent: pieces['frames sent'].length, received: pieces['frames received'].length }),
    haystacks: () =>
      Promise.all(
        (Object.keys(pieces) as Kind[]).map(async (kind) => ({
          name: `${kind} of ${who}`,
          bytes: Buffer.concat((await Promise.all(pieces[kind])).flatMap((piece) => [piece, Buffer.from('\n')])),
        })),
      ),
  };
}

async function describeRequest(request: Request): Promise<Buffer> {
  const head = `${request.method()} ${request.url()}\n${JSON.stringify(await request.allHeaders())}\n`;
  return Buffer.concat([Buffer.from(head), request.postDataBuffer() ?? Buffer.alloc(0)]);
}

async function describeResponse(response: Response, isWhole: Promise<boolean>): Promise<Buffer> {
  const head = `${response.status()} ${response.url()}\n${JSON.stringify(await response.allHeaders())}\n`;
  const hasBody =
    response.status() >= 200 &&
    response.status() !== 204 &&
    (response.status() < 300 || response.status() >= 400) &&
    // Where the connection was cut, the browser keeps nothing of what had come.
    (await isWhole);
  return Buffer.concat([Buffer.from(head), hasBody ? await response.body() : Buffer.alloc(0)]);
}
