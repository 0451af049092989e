/**
 * The entry of the built widget: a small script that brings in the rest when the page has a `<seal-chat>`, else when
 * the browser is idle. It can stand anywhere in the page, also before the element.
 */

const TAG = 'seal-chat';

/** Fetches and defines the elements. */
function load(): Promise<unknown> {
  return import('./define.ts');
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

/** Resolves when `<seal-chat>` is defined. */
export const ready: Promise<unknown> =
  typeof document === 'undefined' ? Promise.resolve() : new Promise<void>((then) => whenWanted(then)).then(load);
