/**
 * What the mails say. They name nobody: a name is chosen by whoever registers, and a mail to a stranger's address must not
 * carry a stranger's words. Codes stand in the fragment of a link, which no server log and no Referer header ever has.
 */
import type { Config } from '../../config/config.js';
import type { Mail } from './mail.js';
import { MAIL_CODE_TTL_SECONDS, type MailCodePurpose } from './mail-codes.js';
import { type MailedEvent, quote, sayDuration, sayEvent } from './mail-phrases.js';

/** Where the pages are that links lead to. */
export type Site = Pick<Config, 'appUrl'>;

/** What was opened by a login from a device that was not seen before. */
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
    `Somebody has registered with this address at ${nameOf(site)}, ${sayEvent(event)}. If it was you, confirm it.`,
    ...offer('registration', code, site),
    'You will be asked for the password that you have chosen.',
    'If it was not you, do nothing: nobody can log in with your address.',
  );
}

export function alreadyRegistered(to: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `You are registered at ${nameOf(site)} already`,
    `Somebody has tried to register with this address at ${nameOf(site)}, ${sayEvent(event)}. You are registered already, and nothing has changed.`,
    'If it was you and you do not know your password any more, ask for a new one where you log in.',
    'If it was not you, do nothing.',
  );
}

export function verifyEmail(to: string, code: string, site: Site): Mail {
  return write(
    to,
    `Verify your address at ${nameOf(site)}`,
    `Show ${nameOf(site)} that this address is yours.`,
    ...offer('email-verification', code, site),
    'If you are not registered there, do nothing.',
  );
}

export function resetPassword(to: string, code: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Reset your password at ${nameOf(site)}`,
    `Somebody has asked for a new password for you at ${nameOf(site)}, ${sayEvent(event)}. If it was you, choose one. All your sessions end then.`,
    ...offer('password-reset', code, site),
    'If it was not you, do nothing: your password stays as it is. Never give the code to anybody.',
  );
}

/** No instant and no address: what the administrator did is not the reader's to see. */
export function passwordResetRequired(to: string, code: string, site: Site): Mail {
  return write(
    to,
    `Choose a new password at ${nameOf(site)}`,
    `Those who run ${nameOf(site)} ask you to choose a new password. The one that you had can't be used any more, and all your sessions have ended.`,
    ...offer('password-reset', code, site),
    'Later, ask for a new code where you log in. Never give the code to anybody.',
  );
}

export function passwordChanged(to: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Your password at ${nameOf(site)} was changed`,
    `Your password at ${nameOf(site)} was changed, ${sayEvent(event)}.`,
    'If it was not you, ask for a new password where you log in, at once: that ends all sessions. Then look after your mailbox.',
  );
}

export function confirmEmailChange(to: string, code: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Confirm your new address at ${nameOf(site)}`,
    `Somebody wants to log in at ${nameOf(site)} with this address from now on. It was asked for ${sayEvent(event)}. If it was you, confirm it.`,
    ...offer('email-change', code, site),
    'If it was not you, do nothing.',
  );
}

export function addressInUse(to: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Your address at ${nameOf(site)}`,
    `Somebody who is registered at ${nameOf(site)} wanted to use this address, ${sayEvent(event)}. You are registered with it already, and nothing has changed.`,
    'If it was you, log in with this address, or use another one.',
    'If it was not you, do nothing.',
  );
}

/** Goes to the old address. It does not say the new one: whoever reads the old mailbox may be whom the user is leaving behind. */
export function emailChanged(to: string, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `Your address at ${nameOf(site)} was changed`,
    `You log in at ${nameOf(site)} with another address from now on. It was confirmed ${sayEvent(event)}.`,
    `If it was not you, somebody knows your password: tell those who run ${nameOf(site)} at once.`,
  );
}

export function newDevice(to: string, { deviceName, userAgent }: NewDevice, site: Site, event: MailedEvent): Mail {
  return write(
    to,
    `A new device at ${nameOf(site)}`,
    `Somebody has logged in with your password at ${nameOf(site)}, ${sayEvent(event)}, on a device that was not seen before:`,
    [
      `Device: ${deviceName === null ? 'without a name' : quote(deviceName)}`,
      `Program: ${userAgent ? quote(userAgent) : 'did not say'}`,
    ].join('\n'),
    'If it was you, all is well. If it was not, change your password at once: that ends the other sessions.',
  );
}

function offer(purpose: MailCodePurpose, code: string, { appUrl }: Site): string[] {
  const lifetime = sayDuration(MAIL_CODE_TTL_SECONDS[purpose]);
  return [
    `Open this page within ${lifetime}:`,
    `${appUrl}/${PAGES[purpose]}#code=${code}`,
    'Or give this code where you are asked for it:',
    code,
  ];
}

function nameOf({ appUrl }: Site): string {
  return new URL(appUrl).host;
}

function write(to: string, subject: string, ...paragraphs: string[]): Mail {
  return { to, subject, text: `${paragraphs.join('\n\n')}\n` };
}
