import type { PartResult } from './report.ts';

interface Part {
  readonly title: string;
  /** Loads and measures the part; loaded on demand, so that one part's packages never weigh on another. */
  readonly run: () => Promise<PartResult>;
  /** Takes minutes: measured when its name is said. */
  readonly isOnRequest?: true;
}

/** What `npm run bench` measures, in this order. */
export const PARTS = {
  crypto: { title: 'Cryptography', run: async () => (await import('./crypto/run.ts')).runCrypto() },
  channels: { title: 'Channels', run: async () => (await import('./channels/run.ts')).runChannels() },
  attachments: {
    title: 'Attachments',
    run: async () => (await import('./attachments/run.ts')).runAttachments(),
  },
  client: { title: 'Client', run: async () => (await import('./client/run.ts')).runClient() },
  server: { title: 'Server', run: async () => (await import('./server/run.ts')).runServer() },
  scale: { title: 'Scale', run: async () => (await import('./scale/run.ts')).runScale() },
  isolation: { title: 'Isolation', run: async () => (await import('./isolation/run.ts')).runIsolation() },
  faults: {
    title: 'Faults',
    run: async () => (await import('./faults/run.ts')).runFaults(),
    isOnRequest: true,
  },
  abuse: { title: 'Abuse', run: async () => (await import('./abuse/run.ts')).runAbuse(), isOnRequest: true },
  widget: { title: 'Widget', run: async () => (await import('./widget.ts')).measureWidget() },
  start: { title: 'Start', run: async () => (await import('./start.ts')).measureStart() },
} as const satisfies Record<string, Part>;

export type PartName = keyof typeof PARTS;

export const PART_NAMES = Object.keys(PARTS) as readonly PartName[];

/** Those that run when none is named. */
export const USUAL_PARTS = PART_NAMES.filter((name) => !('isOnRequest' in PARTS[name]));
