import type { Bytes } from '@seal-chat/protocol';
import type { Extension } from 'ts-mls/extension.js';

/** Returns the data of the extension of a type; null unless there is exactly one (RFC 9420 §13.4). */
export function onlyExtension(extensions: readonly Extension[], type: number): Bytes | null {
  const [found, ...others] = extensions.filter(({ extensionType }) => extensionType === type);
  return found === undefined || others.length > 0 ? null : Uint8Array.from(found.extensionData);
}
