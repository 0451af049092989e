import { cpus, loadavg, platform, release, totalmem } from 'node:os';

/** What the figures were measured on, in one line. */
export function describeMachine(now: Date): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg()[0]!.toFixed(2);
  return `${now.toISOString().slice(0, 10)}, ${cores.length} x ${cores[0]?.model.trim() ?? 'unknown CPU'}, ${memory} GB, ${platform()} ${release()}, Node ${process.versions.node}; load when it began ${load}`;
}

/** Above this load the figures say more about the neighbours than about Seal. */
const QUIET_LOAD = 0.5;

/** True when nothing else keeps the machine busy. Always true where the system does not tell. */
export function isQuiet(): boolean {
  return loadavg()[0]! < QUIET_LOAD;
}
