import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { ATTACHMENT_LIMITS, DEFAULT_QUOTAS, DEFAULT_RATES, DEFAULT_RETENTION } from '@seal-chat/protocol';
import { z } from 'zod';
import type { Rates } from './limits/rates.ts';
import type { NetworkLimits } from './net/admission.ts';
import { readSecret } from './secret-file.ts';
import { StartError } from './start-error.ts';

/** The repository's root, seen from `src` and from `dist` alike. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Variable<T> {
  readonly schema: z.ZodType<T, string>;
  /** What holds when the variable is not set or empty: a value to read like any other, or null for "nothing". */
  readonly fallback: string | null;
  /** For the operator: the table in docs/OPERATIONS.md repeats it word for word. */
  readonly meaning: string;
}

function variable<T>(fallback: string | null, meaning: string, schema: z.ZodType<T, string>): Variable<T> {
  return { schema, fallback, meaning };
}

function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const expected = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,13}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
}

function rate(fallback: number, meaning: string): Variable<number> {
  return variable(String(fallback), meaning, wholeNumber(1, 1_000_000));
}

function quota(fallback: number, meaning: string): Variable<number> {
  return variable(String(fallback), meaning, wholeNumber(1, ATTACHMENT_LIMITS.maxSize));
}

function serviceUrl(protocols: readonly string[], expected: string): z.ZodType<string, string> {
  return z.string().refine((value) => protocols.includes(parseUrl(value)?.protocol ?? ''), expected);
}

function parseUrl(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}

/** What a process does: serves clients, does jobs, or both. */
export type Role = 'all' | 'api' | 'worker';

/** Names that stand for networks, as Fastify understands them. */
const NETWORK_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

const proxies: z.ZodType<readonly string[], string> = z
  .string()
  .transform((value) => (value === 'off' ? [] : value.split(',').map((entry) => entry.trim())))
  .refine(
    (entries) => entries.every((entry) => NETWORK_NAMES.includes(entry) || isNetwork(entry)),
    `must be "off", or addresses, networks (10.0.0.0/8) or ${NETWORK_NAMES.join(', ')} with commas between them`,
  );

function isNetwork(text: string): boolean {
  const [address = '', prefix = '0', ...rest] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits && rest.length === 0;
}

const onOff = z.enum(['on', 'off'], 'must be "on" or "off"').transform((value) => value === 'on') as z.ZodType<
  boolean,
  string
>;

