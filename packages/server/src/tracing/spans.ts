import {
  context,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Link,
  type Tracer,
} from '@opentelemetry/api';

/** What spans are of. */
export const SPAN_NAMES = ['procedure', 'batch', 'bus', 'job'] as const;
export type SpanName = (typeof SPAN_NAMES)[number];

/** All that a span may say. No content, no ids of people: only these names, and of a tenant its label. */
export interface SpanFacts {
  readonly 'seal.procedure'?: string;
  readonly 'seal.queue'?: string;
  readonly 'seal.job'?: string;
  /** An error of the one table. */
  readonly 'seal.code'?: string;
  readonly 'seal.count'?: number;
  readonly 'seal.bytes'?: number;
  /** See `tenantLabel`. */
  readonly 'seal.tenant'?: string;
}

/** A call or job that a batch was written for. */
export type SpanLink = Link;

let tracer: Tracer | null = null;
/** Whether a span that nothing asks for is recorded. */
let isChosen = (): boolean => false;

/**
 * Has spans go to `next` from now on; null: there are none, and `inSpan` costs a comparison.
 *
 * @param ratio the part of them that is recorded, from 0 to 1; beside it what is within a recorded one or linked to one
 */
export function traceWith(next: Tracer | null, ratio: number = 0): void {
  tracer = next;
  isChosen = () => Math.random() < ratio;
}

export interface SpanOptions {
  /** The spans whose work is done here; then it is no child of the one that happens to be running. */
  readonly links?: readonly SpanLink[];
  /** The error code of what the work rejects with; its message stays here. */
  readonly codeOf?: (error: unknown) => string | null;
}

/**
 * Runs `work` in a span. Spans that are begun within it are its children.
 *
 * @param facts are asked for when there are spans at all
 */
export function inSpan<Result>(
  name: SpanName,
  facts: () => SpanFacts,
  work: () => Promise<Result>,
  options: SpanOptions = {},
): Promise<Result> {
  if (tracer === null) return work();
  const isAsked = options.links === undefined ? runningSpan() !== null : options.links.length > 0;
  return isAsked || isChosen() ? record(tracer, { name, facts, options }, work) : work();
}

async function record<Result>(
  from: Tracer,
  asked: { readonly name: SpanName; readonly facts: () => SpanFacts; readonly options: SpanOptions },
  work: () => Promise<Result>,
): Promise<Result> {
  const { name, facts, options } = asked;
  const { links, codeOf = () => 'INTERNAL' } = options;
  const attributes: Attributes = { ...facts() };
  const kind = name === 'procedure' ? SpanKind.SERVER : SpanKind.INTERNAL;
  // What collects the work of many is the child of none, also of the one that started it.
  const span = from.startSpan(name, { kind, attributes, root: links !== undefined, links: [...(links ?? [])] });
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (error) {
    const code = codeOf(error);
    if (code !== null) span.setAttribute('seal.code', code);
    if (code === 'INTERNAL' || code === 'UNAVAILABLE') span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** Finds the span that is running, for a batch to name it; null when it is not recorded. */
export function runningSpan(): SpanLink | null {
  if (tracer === null) return null;
  const found = trace.getSpanContext(context.active());
  const isRecorded = found !== undefined && isSpanContextValid(found) && (found.traceFlags & TraceFlags.SAMPLED) !== 0;
  return isRecorded ? { context: found } : null;
}
