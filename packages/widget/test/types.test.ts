import type { JSX } from 'react';
import { expectTypeOf, it } from 'vitest';
import type { SealChat } from '../src/define.ts';
import type { SealChatProps } from '../src/react.ts';

// Checked by the compiler when the package is built; nothing of it runs.

it('gives listeners of the element, of the document and of the window the detail of each event', () => {
  const listen = (element: SealChat): void => {
    element.addEventListener('seal-ready', ({ detail }) => expectTypeOf(detail.userId).toBeString());
    document.addEventListener('seal-unread', (event) => expectTypeOf(event.detail.count).toBeNumber());
    window.addEventListener('seal-message', ({ detail }) => expectTypeOf(detail.isOwn).toBeBoolean());
    // @ts-expect-error -- events carry ids and counts, never text
    document.addEventListener('seal-message', ({ detail }) => detail.text);
  };
  expectTypeOf(listen).toBeFunction();
});

it('finds the class by its tag', () => {
  expectTypeOf<HTMLElementTagNameMap['seal-chat']>().toEqualTypeOf<SealChat>();
});

it('lets React 19 set attributes, properties and listeners of the tag', () => {
  expectTypeOf<SealChatProps['mode']>().toEqualTypeOf<'inline' | 'page' | undefined>();
  expectTypeOf<SealChatProps['app-key']>().toEqualTypeOf<string | undefined>();
  type OnUnread = NonNullable<SealChatProps['onseal-unread']>;
  expectTypeOf<Parameters<OnUnread>[0]['detail']>().toEqualTypeOf<{ readonly count: number }>();
  expectTypeOf<JSX.IntrinsicElements['seal-chat']>().toEqualTypeOf<SealChatProps>();
});
