export { MessageActions } from '../views/message-actions/message-actions.ts';
export { actionStyles } from '../views/message-actions/message-actions.styles.ts';
