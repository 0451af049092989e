import type { BrowserContext } from 'playwright-core';

/** What the pages of one profile did that other scripts, or the page's owner, would notice. */
export interface Watched {
  /** Violations of the Content Security Policy and of Trusted Types. */
  readonly violations: readonly string[];
  /** Exceptions that nobody caught, and errors on the console. */
  readonly errors: readonly string[];
  /** Composed custom events that left the widget: type and detail. */
  readonly events: readonly string[];
}

declare global {
  interface Window {
    /** Set up by Playwright. */
    reportToTest(kind: keyof Watched, text: string): void;
  }
}

/** Listens in on every page `context` opens from now on. */
export async function watchPage(context: BrowserContext): Promise<Watched> {
  const watched = { violations: [] as string[], errors: [] as string[], events: [] as string[] };
  await context.exposeFunction('reportToTest', (kind: keyof Watched, text: string) => watched[kind].push(text));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      window.reportToTest('violations', `${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`),
    );
    const { dispatchEvent } = EventTarget.prototype;
    EventTarget.prototype.dispatchEvent = function (event: Event): boolean {
      if (event instanceof CustomEvent && event.composed)
        window.reportToTest('events', `${event.type} ${JSON.stringify(event.detail)}`);
      return dispatchEvent.call(this, event);
    };
  });
  context.on('weberror', (error) => watched.errors.push(String(error.error().stack ?? error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error') watched.errors.push(message.text());
  });
  return watched;
}
