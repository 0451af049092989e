export { createApp, type App, type AppOptions } from './app.ts';
export type { Rates } from './limits/rates.ts';
export type { AppRouter } from './router.ts';
