/**
 * The entry of the built widget: a small script that brings in the rest when the page has a `<seal-chat>`, else when
 * the browser is idle. It can be anywhere in the page, also before the element.
 *
 * It knows the hashes of all other files and runs none that differs. So a page that pins this file with an `integrity`
 * attribute pins all of the widget.
 */

/** Of a file: its integrity, and the names of the files it needs. */
type Pins = Readonly<Record<string, readonly [integrity: string, ...needs: readonly string[]]>>;

/** The pins of all files, and the names of those a first visit needs. Filled in by the build; not known in the sources. */
declare const SEAL_FILES: { readonly pins: Pins; readonly first: readonly string[] };

const TAG = 'seal-chat';
const { pins, first } = typeof SEAL_FILES === 'undefined' ? { pins: {}, first: [] } : SEAL_FILES;
/** Each file is fetched once, however often it is imported; one that could not be fetched is tried again. */
const fetched: Map<string, Promise<void>> = new Map();

/** What dynamic imports of the built files become: `path` is relative to this file. */
async function importPinned(path: string): Promise<unknown> {
  const name = path.replace('./', '');
  await Promise.all([name, ...(pins[name]?.slice(1) ?? [])].map((one) => preload(one)));
  return import(/* @vite-ignore */ new URL(name, import.meta.url).href);
}

/** Fetches a file into the browser's map of modules, which is where the import then finds it. Rejects on another hash. */
function preload(name: string): Promise<void> {
  let loading = fetched.get(name);
  if (loading === undefined) {
    loading = fetchModule(name);
    fetched.set(name, loading);
    loading.catch(() => fetched.delete(name));
  }
  return loading;
}

function fetchModule(name: string): Promise<void> {
  const link = document.createElement('link');
  const integrity = pins[name]?.[0];
  if (integrity === undefined) return Promise.reject(new Error(`seal-chat: ${name} is not known`));
  if (!link.relList.supports('modulepreload')) return Promise.resolve();
  return new Promise((resolve, reject) => {
    link.rel = 'modulepreload';
    link.crossOrigin = 'anonymous';
    link.integrity = integrity;
    link.href = new URL(name, import.meta.url).href;
    // The link has done its work then, and leaves the page as it was.
    const end = (then: () => void) => (): void => {
      link.remove();
      then();
    };
    link.addEventListener('load', end(resolve), { once: true });
    link.addEventListener(
      'error',
      end(() => reject(new Error(`seal-chat: ${name} could not be loaded, or is not the file it should be`))),
      { once: true },
    );
    document.head.append(link);
  });
}

/** Fetches and defines the elements. */
async function load(): Promise<void> {
  // What comes right after the elements is fetched beside them. Where that fails, the import tries again.
  for (const name of first) preload(name).catch(() => undefined);
  // The result is not used: with one, the bundler would have to make an object of exports and bring code to make it.
  await import('./register.ts');
}

/** Calls `then` as soon as the page has a `<seal-chat>`, and at the latest when it is idle. */
function whenWanted(then: () => void): void {
  let isDone = false;
  const once = (): void => {
    if (isDone) return;
    isDone = true;
    observer.disconnect();
    then();
  };
  const observer = new MutationObserver(() => {
    if (document.querySelector(TAG) !== null) once();
  });
  if (document.querySelector(TAG) !== null) {
    once();
    return;
  }
  observer.observe(document, { childList: true, subtree: true });
  const whenIdle = (): void => void setTimeout(() => (globalThis.requestIdleCallback ?? setTimeout)(once), 2_000);
  if (document.readyState === 'complete') whenIdle();
  else addEventListener('load', whenIdle, { once: true });
}

/**
 * Begins, unless another copy of the widget is on the page: two plugins may each bring one, also of different versions. The
 * first one serves the page. A second would answer the imports of the first, whose files it does not know.
 */
function begin(): Promise<unknown> {
  const key = Symbol.for('seal-chat.import');
  if (Object.hasOwn(globalThis, key)) {
    // oxlint-disable-next-line no-console -- for the developers of the page: nobody else can mend it
    console.warn('seal-chat: its script is on this page more than once. The first one is used.');
    return customElements.whenDefined(TAG);
  }
  Object.defineProperty(globalThis, key, { value: importPinned });
  return new Promise<void>((then) => whenWanted(then)).then(load);
}

/** Resolves when `<seal-chat>` is defined. */
export const ready: Promise<unknown> = typeof document === 'undefined' ? Promise.resolve() : begin();
