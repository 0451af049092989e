import '@seal-chat/widget';
import { fakeClient } from '../../src/fake-client.ts';
import { conversationId } from '../../src/seeds.ts';
import { states, type StateName } from '../../src/states.ts';

/** Shows the state that the address names: `?state=typing&theme=dark&lang=ar&open`. */
const query = new URLSearchParams(location.search);
const chat = document.createElement('seal-chat');
chat.client = fakeClient(states[(query.get('state') ?? 'conversations') as StateName]);
chat.mode = 'page';
chat.theme = query.get('theme') === 'dark' ? 'dark' : 'light';
chat.lang = query.get('lang') ?? 'en';
if (query.has('open')) chat.conversation = conversationId(0);
document.body.style.margin = '0';
document.body.append(chat);
