import type { MemberRole } from '@seal-chat/client';

/** Texts of the views around channels: making, finding and joining them, their members and what is set for them. */
export interface ChannelStrings {
  // Beginning something new
  readonly newChat: string;
  readonly newDirect: string;
  readonly newChannel: string;
  readonly browseChannels: string;

  // Invitations
  readonly invitations: string;
  readonly invitationCount: (count: number) => string;
  readonly invitedBy: (name: string) => string;
  readonly accept: string;
  readonly acceptNamed: (name: string) => string;
  readonly decline: string;
  readonly declineNamed: (name: string) => string;
  readonly privateChannel: string;
  readonly publicChannel: string;

  // Creating
  readonly channelName: string;
  readonly channelNameMissing: string;
  readonly channelNameTooLong: string;
  readonly channelNameInvalid: string;
  readonly channelDescription: string;
  readonly channelDescriptionTooLong: string;
  readonly tooManyPeople: string;
  readonly visibility: string;
  readonly public: string;
  readonly publicText: string;
  readonly private: string;
  readonly privateText: string;
  readonly people: string;
  readonly peopleHint: string;
  readonly findPeople: string;
  readonly unpick: (name: string) => string;
  readonly picked: (name: string) => string;
  readonly unpicked: (name: string) => string;
  readonly create: string;
  readonly creating: string;

  // Browsing
  readonly channelGone: string;
  readonly searchChannels: string;
  readonly noChannelCalled: (query: string) => string;
  readonly noChannelsTitle: string;
  readonly noChannelsText: string;
  readonly channelCount: (count: number) => string;
  readonly join: string;
  readonly joinNamed: (name: string) => string;
  readonly open: string;
  readonly openNamed: (name: string) => string;
  readonly joined: string;
  readonly more: string;

  // Header and rows
  readonly memberCount: (count: number) => string;
  readonly onlineCount: (count: number) => string;
  readonly mentionCount: (count: number) => string;
  readonly muted: string;
  readonly details: string;
  readonly closeDetails: string;

  // Details
  readonly noDescription: string;
  readonly editChannel: string;
  readonly save: string;
  readonly mute: string;
  readonly muteText: string;
  readonly disappearing: string;
  readonly disappearingText: string;
  /** Where the person may not change it. */
  readonly disappearingManaged: string;
  readonly disappearingOff: string;
  readonly shareHistory: string;
  readonly shareHistoryText: string;
  readonly historyShared: string;
  readonly historyNotShared: string;
  readonly encryption: string;
  readonly encryptionChannel: string;
  readonly encryptionPublic: string;
  readonly encryptionPrivate: string;
  readonly encryptionDirect: string;
  readonly suite: string;
  readonly readingDevices: (count: number) => string;
  readonly keyChanges: (count: number) => string;
  readonly verify: (name: string) => string;

  // Members
  readonly members: string;
  readonly roles: Readonly<Record<MemberRole, string>>;
  readonly searchMembers: string;
  readonly nobodyFound: string;
  readonly memberActions: (name: string) => string;
  readonly writeTo: string;
  readonly makeOwner: string;
  readonly makeAdmin: string;
  readonly makeMember: string;
  readonly makeOwnerConfirm: (name: string) => string;
  readonly removeMember: string;
  readonly removeMemberConfirm: (name: string) => string;
  readonly newKeys: string;
  readonly addPeople: string;
  readonly addPeopleText: string;
  readonly addThem: string;
  readonly invitePeople: string;
  readonly invitePeopleText: string;
  readonly invite: string;
  readonly invited: (count: number) => string;
  readonly added: (count: number) => string;
  readonly leave: string;
  readonly leaveConfirm: string;
  readonly leaveConfirmPrivate: string;
  readonly leaveOwnerText: string;

  // States
  readonly joining: string;
  readonly joiningText: string;
  readonly notIn: string;
  readonly notInText: string;
  readonly joinAgain: string;
  readonly broken: string;
  readonly brokenText: string;
}

/** Those of them that the list of conversations and the head of one show, before any view around channels is opened. */
export type ChannelListStrings = Pick<
  ChannelStrings,
  | 'newChat'
  | 'newDirect'
  | 'newChannel'
  | 'browseChannels'
  | 'mentionCount'
  | 'muted'
  | 'details'
  | 'disappearing'
  | 'joining'
  | 'notIn'
  | 'broken'
>;
