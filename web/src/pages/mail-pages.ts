/** The pages that links in mails lead to, for who is signed in and for who is not: mails are read on any device. */
import type { ComponentType } from 'react';
import { ConfirmEmailChangePage, VerifyEmailPage } from './confirm-email.js';
import { ConfirmRegistrationPage } from './confirm-registration.js';
import { LostPasswordPage } from './lost-password.js';
import { ResetPasswordPage } from './reset-password.js';

/** A map: the path is the visitor's, and an object has names that nobody gave it. */
export const MAIL_PAGES: ReadonlyMap<string, ComponentType> = new Map([
  ['lost-password', LostPasswordPage],
  ['reset-password', ResetPasswordPage],
  ['verify-email', VerifyEmailPage],
  ['confirm-email-change', ConfirmEmailChangePage],
  ['confirm-registration', ConfirmRegistrationPage],
]);
