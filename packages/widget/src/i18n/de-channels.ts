import type { ChannelStrings } from './channel-strings.ts';
import { plural } from './strings.ts';

/** German, for the views around channels. */
export const deChannels: ChannelStrings = {
  newChat: 'Neu',
  newDirect: 'Jemandem schreiben',
  newChannel: 'Kanal erstellen',
  browseChannels: 'Kanäle durchsuchen',

  invitations: 'Einladungen',
  invitationCount: (count) => plural('de', count, { one: '# Einladung', other: '# Einladungen' }),
  invitedBy: (name) => `${name} lädt dich ein`,
  accept: 'Beitreten',
  acceptNamed: (name) => `${name} beitreten`,
  decline: 'Ablehnen',
  declineNamed: (name) => `Einladung zu ${name} ablehnen`,
  privateChannel: 'Privater Kanal',
  publicChannel: 'Öffentlicher Kanal',

  channelName: 'Name',
  channelNameMissing: 'Gib dem Kanal einen Namen.',
  channelNameTooLong: 'Dieser Name ist zu lang.',
  channelNameInvalid: 'Ein Name ist eine Zeile Text.',
  channelDescription: 'Worum es geht (optional)',
  channelDescriptionTooLong: 'Das ist zu lang.',
  tooManyPeople: 'Das sind mehr, als auf einmal gehen. Füge die anderen danach hinzu.',
  visibility: 'Wer kann beitreten?',
  public: 'Alle hier',
  publicText:
    'Öffentlich: Alle hier können ihn finden und beitreten. Der Server kennt Namen, Beschreibung und Mitglieder. Was ihr schreibt, bleibt versiegelt.',
  private: 'Nur wer hinzugefügt oder eingeladen wird',
  privateText:
    'Privat: Niemand findet ihn durch Suchen. Der Server kennt die Mitglieder. Name, Beschreibung und was ihr schreibt bleiben versiegelt.',
  people: 'Personen',
  peopleHint: 'Sie sind sofort dabei. Weitere kannst du später hinzufügen.',
  findPeople: 'Personen für die Liste suchen',
  unpick: (name) => `${name} von der Liste nehmen`,
  picked: (name) => `${name} steht auf der Liste`,
  unpicked: (name) => `${name} steht nicht mehr auf der Liste`,
  create: 'Kanal erstellen',
  creating: 'Die Schlüssel des Kanals werden erzeugt …',

  channelGone: 'Diesen Kanal oder die Einladung gibt es nicht mehr.',
  searchChannels: 'Kanal nach Namen suchen',
  noChannelCalled: (query) => `Kein öffentlicher Kanal hat „${query}“ im Namen.`,
  noChannelsTitle: 'Noch keine öffentlichen Kanäle',
  noChannelsText: 'Erstelle den ersten, dann können ihn alle hier finden.',
  channelCount: (count) => plural('de', count, { one: '# Kanal', other: '# Kanäle' }),
  join: 'Beitreten',
  joinNamed: (name) => `${name} beitreten`,
  open: 'Öffnen',
  openNamed: (name) => `${name} öffnen`,
  joined: 'Du bist dabei',
  more: 'Mehr anzeigen',

  memberCount: (count) => plural('de', count, { one: '# Mitglied', other: '# Mitglieder' }),
  onlineCount: (count) => plural('de', count, { one: '# online', other: '# online' }),
  mentionCount: (count) => plural('de', count, { one: '# Erwähnung von dir', other: '# Erwähnungen von dir' }),
  muted: 'Stumm',
  details: 'Details',
  closeDetails: 'Details schließen',

  noDescription: 'Über diesen Kanal ist noch nichts gesagt.',
  editChannel: 'Name und Beschreibung',
  save: 'Speichern',
  mute: 'Stummschalten',
  muteText: 'Neue Nachrichten bleiben in deiner Liste unauffällig.',
  disappearing: 'Verschwindende Nachrichten',
  disappearingText: 'Was ab jetzt geschrieben wird, wird nach dieser Zeit für alle gelöscht.',
  disappearingManaged: 'Das legen Inhaber und Admins fest.',
  disappearingOff: 'Aus',
  shareHistory: 'Neuen zeigen, was vorher geschrieben wurde',
  shareHistoryText:
    'Die Geräte der Mitglieder übergeben denen, die beitreten, die Schlüssel von bis zu 100 letzten Nachrichten. Ist das aus, lesen sie, was ab dann geschrieben wird.',
  historyShared: 'Wer beitritt, kann bis zu 100 frühere Nachrichten lesen.',
  historyNotShared: 'Wer beitritt, liest, was ab dann geschrieben wird.',
  encryption: 'Ende-zu-Ende-verschlüsselt',
  encryptionChannel:
    'Nachrichten und Dateien werden auf den Geräten der Mitglieder versiegelt, und nur sie können sie öffnen. Die Geräte einigen sich untereinander auf Schlüssel (MLS, RFC 9420). Kommt oder geht jemand, wechseln die Schlüssel: Wer entfernt wurde, kann nichts öffnen, was Mitglieder senden, die das gesehen haben.',
  encryptionPublic:
    'Der Kanal ist öffentlich: Der Server kennt Namen und Beschreibung, und alle hier dürfen beitreten und ab dann mitlesen.',
  encryptionPrivate: 'Der Server weiß, wer dabei ist und wann etwas gesendet wird, aber nicht, wie der Kanal heißt.',
  encryptionDirect:
    'Nachrichten und Dateien werden auf euren Geräten für die Geräte von euch beiden versiegelt. Jede Nachricht hat einen eigenen Schlüssel, und benutzte Schlüssel werden gelöscht (PQXDH und Double Ratchet).',
  suite: 'Schlüssel vereinbart mit',
  readingDevices: (count) =>
    plural('de', count, {
      one: '# Gerät kann lesen, was jetzt gesendet wird.',
      other: '# Geräte können lesen, was jetzt gesendet wird.',
    }),
  keyChanges: (count) =>
    plural('de', count, {
      one: 'Die Schlüssel haben einmal gewechselt.',
      other: 'Die Schlüssel haben #-mal gewechselt.',
    }),
  verify: (name) => `Eure Sicherheitsnummer. Sieht ${name} dieselbe, habt ihr die echten Schlüssel voneinander:`,

  members: 'Mitglieder',
  roles: { owner: 'Besitz', admin: 'Admin', member: 'Mitglied' },
  searchMembers: 'Mitglied suchen',
  nobodyFound: 'Kein Mitglied heißt so.',
  memberActions: (name) => `Was mit ${name} geschehen soll`,
  writeTo: 'Nachricht schreiben',
  makeOwner: 'Besitz übertragen',
  makeAdmin: 'Zum Admin machen',
  makeMember: 'Zum einfachen Mitglied machen',
  makeOwnerConfirm: (name) =>
    `Soll der Kanal auch ${name} gehören? Wem er gehört, entscheidet über Rollen, auch über deine.`,
  removeMember: 'Entfernen',
  removeMemberConfirm: (name) =>
    `${name} entfernen? Was schon da ist, bleibt lesbar; was danach gesendet wird, nicht mehr.`,
  newKeys: 'Hat neue Schlüssel',
  addPeople: 'Personen hinzufügen',
  addPeopleText: 'Sie sind sofort dabei, ohne gefragt zu werden.',
  addThem: 'Hinzufügen',
  invitePeople: 'Personen einladen',
  invitePeopleText: 'Sie werden gefragt und können ablehnen.',
  invite: 'Einladen',
  invited: (count) =>
    plural('de', count, { one: '# Person wurde eingeladen.', other: '# Personen wurden eingeladen.' }),
  added: (count) =>
    plural('de', count, { one: '# Person wurde hinzugefügt.', other: '# Personen wurden hinzugefügt.' }),
  leave: 'Kanal verlassen',
  leaveConfirm: 'Diesen Kanal verlassen? Du kannst jederzeit wieder beitreten.',
  leaveConfirmPrivate: 'Diesen Kanal verlassen? Zurück kommst du nur, wenn dich jemand hinzufügt oder einlädt.',
  leaveOwnerText:
    'Der Kanal gehört nur dir: Er geht an den Admin über, der am längsten dabei ist, sonst an ein Mitglied.',

  joining: 'Beitritt läuft …',
  joiningText: 'Dein Gerät holt die Schlüssel des Kanals. Was ab dann gesendet wird, erscheint hier.',
  notIn: 'Du bist nicht mehr in diesem Kanal',
  notInText: 'Was du bekommen hast, bleibt hier lesbar. Neues kommt nicht an.',
  joinAgain: 'Wieder beitreten',
  broken: 'Die Schlüssel dieses Kanals passen nicht zusammen',
  brokenText:
    'Dieses Gerät und die anderen haben nicht mehr dieselben Schlüssel. Solange das so ist, wird nichts gezeigt und nichts gesendet, was nicht echt sein könnte. Dein Gerät holt die Schlüssel von selbst neu. Hält das an, bitte jemanden, dem der Kanal gehört oder der ihn verwaltet, ihn zu öffnen: Dieses Gerät kann mit neuen Schlüsseln beginnen.',
};
