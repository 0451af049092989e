import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../lib/paths.mjs';
import { checkCompose } from './docker/compose.mjs';
import { checkDockerfile } from './docker/dockerfile.mjs';
import { checkHosts, checkKubernetes } from './docker/manifests.mjs';

const read = (name) => readFileSync(join(ROOT, 'docker', name), 'utf8');
const ALL = { has: () => true };
const NONE = { has: () => false };

describe('a Dockerfile', () => {
  const text = read('Dockerfile');
  const without = (part, instead = '') => {
    expect(text).toContain(part);
    return checkDockerfile(text.replaceAll(part, instead)).join('\n');
  };

  test('as it is, is in order', () => {
    expect(checkDockerfile(text)).toEqual([]);
  });

  test.each([
    ['runs as root', 'USER 10001:10001', '', 'USER'],
    ['is based on what moves', 'node:26.10.0-bookworm-slim', 'node:26', 'neither a digest nor an exact version'],
    ['has no health check', 'HEALTHCHECK', 'LABEL', 'HEALTHCHECK'],
    ['has a secret in its layers', 'NODE_ENV=production', 'DATABASE_URL=x', 'ENV DATABASE_URL'],
    ['hides signals behind a shell', 'ENTRYPOINT ["tini", "--", "node"', 'ENTRYPOINT node', 'ENTRYPOINT'],
    ['installs what nobody asked for', '--no-install-recommends', '', 'apt-get install without'],
  ])('that %s is found', (_what, part, instead, problem) => {
    expect(without(part, instead)).toContain(problem);
  });
});

describe('a compose file', () => {
  const text = read('compose.yml');
  const changed = (part, instead) => {
    expect(text).toContain(part);
    return checkCompose(text.replace(part, instead), ALL).join('\n');
  };

  test.each(['compose.yml', 'compose.embedded.yml', 'compose.dev.yml'])('%s is in order', (name) => {
    expect(checkCompose(read(name), ALL)).toEqual([]);
  });

  test.each([
    ['has a word that the specification does not', 'cap_drop: [ALL]', 'cap-drop: [ALL]', 'additional properties'],
    ['waits for what it does not have', 'condition: service_healthy', 'condition: service_ready', 'allowed values'],
    [
      'opens the database to everybody',
      'networks: [back]\n    shm_size',
      'ports: [5432:5432]\n    shm_size',
      '5432:5432 is open',
    ],
    ['has an image that moves', 'redis:8.2-bookworm', 'redis:latest', 'no exact version'],
    ['names a secret that is not there', 'secrets: [redis_auth]', 'secrets: [redis]', 'no secret redis'],
    ['can write to its root', 'read_only: true', 'read_only: false', 'api: its root is not read-only'],
    ['has a password in its environment', 'DATABASE_URL_FILE:', 'DATABASE_URL:', 'use DATABASE_URL_FILE'],
  ])('that %s is found', (_what, part, instead, problem) => {
    expect(changed(part, instead)).toContain(problem);
  });

  test('that sets what the server does not read is found', () => {
    expect(checkCompose(text, NONE).join('\n')).toContain('worker: the server has no variable ROLE');
  });
});

describe("Kubernetes' manifests and examples of hosts", () => {
  const text = read('k8s/seal.yaml');
  const changed = (part, instead) => {
    expect(text).toContain(part);
    return checkKubernetes(text.replace(part, instead), ALL).join('\n');
  };

  test('as they are, are in order', () => {
    expect(checkKubernetes(text, ALL)).toEqual([]);
    expect(checkHosts({ fly: read('fly.toml'), render: read('render.yaml') }, ALL)).toEqual([]);
  });

  test.each([
    ['runs as root', 'runAsNonRoot: true', 'runAsNonRoot: false', 'may run as root'],
    ['probes a port it lacks', 'port: private }', 'port: other }', 'it has no port other'],
    ['mounts a volume it lacks', 'name: secrets, mountPath', 'name: secret, mountPath', 'no volume secret'],
    ['selects no pod', 'selector: { app: seal, role: api }', 'selector: { app: seal, role: apis }', 'selects no pod'],
  ])('one that %s is found', (_what, part, instead, problem) => {
    expect(changed(part, instead)).toContain(problem);
  });

  test('variables that the server does not read are found', () => {
    expect(checkKubernetes(text, NONE).join('\n')).toContain('seal-worker: the server has no variable ROLE');
    expect(checkHosts({ fly: read('fly.toml'), render: read('render.yaml') }, NONE).join('\n')).toMatch(
      /variable TRUST_PROXY[^]*variable PORT/,
    );
  });
});
