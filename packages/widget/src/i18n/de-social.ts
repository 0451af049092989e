import type { SocialStrings } from './social-strings.ts';
import { plural } from './strings.ts';

/** German, for the views around people. */
export const deSocial: SocialStrings = {
  requests: 'Anfragen',
  requestsNone: 'Keine Anfragen.',
  requestsHint: 'Von Leuten, denen du nie geschrieben hast. Dass du liest, erfahren sie erst, wenn du annimmst.',
  archive: 'Archiv',
  archiveNone: 'Das Archiv ist leer.',

  requestPerson: 'Ihr habt euch noch nie geschrieben.',
  requestGuest: 'Ein Gast ohne Konto.',
  requestHint: (name) => `${name} sieht erst, dass du das liest, wenn du annimmst. Danach öffnen sich auch Dateien.`,
  acceptRequest: 'Annehmen',
  block: 'Blockieren',
  blockNamed: (name) => `${name} blockieren`,
  blockConfirm: (name) =>
    `${name} blockieren? Nachrichten kommen dann nicht mehr an. Die andere Seite erfährt es nicht.`,
  unblock: 'Freigeben',
  unblockNamed: (name) => `${name} freigeben`,
  youBlocked: (name) => `Du hast ${name} blockiert.`,
  youBlockedText: 'Was jetzt gesendet wird, kommt nicht an, auch nicht nach dem Freigeben.',

  pin: 'Oben anheften',
  pinText: 'Der Chat bleibt in deiner Liste über den anderen.',
  archiveChat: 'Archivieren',
  archiveText: 'Der Chat verlässt deine Liste und meldet sich nur, wenn du erwähnt wirst.',
  deleteChat: 'Chat löschen',
  deleteChatConfirm: 'Alle Nachrichten dieses Chats auf deinen Geräten löschen? Andere behalten ihre.',

  privacy: 'Privatsphäre',
  privacyText: 'Was du anderen nicht sagst, siehst du auch von ihnen nicht.',
  tellTyping: 'Tippen',
  tellTypingText: 'Andere sehen, wenn du ihnen schreibst.',
  tellPresence: 'Online-Status',
  tellPresenceText: 'Leute, mit denen du einen Chat hast, sehen, ob du da bist.',
  tellReceipts: 'Lesebestätigungen',
  tellReceiptsText: 'Andere sehen, was du gelesen hast. „Zugestellt“ bleibt sichtbar: Der Server weiß es.',
  blockedPeople: 'Blockierte Leute',
  blockedNone: 'Du hast niemanden blockiert.',

  checkPerson: (name) => `Prüfen, ob es ${name} ist`,
  checkText: (name) =>
    `Scanne den Code auf dem Bildschirm von ${name}, oder lest euch die Nummer am Telefon vor. Ist sie auf beiden Seiten gleich, habt ihr die Schlüssel voneinander.`,
  codeFor: (name) => `Dein Code für ${name}`,
  numbers: 'Sicherheitsnummer',
  numbersMatch: 'Die Nummern sind gleich',
  numbersDiffer: 'Sie sind anders',
  scanCode: 'Code scannen',
  scanning: 'Halte die Kamera auf den Code auf dem anderen Bildschirm.',
  stopScanning: 'Scannen beenden',
  noCamera: 'Hier gibt es keine Kamera. Lest euch stattdessen die Nummer vor.',
  otherCode: (name) =>
    `Das ist nicht der Code, den ${name} dir zeigt. Scanne den auf dem Bildschirm, der für dich ist.`,
  matches: (name) => `Es ist ${name}`,
  matchesText: 'Die Schlüssel sind auf beiden Seiten gleich. Deine anderen Geräte wissen es auch.',
  differs: 'Sende nichts Vertrauliches',
  differsText: (name) =>
    `Die Schlüssel sind nicht gleich. Entweder hat ${name} neu angefangen und sieht eine alte Nummer, oder jemand ist zwischen euch. Schließt beide diese Seite und öffnet sie wieder; sind die Nummern noch anders, sprecht auf einem anderen Weg darüber.`,
  verifiedText: (name) => `Du hast die Schlüssel mit ${name} verglichen.`,
  clearVerification: 'Prüfung vergessen',
  verifiedBefore: (name) => `Du hattest ${name} geprüft, und die Schlüssel haben sich geändert`,
  verifiedBeforeText: (name) =>
    `Vor einem neuen Vergleich wird nichts gesendet. Vielleicht hat ${name} auf einem neuen Gerät angefangen. Kommt das unerwartet, frage auf einem anderen Weg.`,
  compareAgain: 'Jetzt prüfen',
  requestCount: (count) => plural('de', count, { one: '# Anfrage', other: '# Anfragen' }),
  archivedCount: (count) => plural('de', count, { one: '# archivierter Chat', other: '# archivierte Chats' }),
  blockedMessage: (name) => `Nachricht von ${name}, von dir blockiert`,
  showBlocked: 'Zeigen',
  devicesAdded: (count, name) =>
    `${name} liest jetzt auch auf ${plural('de', count, { one: 'einem neuen Gerät', other: '# neuen Geräten' })}`,
  ownDevicesAdded: (count, names) =>
    `Dein Konto hat ${plural('de', count, { one: 'ein neues Gerät', other: '# neue Geräte' })}${names === null ? '' : `: ${names}`}`,
  devicesRemoved: (count, name) =>
    `${plural('de', count, { one: 'Ein Gerät', other: '# Geräte' })} ${name === null ? 'deines Kontos' : `von ${name}`} ${plural('de', count, { one: 'kann', other: 'können' })} Neues hier nicht mehr lesen`,
  devicesRejoined: (count, name) =>
    `${plural('de', count, { one: 'Ein Gerät', other: '# Geräte' })} ${name === null ? 'deines Kontos' : `von ${name}`} ${plural('de', count, { one: 'ist', other: 'sind' })} mit neuen Schlüsseln zurück`,
  moreLines: (count) => `${count} weitere`,
  verifiedSign: 'Geprüft',
  changedSign: 'Schlüssel geändert',
};
