import { expect } from 'vitest';
import { test } from '../support/test.ts';

test('a browser that forbids IndexedDB gets an explanation instead of a chat that forgets everything', async ({
  openDevice,
}) => {
  const safari = await openDevice('private window', {
    prepare: (context) =>
      context.addInitScript(() => {
        IDBFactory.prototype.open = function () {
          throw new DOMException('The operation is insecure.', 'SecurityError');
        };
      }),
  });
  await safari.widget.getByRole('alert').getByText('This browser doesn’t let the site store data.').waitFor();
  expect(await safari.widget.getByRole('textbox').count()).toBe(0);
  await expect.poll(() => safari.watched.events).toContain('seal-error {"code":"STORAGE_FAILED"}');
});

test('a browser whose IndexedDB opens and then fails gets the same explanation', async ({ openDevice }) => {
  const broken = await openDevice('broken disk', {
    prepare: (context) =>
      context.addInitScript(() => {
        IDBFactory.prototype.open = function () {
          const request = new EventTarget() as IDBOpenDBRequest;
          const error = new DOMException('Internal error opening backing store.', 'UnknownError');
          Object.defineProperties(request, {
            error: { value: error },
            result: {
              get: () => {
                throw error;
              },
            },
          });
          queueMicrotask(() => {
            const event = new Event('error', { cancelable: true });
            request.onerror?.call(request, event);
            request.dispatchEvent(event);
          });
          return request;
        };
      }),
  });
  await broken.widget.getByRole('alert').getByText('This browser doesn’t let the site store data.').waitFor();
});
