/**
 * The entry of the built widget: a small script that brings in the rest when the page has a `<seal-chat>`, else when
 * the browser is idle. It can stand anywhere in the page, also before the element.
 *
 * It knows the hashes of the files it begins with and of the file that holds all other hashes, and runs nothing that does
 * not match. So a page that pins this file with an `integrity` attribute pins all of the widget.
 */

/** Of a file: its integrity, and the names of the files it needs. */
type Pins = Readonly<Record<string, readonly [integrity: string, ...needs: readonly string[]]>>;

/** The files that start the widget, and the one with the pins of all others. Filled in by the build; nothing in the sources. */
declare const SEAL_FILES: Pins;

const TAG = 'seal-chat';
let files: Pins = typeof SEAL_FILES === 'undefined' ? {} : SEAL_FILES;
const rest: string | undefined = Object.keys(files).find((name) => name.startsWith('pins-'));

/** What dynamic imports of the built files become: `path` is relative to this file. */
async function importPinned(path: string): Promise<unknown> {
  const name = path.replace('./', '');
  if (rest !== undefined && files[name] === undefined)
    files = { ...((await importPinned(rest)) as { readonly default: Pins }).default, ...files };
  const needed = [name, ...(files[name]?.slice(1) ?? [])];
  await Promise.all(needed.map((one) => preload(one)));
  return import(/* @vite-ignore */ new URL(name, import.meta.url).href);
}

/** Fetches a file into the browser's map of modules, which is where the import then finds it. Rejects on another hash. */
function preload(name: string): Promise<void> {
  const link = document.createElement('link');
  const integrity = files[name]?.[0];
  if (rest !== undefined && integrity === undefined)
    return Promise.reject(new Error(`seal-chat: ${name} is not known`));
  if (integrity === undefined || !link.relList.supports('modulepreload')) return Promise.resolve();
  return new Promise((resolve, reject) => {
    link.rel = 'modulepreload';
    link.crossOrigin = 'anonymous';
    link.integrity = integrity;
    link.href = new URL(name, import.meta.url).href;
    link.addEventListener('load', () => resolve());
    link.addEventListener('error', () => {
      link.remove();
      reject(new Error(`seal-chat: ${name} could not be loaded, or is not the file it should be`));
    });
    document.head.append(link);
  });
}

/** Fetches and defines the elements. */
async function load(): Promise<void> {
  // The result is not used: with one, the bundler would have to make an object of exports and bring code to make it.
  await import('./register.ts');
  // What comes next needs the other hashes: they are fetched before somebody waits for them.
  if (rest !== undefined) await importPinned(rest).catch(() => undefined);
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

Object.defineProperty(globalThis, Symbol.for('seal-chat.import'), { value: importPinned, configurable: true });

/** Resolves when `<seal-chat>` is defined. */
export const ready: Promise<unknown> =
  typeof document === 'undefined' ? Promise.resolve() : new Promise<void>((then) => whenWanted(then)).then(load);
