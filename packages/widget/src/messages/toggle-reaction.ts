import type { Conversation, Message } from '@seal-chat/client';

/** What a reaction needs of the view that shows the message. */
interface Host {
  readonly conversation: Conversation | null;
  run(task: () => Promise<unknown>): Promise<boolean>;
}

/** Adds this person's reaction `emoji` to a message, or takes it back. Does nothing before the server accepted the message. */
export function toggleReaction(message: Message, emoji: string, host: Host): void {
  const { seq } = message;
  if (seq === null) return;
  const isOn = message.reactions.some((one) => one.emoji === emoji && one.isOwn);
  void host.run(async () => host.conversation?.react(seq, emoji, !isOn));
}
