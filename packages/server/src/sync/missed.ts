import type { Sql } from 'postgres';
import { chunks } from '../bus/bus.ts';
import type { Hub } from '../delivery/hub.ts';
import { findBehind } from './heads-store.ts';

const DEVICES_PER_QUERY = 1_000;

/** Has the mailboxes read that reach further than what their connected devices were sent. */
export async function readMissed(functions: Sql, hub: Hub): Promise<void> {
  const resting = [...hub.all()].flatMap((inbox) => {
    const position = inbox.restsAt();
    return position === null ? [] : [{ inbox, position }];
  });
  for (const some of chunks(resting, DEVICES_PER_QUERY)) {
    const places = some.map(({ inbox: { tenantId, deviceId }, position }) => ({ tenantId, deviceId, position }));
    for (const index of await findBehind(functions, places)) some[index]!.inbox.readMailbox();
  }
}
