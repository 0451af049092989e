/** A value that can be watched. */
export interface Readable<T> {
  get(): T;
  /** Calls `listener` after each change, not at once. Returns the function that ends it. */
  subscribe(listener: (value: T) => void): () => void;
}

/** A watched value with its setter. */
export interface Atom<T> extends Readable<T> {
  set(value: T): void;
}

/** A new atom. Setting the identical value tells no listener. */
export function createAtom<T>(initial: T): Atom<T> {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      const told = [...listeners];
      for (const listener of told) listener(value);
    },
    subscribe(listener) {
      const own = (value: T): void => listener(value);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

/** A part of another value; tells when the part changes. */
export function mapReadable<T, U>(source: Readable<T>, part: (value: T) => U): Readable<U> {
  return {
    get: () => part(source.get()),
    subscribe(listener) {
      let last = part(source.get());
      return source.subscribe((value) => {
        const next = part(value);
        if (Object.is(next, last)) return;
        last = next;
        listener(next);
      });
    },
  };
}
