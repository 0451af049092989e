/**
 * The names of everything the server counts, with what a label may say. Totals only: no label names a tenant, a person,
 * a device or an address, and each has a closed set of values.
 */

/** What is read when the metrics are. */
export const GAUGES = {
  seal_websocket_connections: { help: 'WebSocket connections open now.', label: null },
  seal_event_streams: { help: 'Subscriptions over HTTP open now.', label: null },
  seal_write_queue_items: { help: 'Items that wait to be written, by queue.', label: 'queue' },
  seal_calls_waiting: { help: 'Calls that wait for their tenant’s turn.', label: null },
  seal_db_pool_in_use: { help: 'Connections to the database at work, of the pool for everyday queries.', label: null },
  seal_db_pool_waiting: { help: 'Queries that wait for a connection of that pool.', label: null },
  seal_jobs_waiting: { help: 'Jobs that are due and not begun, by queue.', label: 'queue' },
  seal_jobs_failed: { help: 'Jobs that failed for good and are kept to be looked at, by queue.', label: 'queue' },
  seal_outbox_rows: { help: 'Rows of the outbox that no relay has taken yet, up to 100,000.', label: null },
  seal_outbox_age_seconds: { help: 'For how long the oldest of them has waited.', label: null },
  seal_rls_enforced: {
    help: 'Whether row-level security holds the statements of this process: 1, or 0 where its roles are missing.',
    label: null,
  },
  seal_log_lines_dropped: { help: 'Lines of the log that were dropped.', label: null },
} as const satisfies Record<string, { readonly help: string; readonly label: string | null }>;

export type GaugeName = keyof typeof GAUGES;

/** What is written in batches. */
export const QUEUES = ['messages', 'channel-messages', 'acknowledgements'] as const;
export type QueueName = (typeof QUEUES)[number];

/** What does jobs. */
export const JOB_QUEUES = ['maintenance', 'fanout'] as const;
export type JobQueueName = (typeof JOB_QUEUES)[number];

/** Why a WebSocket ended. */
export const CLOSE_REASONS = [
  'client',
  'lost',
  'silent',
  'reader-stuck',
  'too-large',
  'restart',
  'session',
  'refused',
  'other',
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** What may refuse work that there is no room for. */
export const SHED_REASONS = [
  ...QUEUES,
  'calls',
  'sockets-of-process',
  'sockets-of-address',
  'requests-of-address',
] as const;
export type ShedReason = (typeof SHED_REASONS)[number];

/** What went wrong with the database. */
export const DATABASE_ERRORS = ['away', 'lock', 'timeout', 'full', 'conflict', 'refused'] as const;
export type DatabaseErrorClass = (typeof DATABASE_ERRORS)[number];

/** The ways in, by procedure. */
export const SIGN_IN_WAYS: Readonly<Record<string, string>> = {
  'auth.register': 'register',
  'auth.join': 'join',
  'auth.signIn': 'sign-in',
  'auth.refresh': 'refresh',
};

export const TRANSPORTS = ['http', 'websocket'] as const;
export type Transport = (typeof TRANSPORTS)[number];
