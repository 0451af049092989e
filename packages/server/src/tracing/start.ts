import { randomUUID } from 'node:crypto';
import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import { traceWith } from './spans.ts';

/** What this process is, as every span says it. */
export interface TracedProcess {
  readonly version: string;
  readonly role: string;
  /** Part of the calls, batches and jobs that are recorded, from 0 to 1. */
  readonly ratio: number;
  /** Is told, in words of OpenTelemetry's, what keeps spans from being sent. Work goes on without them. */
  readonly onTrouble: (what: string) => void;
}

/**
 * Begins to record spans and to send them to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names. The exporter reads
 * what else OpenTelemetry's specification has variables for (headers, certificates, timeouts) itself. The code of all
 * that is loaded here alone: a process without a collector has none of it.
 *
 * What callers say about traces is not looked at: a stranger would decide what is recorded.
 *
 * @param exporter takes the spans in place of that collector
 * @returns ends it, once what is recorded has been sent or could not be
 */
export async function startTracing(
  { version, role, ratio, onTrouble }: TracedProcess,
  exporter?: SpanExporter,
): Promise<() => Promise<void>> {
  const [sdk, { context, diag, DiagLogLevel }, { AsyncLocalStorageContextManager }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/api'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/resources'),
    ]);
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: onTrouble, warn: onTrouble, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const provider = new sdk.NodeTracerProvider({
    // Of the host, its user and the command line nothing is said.
    resource: resourceFromAttributes({
      'service.name': process.env['OTEL_SERVICE_NAME'] ?? 'seal',
      'service.version': version,
      'service.instance.id': randomUUID(),
      'seal.role': role,
    }),
    // What is not to be recorded does not come here.
    sampler: new sdk.AlwaysOnSampler(),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter ?? (await openExporter()))],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  traceWith(provider.getTracer('seal', version), ratio);
  return async () => {
    traceWith(null);
    context.disable();
    await provider.shutdown().catch((error: unknown) => onTrouble(String(error)));
    diag.disable();
  };
}

async function openExporter(): Promise<SpanExporter> {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}
