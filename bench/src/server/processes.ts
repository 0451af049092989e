import { readFile, readdir } from 'node:fs/promises';

/** Kernel's clock ticks per second: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CPU seconds used so far. */
export interface CpuUse {
  readonly server: number;
  readonly database: number;
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

/** proc(5): field 2 is the name in parentheses; 4 the parent; 14-17 user and system time, own and of ended children. */
async function readStat(pid: number): Promise<ProcessStat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return {
    pid,
    parent: Number(fields[1]),
    seconds: ticks / TICKS_PER_SECOND,
  };
}

/** The processes whose CPU time counts. */
export interface Watched {
  readonly server: number;
  /** Every process below this one is the database's: PostgreSQL and its backends. */
  readonly databaseParent: number;
}

/** CPU time of a server process and of its PostgreSQL, ended backends included. Null where the system has no /proc. */
export async function cpuUse({ server, databaseParent }: Watched): Promise<CpuUse | null> {
  if (process.platform !== 'linux') return null;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(readStat))).filter((stat) => stat !== null);
  const own = all.find((stat) => stat.pid === server);
  if (own === undefined) return null;
  let database = 0;
  let parents = new Set([databaseParent]);
  while (parents.size > 0) {
    const children = all.filter((stat) => parents.has(stat.parent));
    database += children.reduce((sum, stat) => sum + stat.seconds, 0);
    parents = new Set(children.map((stat) => stat.pid));
  }
  return { server: own.seconds, database };
}
