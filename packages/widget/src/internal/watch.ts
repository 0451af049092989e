export { Watch } from '@seal-chat/ui';
