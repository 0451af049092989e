export { tokens } from '@seal-chat/ui';
