import { messageListTexts } from '../../internal/message-list-texts.ts';
import type { MessageListHost } from '../message-list/host.ts';

/** More pages of history than this are not fetched to find a message that is answered. */
const MOST_PAGES = 30;
/** How long a message that was gone to is marked, ms. */
const HIGHLIGHT_MS = 1_600;

/**
 * Brings the message at sequence number `seq` into view, marks it and focuses it; fetches earlier pages until it is
 * loaded. Says so when it is not on this device.
 * @throws SealError OFFLINE when a page cannot be fetched
 */
export async function goTo(seq: number, host: MessageListHost): Promise<void> {
  const { conversation } = host;
  let row = await host.reveal(seq);
  for (let page = 0; row === null && page < MOST_PAGES; page++) {
    if (conversation?.messages.get().hasEarlier !== true) break;
    await conversation.loadEarlier();
    row = await host.reveal(seq);
  }
  if (row === null) {
    host.announce(messageListTexts(host.strings).originalMissing);
    return;
  }
  row.focus({ preventScroll: true });
  row.classList.add('marked');
  setTimeout(() => row.classList.remove('marked'), HIGHLIGHT_MS);
}
