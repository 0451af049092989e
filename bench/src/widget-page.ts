import { randomUUID } from 'node:crypto';
import { chromium, type CDPSession, type Page } from 'playwright-core';
import { ROOT } from './launch.ts';
import { atMost, digits, type Row } from './report.ts';
import { launchSeal, withDataDir } from './server/seal-server.ts';

/** Round-trip time added to every request, ms: a visitor on another continent. */
const RTT_MS = 150;
/** Messages after which the page must be as it was. */
const MESSAGES = 1_000;

/** A request of the page: when it began and ended, ms since the first; bytes as they came over the network. */
interface Fetched {
  readonly path: string;
  readonly from: number;
  to: number;
  bytes: number;
}

interface Chromium {
  findChromium(): string | null;
}

/** The SDK, as it is built. */
interface Sdk {
  createSealClient(options: object): {
    createAccount(options: { readonly username: string }): Promise<unknown>;
    searchUsers(query: string): Promise<readonly { readonly userId: string }[]>;
    openDm(userId: string): Promise<{ send(text: string): Promise<unknown> }>;
    close(): Promise<void>;
  };
  memoryStore(): unknown;
}

/**
 * Measures a first visit in Chromium on the real server: a cold cache, 150 ms to the server. And what 1,000 received
 * messages leave behind in the page around the widget.
 */
export function measurePage(): Promise<readonly Row[]> {
  return withDataDir(async (dataDir) => {
    const server = await launchSeal(dataDir);
    const { findChromium } = (await import(
      new URL('../../scripts/lib/chromium.mjs', import.meta.url).href
    )) as Chromium;
    const executablePath = findChromium() ?? undefined;
    const browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        // The page is made up here, and to Chromium comes from nowhere.
        '--disable-features=LocalNetworkAccessChecks',
      ],
    });
    try {
      const page = await (await browser.newContext()).newPage();
      const rows = await measureVisit(page, server.url);
      return [...rows, ...(await measureGrowth(page, server.url))];
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}

