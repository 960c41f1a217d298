/** Examples of the mutations that request a mailed code or use one. */
import { EMAIL, PASSWORD } from '../app/requests.js';
import type { MutationExample, MutationExamples } from './mutation-example.js';
import type { World } from './world.js';

const UNKNOWN = `lkc_${'A'.repeat(43)}`;

/** Codes that are for another purpose or do not exist. */
function wrongCodes(own: keyof World['codes']): MutationExample['refused'] {
  const purposes = ['registration', 'verification', 'reset', 'emailChange'] as const;
  const foreign = purposes.filter((purpose) => purpose !== own);
  return {
    'an unknown code': () => [{ code: UNKNOWN }, 'INVALID_CODE'],
    'a refresh token': ({ phone }) => [{ code: phone.refreshToken }, 'INVALID_CODE'],
    'the code in capital letters': ({ codes }) => [{ code: codes[own].toUpperCase() }, 'INVALID_CODE'],
    'the code with a space within': ({ codes }) => [{ code: `${codes[own].slice(0, 9)} ${codes[own].slice(9)}` }, 'INVALID_CODE'],
    ...Object.fromEntries(
      foreign.map((purpose) => [`the code for ${purpose}`, ({ codes }: World) => [{ code: codes[purpose] }, 'INVALID_CODE'] as const]),
    ),
  };
}

const wrongAddresses = (field: string): MutationExample['refused'] => ({
  'no address': () => [{ [field]: 'ada' }, 'EMAIL_INVALID'],
  'two addresses': () => [{ [field]: 'ada@example.com, eve@example.com' }, 'EMAIL_INVALID'],
  'an address with a name': () => [{ [field]: 'Ada <ada@example.com>' }, 'EMAIL_INVALID'],
  'a header behind the address': () => [{ [field]: 'ada@example.com\r\nBcc: eve@example.com' }, 'EMAIL_INVALID'],
});

export const MAIL_MUTATIONS: MutationExamples = {
  confirmRegistration: {
    by: 'anybody',
    input: ({ codes }) => ({ code: codes.registration, password: PASSWORD, deviceName: 'Phone' }),
    texts: { code: 'INVALID_CODE', password: 'INVALID_CREDENTIALS', deviceName: 'DEVICE_NAME_INVALID' },
    refused: {
      ...wrongCodes('registration'),
      'a wrong password': () => [{ password: 'a wholly new passphrase' }, 'INVALID_CREDENTIALS'],
      'a device name of 201 characters': () => [{ deviceName: 'x'.repeat(201) }, 'DEVICE_NAME_INVALID'],
    },
    second: ['INVALID_CODE'],
    leaves: { 'user.registered': 1, 'session.started': 1 },
  },
  requestPasswordReset: {
    by: 'anybody',
    input: () => ({ email: EMAIL }),
    texts: { email: 'EMAIL_INVALID' },
    refused: wrongAddresses('email'),
    second: ['ok'],
    leaves: { 'user.password-reset-requested': 2 },
  },
  resetPassword: {
    by: 'anybody',
    input: ({ codes }) => ({ code: codes.reset, newPassword: 'a wholly new passphrase' }),
    texts: { code: 'INVALID_CODE', newPassword: { bad: 'PASSWORD_TOO_SHORT', long: 'PASSWORD_TOO_LONG' } },
    refused: {
      ...wrongCodes('reset'),
      'a password that everybody uses': () => [{ newPassword: 'qwertyuiop' }, 'PASSWORD_TOO_COMMON'],
      'the address as password': () => [{ newPassword: EMAIL }, 'PASSWORD_TOO_PERSONAL'],
    },
    second: ['INVALID_CODE'],
    leaves: { 'user.password-reset': 1, 'session.ended': 2 },
  },
  requestEmailVerification: {
    by: 'user',
    input: null,
    texts: {},
    refused: {},
    second: ['ok'],
    leaves: {},
  },
  verifyEmail: {
    by: 'anybody',
    input: ({ codes }) => ({ code: codes.verification }),
    texts: { code: 'INVALID_CODE' },
    refused: wrongCodes('verification'),
    second: ['INVALID_CODE'],
    leaves: { 'user.email-verified': 1 },
  },
  requestEmailChange: {
    by: 'user',
    input: () => ({ newEmail: 'another@example.com' }),
    texts: { newEmail: 'EMAIL_INVALID' },
    refused: wrongAddresses('newEmail'),
    second: ['ok'],
    leaves: { 'user.email-change-requested': 2 },
  },
  confirmEmailChange: {
    by: 'anybody',
    input: ({ codes }) => ({ code: codes.emailChange }),
    texts: { code: 'INVALID_CODE' },
    refused: wrongCodes('emailChange'),
    second: ['INVALID_CODE'],
    leaves: { 'user.email-changed': 1, 'session.access-tokens-revoked': 1, 'session.ended': 1 },
  },
};
