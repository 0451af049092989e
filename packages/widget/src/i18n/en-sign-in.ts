import type { SignInStrings } from './strings.ts';

/** English, for signing in and the recovery code that comes with an account. */
export const enSignIn: SignInStrings = {
  copy: 'Copy',
  copied: 'Copied',
  saveFile: 'Save',
  welcomeTitle: 'Private conversations',
  welcomeText: 'Messages are sealed on your device. Only the people you write to can open them.',
  nameLabel: 'Choose a name',
  nameHint: 'This is how others find you. Letters, digits, dots and hyphens.',
  nameTooShort: 'Use at least 2 characters.',
  nameInvalid: 'Use letters, digits, dots, hyphens and underscores. Begin with a letter or digit.',
  createAccount: 'Start chatting',
  creatingAccount: 'Making your keys…',
  continueAsGuest: 'Continue as a guest',
  guestHint: 'Guests can’t be found by name, and their chats exist only in this browser.',
  alreadyHere: 'Been here before?',
  linkThisDevice: 'Link with another device',
  useRecoveryCode: 'Use a recovery code',
  welcomeBack: (name) => `Welcome back, ${name}`,
  welcomeBackText: 'Your keys and messages are still on this device.',
  continueAs: (name) => `Continue as ${name}`,
  useAnotherAccount: 'Use another account',
  useAnotherAccountText: 'This first deletes the account’s keys and messages from this device.',
  recoveryTitle: 'Save your recovery code',
  recoveryText:
    'If you lose all your devices, this code is the only way back to your account. No one can send it to you again, not even us.',
  recoveryCodeLabel: 'Recovery code',
  recoveryProof: 'Once it is saved, type its last four characters',
  recoveryContinue: 'Go to my chats',
  signOutConfirm: 'Delete',
};
