import type { ConversationNotice } from '@seal-chat/client';

/** Texts around what messages are besides plain text: replies, reactions, files, voice notes, events. */
export interface MessageStrings {
  // What messages show
  readonly edited: string;
  readonly deletedMessage: string;
  /** Only the server says that it was deleted. */
  readonly deletedByServer: string;
  /** Handed over by a member, not received. */
  readonly handedOver: string;
  readonly inReplyTo: (name: string) => string;
  readonly goToOriginal: (name: string) => string;
  readonly originalMissing: string;
  readonly disappearsAt: (time: string) => string;
  /** Its sender gave it another lifetime than the conversation has, or none. */
  readonly unusualLifetime: (duration: string) => string;
  readonly unusuallyKept: string;
  readonly missingMessages: (count: number) => string;
  /** The server had time enough to show them. */
  readonly withheldMessages: (count: number) => string;
  /** What the server did, as messages of that person show. */
  readonly notices: Readonly<Record<ConversationNotice['kind'], (name: string) => string>>;
  /** Who reacted with one emoji. */
  readonly reactedBy: (names: string, emoji: string) => string;
  readonly reactions: string;
  readonly channelBegins: (name: string) => string;
  readonly channelNotice: (name: string) => string;
  readonly beforeJoining: string;

  // Events: who, and whom or what
  /** The person, where something is done to them. */
  readonly youToo: string;
  readonly eventTimerOn: (who: string, duration: string) => string;
  readonly eventTimerOff: (who: string) => string;
  readonly eventProfile: (who: string, name: string) => string;
  readonly eventJoined: (names: string) => string;
  readonly eventLeft: (names: string) => string;
  readonly eventAdded: (who: string, names: string) => string;
  readonly eventRemoved: (who: string, names: string) => string;
  /** The server gives a known person another name. */
  readonly eventRenamed: (from: string, to: string) => string;
  readonly eventReset: (who: string) => string;

  // Invitation
  readonly invitedTo: (name: string) => string;
  /** The name of a channel that only who invites has said. */
  readonly invitationSaidBy: (name: string) => string;
  readonly invitationSent: (name: string) => string;
  readonly joinChannel: string;
  readonly declineChannel: string;
  readonly invitationAccepted: string;
  readonly invitationGone: string;

  // Actions
  readonly actions: string;
  readonly reply: string;
  readonly react: string;
  readonly moreEmoji: string;
  readonly edit: string;
  readonly copyText: string;
  readonly textCopied: string;
  readonly deleteMessage: string;
  readonly deleteQuestion: string;
  readonly deleteForMe: string;
  readonly deleteForMeText: string;
  readonly deleteForEveryone: string;
  readonly deleteForEveryoneText: string;
  /** One for each group of the emoji picker. */
  readonly emojiGroups: readonly string[];

  // Composer
  readonly replyingTo: (name: string) => string;
  readonly editing: string;
  readonly cancelReply: string;
  readonly cancelEdit: string;
  readonly saveEdit: string;
  readonly mentionSomeone: string;
  readonly add: string;
  readonly attachFiles: string;
  readonly dropFiles: string;
  readonly attachedFiles: string;
  readonly fileTooLarge: (name: string, limit: string) => string;
  readonly tooManyFiles: (most: number) => string;
  readonly preparing: string;
  readonly uploading: (percent: string) => string;
  readonly uploadPaused: string;
  readonly uploadFailed: string;
  readonly pauseUpload: (name: string) => string;
  readonly resumeUpload: (name: string) => string;
  readonly retryUpload: (name: string) => string;
  readonly removeFile: (name: string) => string;
  readonly recordVoice: string;
  readonly recording: string;
  readonly cancelRecording: string;
  readonly sendRecording: string;
  readonly noMicrophone: string;
  readonly timer: string;

  // Files in messages
  readonly image: string;
  readonly video: string;
  readonly audio: string;
  readonly voice: string;
  readonly file: string;
  readonly openImage: (name: string) => string;
  readonly playFile: (name: string) => string;
  readonly pausePlaying: string;
  readonly seek: string;
  readonly download: (name: string) => string;
  readonly cancelDownload: string;
  readonly loadingFile: (percent: string) => string;
  readonly pictureTooLarge: string;
  readonly cannotPlay: string;
  readonly close: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly previousImage: string;
  readonly nextImage: string;
}

/** Those of them that the list of messages and the composer show before anything is done with them. */
export type MessageListStrings = Pick<
  MessageStrings,
  | 'edited'
  | 'deletedMessage'
  | 'deletedByServer'
  | 'handedOver'
  | 'inReplyTo'
  | 'goToOriginal'
  | 'originalMissing'
  | 'disappearsAt'
  | 'unusualLifetime'
  | 'unusuallyKept'
  | 'missingMessages'
  | 'withheldMessages'
  | 'notices'
  | 'reactedBy'
  | 'channelBegins'
  | 'channelNotice'
  | 'beforeJoining'
  | 'youToo'
  | 'reactions'
  | 'eventTimerOn'
  | 'eventTimerOff'
  | 'eventProfile'
  | 'eventJoined'
  | 'eventLeft'
  | 'eventAdded'
  | 'eventRemoved'
  | 'eventRenamed'
  | 'eventReset'
  | 'invitedTo'
  | 'invitationSaidBy'
  | 'invitationSent'
  | 'joinChannel'
  | 'declineChannel'
  | 'invitationAccepted'
  | 'invitationGone'
  | 'replyingTo'
  | 'editing'
  | 'cancelReply'
  | 'cancelEdit'
  | 'saveEdit'
  | 'attachFiles'
  | 'dropFiles'
  | 'recordVoice'
  | 'image'
  | 'video'
  | 'audio'
  | 'voice'
  | 'file'
  | 'close'
>;
