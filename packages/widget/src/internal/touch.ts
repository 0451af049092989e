export { isTouchOnly } from '@seal-chat/ui';
