import { fromHex, type Bytes } from '@seal-chat/protocol';

/** A record of a test vector. Files come from outside: every field is looked at before it is used. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;

  /** @throws RangeError when it is no record */
  constructor(json: unknown) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new RangeError('not a record');
    this.#values = json as Record<string, unknown>;
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null;
  }

  /** Bytes in hexadecimal. */
  bytes(name: string): Bytes {
    return fromHex(this.text(name));
  }

  text(name: string): string {
    const value = this.#values[name];
    if (typeof value !== 'string') throw new RangeError(`no text ${name}`);
    return value;
  }

  number(name: string): number {
    const value = this.#values[name];
    if (typeof value !== 'number') throw new RangeError(`no number ${name}`);
    return value;
  }

  record(name: string): Fields {
    return new Fields(this.#values[name]);
  }

  list(name: string): readonly unknown[] {
    const value = this.#values[name];
    if (!Array.isArray(value)) throw new RangeError(`no list ${name}`);
    return value;
  }

  records(name: string): readonly Fields[] {
    return this.list(name).map((entry) => new Fields(entry));
  }
}
