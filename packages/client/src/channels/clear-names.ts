import type { MessageBody } from '@seal-chat/protocol';
import { nameProblem } from '@seal-chat/protocol/names';
import { readContent } from '../content/read-content.ts';

/**
 * Whether a private channel may be called that. The server, which holds the names of public ones to these rules, never
 * sees it: its members do.
 */
export function isClearName(name: string): boolean {
  return name !== '' && name === name.normalize('NFC').trim() && nameProblem(name) === null;
}

/**
 * What a body says in a channel: a profile with a name that may not be is no profile, and shown as what cannot be read.
 */
export function withClearName(body: MessageBody): MessageBody {
  if (body.content.kind !== 'coded') return body;
  const content = readContent(body.content);
  if (content?.kind !== 'profile' || isClearName(content.name)) return body;
  return { ...body, content: { ...body.content, payload: new Uint8Array() } };
}
