export { card } from '@seal-chat/ui';
