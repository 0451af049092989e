import { expect } from 'vitest';
import { test } from '../support/test.ts';
import { expectStatus, expectTexts, find, openChat, send } from '../support/widget.ts';

test('where a proxy lets no WebSocket through, people chat all the same, also after a reload', async ({ person }) => {
  const [alice, bob] = await Promise.all([person('alice'), person('bob')]);
  await find(alice.widget, 'bob');
  await send(alice.widget, 'before');
  await openChat(bob.widget, 'alice');
  await expectTexts(bob.widget, ['before']);

  const streams: string[] = [];
  alice.page.on('request', (request) => {
    if (request.url().includes('sync.subscribe')) streams.push(request.url());
  });
  alice.network.blockWebSockets();
  await send(alice.widget, 'without a WebSocket');
  await expectTexts(bob.widget, ['before', 'without a WebSocket']);
  await send(bob.widget, 'and an answer');
  await expectTexts(alice.widget, ['before', 'without a WebSocket', 'and an answer']);
  await expectStatus(alice.widget, 'without a WebSocket', 'read');
  expect(streams).toHaveLength(1);
  // A token has no place in an address.
  expect(streams.join()).not.toMatch(/token|authorization/i);

  await alice.page.reload();
  await openChat(alice.widget, 'bob');
  await send(bob.widget, 'after the reload');
  await expectTexts(alice.widget, ['before', 'without a WebSocket', 'and an answer', 'after the reload']);
  await expectStatus(bob.widget, 'after the reload', 'read');
});
