import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { build, defaultClientConditions, preview, type InlineConfig, type PreviewServer } from 'vite';
import type { StateName } from '../../src/states.ts';
import type { PartName } from '../../src/ui/parts.ts';
import { launch } from './browser.ts';
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

/** The widget behind a server, and a browser to look at it. */
export interface Harness {
  show(scene: Scene): Promise<Shown>;
  /** One primitive of the design alone. */
  showPart(name: PartName, look?: PartLook): Promise<Page>;
  close(): Promise<void>;
}

export async function openHarness(): Promise<Harness> {
  const server = await serveSources();
  const browser = await launch();
  const url = server.resolvedUrls?.local[0] ?? '';
  return {
    async show({ state, open = true, theme = 'light', lang = 'en', width = 1000, height = 700, touch = false }) {
      const page = await browser.newPage({ viewport: { width, height }, hasTouch: touch, isMobile: touch });
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
      page.setDefaultTimeout(patient(30_000));
      await page.emulateMedia({ forcedColors: forced ? 'active' : 'none' });
      await page.goto(`${url}ui.html?${new URLSearchParams({ part: name, theme, dir })}`);
      await page.locator('ui-sample h2').waitFor();
      return page;
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(server.config.build.outDir, { recursive: true });
    },
  };
}

/** Bundled, a page loads in a tenth of the time it takes in single modules. */
async function serveSources(): Promise<PreviewServer> {
  const outDir = await mkdtemp(join(tmpdir(), 'seal-stories-'));
  const file = (name: string): string => fileURLToPath(new URL(`../harness/${name}`, import.meta.url));
  const config: InlineConfig = {
    configFile: false,
    root: file(''),
    logLevel: 'error',
    resolve: { conditions: ['seal-source', ...defaultClientConditions] },
    build: {
      outDir,
      target: 'es2022',
      minify: false,
      rolldownOptions: { input: [file('index.html'), file('ui.html')] },
    },
  };
  await build(config);
  return preview({ ...config, preview: { host: '127.0.0.1', port: 0 } });
}
