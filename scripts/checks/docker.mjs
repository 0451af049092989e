/**
 * `node scripts/checks/docker.mjs`: what is in `docker/` is in order. Files are held against schemas and rules, and what
 * the image does is rehearsed without a container engine.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '../../packages/server/dist/env.js';
import { ROOT } from '../lib/paths.mjs';
import { checkCompose } from './docker/compose.mjs';
import { checkDockerfile } from './docker/dockerfile.mjs';
import { checkHosts, checkKubernetes } from './docker/manifests.mjs';
import { rehearse } from './docker/rehearse.mjs';
import { report } from './report.mjs';

const read = (name) => readFileSync(join(ROOT, 'docker', name), 'utf8');
const variables = new Set(Object.keys(VARIABLES));

const inFile = (name, problems) => problems.map((problem) => `docker/${name}: ${problem}`);
const files = [
  ...inFile('Dockerfile', checkDockerfile(read('Dockerfile'))),
  ...['compose.yml', 'compose.embedded.yml', 'compose.dev.yml'].flatMap((name) =>
    inFile(name, checkCompose(read(name), variables)),
  ),
  ...inFile('k8s/seal.yaml', checkKubernetes(read('k8s/seal.yaml'), variables)),
  ...checkHosts({ fly: read('fly.toml'), render: read('render.yaml') }, variables),
];

const { problems, notes } = await rehearse();
for (const note of notes) process.stdout.write(`rehearsed ${note}\n`);
report('docker', [...files, ...problems.map((problem) => `rehearsal of the image: ${problem}`)]);
