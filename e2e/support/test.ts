import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { inject, test as base } from 'vitest';
import { launchBrowser } from './browser.ts';
import { watchPage, type Watched } from './page-watch.ts';
import { runningServer, startServer, type SealServer, type ServerProcess } from './server.ts';
import { openSite, type Site } from './site.ts';
import { openNetwork, type Network } from './network.ts';
import { PATIENCE_MS } from './patience.ts';
import { recordTraffic, type Traffic } from './traffic.ts';
import { atHome, signInByPage, signUp, widgetOf } from './widget.ts';
import { patient } from '../../scripts/lib/patience.mjs';

const RESULTS = fileURLToPath(new URL('../test-results/', import.meta.url));

/** A browser profile of its own: one device. */
export interface DeviceOfPerson {
  readonly name: string;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly widget: Locator;
  readonly network: Network;
  readonly traffic: Traffic;
  /** Policy violations, uncaught errors and composed events of all pages. */
  readonly watched: Watched;
  /** Another tab of the same profile. */
  openTab(): Promise<Page>;
}

/** A person who has signed up by hand, on their first device. */
export interface SignedUp extends DeviceOfPerson {
  readonly recoveryCode: string;
}

interface Tools {
  /** Opens a fresh profile on the site, not signed in. */
  readonly openDevice: (name: string, options?: DeviceOptions) => Promise<DeviceOfPerson>;
  /** Opens a fresh profile, in which the page signs `name` up without a recovery code, as sites can. */
  readonly person: (name: string, options?: DeviceOptions) => Promise<DeviceOfPerson>;
  /** Opens a fresh profile; the person types `name` and keeps the recovery code. */
  readonly personWithCode: (name: string, options?: DeviceOptions) => Promise<SignedUp>;
}

interface DeviceOptions extends BrowserContextOptions {
  /** Page to open instead of the site's. */
  readonly url?: string;
  /** Called before the first page is opened. */
  readonly prepare?: (context: BrowserContext) => Promise<unknown>;
}

/**
 * The server that all files share; a browser for each worker; a customer's site, whose people nobody else sees, for
 * each file; profiles for each test, closed after it. When a test fails, what its pages showed is in `test-results/`.
 */
export const test = base
  .extend('server', { scope: 'file' }, ({}): SealServer => {
    const { url, dataDir } = inject('sharedServer');
    return runningServer(url, dataDir);
  })
  .extend('site', { scope: 'file' }, async ({ server }, { onCleanup }): Promise<Site> => {
    const site = await openSite(server);
    onCleanup(() => site.close());
    return site;
  })
  .extend('browser', { scope: 'worker' }, async ({}, { onCleanup }): Promise<Browser> => {
    const browser = await launchBrowser();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend('openDevice', async ({ browser, site, task }, { onCleanup }): Promise<Tools['openDevice']> => {
    const devices: DeviceOfPerson[] = [];
    onCleanup(async () => {
      if (task.result?.state === 'fail') await photograph(devices, task.name);
      await Promise.all(devices.map(({ context }) => context.close()));
      await Promise.all(devices.map(({ network }) => network.close()));
    });
    return async (name, { url = site.url, prepare, ...options } = {}) => {
      const network = await openNetwork();
      const context = await browser.newContext({ ...options, proxy: network.proxy });
      context.setDefaultTimeout(PATIENCE_MS);
      const traffic = recordTraffic(context, name);
      const watched = await watchPage(context);
      await prepare?.(context);
      const openTab = async (): Promise<Page> => {
        const tab = await context.newPage();
        await tab.goto(url);
        return tab;
      };
      const page = await context.newPage();
      const device = { name, context, page, widget: widgetOf(page), network, traffic, watched, openTab };
      devices.push(device);
      await page.goto(url);
      return device;
    };
  })
  .extend('person', ({ openDevice }): Tools['person'] => async (name, options) => {
    const device = await openDevice(name, options);
    await signInByPage(device.page, name);
    await atHome(device.widget);
    return device;
  })
  .extend('personWithCode', ({ openDevice }): Tools['personWithCode'] => async (name, options) => {
    const device = await openDevice(name, options);
    const recoveryCode = await signUp(device.widget, name);
    await atHome(device.widget);
    return { ...device, recoveryCode };
  });

/** `test` for a file that stops or kills its server, or needs it with settings of its own. */
export function testWithServer(environment: Readonly<Record<string, string>> = {}) {
  return test
    .extend('process', { scope: 'file' }, async ({}, { onCleanup }): Promise<ServerProcess> => {
      const server = await startServer(environment);
      onCleanup(() => server.dispose());
      return server;
    })
    .override('server', { scope: 'file' }, ({ process: server }): SealServer => server);
}

async function photograph(devices: readonly DeviceOfPerson[], testName: string): Promise<void> {
  await mkdir(RESULTS, { recursive: true });
  const shots = devices.flatMap(({ name, context }) =>
    context.pages().map((page, i) =>
      page
        .screenshot({ path: `${RESULTS}${slug(testName)}--${slug(name)}-${i + 1}.png`, timeout: patient(5_000) })
        // A page that hangs has no picture; the failure itself is what counts.
        .catch(() => undefined),
    ),
  );
  await Promise.all(shots);
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 80);
}

/** Takes the network away from a device; its browser notices. */
export async function goOffline({ context, network }: DeviceOfPerson): Promise<void> {
  network.cut();
  await context.setOffline(true);
}

/** Gives a device its network back. */
export async function goOnline({ context, network }: DeviceOfPerson): Promise<void> {
  network.restore();
  await context.setOffline(false);
}
