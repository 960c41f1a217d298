/** The pages that links in mails lead to. They work with and without a session, because people read mail on any device. */
import type { ComponentType } from 'react';
import { ConfirmEmailChangePage, VerifyEmailPage } from './confirm-email.js';
import { ConfirmRegistrationPage } from './confirm-registration.js';
import { LostPasswordPage } from './lost-password.js';
import { ResetPasswordPage } from './reset-password.js';

/** A Map, because the path comes from the visitor: a plain object would also find `constructor` or `__proto__`. */
export const MAIL_PAGES: ReadonlyMap<string, ComponentType> = new Map([
  ['lost-password', LostPasswordPage],
  ['reset-password', ResetPasswordPage],
  ['verify-email', VerifyEmailPage],
  ['confirm-email-change', ConfirmEmailChangePage],
  ['confirm-registration', ConfirmRegistrationPage],
]);
