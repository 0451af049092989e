import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './launch.ts';
import { atMost, digits, type PartResult, type Row } from './report.ts';
import { measurePage } from './widget-page.ts';

/** One part of the widget: its gzipped size, and the budget the build is held to. */
interface PartSize {
  readonly part: string;
  readonly bytes: number;
  readonly budget: number;
}

/** The check of `npm test` that holds the budgets: one way of counting for both. */
interface BundleSizes {
  measure(files: Readonly<Record<string, string>>): readonly PartSize[];
}

const kilobytes = (bytes: number): string => `${digits(bytes / 1_000)} KB`;

function sizeRow(what: string, { bytes, budget }: PartSize, elsewhere: string): Row {
  return {
    what,
    ratio: '',
    seal: `${kilobytes(bytes)} (${bytes.toLocaleString('en-US')} B)`,
    peers: '',
    elsewhere,
    checks: [atMost(`<= ${budget / 1_000} KB`, bytes, budget)],
  };
}

/** Sizes of the built widget as it is served, gzip level 9, and a first visit of a real page. */
export async function measureWidget(): Promise<PartResult> {
  const checks = new URL('../../scripts/checks/bundle-sizes.mjs', import.meta.url).href;
  const { measure } = (await import(checks)) as BundleSizes;
  const directory = join(ROOT, 'packages/widget/dist/v1');
  const names = (await readdir(directory)).filter((name) => name.endsWith('.js'));
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const),
  );
  const sizes = measure(Object.fromEntries(files));
  const part = (name: string): PartSize => sizes.find((size) => size.part === name)!;
  const lazy = sizes.filter(({ part: name }) => !['entry', 'core', 'first visit'].includes(name));
  return {
    rows: [
      sizeRow('loader `seal-chat.js`, gzip', part('entry'), ''),
      sizeRow(
        'core: starting, and reading what is on the device, gzip',
        part('core'),
        'without encryption: deep-chat 126 KB, CometChat 251, Sendbird 488, Stream 637; Matrix 271 + 2,100 of wasm',
      ),
      sizeRow('first visit, Brotli: core, conversation (encrypted direct messages), account', part('first visit'), ''),
      ...lazy
        .toSorted((a, b) => b.bytes - a.bytes)
        .map((size) => sizeRow(`loaded on demand: \`${size.part.replace(/-[\w-]{8}\.js$/, '')}\``, size, '')),
      ...(await measurePage()),
    ],
    notes: [
      'The files a page loads, counted by the check that holds their budgets in `npm test`.',
      'A first visit: Chromium, 150 ms added to each request, an empty cache, Brotli as the server sends it. A file is a wave later than files that had arrived before it was asked for. Its bytes are counted with the headers of the answers, some 700 a file over HTTP/1.1; the budget of a first visit is for the files alone.',
    ],
  };
}
