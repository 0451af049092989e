/** Leaves with 0 when the process in this container answers on its private port within 4 s. Whatever its role. */
const port = process.env.PRIVATE_PORT || '18787';
const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(4_000) }).catch(
  () => null,
);
process.exit(answer?.status === 200 ? 0 : 1);
