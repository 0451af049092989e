import { AsyncLocalStorage } from 'node:async_hooks';
import type { TenantId } from '@seal-chat/protocol';
import pg from 'pg';

/**
 * A pool whose connections are set to the tenant of the caller that takes one. For libraries that bring their own statements and
 * can be told nothing: what `within` runs, and all it calls, takes connections of that tenant, and nothing else takes any.
 */
export class TenantPool extends pg.Pool {
  readonly #isIsolated: boolean;
  readonly #within = new AsyncLocalStorage<TenantId>();
  /** The tenant that a connection is set to. */
  readonly #entered = new WeakMap<pg.PoolClient, TenantId>();

  constructor(options: pg.PoolConfig & { readonly isIsolated: boolean }) {
    const { isIsolated, ...rest } = options;
    super(rest);
    this.#isIsolated = isIsolated;
  }

  within<T>(tenantId: TenantId, work: () => Promise<T>): Promise<T> {
    return this.#within.run(tenantId, work);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<pg.PoolClient> | void {
    const taken = this.#take(this.#within.getStore());
    if (callback === undefined) return taken;
    void this.#give(taken, callback);
  }

  async #give(taken: Promise<pg.PoolClient>, callback: Callback): Promise<void> {
    let client: pg.PoolClient;
    try {
      client = await taken;
    } catch (error) {
      callback(error as Error, undefined, () => undefined);
      return;
    }
    callback(undefined, client, client.release);
  }

  async #take(tenantId: TenantId | undefined): Promise<pg.PoolClient> {
    if (tenantId === undefined) throw new Error('db: a statement of no tenant');
    const client = await this.#takeIdle();
    if (!this.#isIsolated || this.#entered.get(client) === tenantId) return client;
    try {
      this.#entered.delete(client);
      await client.query("select set_config('app.tenant', $1, false)", [tenantId]);
      this.#entered.set(client, tenantId);
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** What a connection was set to in a transaction that was left open would go with that: none such is given out. */
  async #takeIdle(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await super.connect();
      if (client.getTransactionStatus() === 'I') return client;
      client.release(true);
    }
  }
}

type Callback = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (broken?: Error | boolean) => void,
) => void;
