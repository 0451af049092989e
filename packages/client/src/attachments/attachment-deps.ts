import type { Deps } from '../context/deps.ts';
import type { Committed } from '../store/device-tx.ts';

/** What attachments are handed. */
export interface AttachmentDeps extends Deps {
  /** Each is called after every commit of any tab. */
  readonly watchers: Set<(change: Committed) => void>;
}
