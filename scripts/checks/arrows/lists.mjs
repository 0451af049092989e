/**
 * What may stand between the folders inside a package. A *room* is a direct child of `src`: a folder by its name, or a
 * file by its name (`app.ts`).
 *
 * Format: `package: { room: 'room room …' }`, the rooms that a room may import, types and dynamic imports included;
 * `'*'` allows all of them. The list is exact: an arrow that is not allowed and an allowed arrow that no import
 * uses are both reported. A room that is missing may import no other; a package without a list is not checked.
 */
export const ROOMS = {
  client: {
    model: 'api state',
    store: 'model',
    context: 'api state store',
    node: 'state store',
    attachments: 'api context model state store',
    outbox: 'context store',
    transcript: 'context store',
    peers: 'api context store transcript',
    prekeys: 'context store',
    'key-packages': 'api context store',
    conversations: 'api context outbox state store',
    identity: 'api commands context key-packages model peers receive send state store',
    content: 'api context conversations model store transcript',
    channels: 'api content context conversations model outbox peers state store transcript',
    commands: 'attachments content context conversations model outbox peers state store',
    receive: 'api content context conversations outbox peers prekeys store transcript',
    send: 'api content context conversations peers state store transcript',
    sync: 'api attachments channels commands content context conversations identity key-packages model peers prekeys receive send state store',
    tabs: 'state store sync',
    view: 'api model peers state store sync',
    device: 'api attachments context identity model state store sync tabs view',
    facade: 'api channels commands conversations device identity model state store sync view',
    'index.ts': 'api attachments device facade model state store',
  },
  server: {
    // Below everything: what knows no procedure and no feature.
    db: 'generated metrics',
    bus: 'db tracing',
    delivery: 'bus',
    limits: 'db fairness',
    tenants: 'fairness limits',
    migrate: 'db start-error.ts',
    postgres: 'db start-error.ts',
    redis: 'start-error.ts',
    batching: 'db fairness tracing',
    presence: 'bus delivery',
    // What follows from changes, and what tenants use.
    usage: 'db metrics',
    outbox: 'bus usage',
    waiting: 'db outbox',
    sessions: 'bus delivery limits tenants',
    trpc: 'db fairness limits metrics net presence sessions tenant-label.ts tenants tracing usage',
    // Features.
    sending: 'db limits sessions',
    attachments: 'db limits sessions trpc',
    linking: 'db generated limits sessions trpc',
    users: 'db generated limits sessions trpc',
    conversations: 'db delivery generated limits presence sessions trpc users',
    challenges: 'generated',
    vault: 'challenges db generated limits sessions trpc users',
    devices: 'bus db delivery generated limits sessions trpc users vault',
    prekeys: 'db generated limits outbox sessions trpc users',
    auth: 'bus challenges channels db devices generated limits sessions trpc users vault',
    messages: 'batching bus conversations db delivery devices limits metrics outbox sending sessions trpc',
    channels: 'batching bus conversations db delivery limits metrics outbox presence sending sessions trpc users',
    // What is repeated, or follows from changes, and what deletes what is of no more use.
    jobs: 'attachments channels db delivery limits metrics outbox tracing usage waiting',
    // What a device is connected to.
    sync: 'batching bus conversations db delivery limits metrics presence sessions trpc',
    // What puts the rooms together and serves them.
    'router.ts': 'attachments auth channels conversations devices linking messages prekeys sync trpc users vault',
    'infrastructure.ts':
      'bus conversations db delivery limits log.ts metrics outbox presence repeated-errors.ts sessions usage',
    'services.ts': '*',
    'workers.ts': 'infrastructure.ts jobs limits outbox usage waiting',
    'app.ts': '*',
    http: 'attachments db fairness health limits log.ts metrics net router.ts sessions trpc',
    'index.ts': 'app.ts limits router.ts',
    'secret-file.ts': 'start-error.ts',
    'env.ts': 'limits net secret-file.ts start-error.ts',
    'database-server.ts': 'db env.ts log.ts migrate postgres start-error.ts',
    'replay.ts': 'env.ts jobs start-error.ts',
    'start.ts':
      'app.ts database-server.ts db env.ts health http log.ts metrics net redis repeated-errors.ts seed start-error.ts tracing',
    'log.ts': 'log-output.ts',
    'main.ts': 'database-server.ts env.ts log-output.ts log.ts replay.ts start-error.ts start.ts',
  },
};

/** Packages whose folders may form no circle, at any depth: among the direct children of each folder. */
export const FOLDERS_WITHOUT_CIRCLES = ['client', 'server'];

/**
 * Circles that exist and are being opened, per package: lists of rooms or of files (paths relative to `src`). A circle
 * passes when all of it is within one entry. An entry whose members are no longer on a circle is reported, so that the
 * lists can only shrink. No package may get a new entry.
 */
export const KNOWN_CIRCLES = {};

/**
 * The files of the widget that may name the page (`document`, `window`, `location`): in a frame of its own the widget
 * has another page, so everything else asks these. Exact: a file that no longer names any of them is reported.
 */
export const PAGE_FILES = [
  'element.ts',
  'loader.ts',
  'views/attachments/file-access.ts',
  'views/message-actions/message-actions.ts',
  'views/message-list/message-list.ts',
];

/**
 * The files of the server that may make clients of the database, or import what does: what they make is held by no door. All
 * others get what `db/database.ts` gives them. Exact, as `PAGE_FILES`.
 */
export const CLIENT_FILES = [
  'batching/batch-writer.ts',
  'bus/postgres.ts',
  'database-server.ts',
  'db/connect.ts',
  'db/database.ts',
  'db/tenant-pool.ts',
  'db/transaction.ts',
  'infrastructure.ts',
  'migrate/isolate.ts',
  'migrate/migrate.ts',
  'postgres/login-role.ts',
  'start.ts',
];
