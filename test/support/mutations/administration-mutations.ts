/** Examples of the mutations of administrators. */
import type { MutationExample, MutationExamples } from './mutation-example.js';
import { wrongIds } from './wrong-ids.js';

const wrongUsers: MutationExample['refused'] = {
  ...wrongIds('userId'),
  'the id of a session': ({ eve }) => [{ userId: eve.sid }, 'NOT_FOUND'],
};

const wrongReasons: MutationExample['refused'] = {
  'a reason of 501 characters': () => [{ reason: 'x'.repeat(501) }, 'REASON_INVALID'],
  'a reason of two lines': () => [{ reason: 'left\nuser.deleted' }, 'REASON_INVALID'],
};

const rows = (count: number, toRole: (index: number) => string) => ({ roles: Array.from({ length: count }, (_, index) => toRole(index)) });

export const ADMINISTRATION_MUTATIONS: MutationExamples = {
  setUserRoles: {
    by: 'administrator',
    input: ({ eve }) => ({ userId: eve.id, roles: ['EDITOR', 'EDITOR'] }),
    texts: { userId: 'NOT_FOUND', roles: 'ROLES_INVALID' },
    refused: {
      ...wrongUsers,
      '21 roles': () => [rows(21, (index) => `R${index}`), 'ROLES_INVALID'],
      '51 roles': () => [rows(51, (index) => `R${index}`), 'ROLES_INVALID'],
      'one role of many that is none': () => [{ roles: ['EDITOR', 'AUDITOR', 'editor'] }, 'ROLES_INVALID'],
      'a role of lower case': () => [{ roles: ['editor'] }, 'ROLES_INVALID'],
      'a role with a space': () => [{ roles: ['ADMIN '] }, 'ROLES_INVALID'],
      'a role with a line break': () => [{ roles: ['ADMIN\n'] }, 'ROLES_INVALID'],
      'a role that begins with a digit': () => [{ roles: ['1ST'] }, 'ROLES_INVALID'],
      'a role of letters that look alike': () => [{ roles: ['АDMIN'] }, 'ROLES_INVALID'],
      'a role of 65 characters': () => [{ roles: ['A'.repeat(65)] }, 'ROLES_INVALID'],
      'the last administrator': ({ root }) => [{ userId: root.id }, 'LAST_ADMINISTRATOR'],
    },
    second: ['ok'],
    leaves: { 'user.roles-changed': 1, 'session.access-tokens-revoked': 1 },
  },
  disableUser: {
    by: 'administrator',
    input: ({ eve }) => ({ userId: eve.id, reason: 'left' }),
    texts: { userId: 'NOT_FOUND', reason: 'REASON_INVALID' },
    refused: {
      ...wrongUsers,
      ...wrongReasons,
      'the last administrator': ({ root }) => [{ userId: root.id }, 'LAST_ADMINISTRATOR'],
    },
    second: ['ok'],
    leaves: { 'user.disabled': 1, 'session.ended': 1 },
  },
  enableUser: {
    by: 'administrator',
    input: ({ disabledId }) => ({ userId: disabledId, reason: 'is back' }),
    texts: { userId: 'NOT_FOUND', reason: 'REASON_INVALID' },
    refused: { ...wrongUsers, ...wrongReasons },
    second: ['ok'],
    leaves: { 'user.enabled': 1 },
  },
  revokeUserSessions: {
    by: 'administrator',
    input: ({ eve }) => ({ userId: eve.id, reason: 'lost phone' }),
    texts: { userId: 'NOT_FOUND', reason: 'REASON_INVALID' },
    refused: { ...wrongUsers, ...wrongReasons },
    second: ['ok'],
    leaves: { 'user.sessions-revoked': 2, 'session.ended': 1 },
  },
  requirePasswordReset: {
    by: 'administrator',
    input: ({ eve }) => ({ userId: eve.id, reason: 'it has leaked' }),
    texts: { userId: 'NOT_FOUND', reason: 'REASON_INVALID' },
    refused: { ...wrongUsers, ...wrongReasons },
    second: ['ok'],
    leaves: { 'user.password-reset-required': 2, 'session.ended': 1 },
  },
  createServiceCredential: {
    by: 'administrator',
    input: () => ({ name: 'orders', audience: 'orders' }),
    texts: { name: 'NAME_INVALID', audience: 'AUDIENCE_INVALID' },
    refused: {
      'a name of 201 characters': () => [{ name: 'x'.repeat(201) }, 'NAME_INVALID'],
      'an audience of 256 characters': () => [{ audience: 'x'.repeat(256) }, 'AUDIENCE_INVALID'],
      'an audience of two words': () => [{ audience: 'two words' }, 'AUDIENCE_INVALID'],
      'an audience of letters that look alike': () => [{ audience: 'оrders' }, 'AUDIENCE_INVALID'],
    },
    second: ['ok'],
    leaves: { 'service-credential.created': 2 },
  },
  revokeServiceCredential: {
    by: 'administrator',
    input: ({ serviceId }) => ({ id: serviceId }),
    texts: { id: 'NOT_FOUND' },
    refused: { ...wrongIds('id'), 'the id of a user': ({ eve }) => [{ id: eve.id }, 'NOT_FOUND'] },
    second: ['ok'],
    leaves: { 'service-credential.revoked': 1 },
  },
  revokeAllSessions: {
    by: 'administrator',
    input: () => ({ reason: 'a leak' }),
    texts: { reason: 'REASON_INVALID' },
    refused: wrongReasons,
    second: ['UNAUTHENTICATED TOKEN_REVOKED'],
    leaves: { 'sessions.all-ended': 1 },
  },
};
