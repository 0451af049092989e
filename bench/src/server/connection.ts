import WebSocket from 'ws';

/** What a device of the load does with a frame of its subscription. */
export type EventHandler = (data: unknown) => void;
/** Called with the answer of a call: its data, or the error the server sent. */
export type AnswerHandler = (error: Error | null, data: unknown) => void;

interface Frame {
  readonly id: number | null;
  readonly result?: { readonly type: string; readonly data?: unknown };
  readonly error?: { readonly message: string; readonly data?: { readonly seal?: { readonly code: string } } };
}

/**
 * One WebSocket that speaks tRPC with as little between the load and the wire as possible: frames are text, put
 * together by the caller where it is hot.
 */
export class Connection {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, AnswerHandler>();
  readonly #subscriptions = new Map<number, EventHandler>();
  #lastId = 0;
  /** Set when the connection ended before it was asked to. */
  failure: Error | null = null;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#receive(data));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', (code) => this.#fail(new Error(`closed by the server with ${code}`)));
  }

  /** Connects and sends `params`, the first message of a tRPC connection. */
  static async open(url: string, params: Readonly<Record<string, string>>): Promise<Connection> {
    const socket = new WebSocket(`${url}?connectionParams=1`, { perMessageDeflate: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve).once('error', reject);
    });
    socket.send(JSON.stringify({ method: 'connectionParams', data: params }));
    return new Connection(socket);
  }

  /** An id for a frame the caller puts together, with what to do with its answer. */
  expect(answer: AnswerHandler): number {
    const id = ++this.#lastId;
    this.#answers.set(id, answer);
    return id;
  }

  send(frame: string): void {
    this.#socket.send(frame);
  }

  call<Answer>(method: 'query' | 'mutation', path: string, input?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const id = this.expect((error, data) => (error === null ? resolve(data as Answer) : reject(error)));
      this.send(JSON.stringify({ id, method, params: { path, input } }));
    });
  }

  subscribe(path: string, input: unknown, onData: EventHandler): void {
    const id = ++this.#lastId;
    this.#subscriptions.set(id, onData);
    this.send(JSON.stringify({ id, method: 'subscription', params: { path, input } }));
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.close();
  }

  #receive(data: Buffer): void {
    const text = data.toString();
    if (text === 'PING') return this.send('PONG');
    if (text === 'PONG') return;
    const frame = JSON.parse(text) as Frame;
    const { id, result, error } = frame;
    if (error !== undefined) {
      const failure = new Error(`${error.data?.seal?.code ?? 'error'}: ${error.message}`);
      const answer = id === null ? undefined : this.#answers.get(id);
      if (answer === undefined) return this.#fail(failure);
      this.#answers.delete(id!);
      return answer(failure, null);
    }
    if (id === null || result === undefined) return;
    const onData = this.#subscriptions.get(id);
    if (onData !== undefined) {
      if (result.type === 'data') onData(result.data);
      return;
    }
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    answer?.(null, result.data);
  }

  #fail(error: Error): void {
    this.failure ??= error;
    const waiting = [...this.#answers.values()];
    this.#answers.clear();
    for (const answer of waiting) answer(error, null);
  }
}
