export { RichMessages } from './rich-messages.ts';
