/**
 * The texts of the mails, which contain no user's name: an attacker could otherwise register a stranger's address and choose words
 * that the stranger reads.
 */
import type { Config } from '../../config/config.js';
import type { Mail } from './mail.js';
import { MAIL_CODE_TTL_SECONDS, type MailCodePurpose } from './mail-codes.js';
import { type MailedEvent, quote, sayDuration, sayEvent } from './mail-phrases.js';

/** The site that the links lead to. */
export type Site = Pick<Config, 'appUrl'>;

/** A device that no earlier login came from. */
export interface NewDevice {
  readonly deviceName: string | null;
  readonly userAgent: string | null;
}

const PAGES: Readonly<Record<MailCodePurpose, string>> = {
  registration: 'confirm-registration',
  'email-verification': 'verify-email',
  'password-reset': 'reset-password',
  'email-change': 'confirm-email-change',
};

export function confirmRegistration(to: string, code: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Confirm your registration at ${nameOf(site)}`,
    `Somebody registered at ${nameOf(site)} with this address, ${sayEvent(event)}. If it was you, please confirm.`,
    ...offer('registration', code, site),
    'You will be asked for the password that you chose.',
    'If it was not you, ignore this mail: nobody can log in with your address.',
  );
}

export function alreadyRegistered(to: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `You are registered at ${nameOf(site)} already`,
    `Somebody tried to register at ${nameOf(site)} with this address, ${sayEvent(event)}. You are already registered, and nothing has changed.`,
    'If it was you and you have forgotten your password, request a new one on the login page.',
    'If it was not you, ignore this mail.',
  );
}

export function verifyEmail(to: string, code: string, site: Site): Mail {
  return write(
    to,
    `Verify your address at ${nameOf(site)}`,
    `Please confirm that this address belongs to you at ${nameOf(site)}.`,
    ...offer('email-verification', code, site),
    'If you did not register there, ignore this mail.',
  );
}

export function resetPassword(to: string, code: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Reset your password at ${nameOf(site)}`,
    `Somebody asked to reset your password at ${nameOf(site)}, ${sayEvent(event)}. If it was you, choose a new one. All your sessions will then end.`,
    ...offer('password-reset', code, site),
    'If it was not you, ignore this mail: your password stays the same. Never give the code to anybody.',
  );
}

/** Says neither when nor from which address: users must not see that of an administrator. */
export function passwordResetRequired(to: string, code: string, site: Site): Mail {
  return write(
    to,
    `Choose a new password at ${nameOf(site)}`,
    `The administrators of ${nameOf(site)} ask you to choose a new password. Your old password no longer works, and all your sessions have ended.`,
    ...offer('password-reset', code, site),
    'If the code has expired, request a new one on the login page. Never give the code to anybody.',
  );
}

export function passwordChanged(to: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Your password at ${nameOf(site)} was changed`,
    `Your password at ${nameOf(site)} was changed, ${sayEvent(event)}.`,
    'If it was not you, reset your password on the login page at once: that ends all your sessions. Then make sure that nobody else can read your mail.',
  );
}

export function confirmEmailChange(to: string, code: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Confirm your new address at ${nameOf(site)}`,
    `Somebody wants to use this address to log in at ${nameOf(site)}. The request came ${sayEvent(event)}. If it was you, please confirm.`,
    ...offer('email-change', code, site),
    'If it was not you, ignore this mail.',
  );
}

export function addressInUse(to: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Your address at ${nameOf(site)}`,
    `A user of ${nameOf(site)} wanted to change to this address, ${sayEvent(event)}. You are already registered with it, and nothing has changed.`,
    'If it was you, log in with this address, or choose another one.',
    'If it was not you, ignore this mail.',
  );
}

/** Goes to the old address and does not reveal the new one: the user may be leaving because somebody else reads the old mailbox. */
export function emailChanged(to: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Your address at ${nameOf(site)} was changed`,
    `The address with which you log in at ${nameOf(site)} was changed. The new address was confirmed ${sayEvent(event)}.`,
    `If it was not you, somebody knows your password: tell the administrators of ${nameOf(site)} at once.`,
  );
}

export function newDevice(to: string, { deviceName, userAgent }: NewDevice, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `A new device at ${nameOf(site)}`,
    `Somebody logged in with your password at ${nameOf(site)}, ${sayEvent(event)}, on a new device:`,
    [
      `Device: ${deviceName === null ? 'without a name' : quote(deviceName)}`,
      `Program: ${userAgent ? quote(userAgent) : 'did not say'}`,
    ].join('\n'),
    'If it was you, you need not do anything. If it was not you, change your password at once: that ends all other sessions.',
  );
}

/** Puts the code into the fragment of the link, which never reaches a server log or a Referer header. */
function offer(purpose: MailCodePurpose, code: string, { appUrl }: Site): string[] {
  const lifetime = sayDuration(MAIL_CODE_TTL_SECONDS[purpose]);
  return [
    `Open this page within ${lifetime}:`,
    `${appUrl}/${PAGES[purpose]}#code=${code}`,
    'Or enter this code where you are asked for it:',
    code,
  ];
}

function nameOf({ appUrl }: Site): string {
  return new URL(appUrl).host;
}

function write(to: string, subject: string, ...paragraphs: string[]): Mail {
  return { to, subject, text: `${paragraphs.join('\n\n')}\n` };
}
