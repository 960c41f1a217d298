/** Examples of the mutations by which users register, leave, and change their own data. */
import { EMAIL, PASSWORD } from '../app/requests.js';
import type { MutationExamples } from './mutation-example.js';
import { wrongIds } from './wrong-ids.js';

const NEW_PASSWORD = { bad: 'PASSWORD_TOO_SHORT', long: 'PASSWORD_TOO_LONG' };
const TOO_LATE = ['INVALID_CREDENTIALS', 'UNAUTHENTICATED TOKEN_REVOKED'];
const NEW = 'a wholly new passphrase';

export const USER_MUTATIONS: MutationExamples = {
  register: {
    by: 'anybody',
    input: () => ({ email: 'new@example.com', password: PASSWORD, name: 'New', deviceName: 'Phone' }),
    texts: { email: 'EMAIL_INVALID', password: NEW_PASSWORD, name: 'NAME_INVALID', deviceName: 'DEVICE_NAME_INVALID' },
    refused: {
      'a name of 201 characters': () => [{ name: 'x'.repeat(201) }, 'NAME_INVALID'],
      'a device name of 201 characters': () => [{ deviceName: 'x'.repeat(201) }, 'DEVICE_NAME_INVALID'],
      'an address of 255 characters': () => [{ email: `a@${'x'.repeat(60)}.${'y'.repeat(188)}.com` }, 'EMAIL_INVALID'],
      'two addresses': () => [{ email: 'a@example.com, b@example.com' }, 'EMAIL_INVALID'],
      'a header behind the address': () => [{ email: 'a@example.com\r\nBcc: eve@example.com' }, 'EMAIL_INVALID'],
      'a password that everybody uses': () => [{ password: 'qwertyuiop' }, 'PASSWORD_TOO_COMMON'],
      'the address as password': () => [{ password: 'new@example.com' }, 'PASSWORD_TOO_PERSONAL'],
      'everything wrong at once': () => [{ email: 'x', password: 'x', name: '\n' }, 'EMAIL_INVALID PASSWORD_TOO_SHORT NAME_INVALID'],
    },
    second: ['ok'],
    leaves: {},
  },
  login: {
    by: 'anybody',
    input: () => ({ email: EMAIL, password: PASSWORD, deviceName: 'Phone' }),
    texts: { email: 'INVALID_CREDENTIALS', password: 'INVALID_CREDENTIALS', deviceName: 'DEVICE_NAME_INVALID' },
    refused: {
      'a wrong password': () => [{ password: `${PASSWORD}!` }, 'INVALID_CREDENTIALS'],
      'somebody unknown': () => [{ email: 'nobody@example.com' }, 'INVALID_CREDENTIALS'],
      'somebody disabled': () => [{ email: 'finn@example.com' }, 'INVALID_CREDENTIALS'],
      'an id in place of the address': ({ ada }) => [{ email: ada.id }, 'INVALID_CREDENTIALS'],
      'the hash of nothing': () => [{ password: '$argon2id$' }, 'INVALID_CREDENTIALS'],
      'a device name of 201 characters': () => [{ deviceName: 'x'.repeat(201) }, 'DEVICE_NAME_INVALID'],
    },
    second: ['ok'],
    leaves: { 'session.started': 2 },
  },
  refreshToken: {
    by: 'anybody',
    input: ({ phone }) => ({ refreshToken: phone.refreshToken }),
    texts: { refreshToken: 'INVALID_REFRESH_TOKEN' },
    refused: {
      nothing: () => [{ refreshToken: null }, 'INVALID_REFRESH_TOKEN'],
      'a session that has ended': ({ dead }) => [{ refreshToken: dead.refreshToken }, 'INVALID_REFRESH_TOKEN'],
      'an access token': ({ ada }) => [{ refreshToken: ada.accessToken }, 'INVALID_REFRESH_TOKEN'],
      'a mailed code': ({ codes }) => [{ refreshToken: codes.reset }, 'INVALID_REFRESH_TOKEN'],
      'a token with something behind it': ({ phone }) => [{ refreshToken: `${phone.refreshToken}\n` }, 'INVALID_REFRESH_TOKEN'],
      'an id of a session': ({ phone }) => [{ refreshToken: phone.sid }, 'INVALID_REFRESH_TOKEN'],
    },
    second: ['ok'],
    leaves: { 'session.refreshed': 1 },
  },
  logout: {
    by: 'anybody',
    input: ({ phone }) => ({ refreshToken: phone.refreshToken, scope: 'CURRENT' }),
    texts: { refreshToken: 'INVALID_REFRESH_TOKEN' },
    refused: {
      'no token at all': () => [{ refreshToken: null }, 'UNAUTHENTICATED TOKEN_MISSING'],
      'all sessions with a refresh token alone': () => [{ scope: 'ALL' }, 'UNAUTHENTICATED TOKEN_MISSING'],
      'the other sessions with a refresh token alone': () => [{ scope: 'OTHERS' }, 'UNAUTHENTICATED TOKEN_MISSING'],
      'an access token as refresh token': ({ ada }) => [{ refreshToken: ada.accessToken }, 'INVALID_REFRESH_TOKEN'],
    },
    second: ['ok'],
    leaves: { 'session.ended': 1 },
  },
  revokeSession: {
    by: 'user',
    input: ({ phone }) => ({ sessionId: phone.sid }),
    texts: { sessionId: 'NOT_FOUND' },
    refused: {
      ...wrongIds('sessionId'),
      'a session of somebody else': ({ eve }) => [{ sessionId: eve.sid }, 'NOT_FOUND'],
      'a session of an administrator': ({ root }) => [{ sessionId: root.sid }, 'NOT_FOUND'],
      'the id of a user': ({ ada }) => [{ sessionId: ada.id }, 'NOT_FOUND'],
    },
    second: ['ok'],
    leaves: { 'session.ended': 1 },
  },
  changePassword: {
    by: 'user',
    input: () => ({ currentPassword: PASSWORD, newPassword: NEW, keepOtherSessions: false }),
    texts: { currentPassword: 'INVALID_CREDENTIALS', newPassword: NEW_PASSWORD },
    refused: {
      'a wrong password': () => [{ currentPassword: NEW }, 'INVALID_CREDENTIALS'],
      'a password that everybody uses': () => [{ newPassword: 'qwertyuiop' }, 'PASSWORD_TOO_COMMON'],
      'the address as password': () => [{ newPassword: EMAIL }, 'PASSWORD_TOO_PERSONAL'],
      'both wrong': () => [{ currentPassword: 'wrong', newPassword: 'x' }, 'INVALID_CREDENTIALS'],
    },
    second: TOO_LATE,
    leaves: { 'user.password-changed': 1, 'session.access-tokens-revoked': 1, 'session.refreshed': 1, 'session.ended': 1 },
  },
  reauthenticate: {
    by: 'user',
    input: () => ({ password: PASSWORD }),
    texts: { password: 'INVALID_CREDENTIALS' },
    refused: { 'a wrong password': () => [{ password: NEW }, 'INVALID_CREDENTIALS'] },
    second: ['ok'],
    leaves: { 'reauthentication.done': 2 },
  },
  deleteMe: {
    by: 'user',
    input: () => ({ password: PASSWORD }),
    texts: { password: 'INVALID_CREDENTIALS' },
    refused: { 'a wrong password': () => [{ password: NEW }, 'INVALID_CREDENTIALS'] },
    second: TOO_LATE,
    leaves: { 'user.deleted': 1, 'session.ended': 2 },
  },
};
