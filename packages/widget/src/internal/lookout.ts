export { Lookout } from '@seal-chat/ui';
