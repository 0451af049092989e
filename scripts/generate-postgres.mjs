/**
 * Writes a mended copy of postgres.js beside the Prisma client: docs/decisions/0016-mended-postgres-js.md says what is
 * mended and why. Each change names the lines it replaces, exactly once in the release that package.json pins: a new
 * release in which a line reads differently stops the build.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './lib/paths.mjs';

/** @type {readonly { readonly file: string, readonly from: string, readonly to: string }[]} */
const CHANGES = [
  // What was to be written to a connection that has closed is not written to its successor, which would never be able to
  // write then: the flag "a write is planned" stayed set, and the plan was cancelled.
  {
    file: 'connection.js',
    from: '    incomings = null\n    clearImmediate(nextWriteTimer)\n    socket.removeListener',
    to: '    incomings = null\n    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener',
  },
  {
    file: 'connection.js',
    from: '    clearImmediate(nextWriteTimer)\n    if (socket) {',
    to: '    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    if (socket) {',
  },
  // A statement on a connection without a socket fails, instead of throwing where nothing can catch it.
  {
    file: 'connection.js',
    from: '    if (q.cancelled)\n      return\n\n    try {\n      q.state = backend',
    to: "    if (q.cancelled)\n      return\n\n    if (!socket)\n      return (queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true)\n\n    try {\n      q.state = backend",
  },
  {
    file: 'connection.js',
    from: '    const x = socket.write(chunk, fn)\n',
    to: '    const x = socket ? socket.write(chunk, fn) : true\n',
  },
  {
    file: 'connection.js',
    from: "    errored(Errors.connection('CONNECT_TIMEOUT', options, socket))\n    socket.destroy()",
    to: "    errored(Errors.connection('CONNECT_TIMEOUT', options, socket))\n    socket && socket.destroy()",
  },
  // A socket that broke is closed a moment later: what was given to the connection in between is refused then, too, or
  // it would never be answered. And its successor begins without the statement and the error of the one before.
  {
    file: 'connection.js',
    from: '    if (initial)\n      return reconnect()\n\n    !hadError && (query || sent.length) && error(',
    to: '    if (initial)\n      return (query = errorResponse = null, reconnect())\n\n    ;(query || sent.length) && error(',
  },
  {
    file: 'connection.js',
    from: '    closedTime = performance.now()\n    hadError && options',
    to: '    query = errorResponse = null\n    closedTime = performance.now()\n    hadError && options',
  },
  // The types are asked for by nobody: their failure is that of the connection, and of the statement that opened it.
  {
    file: 'connection.js',
    from: '        return fetchArrayTypes()\n',
    to: '        return fetchArrayTypes().catch(() => {})\n',
  },
  // A transaction whose connection was lost runs nothing more: not on a connection that is closed, and not, outside of
  // any transaction, on the one that took its place.
  {
    file: 'index.js',
    from: '    let savepoints = 0\n      , connection\n',
    to: '    let savepoints = 0\n      , lost = null\n      , connection\n',
  },
  {
    file: 'index.js',
    from: 'new Promise((_, reject) => connection.onclose = reject)',
    to: 'new Promise((_, reject) => connection.onclose = e => (lost = e, reject(e)))',
  },
  {
    file: 'index.js',
    from: '        q.catch(e => uncaughtError || (uncaughtError = e))\n        c.queue === full',
    to: '        q.catch(e => uncaughtError || (uncaughtError = e))\n        if (lost)\n          return q.reject(lost)\n        c.queue === full',
  },
  // `sql.of(tenant)`: a statement says for which tenant it is. It takes a connection that is set to that tenant, an idle one if
  // there is any, or else another one, which is set to it in the same write, just before the statement. A statement that does
  // not say so takes a connection that is set to none, whatever it was set to before.
  {
    file: 'connection.js',
    from: '    count: 0,\n    id\n',
    to: "    count: 0,\n    tenant: '',\n    id\n",
  },
  {
    file: 'connection.js',
    from: '      statements = {}\n      needsTypes',
    to: "      statements = {}\n      connection.tenant = ''\n      needsTypes",
  },
  {
    file: 'connection.js',
    from: '    try {\n      q.state = backend',
    to: "    q.handler !== execute && (q.handler.tenant || '') !== connection.tenant && enter(q.handler.tenant || '')\n\n    try {\n      q.state = backend",
  },
  {
    file: 'connection.js',
    from: '  function toBuffer(q) {',
    to: `  function enter(tenant) {
    connection.tenant = tenant
    const text = "set app.tenant = '" + tenant.replace(/[^0-9a-f-]/g, '') + "'"
    const q = new Query([text], [], execute, null, { simple: true, prepare: false })
    q.executed = true
    // What follows must not run for another tenant.
    q.reject = giveUp
    execute(q)
  }

  // Refuses what was sent and is not answered, and closes: an answer that still comes is nobody's.
  function giveUp(e) {
    while (sent.length)
      queryError(sent.shift(), e)
    socket && socket.destroy()
  }

  function toBuffer(q) {`,
  },
  // Nobody gets a connection that another one left in a transaction: what it was set to would go with the transaction.
  {
    file: 'connection.js',
    from: '    connectTimer.cancel()\n\n    if (initial) {\n      if (target_session_attrs) {',
    to: "    connectTimer.cancel()\n\n    if (socket.destroyed)\n      return\n    if (x[5] !== 73 && !connection.reserved)\n      return giveUp(Errors.generic('25001', 'a connection was left in a transaction'))\n\n    if (initial) {\n      if (target_session_attrs) {",
  },
  {
    file: 'index.js',
    from: '    begin,\n    close,',
    to: '    begin,\n    of,\n    close,',
  },
  {
    file: 'index.js',
    from: '      return go(open.shift(), query)',
    to: '      return go(takeFrom(open, query), query)',
  },
  {
    file: 'index.js',
    from: '      ? go(busy.shift(), query)',
    to: '      ? go(takeFrom(busy, query), query)',
  },
  {
    file: 'index.js',
    from: '  function go(c, query) {',
    to: `  function takeFrom(queue, { handler: { tenant } }) {
    const c = tenant && connections.find(c => c.queue === queue && c.tenant === tenant)
    return c ? (queue.remove(c), c) : queue.shift()
  }

  function go(c, query) {`,
  },
  {
    file: 'index.js',
    from: "  async function begin(options, fn) {\n    !fn && (fn = options, options = '')\n",
    to: `  function of(tenant) {
    const scoped = Sql(Object.assign(q => handler(q), { tenant }))
    scoped.begin = (options, fn) => begin(fn ? options : '', fn || options, scoped, tenant)
    return scoped
  }

  async function begin(options, fn, opened = sql, tenant = '') {
    !fn && (fn = options, options = '')
`,
  },
  {
    file: 'index.js',
    from: "      await sql.unsafe('begin '",
    to: "      await opened.unsafe('begin '",
  },
  {
    file: 'index.js',
    from: '      const sql = Sql(handler)\n      sql.savepoint',
    to: '      const sql = Sql(Object.assign(handler, { tenant }))\n      sql.savepoint',
  },
  // Bytes are sent as they are: as text they are twice as many, and a part of a file keeps the event loop for 20 ms.
  {
    file: 'connection.js',
    from: '    b().B().str(portal + b.N).str(statement + b.N).i16(0).i16(parameters.length)\n',
    to: '    const isBytes = parameters.map((x, i) => types[i] === 17 && x instanceof Uint8Array)\n    b().B().str(portal + b.N).str(statement + b.N).i16(parameters.length)\n    isBytes.forEach(is => b.i16(is ? 1 : 0))\n    b.i16(parameters.length)\n',
  },
  {
    file: 'connection.js',
    from: '        return b.i32(0xFFFFFFFF)\n\n      type = types[i]',
    to: '        return b.i32(0xFFFFFFFF)\n\n      if (isBytes[i])\n        return b.i32(x.byteLength).raw(x)\n\n      type = types[i]',
  },
];

const DRIVER = 'postgres';
const TYPES = "export { default } from 'postgres';\nexport * from 'postgres';\n";

const require = createRequire(join(ROOT, 'packages/server/package.json'));
const source = join(dirname(require.resolve(DRIVER)), '../../src');

// Seen from `src/db` and `dist/db` alike.
for (const folder of ['src', 'dist']) {
  const target = join(ROOT, 'packages/server', folder, 'generated/postgres');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(source, target, { recursive: true });
  for (const { file, from, to } of CHANGES) {
    const path = join(target, file);
    const parts = readFileSync(path, 'utf8').split(from);
    if (parts.length !== 2) throw new Error(`postgres.js is another release: ${file} has not exactly once: ${from}`);
    writeFileSync(path, parts.join(to));
  }
  writeFileSync(join(target, 'index.d.ts'), TYPES);
}
