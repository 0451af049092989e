/** A page that uses the element and the SDK, as a bundler packs it. */
import { createSealClient, isSealError, memoryStore } from '@seal-chat/client';
import { SealChat } from '@seal-chat/widget/element';
import '@seal-chat/widget';

const element = document.querySelector('seal-chat');
element?.addEventListener('seal-unread', ({ detail }) => console.log(detail.count satisfies number));

const client = createSealClient({ url: location.origin, appKey: 'pk_consumer', store: memoryStore() });
// Nothing answers here: the call goes all the way to the network and comes back as an error of the SDK.
const error: unknown = await client.createAccount({ username: null }).then(
  () => null,
  (reason: unknown) => reason,
);
await client.close();

const done = document.createElement('p');
done.id = 'done';
done.textContent =
  element instanceof SealChat && isSealError(error, 'UNAVAILABLE')
    ? 'works'
    : `${element?.localName}: ${String(error)}`;
document.body.append(done);
