/** What waits, in one line for each tenant. */
export interface Lines<Item> {
  /** Whether there was room. */
  add(item: Item): boolean;
  /**
   * The next batch: of each tenant that waits equally many, as far as it has them; each tenant's own in order.
   * @param isBusy whether a topic has to wait
   */
  take(most: number, isBusy?: (topic: string) => boolean): Item[];
  size(): number;
}

export interface LineOptions<Item> {
  readonly tenantOf: (item: Item) => string;
  /** What of a tenant holds up itself alone, such as a conversation: a batch has few items of one. */
  readonly topicOf: (item: Item) => string;
  /** Items that may wait, of all tenants and of one. */
  readonly room: { readonly total: number; readonly perTenant: number };
}

/** The least of a tenant in a batch, so that a batch of many tenants is not one item each. */
const LEAST_SHARE = 16;
/** The most of one topic in a batch. */
const MOST_OF_TOPIC = 100;

/** Creates lines of items that wait to be written: one for each tenant, from which batches are taken in equal shares. */
export function createLines<Item>({ tenantOf, topicOf, room }: LineOptions<Item>): Lines<Item> {
  /** In the order of their turns. */
  const lines = new Map<string, Item[]>();
  let size = 0;

  /** Takes up to `share` of the front of a line; what a topic has too much of stays. */
  function takeFrom(
    line: Item[],
    share: number,
    topics: Map<string, number>,
    isBusy: (topic: string) => boolean,
  ): { taken: Item[]; left: Item[] } {
    const taken: Item[] = [];
    const left: Item[] = [];
    for (const [i, item] of line.entries()) {
      if (taken.length >= share)
        return { taken, left: left.length === 0 ? line.slice(i) : [...left, ...line.slice(i)] };
      const topic = topicOf(item);
      const before = topics.get(topic) ?? 0;
      if (before >= MOST_OF_TOPIC || isBusy(topic)) left.push(item);
      else {
        topics.set(topic, before + 1);
        taken.push(item);
      }
    }
    return { taken, left };
  }

  return {
    add(item) {
      const tenant = tenantOf(item);
      const line = lines.get(tenant);
      if (size >= room.total || (line?.length ?? 0) >= room.perTenant) return false;
      if (line === undefined) lines.set(tenant, [item]);
      else line.push(item);
      size++;
      return true;
    },

    take(most, isBusy = () => false) {
      const batch: Item[] = [];
      const topics = new Map<string, number>();
      const share = Math.max(LEAST_SHARE, Math.floor(most / Math.max(1, lines.size)));
      // What some leave goes to those who have more, a share at a time.
      for (let before = -1; batch.length < most && batch.length > before;) {
        before = batch.length;
        // As they stand now: each goes behind the others below.
        const round = [...lines];
        for (const [tenant, line] of round) {
          if (batch.length >= most) break;
          const { taken, left } = takeFrom(line, Math.min(share, most - batch.length), topics, isBusy);
          batch.push(...taken);
          // Behind the others.
          lines.delete(tenant);
          if (left.length > 0) lines.set(tenant, left);
        }
      }
      size -= batch.length;
      return batch;
    },

    size: () => size,
  };
}
