import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { outputOf } from './output.mjs';
import { tool } from '../../lib/run.mjs';

/** What publint and attw (are the types wrong?) say about a tarball. The packages are ES modules alone. */
export async function lintTarball({ tarball, manifest }) {
  const bytes = new Uint8Array(readFileSync(tarball));
  const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  // Files that are no code have no types to be wrong.
  const plain = Object.entries(manifest.exports).flatMap(([name, target]) =>
    typeof target === 'string' ? [name] : [],
  );
  const { code, output } = await outputOf([
    tool('attw'),
    tarball,
    '--profile',
    'esm-only',
    '--format',
    'ascii',
    '--no-color',
    '--no-emoji',
    ...(plain.length > 0 ? ['--exclude-entrypoints', ...plain] : []),
  ]);
  return [
    ...messages.map((message) => `publint, ${manifest.name}: ${formatMessage(message, manifest)}`),
    ...(code === 0 ? [] : [`attw, ${basename(tarball)}:\n${output}`]),
  ];
}
