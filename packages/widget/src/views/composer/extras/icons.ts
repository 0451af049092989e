export { attachIcon, microphoneIcon } from '@seal-chat/ui';