/** Every variable the server reads. */
export const VARIABLES = {
  PORT: variable('8787', 'TCP port; 0 lets the system choose one.', wholeNumber(0, 65_535)),
  HOST: variable(
    '127.0.0.1',
    'Address to listen on; 0.0.0.0 or :: for all.',
    z.string().regex(/^[\w.:-]+$/, 'must be an IP address or a host name'),
  ),
  PRIVATE_PORT: variable(
    null,
    'TCP port of readiness and metrics. Default: PORT + 10000 (18787), a free one when that is taken.',
    wholeNumber(0, 65_535),
  ),
  PRIVATE_HOST: variable(
    '127.0.0.1',
    'Address that PRIVATE_PORT is listened on: one that only your own machines reach.',
    z.string().regex(/^[\w.:-]+$/, 'must be an IP address or a host name'),
  ),
  DATA_DIR: variable('.seal', 'Directory of the embedded PostgreSQL; relative to the repository.', z.string()),
  DATABASE_URL: variable(
    null,
    'PostgreSQL (14 or later) to use instead of the embedded one.',
    serviceUrl(['postgres:', 'postgresql:'], 'must be a URL like postgresql://user:password@host:5432/name'),
  ),
  DATABASE_URL_FILE: variable(null, 'File that holds the DATABASE_URL, for secrets that are mounted.', z.string()),
  MIGRATE: variable(
    'on',
    'Whether a start applies migrations; off: it refuses a database that lacks some, and needs "main.js migrate" before.',
    onOff,
  ),
  REDIS_URL: variable(
    null,
    'Redis (6.2 or later) for notices between processes and for jobs; without it both are on PostgreSQL.',
    serviceUrl(['redis:', 'rediss:'], 'must be a URL like redis://host:6379'),
  ),
  REDIS_URL_FILE: variable(null, 'File that holds the REDIS_URL.', z.string()),
  REDIS_PREFIX: variable(
    'seal',
    'What names in Redis begin with: another one for each Seal that shares a Redis.',
    z.string().regex(/^[\w-]{1,40}$/, 'must be 1 to 40 letters, digits, "_" or "-"'),
  ),
  ROLE: variable(
    'all',
    'What the process does: api serves clients, worker does the jobs (and has no PORT), all does both.',
    z.enum(['all', 'api', 'worker'], 'must be one of all, api, worker') as z.ZodType<Role, string>,
  ),
  PUBLIC_URL: variable(
    null,
    'Where browsers reach the server, when that is not http://HOST:PORT.',
    z.string().refine((value) => {
      const url = parseUrl(value);
      return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
    }, 'must be an origin like https://chat.example.com, without a path'),
  ),
  LOG_LEVEL: variable(
    'info',
    'silent, fatal, error, warn, info, debug or trace.',
    z.enum(
      ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'],
      'must be one of silent, fatal, error, warn, info, debug, trace',
    ) as z.ZodType<string, string>,
  ),
  TRUST_PROXY: variable(
    'off',
    'Proxies whose X-Forwarded-* headers to believe: addresses, networks, loopback, linklocal, uniquelocal.',
    proxies,
  ),
  DEMO: variable('on', 'The page /demo and its tenant: on or off.', onOff),
  SHUTDOWN_SECONDS: variable('10', 'The longest a shutdown waits for work under way.', wholeNumber(1, 600)),
  DRAIN_SECONDS: variable(
    '0',
    'Before a shutdown: /readyz answers 503 for half of this time, then sockets are closed one after the other.',
    wholeNumber(0, 600),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(
    null,
    'Collector of OpenTelemetry that traces go to, over HTTP; without it none are made.',
    serviceUrl(['http:', 'https:'], 'must be a URL like http://host:4318'),
  ),
  OTEL_TRACES_SAMPLER_ARG: variable(
    '0.01',
    'Part of the calls, batches and jobs that are traced.',
    z
      .string()
      .regex(/^(?:0(?:\.\d{1,9})?|1(?:\.0{1,9})?)$/, 'must be a number from 0 to 1, like 0.01')
      .transform(Number),
  ),
  MESSAGES_PER_MINUTE: rate(DEFAULT_RATES.messagesPerMinutePerUser, 'Messages a user may send in a minute.'),
  AUTH_PER_MINUTE: rate(DEFAULT_RATES.authPerMinutePerAddress, 'Sign-ins and sign-ups from one address in a minute.'),
  FAILED_AUTH_PER_ACCOUNT: rate(
    DEFAULT_RATES.failedAuthPerAccount,
    'Failed sign-ins of an account before it must wait.',
  ),
  MAX_SOCKETS: variable('20000', 'WebSocket connections of this process.', wholeNumber(1, 1_000_000)),
  CONNECTIONS_PER_ADDRESS: rate(
    1_000,
    'Connections of any kind from one address (IPv6: one /64), unless it is a proxy of TRUST_PROXY.',
  ),
  REQUESTS_PER_ADDRESS: rate(6_000, 'HTTP requests from one address in a minute, a tenth of them at once; more wait.'),
  SOCKETS_PER_ADDRESS: rate(500, 'WebSocket connections from one address, open or opened within 10 seconds.'),
  SOCKETS_PER_USER: rate(DEFAULT_RATES.socketsPerUser, 'WebSocket connections a user may have open.'),
  PREKEY_CLAIMS_PER_MINUTE: rate(
    DEFAULT_RATES.prekeyClaimsPerMinutePerUser,
    'Times a user may ask for keys to begin sessions in a minute.',
  ),
  DEVICE_LISTS_PER_DAY: rate(
    DEFAULT_RATES.deviceListsPerDayPerAccount,
    'Times devices may be added to and removed from an account in a day.',
  ),
  ACCOUNT_KEYS_PER_DAY: rate(
    DEFAULT_RATES.accountKeysPerDayPerAccount,
    'Times an account may replace its account key in a day, as removing a device does.',
  ),
  SEARCHES_PER_MINUTE: rate(DEFAULT_RATES.searchesPerMinutePerUser, 'Searches for people by a user in a minute.'),
  KEY_PACKAGE_CLAIMS_PER_MINUTE: rate(
    DEFAULT_RATES.keyPackageClaimsPerMinutePerUser,
    'Times a user may ask for keys to bring devices into channels in a minute.',
  ),
  CHANNEL_CHANGES_PER_MINUTE: rate(
    DEFAULT_RATES.channelChangesPerMinutePerUser,
    'Changes of channels and their members by a user in a minute.',
  ),
  ATTACHMENTS_PER_MINUTE: rate(DEFAULT_RATES.attachmentsPerMinutePerUser, 'Uploads a user may begin in a minute.'),
  MAX_ATTACHMENT_BYTES: quota(DEFAULT_QUOTAS.attachmentBytes, 'Bytes of the largest file that may be attached.'),
  MAX_IMAGE_BYTES: quota(
    DEFAULT_QUOTAS.imageBytes,
    'Bytes of the largest image. Clients hold it: the server cannot see what a file is.',
  ),
  STORAGE_BYTES_PER_USER: quota(DEFAULT_QUOTAS.storageBytesPerUser, 'Bytes of files that one person may have stored.'),
  STORAGE_BYTES_PER_TENANT: quota(
    DEFAULT_QUOTAS.storageBytesPerTenant,
    'Bytes of files that all people of a tenant may have stored.',
  ),
  MESSAGE_DAYS: rate(DEFAULT_RETENTION.messageDays, 'Days after which messages lose their bodies and files.'),
  GUEST_DAYS: rate(DEFAULT_RETENTION.guestDays, 'Days after which a guest who does not come back is deleted.'),
  MAILBOX_ENTRIES: rate(
    DEFAULT_RETENTION.mailboxEntries,
    'What waits for a device at most; of more the oldest go, and the device reads those from the history.',
  ),
} as const satisfies Record<string, Variable<unknown>>;

/** Sockets of one address that are on their way to sign in; more where an address may have many. */
const MIN_STRANGERS = 50;
/** They have signed in within this time, ms. */
const STRANGER_MS = 10_000;

type VariableName = keyof typeof VARIABLES;
type Value<N extends VariableName> = (typeof VARIABLES)[N] extends Variable<infer T> ? T : never;

/** What the process was told by its environment, checked. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Null: derived from `port`. */
  readonly privatePort: number | null;
  readonly privateHost: string;
  /** Absolute path. */
  readonly dataDir: string;
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null;
  /** Whether the start applies migrations. */
  readonly isMigrating: boolean;
  readonly redisUrl: string | null;
  readonly redisPrefix: string;
  readonly role: Role;
  /** Origin without a slash at its end; null: made of host and port. */
  readonly publicUrl: string | null;
  readonly logLevel: string;
  /** Addresses and networks; none: the headers of proxies are not looked at. */
  readonly trustedProxies: readonly string[];
  readonly isDemoOn: boolean;
  readonly shutdownMs: number;
  readonly drainMs: number;
  /** Part of the calls, batches and jobs that are traced; null: there is no collector. */
  readonly traceRatio: number | null;
  readonly network: NetworkLimits;
  readonly rates: Rates;
}

