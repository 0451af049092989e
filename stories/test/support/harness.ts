import type { Locator, Page } from 'playwright-core';
import { inject } from 'vitest';
import type { StateName } from '../../src/states.ts';
import type { PartName } from '../../src/ui/parts.ts';
import { workersBrowser } from './browser.ts';
import { patient } from '../../../scripts/lib/patience.mjs';

/** What a page shows. */
export interface Scene {
  readonly state: StateName;
  /** Whether the first conversation is open. */
  readonly open?: boolean;
  readonly theme?: 'light' | 'dark';
  readonly lang?: string;
  readonly width?: number;
  readonly height?: number;
  /** A finger instead of a pointer and keys. */
  readonly touch?: boolean;
}

/** How a primitive is shown. */
export interface PartLook {
  readonly theme?: 'light' | 'dark';
  readonly dir?: 'ltr' | 'rtl';
  readonly forced?: boolean;
}

/** A page with one widget. */
export interface Shown {
  readonly page: Page;
  readonly widget: Locator;
}

/** Looks at states of the widget in the worker's browser; `close` closes its pages. */
export interface Harness {
  show(scene: Scene): Promise<Shown>;
  /** One primitive of the design alone. */
  showPart(name: PartName, look?: PartLook): Promise<Page>;
  close(): Promise<void>;
}

export async function openHarness(): Promise<Harness> {
  const browser = await workersBrowser();
  const opened: Page[] = [];
  const url = inject('harnessUrl');
  return {
    async show({ state, open = true, theme = 'light', lang = 'en', width = 1000, height = 700, touch = false }) {
      const page = await browser.newPage({ viewport: { width, height }, hasTouch: touch, isMobile: touch });
      opened.push(page);
      const query = new URLSearchParams({ state, theme, lang, ...(open ? { open: '' } : {}) });
      page.setDefaultTimeout(patient(30_000));
      await page.goto(`${url}?${query}`);
      const widget = page.locator('seal-chat');
      // Every view says what it is for in a heading, except the ones that wait.
      await widget.locator('h2:visible, .waiting:visible').first().waitFor();
      return { page, widget };
    },
    async showPart(name, { theme = 'light', dir = 'ltr', forced = false } = {}) {
      const page = await browser.newPage({ viewport: { width: 640, height: 640 } });
      opened.push(page);
      page.setDefaultTimeout(patient(30_000));
      await page.emulateMedia({ forcedColors: forced ? 'active' : 'none' });
      await page.goto(`${url}ui.html?${new URLSearchParams({ part: name, theme, dir })}`);
      await page.locator('ui-sample h2').waitFor();
      return page;
    },
    // What a test has closed itself is closed already.
    close: async () => void (await Promise.all(opened.map((page) => page.close()))),
  };
}
