import { createContext, type Context } from '@lit/context';
import type { SealClient } from '@seal-chat/client';
import type { ShownStrings } from './i18n/strings.ts';

/** The device all views inside one `<seal-chat>` speak for. */
export const clientContext: Context<symbol, SealClient> = createContext<SealClient, symbol>(Symbol('seal-client'));

/** The texts all views inside one `<seal-chat>` show. */
export const stringsContext: Context<symbol, ShownStrings> = createContext<ShownStrings, symbol>(
  Symbol('seal-strings'),
);
