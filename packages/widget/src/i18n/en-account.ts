import { enSignIn } from './en-sign-in.ts';
import { plural, type AccountStrings } from './strings.ts';

/** English, for the views around the account. */
export const enAccount: AccountStrings = {
  ...enSignIn,
  yourName: 'Your name',
  recoverTitle: 'Recover your account',
  recoverText: 'Enter your name and the recovery code you saved when you signed up.',
  recoverAction: 'Recover account',
  recovering: 'Opening your account… This takes a few seconds on purpose.',
  linkNewTitle: 'Link this device',
  linkNewText:
    'On a device where you are signed in, open Settings, choose “Link a new device” and enter the code here.',
  linkCodeLabel: 'Code from your other device',
  linkAction: 'Continue',
  linkConnecting: 'Looking for your other device…',
  linkWaiting: 'Waiting for the new device…',
  linkOldTitle: 'Link a new device',
  linkOldText: 'On the new device choose “Link with another device” and enter this code:',
  linkExpires: (minutes) =>
    plural('en', minutes, { one: 'Works once, for # minute.', other: 'Works once, for # minutes.' }),
  sasTitle: 'Do both devices show this number?',
  sasTextOld: 'Confirm only if you are holding the new device and it shows the same six digits.',
  sasTextNew: 'Compare with your other device and confirm there.',
  sasMatch: 'Yes, they match',
  sasDiffer: 'No, stop',
  linkFinishing: 'Transferring your keys…',
  linkDone: 'The new device is linked.',
  identityChanged: (name) => `${name} has new keys`,
  identityChangedText: (name) =>
    `${name} may have started over on a new device, or someone may be posing as ${name}. Ask in person or by phone before you go on.`,
  safetyNumber: (name) => `Your safety number. If ${name} sees the same number, you have each other’s real keys:`,
  identityAccept: 'I have checked, go on',
  devices: 'Devices',
  thisDevice: 'This device',
  otherDevice: 'Device',
  removeDevice: 'Remove',
  removeDeviceConfirm: 'Remove it for good?',
  deviceAdded: (date) => `Added ${date}`,
  notMe: 'This was not me',
  devicesAreMine: 'These are my devices',
  unlockTitle: 'Enter your recovery code',
  unlockRemoval:
    'The removed device gets nothing new. What is stored on it could still be used to add another device, until you enter your recovery code here.',
  unlockKey:
    'This device has missed a change of your account. To add or remove devices here, enter your recovery code.',
  unlockGuest: 'To finish, open this chat on the device that you began on.',
  newCodeText:
    'Enter the code you have now. A new one replaces it. Without it there is no new code: then keep two devices linked.',
  linkNewDevice: 'Link a new device',
  recovery: 'Recovery code',
  recoveryHint: 'The way back if you lose all your devices. A new code replaces the one you have.',
  newRecoveryCode: 'Make a new recovery code',
  signOut: 'Sign out',
  signOutText: 'Your keys and messages stay here, sealed, until you sign in again.',
  signOutDelete: 'Sign out and delete everything here',
  signOutDeleteText:
    'Deletes your keys and messages from this device. You can come back with your recovery code or another device.',
  signOutGuestText: 'You are a guest. Once its keys are deleted from this device, this account can’t be recovered.',
  atRest: {
    'non-extractable-key': 'Encrypted on this device with a key that scripts can’t export.',
    'stored-key': 'This browser can’t protect its storage key. Sign out on shared devices.',
    file: 'Stored in files that only you can read.',
    memory: 'Nothing is stored: closing this page ends the session.',
  },
};
