import type { ReactiveController } from 'lit';
import type { SendOptions } from '@seal-chat/client';
import type { ComposerHost } from '../host.ts';
import { AttachmentTray } from './attachment-tray.ts';
import { MentionPicker } from './mention-picker.ts';
import { VoiceNote } from './voice-note.ts';

/** The extras of a composer that are loaded when one of them is first used. */
export class ComposerTools implements ReactiveController {
  readonly tray: AttachmentTray;
  readonly mentions: MentionPicker;
  readonly voice: VoiceNote;

  /** `replyTo` returns what a voice note replies to. */
  constructor(host: ComposerHost, replyTo: () => Pick<SendOptions, 'replyTo'> | null) {
    this.tray = new AttachmentTray(host);
    this.mentions = new MentionPicker(host);
    this.voice = new VoiceNote(host, replyTo);
    host.element.addController(this);
  }

  hostDisconnected(): void {
    this.voice.discard();
  }

  hostUpdated(): void {
    this.mentions.describe();
  }
}
