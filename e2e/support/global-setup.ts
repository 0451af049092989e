import type { TestProject } from 'vitest/node';
import { startServer } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that the files of a run share. */
    sharedServer: { readonly url: string; readonly dataDir: string };
  }
}

/** Vitest's global set-up: one server for all files that neither stop nor configure it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  project.provide('sharedServer', { url: server.url, dataDir: server.dataDir });
  return () => server.dispose();
}
