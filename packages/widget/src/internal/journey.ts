import { SealError } from '@seal-chat/client';

/**
 * A part of the widget that is loaded when a person first needs it. Callers that ask for it meanwhile share the load; after
 * one that failed, the next call of `load` tries again.
 */
export interface Journey<Module> {
  /** The module once it is loaded. */
  readonly loaded: Module | null;
  /** Loads the module. @throws SealError OFFLINE when its file cannot be fetched */
  load(): Promise<Module>;
}

/** A journey whose code `fetchModule` imports. */
export function journey<Module>(fetchModule: () => Promise<Module>): Journey<Module> {
  let loaded: Module | null = null;
  let loading: Promise<Module> | null = null;
  const start = async (): Promise<Module> => {
    try {
      return (loaded = await fetchModule());
    } catch (cause) {
      loading = null;
      throw new SealError('OFFLINE', undefined, { cause });
    }
  };
  return {
    get loaded() {
      return loaded;
    },
    load: () => (loading ??= start()),
  };
}
