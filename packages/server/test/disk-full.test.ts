import { describe, expect } from 'vitest';
import { refusalOf } from './support/probes.ts';
import { test } from './support/test.ts';

/** Has PostgreSQL refuse what is added to a table as it does on a full disk. @returns attempts so far */
const fill = `
  create sequence attempts;
  create function disk_full() returns trigger language plpgsql as $$
  begin
    perform nextval('attempts');
    raise exception 'could not extend file: No space left on device' using errcode = '53100';
  end $$;
  create trigger disk_full before insert on messages for each statement execute function disk_full();
  create trigger disk_full before insert on write_probes for each statement execute function disk_full();`;

describe('a full disk', () => {
  test('messages are refused for now, all of a batch at once; the server is not ready until there is room', async ({
    relay,
    pair,
  }) => {
    const { alice, send } = await pair();
    expect(await relay.app.ready()).toMatchObject({ database: true });
    await relay.sql.unsafe(fill);
    const refusals = await Promise.all(Array.from({ length: 40 }, () => refusalOf(send(alice, 'no room'))));
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['UNAVAILABLE']));
    const [{ attempts }] = (await relay.sql`select last_value::int as attempts from attempts`) as [
      { attempts: number },
    ];
    // Forty in a few batches; one by one it would be some eighty.
    expect(attempts).toBeLessThan(40);
    expect(await relay.app.ready()).toMatchObject({ database: false });

    await relay.sql.unsafe('drop trigger disk_full on messages; drop trigger disk_full on write_probes');
    expect((await send(alice, 'room')).seq).toBe(1);
    expect(await relay.app.ready()).toMatchObject({ database: true });
  });
});