async function measureVisit(page: Page, url: string): Promise<readonly Row[]> {
  const peer = await openPeer(url, 'peer');
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Network.enable');
  await cdp.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: RTT_MS,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
  const fetched = record(cdp);
  await page.route(`${url}/visit`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><script type="module" src="/v1/seal-chat.js"></script>
        <seal-chat server="${url}" app-key="pk_demo_seal" style="block-size: 600px"></seal-chat>`,
    }),
  );
  const began = performance.now();
  await page.goto(`${url}/visit`);
  const widget = page.locator('seal-chat');
  const guest = widget.getByRole('button', { name: 'Continue as a guest' });
  await guest.waitFor();
  const signIn = snapshot(fetched, performance.now() - began);
  await guest.click();
  await widget.getByRole('combobox', { name: 'Find a person' }).fill('peer');
  await widget.getByRole('option').first().click();
  const field = widget.getByRole('textbox', { name: 'Message to peer' });
  await field.waitFor();
  const write = snapshot(fetched, performance.now() - began);
  await field.fill('hello');
  await field.press('Enter');
  await widget
    .locator('.message:is([data-status=sent], [data-status=delivered], [data-status=read])')
    .first()
    .waitFor();
  const sent = snapshot(fetched, performance.now() - began);
  await peer.close();
  const what = (name: string, at: Snapshot): string => `first visit, ${RTT_MS} ms RTT, cold: ${name}; ${describe(at)}`;
  return [
    row(what('to the sign-in screen', signIn), signIn, []),
    row(what('to a field to write in, as a guest', write), write, [
      atMost('<= 8 requests', write.files + write.calls, 8),
      atMost('<= 3 waves of files', write.waves, 3),
      atMost('<= 110 KB', write.bytes, 110_000),
    ]),
    row(what('to the first message accepted', sent), sent, []),
  ];
}

interface Snapshot {
  /** Scripts and styles. */
  readonly files: number;
  /** Calls of the API, and the WebSocket. */
  readonly calls: number;
  /** Files that had to be waited for one after the other. */
  readonly waves: number;
  readonly bytes: number;
  readonly ms: number;
}

const describe = ({ files, calls }: Snapshot): string => `${files} files, ${calls} calls`;

function row(what: string, { waves, bytes, ms }: Snapshot, checks: Row['checks']): Row {
  return {
    what,
    ratio: '',
    seal: `${waves} waves of files, ${digits(bytes / 1_000)} KB, ${digits(ms / 1_000)} s`,
    peers: '',
    elsewhere: '',
    checks,
  };
}

/** Keeps every request from now on. The page itself is the host's, and is left out. */
function record(cdp: CDPSession): readonly Fetched[] {
  const list: Fetched[] = [];
  const open = new Map<string, Fetched>();
  const began = performance.now();
  const now = (): number => performance.now() - began;
  const add = (id: string, address: string): void => {
    const { pathname } = new URL(address);
    if (pathname === '/visit' || address.startsWith('data:')) return;
    const one: Fetched = { path: pathname, from: now(), to: Infinity, bytes: 0 };
    open.set(id, one);
    list.push(one);
  };
  cdp.on('Network.requestWillBeSent', ({ requestId, request }) => add(requestId, request.url));
  cdp.on('Network.webSocketCreated', ({ requestId, url }) => add(requestId, url));
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = open.get(requestId);
    if (one !== undefined) Object.assign(one, { to: now(), bytes: encodedDataLength });
  });
  return list;
}

function snapshot(fetched: readonly Fetched[], ms: number): Snapshot {
  const files = fetched.filter(({ path }) => /\.(?:js|css)$/.test(path));
  // A file is a wave later than those that were there before it was asked for.
  const waveOf = new Map<Fetched, number>();
  for (const file of files.toSorted((a, b) => a.from - b.from)) {
    const before = files.filter((other) => other.to <= file.from).map((other) => waveOf.get(other) ?? 0);
    waveOf.set(file, 1 + Math.max(0, ...before));
  }
  return {
    files: files.length,
    calls: fetched.length - files.length,
    waves: Math.max(0, ...waveOf.values()),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ms,
  };
}

/** What the page around the widget has: links in its head, and all listeners of its scripts, after a collection. */
async function measureGrowth(page: Page, url: string): Promise<readonly Row[]> {
  const peer = await openPeer(url, 'writer');
  const [guest] = await peer.searchUsers('reader');
  if (guest !== undefined) throw new Error('the reader was here before');
  const reader = await page.context().newPage();
  const cdp = await reader.context().newCDPSession(reader);
  await reader.route(`${url}/visit`, (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><script type="module" src="/v1/seal-chat.js"></script>
        <seal-chat server="${url}" app-key="pk_demo_seal" strangers="accept" profile="${randomUUID()}" style="block-size: 600px"></seal-chat>`,
    }),
  );
  await reader.goto(`${url}/visit`);
  const widget = reader.locator('seal-chat');
  await widget.getByLabel('Choose a name').fill('reader');
  await widget.getByRole('button', { name: 'Start chatting' }).click();
  const code = await widget.locator('#code').innerText({ timeout: 60_000 });
  await widget.getByLabel('Once it is saved, type its last four characters').fill(code.trim().slice(-4));
  await widget.getByRole('button', { name: 'Go to my chats' }).click();
  await widget.getByRole('combobox', { name: 'Find a person' }).waitFor();
  const [found] = await peer.searchUsers('reader');
  const conversation = await peer.openDm(found!.userId);
  await conversation.send('first');
  await widget
    .getByRole('option', { name: /writer/ })
    .or(widget.getByRole('button', { name: /writer/ }))
    .first()
    .click();
  await widget.getByText('first', { exact: true }).last().waitFor();
  const before = await countIn(reader, cdp);
  for (let i = 1; i <= MESSAGES; i++) await conversation.send(`message ${i}`);
  await widget.getByText(`message ${MESSAGES}`, { exact: true }).last().waitFor({ timeout: 300_000 });
  const after = await countIn(reader, cdp);
  await peer.close();
  const difference = (name: keyof typeof before): number => after[name] - before[name];
  return [
    {
      what: `what ${MESSAGES.toLocaleString('en-US')} received messages leave in the page's head`,
      ratio: '',
      seal: `${difference('links')} links more, ${difference('inHead')} elements more`,
      peers: '',
      elsewhere: '',
      checks: [atMost('0 links', difference('links'), 0)],
    },
    {
      what: `... and listeners of all its scripts, with ${after.rows} messages shown instead of ${before.rows}`,
      ratio: '',
      seal: `${before.listeners} before, ${after.listeners} after`,
      peers: '',
      elsewhere: '',
      checks: [],
    },
  ];
}

async function countIn(page: Page, cdp: CDPSession) {
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('Performance.enable');
  const { metrics } = await cdp.send('Performance.getMetrics');
  const inPage = await page.evaluate(() => ({
    links: document.querySelectorAll('link').length,
    inHead: document.head.children.length,
  }));
  const rows = await page.locator('seal-chat').locator('.message').count();
  return { ...inPage, rows, listeners: metrics.find(({ name }) => name === 'JSEventListeners')?.value ?? 0 };
}

/** Another person, by the SDK in this process. */
async function openPeer(url: string, username: string): Promise<ReturnType<Sdk['createSealClient']>> {
  const { createSealClient, memoryStore } = (await import(`${ROOT}packages/client/dist/index.js`)) as Sdk;
  const { WebSocket } = await import('ws');
  const peer = createSealClient({ url, appKey: 'pk_demo_seal', store: memoryStore(), webSocket: WebSocket });
  await peer.createAccount({ username });
  return peer;
}
