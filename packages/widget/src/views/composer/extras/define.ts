export { ComposerExtras } from './extras.ts';