/**
 * Reads and checks the environment.
 *
 * @throws StartError naming the variable. Values that may hold a password are not repeated.
 */
export function readConfig(variables: Environment): Config {
  const environment = { ...variables, ...readSecrets(variables, ['DATABASE_URL', 'REDIS_URL']) };
  const read = <N extends VariableName>(name: N) => readVariable(environment, name) as Value<N>;
  return {
    port: read('PORT'),
    host: read('HOST'),
    privatePort: readVariable(environment, 'PRIVATE_PORT') as number | null,
    privateHost: read('PRIVATE_HOST'),
    dataDir: resolve(ROOT, read('DATA_DIR')),
    databaseUrl: readOptional(environment, 'DATABASE_URL'),
    isMigrating: read('MIGRATE'),
    redisUrl: readOptional(environment, 'REDIS_URL'),
    redisPrefix: read('REDIS_PREFIX'),
    role: readRole(environment),
    publicUrl: readOptional(environment, 'PUBLIC_URL')?.replace(/\/$/, '') ?? null,
    logLevel: read('LOG_LEVEL'),
    trustedProxies: read('TRUST_PROXY'),
    isDemoOn: read('DEMO'),
    shutdownMs: read('SHUTDOWN_SECONDS') * 1_000,
    drainMs: read('DRAIN_SECONDS') * 1_000,
    traceRatio:
      readVariable(environment, 'OTEL_EXPORTER_OTLP_ENDPOINT') === null ? null : read('OTEL_TRACES_SAMPLER_ARG'),
    network: {
      sockets: read('MAX_SOCKETS'),
      connectionsPerAddress: read('CONNECTIONS_PER_ADDRESS'),
      requestsPerAddress: read('REQUESTS_PER_ADDRESS'),
      socketsPerAddress: read('SOCKETS_PER_ADDRESS'),
      strangersPerAddress: Math.max(MIN_STRANGERS, Math.floor(read('SOCKETS_PER_ADDRESS') / 10)),
      strangerMs: STRANGER_MS,
    },
    rates: {
      messagesPerMinutePerUser: read('MESSAGES_PER_MINUTE'),
      authPerMinutePerAddress: read('AUTH_PER_MINUTE'),
      failedAuthPerAccount: read('FAILED_AUTH_PER_ACCOUNT'),
      socketsPerUser: read('SOCKETS_PER_USER'),
      prekeyClaimsPerMinutePerUser: read('PREKEY_CLAIMS_PER_MINUTE'),
      deviceListsPerDayPerAccount: read('DEVICE_LISTS_PER_DAY'),
      accountKeysPerDayPerAccount: read('ACCOUNT_KEYS_PER_DAY'),
      searchesPerMinutePerUser: read('SEARCHES_PER_MINUTE'),
      keyPackageClaimsPerMinutePerUser: read('KEY_PACKAGE_CLAIMS_PER_MINUTE'),
      channelChangesPerMinutePerUser: read('CHANNEL_CHANGES_PER_MINUTE'),
      attachmentsPerMinutePerUser: read('ATTACHMENTS_PER_MINUTE'),
      attachmentBytes: read('MAX_ATTACHMENT_BYTES'),
      imageBytes: read('MAX_IMAGE_BYTES'),
      storageBytesPerUser: read('STORAGE_BYTES_PER_USER'),
      storageBytesPerTenant: read('STORAGE_BYTES_PER_TENANT'),
      messageDays: read('MESSAGE_DAYS'),
      guestDays: read('GUEST_DAYS'),
      mailboxEntries: read('MAILBOX_ENTRIES'),
    },
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the variables `names` are by their own or in the file that `<name>_FILE` names. */
function readSecrets(environment: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(names.map((name) => [name, readSecret(environment, name)]));
}

function readOptional(environment: Environment, name: 'DATABASE_URL' | 'REDIS_URL' | 'PUBLIC_URL'): string | null {
  return readVariable(environment, name) as string | null;
}

function readRole(environment: Environment): Role {
  const role = readVariable(environment, 'ROLE') as Role;
  if (role !== 'all' && readOptional(environment, 'DATABASE_URL') === null) {
    throw new StartError('ROLE must be "all" without DATABASE_URL: one process has the embedded database.');
  }
  return role;
}

function readVariable(environment: Environment, name: VariableName): unknown {
  const { schema, fallback }: Variable<unknown> = VARIABLES[name];
  const text = environment[name]?.trim() || fallback;
  if (text === null) return null;
  const result = schema.safeParse(text);
  if (result.success) return result.data;
  const shown = name.endsWith('_URL') ? '' : `, not "${text}"`;
  throw new StartError(`${name} ${result.error.issues[0]?.message}${shown}.`);
}
