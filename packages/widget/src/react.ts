import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { SealChat } from './element.ts';
import type { SealChatEvents } from './events.ts';

/** Properties of the element that React sets as properties; `app-key` is set as an attribute. */
type SettableProperties = Pick<
  SealChat,
  | 'server'
  | 'appKey'
  | 'profile'
  | 'strangers'
  | 'mode'
  | 'conversation'
  | 'theme'
  | 'density'
  | 'lang'
  | 'client'
  | 'strings'
>;

/** `onseal-ready`, `onseal-unread` and so on: React 19 adds them as listeners of the events. */
type Listeners = {
  [Name in keyof SealChatEvents as `on${Name}`]?: (event: CustomEvent<SealChatEvents[Name]>) => void;
};

/** What `<seal-chat>` takes in JSX. */
export type SealChatProps = Omit<DetailedHTMLProps<HTMLAttributes<SealChat>, SealChat>, keyof SettableProperties> &
  Partial<SettableProperties> & { 'app-key'?: string } & Listeners;

/** Importing `@seal-chat/widget/react` lets React 19 know the tag. It brings types alone; `@seal-chat/widget` has the element. */
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'seal-chat': SealChatProps;
    }
  }
}
