export { base } from '@seal-chat/ui';
