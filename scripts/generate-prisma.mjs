/**
 * Writes the Prisma client of prisma/schema.prisma into packages/server/src/generated. It needs no engine, but the
 * command line wants one and would download it: pointed at any file that exists, it leaves that alone.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lib/paths.mjs';
import { quietEnvironment, tool } from './lib/run.mjs';

rmSync(join(ROOT, 'packages/server/src/generated'), { recursive: true, force: true });
const command = ['generate', '--no-hints', '--schema', join(ROOT, 'prisma/schema.prisma')];
const { status, stdout, stderr } = spawnSync(tool('prisma'), command, {
  cwd: ROOT,
  env: { ...quietEnvironment(), PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  encoding: 'utf8',
});
if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
process.exitCode = status ?? 1;
