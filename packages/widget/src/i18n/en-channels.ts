import type { ChannelStrings } from './channel-strings.ts';
import { enChannelList } from './en-channel-list.ts';
import { plural } from './strings.ts';

/** English, for the views around channels. */
export const enChannels: ChannelStrings = {
  ...enChannelList,

  invitations: 'Invitations',
  invitationCount: (count) => plural('en', count, { one: '# invitation', other: '# invitations' }),
  invitedBy: (name) => `${name} invites you`,
  accept: 'Join',
  acceptNamed: (name) => `Join ${name}`,
  decline: 'Decline',
  declineNamed: (name) => `Decline the invitation to ${name}`,
  privateChannel: 'Private channel',
  publicChannel: 'Public channel',

  channelName: 'Name',
  channelNameMissing: 'Give the channel a name.',
  channelNameTooLong: 'That name is too long.',
  channelNameInvalid: 'A name is one line of text.',
  channelDescription: 'What it is about (optional)',
  channelDescriptionTooLong: 'That is too long.',
  tooManyPeople: 'Too many people at once. Add the rest later.',
  visibility: 'Who can join?',
  public: 'Everyone here',
  publicText:
    'Public: anyone here can find it and join. The server knows its name, description and members. Messages stay sealed.',
  private: 'Only people who are added or invited',
  privateText:
    'Private: it can’t be found by searching. The server knows its members. Its name, description and messages stay sealed.',
  people: 'People',
  peopleHint: 'They join right away. You can add others later.',
  findPeople: 'Search for people to add',
  unpick: (name) => `Remove ${name}`,
  picked: (name) => `${name} added`,
  unpicked: (name) => `${name} removed`,
  create: 'Create channel',
  creating: 'Making the channel’s keys…',

  channelGone: 'This channel or invitation no longer exists.',
  searchChannels: 'Find a channel by name',
  noChannelCalled: (query) => `No public channel has “${query}” in its name.`,
  noChannelsTitle: 'No public channels yet',
  noChannelsText: 'Create the first one, and everyone here can find it.',
  channelCount: (count) => plural('en', count, { one: '# channel', other: '# channels' }),
  join: 'Join',
  joinNamed: (name) => `Join ${name}`,
  open: 'Open',
  openNamed: (name) => `Open ${name}`,
  joined: 'Joined',
  more: 'Show more',

  memberCount: (count) => plural('en', count, { one: '# member', other: '# members' }),
  onlineCount: (count) => plural('en', count, { one: '# online', other: '# online' }),
  closeDetails: 'Close details',

  noDescription: 'No description yet.',
  editChannel: 'Name and description',
  save: 'Save',
  mute: 'Mute',
  muteText: 'No alerts for new messages.',
  disappearingText: 'New messages are deleted for everyone after this time.',
  disappearingManaged: 'Owners and admins set this.',
  disappearingOff: 'Off',
  shareHistory: 'Share history with new members',
  shareHistoryText:
    'Members’ devices share the keys of up to 100 recent messages with people who join. When this is off, new members read only what is sent after they join.',
  historyShared: 'New members can read up to 100 earlier messages.',
  historyNotShared: 'New members read only what is sent after they join.',
  encryption: 'End-to-end encrypted',
  encryptionChannel:
    'Messages and files are sealed on the members’ devices, and only they can open them. The devices agree on keys among themselves (MLS, RFC 9420). The keys change whenever a member joins or leaves, so a removed member can’t open what is sent by members who have seen that.',
  encryptionPublic:
    'The channel is public: the server knows its name and description, and anyone here can join and read from then on.',
  encryptionPrivate: 'The server knows who is in it and when something is sent, but not what the channel is called.',
  encryptionDirect:
    'Messages and files are sealed on your devices for the devices of both of you. Each message has its own key, and used keys are deleted (PQXDH and Double Ratchet).',
  suite: 'Keys agreed with',
  readingDevices: (count) =>
    plural('en', count, { one: '# device can read what is sent now.', other: '# devices can read what is sent now.' }),
  keyChanges: (count) =>
    plural('en', count, { one: 'The keys have changed once.', other: 'The keys have changed # times.' }),
  verify: (name) => `Your safety number. If ${name} sees the same number, you have each other’s real keys:`,

  members: 'Members',
  roles: { owner: 'Owner', admin: 'Admin', member: 'Member' },
  searchMembers: 'Find a member',
  nobodyFound: 'No matching members.',
  memberActions: (name) => `Actions for ${name}`,
  writeTo: 'Write a message',
  makeOwner: 'Make owner',
  makeAdmin: 'Make admin',
  makeMember: 'Make ordinary member',
  makeOwnerConfirm: (name) => `Make ${name} an owner? Owners can change every role, including yours.`,
  removeMember: 'Remove',
  removeMemberConfirm: (name) =>
    `Remove ${name}? They keep what they received and can’t open anything sent afterwards.`,
  newKeys: 'Has new keys',
  addPeople: 'Add people',
  addPeopleText: 'They join right away, without being asked.',
  addThem: 'Add',
  invitePeople: 'Invite people',
  invitePeopleText: 'They are asked and can decline.',
  invite: 'Invite',
  invited: (count) => plural('en', count, { one: '# person was invited.', other: '# people were invited.' }),
  added: (count) => plural('en', count, { one: '# person was added.', other: '# people were added.' }),
  leave: 'Leave channel',
  leaveConfirm: 'Leave this channel? You can join again whenever you like.',
  leaveConfirmPrivate: 'Leave this channel? You can come back only if a member adds or invites you.',
  leaveOwnerText: 'You are the only owner. The longest-serving admin, or else a member, becomes the owner.',

  joiningText: 'Your device is getting the channel’s keys. New messages appear here after that.',
  notInText: 'You can still read what you received. New messages don’t arrive.',
  joinAgain: 'Join again',
  brokenText:
    'This device and the others no longer agree on the channel’s keys. Until they do, nothing is shown or sent that might not be genuine. Your device will request new keys automatically. If this lasts, ask an owner or admin to open the channel: their device can reset the keys.',
};
