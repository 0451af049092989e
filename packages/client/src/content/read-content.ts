import { isSealError } from '@seal-chat/protocol';
import { decodeContent, type RichContent } from '@seal-chat/protocol/content';

/**
 * What a body of a numbered kind says; null when this version cannot tell: a newer one made it, or its sender made it
 * wrongly. It was opened, so no new key would make it better, and it stops nothing.
 */
export function readContent(coded: Parameters<typeof decodeContent>[0]): RichContent | null {
  try {
    return decodeContent(coded);
  } catch (error) {
    if (isSealError(error, 'MALFORMED')) return null;
    throw error;
  }
}
