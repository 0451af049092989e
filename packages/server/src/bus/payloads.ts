import type { TenantId } from '@seal-chat/protocol';
import type { Notice } from './bus.ts';

/** Some notices as one text, for the processes that follow their tenant, or for all. */
export interface Payload {
  readonly tenantId: TenantId | null;
  readonly text: string;
}

/** Whom a notice concerns; null for every process. */
function tenantOf(notice: Notice): TenantId | null {
  return 'tenantId' in notice ? (notice.tenantId ?? null) : null;
}

/**
 * Packs notices into texts of at most `maxBytes`, each of one tenant's notices in their order.
 * @throws RangeError naming the kind of a notice that does not fit alone
 */
export function pack(processId: string, notices: readonly Notice[], maxBytes: number): readonly Payload[] {
  const head = `["${processId}",[`;
  const room = maxBytes - Buffer.byteLength(head) - ']]'.length;
  const payloads: Payload[] = [];
  const open = new Map<TenantId | null, { texts: string[]; bytes: number }>();
  const close = (tenantId: TenantId | null, texts: readonly string[]): void => {
    payloads.push({ tenantId, text: `${head}${texts.join()}]]` });
  };
  for (const notice of notices) {
    const tenantId = tenantOf(notice);
    const text = JSON.stringify(notice);
    const bytes = Buffer.byteLength(text) + 1;
    if (bytes > room) throw new RangeError(`bus: a notice of kind ${notice.kind} is too long`);
    const current = open.get(tenantId);
    if (current !== undefined && current.bytes + bytes <= room) {
      current.texts.push(text);
      current.bytes += bytes;
    } else {
      if (current !== undefined) close(tenantId, current.texts);
      open.set(tenantId, { texts: [text], bytes });
    }
  }
  for (const [tenantId, { texts }] of open) close(tenantId, texts);
  return payloads;
}

/** Reads what `pack` made. */
export function unpack(text: string): { readonly from: string; readonly notices: readonly Notice[] } {
  const [from, notices] = JSON.parse(text) as [string, readonly Notice[]];
  return { from, notices };
}
