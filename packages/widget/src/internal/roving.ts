export { rovingTarget } from '@seal-chat/ui';
