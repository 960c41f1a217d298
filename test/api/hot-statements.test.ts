/**
 * The hot statements say the same as Prisma's model of the same tables. A migration that changes a column breaks these tests, or the types
 * of the statements, until the statements follow.
 */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Database, Transaction } from '../../src/database/database.js';
import { databaseCodeOf } from '../../src/database/failures.js';
import type { Insert, Statement } from '../../src/database/statement.js';
import { insertAuditEvents } from '../../src/features/audit/audit-statements.js';
import { endSessions, endSessionsAtOnce, findEndedBy, type NamedSessions } from '../../src/features/endings/ending-statements.js';
import { giveBack, readCounts, SPENT, spendAll, spendOne } from '../../src/features/limits/attempt-statements.js';
import { insertOutgoingMail } from '../../src/features/mail/mail-statements.js';
import { findLiveCredential } from '../../src/features/services/service-statements.js';
import {
  fenceIssuing,
  findSessionOfFamily,
  insertSession,
  readDevices,
  readEarlierSessions,
  rotateSession,
} from '../../src/features/sessions/session-statements.js';
import { makeKeyRow } from '../../src/features/tokens/signing-key-rows.js';
import { SigningKeys } from '../../src/features/tokens/signing-keys.js';
import { insertAccessToken, readIssuance, readSigners } from '../../src/features/tokens/token-statements.js';
import { findUser, findUsersByEmail, findUserWithSecrets, splitRoles } from '../../src/features/users/user-statements.js';
import { KEEP_AFTER_EXPIRY_MS } from '../../src/revocation/blacklist.js';
import { readForRenewal, renewRow } from '../../src/revocation/feed/renewal-statements.js';
import { insertBlacklisted, nextVersion, readLog } from '../../src/revocation/log-statements.js';
import { frozenClock } from '../support/app/clocks.js';
import { testWorld } from '../support/app/test-world.js';
import {
  accessToken,
  BARE_STATE,
  BIG,
  bareEvent,
  bareSession,
  bareUser,
  blacklisted,
  FULL_STATE,
  fullEvent,
  fullSession,
  fullUser,
  LATER,
  LATEST,
  LONG_AGO,
  NOON,
  ODD_TEXT,
  openEmpty,
  outgoingMail,
} from '../support/database/full-rows.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';

const HUNDRED = Array.from({ length: 100 }, (_, index) => `${index}`);
const BEFORE_NOON = new Date(NOON.getTime() - 1);

/** The answer of a statement in each of the three ways to run it, which must agree. */
async function ask<Row>(database: Database, wanted: Statement<Row>): Promise<Row[]> {
  const alone = await database.ask(wanted);
  expect(await database.hotTransaction((transaction) => transaction.run(wanted))).toEqual(alone);
  expect(await database.transaction((transaction) => database.runIn(transaction, wanted))).toEqual(alone);
  return alone;
}

/** Runs a statement that writes in a transaction of its own. */
const write = <Row>(database: Database, wanted: Statement<Row>) => database.hotTransaction((transaction) => transaction.run(wanted));

/** Runs inserts that do not depend on each other in both kinds of transactions, half of them in each. */
async function insertBothWays(database: Database, first: Insert, second: Insert): Promise<void> {
  await database.hotTransaction((transaction) => transaction.insertTogether([first]));
  await database.transaction((transaction) => database.insertIn(transaction, second));
}

const model = <Result>(database: Database, query: (client: Transaction) => Promise<Result>) => database.read(query);

async function addUsers(database: Database): Promise<void> {
  await database.transaction(async ({ user, userRole }) => {
    await user.createMany({ data: [fullUser('full'), bareUser('bare')] });
    await userRole.createMany({ data: ['WRITER', 'ADMIN'].map((role) => ({ userId: 'full', role })) });
  });
}

const addState = (database: Database, state: typeof FULL_STATE | typeof BARE_STATE = FULL_STATE) =>
  database.transaction((client) => client.revocationState.create({ data: state }));

async function addSessions(database: Database, ...sessions: ReturnType<typeof fullSession>[]): Promise<void> {
  await database.transaction((client) => client.session.createMany({ data: sessions }));
}

/** A user as the model reads it, with the roles as the statements give them. */
async function userOf(database: Database, id: string) {
  const row = await model(database, (client) => client.user.findUniqueOrThrow({ where: { id }, include: { roles: true } }));
  const { roles, ...columns } = row;
  return { columns, roles: roles.map(({ role }) => role).sort() };
}

const withRoles = <Row extends { roles: string | null }>(rows: readonly Row[]) =>
  rows.map(({ roles, ...columns }) => ({ columns, roles: splitRoles(roles) }));

const CASES: Readonly<Record<string, () => Promise<void>>> = {
  async findUser() {
    const database = await openEmpty();
    await addUsers(database);
    for (const id of ['full', 'bare']) {
      const { columns, roles } = await userOf(database, id);
      const { emailKey, searchKey, passwordHash, deadPasswordHash, credentialVersion, ...shown } = columns;
      expect(withRoles(await ask(database, findUser(id)))).toEqual([{ columns: shown, roles }]);
    }
    expect(await ask(database, findUser('nobody'))).toEqual([]);
  },

  async findLiveCredential() {
    const database = await openEmpty();
    const live = { id: 'live', name: ODD_TEXT, audience: 'orders', hash: 'hash of live', createdAt: NOON, revokedAt: null };
    const revoked = { ...live, id: 'revoked', hash: 'hash of revoked', revokedAt: LATER };
    await database.transaction((client) => client.serviceCredential.createMany({ data: [live, revoked] }));
    const row = await model(database, (client) => client.serviceCredential.findUniqueOrThrow({ where: { id: 'live' } }));
    expect(await ask(database, findLiveCredential('hash of live'))).toEqual([row]);
    for (const hash of ['hash of revoked', 'hash of nobody', '']) expect(await ask(database, findLiveCredential(hash))).toEqual([]);
  },

  /** On PostgreSQL a renewal is a statement of its own connections. */
  async readForRenewal() {
    if (onPostgresql) return;
    const database = await openEmpty();
    const version = 40;
    await database.transaction((client) => client.revocationState.create({ data: { ...FULL_STATE, version: BigInt(version) } }));
    const service = { id: 'live', name: ODD_TEXT, audience: 'orders', hash: 'hash of live', createdAt: NOON, revokedAt: null };
    const member = { kind: 'verifier', credentialId: 'live', renewals: 3, leaseMs: 70, acknowledged: 1, startedAt: NOON, seenAt: NOON };
    const other = { ...service, id: 'other', hash: 'hash of other' };
    await database.transaction(async (client) => {
      await client.serviceCredential.createMany({ data: [service, other] });
      await client.node.createMany({
        data: [
          { ...member, id: 'mine' },
          { ...member, id: 'theirs', credentialId: 'other' },
          { ...member, id: 'node', kind: 'node' },
        ],
      });
    });
    const read = (id: string, applied = 0, credentialHash = 'hash of live') =>
      ask(database, readForRenewal({ credentialHash, member: { id, renewal: 4 }, applied, leaseMs: 1, after: null }));
    const { generation, sessionsSince, prunedBefore, clusterId } = await model(database, (client) =>
      client.revocationState.findUniqueOrThrow({ where: { id: 1 } }),
    );
    const state = { version: BigInt(version), generation, sessionsSince, prunedBefore, clusterId, rows: '[]', keys: '[]' };
    expect(await read('mine')).toEqual([{ ...state, credentialId: 'live', recordedMs: 70 }]);
    expect(await read('mine', version)).toEqual([{ ...state, credentialId: 'live', recordedMs: 70 }]);
    for (const [id, applied] of [
      ['theirs', 0],
      ['node', 0],
      ['nobody', 0],
      ['mine', version + 1],
    ] as const)
      expect(await read(id, applied)).toEqual([{ ...state, credentialId: 'live', recordedMs: null }]);
    expect(await read('mine', 0, 'hash of nobody')).toEqual([{ ...state, credentialId: null, recordedMs: null }]);
  },

  async renewRow() {
    if (onPostgresql) return;
    const database = await openEmpty();
    const member = { kind: 'verifier', renewals: 3, leaseMs: 70, acknowledged: 5, startedAt: NOON, seenAt: NOON };
    await database.transaction((client) =>
      client.node.createMany({
        data: [
          { ...member, id: 'mine' },
          { ...member, id: 'node', kind: 'node' },
        ],
      }),
    );
    const renew = (id: string, renewal: number, applied: number) => write(database, renewRow({ id, renewal }, applied, LATER));
    expect(await renew('mine', 4, 4)).toEqual([{ renewed: 1 }]);
    expect(await renew('mine', 4, 9)).toEqual([]);
    expect(await renew('node', 9, 9)).toEqual([]);
    expect(await renew('mine', 5, 6)).toEqual([{ renewed: 1 }]);
    const rows = await model(database, (client) => client.node.findMany({ orderBy: { id: 'asc' } }));
    expect(rows).toMatchObject([
      { id: 'mine', renewals: 5, acknowledged: 6n, leaseMs: 70, seenAt: LATER },
      { id: 'node', renewals: 3, acknowledged: 5n },
    ]);
  },

  async findUserWithSecrets() {
    const database = await openEmpty();
    await addUsers(database);
    for (const id of ['full', 'bare']) {
      expect(withRoles(await ask(database, findUserWithSecrets(id)))).toEqual([await userOf(database, id)]);
    }
  },

  async findUsersByEmail() {
    const database = await openEmpty();
    await addUsers(database);
    expect(withRoles(await ask(database, findUsersByEmail(['bare-key'])))).toEqual([await userOf(database, 'bare')]);
    expect(await ask(database, findUsersByEmail(['bare-key\0', '\0bare-key', '']))).toEqual([]);
    const found = withRoles(await ask(database, findUsersByEmail([...HUNDRED, 'full-key', 'bare-key', ODD_TEXT])));
    const both = [await userOf(database, 'bare'), await userOf(database, 'full')];
    expect(found.sort((a, b) => (a.columns.id < b.columns.id ? -1 : 1))).toEqual(both);
  },

  async insertSession() {
    const database = await openEmpty();
    await addUsers(database);
    const rows = [fullSession('full', 'full'), bareSession('bare', 'bare'), bareSession('third', 'full'), fullSession('fourth', 'bare')];
    const [first, second, third, fourth] = rows.map(insertSession) as [Insert, Insert, Insert, Insert];
    await insertBothWays(database, first, second);
    await insertBothWays(database, third, fourth);
    for (const row of rows) expect(await model(database, ({ session }) => session.findUnique({ where: { id: row.id } }))).toEqual(row);
  },

  async findSessionOfFamily() {
    const database = await openEmpty();
    await addUsers(database);
    await addState(database);
    await addSessions(database, fullSession('one', 'full'), bareSession('two', 'bare'));
    for (const id of ['one', 'two']) {
      const session = await model(database, (client) => client.session.findUniqueOrThrow({ where: { id } }));
      const { columns, roles } = await userOf(database, session.userId);
      const { sessionsSince, allEndedAt } = await model(database, (client) =>
        client.revocationState.findUniqueOrThrow({ where: { id: 1 } }),
      );
      const belongings = { credentialVersion: columns.credentialVersion, sessionsSince, allEndedAt };
      const found = withRoles(await ask(database, findSessionOfFamily(session.refreshFamilyHash)));
      expect(found).toEqual([{ columns: { ...session, ...belongings }, roles }]);
    }
    expect(await ask(database, findSessionOfFamily('no family'))).toEqual([]);
  },

  async fenceIssuing() {
    const database = await openEmpty();
    await addUsers(database);
    await addState(database);
    const bare = { id: 'bare', credentialVersion: 2_147_483_647 };
    const issuance = await database.ask(readIssuance('ES256'));
    const lastLoginAt = async () => (await userOf(database, 'bare')).columns.lastLoginAt;
    expect(await write(database, fenceIssuing(bare, null, 'ES256'))).toEqual(issuance);
    expect(await lastLoginAt()).toBe(null);
    expect(await write(database, fenceIssuing(bare, LATEST, 'ES256'))).toEqual(issuance);
    expect(await write(database, fenceIssuing(bare, null, 'ES256'))).toEqual(issuance);
    expect(await lastLoginAt()).toEqual(LATEST);
    // Other credentials, a disabled user, and no user.
    for (const user of [
      { ...bare, credentialVersion: 1 },
      { ...bare, id: 'full' },
      { ...bare, id: 'nobody' },
    ]) {
      expect(await write(database, fenceIssuing(user, NOON, 'ES256'))).toEqual([]);
    }
    expect(await lastLoginAt()).toEqual(LATEST);
    expect((await userOf(database, 'full')).columns).toEqual(fullUser('full'));
  },

  async readEarlierSessions() {
    const database = await openEmpty();
    await addUsers(database);
    const issuance = { signers: null, generation: 8, sessionsSince: 7 };
    const read = async (userId: string, userAgent: string | null, most = 100) =>
      (await ask(database, readEarlierSessions(userId, userAgent, issuance, most)))[0];
    expect(await read('full', null)).toEqual({ isKnownDevice: false, live: 0 });
    // Ended, of an older generation, live.
    await addSessions(
      database,
      fullSession('ended', 'full'),
      { ...bareSession('old', 'full'), generation: 6 },
      bareSession('live', 'full'),
    );
    await addSessions(database, ...['a', 'b', 'c'].map((id) => ({ ...bareSession(id, 'bare'), userAgent: 'x' })));
    expect(await read('full', null)).toEqual({ isKnownDevice: true, live: 1 });
    expect(await read('full', ODD_TEXT)).toEqual({ isKnownDevice: true, live: 1 });
    expect(await read('full', 'x')).toEqual({ isKnownDevice: false, live: 1 });
    expect(await read('bare', 'x')).toEqual({ isKnownDevice: true, live: 3 });
    expect(await read('bare', null, 1)).toEqual({ isKnownDevice: false, live: 2 });
  },

  async readDevices() {
    const database = await openEmpty();
    await addUsers(database);
    const devices = [LONG_AGO, NOON, LATER].map((createdAt, index) => ({
      ...bareSession(`${index}`, 'bare'),
      createdAt,
      userAgent: `${index}`,
    }));
    await addSessions(database, ...devices, { ...bareSession('newest', 'bare'), createdAt: LATEST }, fullSession('other', 'full'));
    const read = (most: number) => ask(database, readDevices('bare', most));
    const newest = (take: number) =>
      model(database, ({ session }) =>
        session.findMany({ where: { userId: 'bare' }, orderBy: { createdAt: 'desc' }, select: { userAgent: true }, take }),
      );
    for (const most of [1, 3, 100]) expect(await read(most)).toEqual(await newest(most));
  },

  async rotateSession() {
    const database = await openEmpty();
    await addUsers(database);
    const live = bareSession('live', 'bare');
    const dead = [
      { ...bareSession('ended', 'bare'), endedAt: NOON },
      { ...bareSession('old', 'bare'), generation: 6 },
      { ...bareSession('idle', 'bare'), idleExpiresAt: NOON },
    ];
    await addSessions(database, live, ...dead);
    const issuance = { signers: null, generation: 8, sessionsSince: 7 };
    const rotation = {
      lastUsedAt: LATER,
      idleExpiresAt: NOON,
      refreshTokenHash: 'the next',
      previousRefreshTokenHash: live.refreshTokenHash,
      rotatedAt: LATEST,
      sealedSuccessor: ODD_TEXT,
      accessTokensExpireAt: LONG_AGO,
    };
    const stored = (id: string) => model(database, ({ session }) => session.findUnique({ where: { id } }));
    for (const session of [...dead, { ...live, refreshTokenHash: 'of another' }, { ...live, id: 'nobody' }]) {
      expect(await write(database, rotateSession(session, rotation, issuance, NOON))).toEqual([]);
    }
    for (const session of [live, ...dead]) expect(await stored(session.id)).toEqual(session);
    expect(await write(database, rotateSession(live, rotation, issuance, NOON))).toEqual([{ ...live, ...rotation }]);
    expect(await stored('live')).toEqual({ ...live, ...rotation });
  },

  async insertAccessToken() {
    const database = await openEmpty();
    await addUsers(database);
    await addSessions(database, bareSession('sid', 'bare'));
    await insertBothWays(database, insertAccessToken(accessToken('one', 'sid')), insertAccessToken(accessToken('two', 'sid')));
    const stored = await model(database, (client) => client.accessToken.findMany({ orderBy: { jti: 'asc' } }));
    expect(stored).toEqual(['one', 'two'].map((jti) => accessToken(jti, 'sid')));
  },

  async insertAuditEvents() {
    const database = await openEmpty();
    const many = HUNDRED.map((id, index) => (index % 2 === 0 ? fullEvent(`a${id}`) : bareEvent(`b${id}`)));
    await insertBothWays(database, insertAuditEvents([fullEvent('full')]), insertAuditEvents([bareEvent('bare')]));
    await insertBothWays(database, insertAuditEvents(many), insertAuditEvents(many.map((row) => ({ ...row, id: `${row.id} again` }))));
    const stored = await model(database, (client) => client.auditEvent.findMany());
    const byId = new Map(stored.map((row) => [row.id, row]));
    expect(byId.size).toBe(202);
    for (const row of [fullEvent('full'), bareEvent('bare'), ...many]) expect(byId.get(row.id)).toEqual(row);
    for (const row of many) expect(byId.get(`${row.id} again`)).toEqual({ ...row, id: `${row.id} again` });
  },

  async insertOutgoingMail() {
    const database = await openEmpty();
    await insertBothWays(database, insertOutgoingMail(outgoingMail('one')), insertOutgoingMail(outgoingMail('two')));
    const stored = await model(database, (client) => client.outgoingMail.findMany({ orderBy: { id: 'asc' } }));
    expect(stored).toEqual([outgoingMail('one'), outgoingMail('two')]);
  },

  async insertBlacklisted() {
    const database = await openEmpty();
    const many = HUNDRED.map((id) => blacklisted(id));
    await insertBothWays(database, insertBlacklisted(many), insertBlacklisted([{ ...blacklisted('one'), userId: null }]));
    const stored = await model(database, (client) => client.blacklistedToken.findMany());
    const byId = new Map(stored.map((row) => [row.id, row]));
    expect(byId.size).toBe(101);
    for (const row of many) expect(byId.get(row.id)).toEqual(row);
    expect(byId.get('one')).toEqual({ ...blacklisted('one'), userId: null });
  },

  async nextVersion() {
    for (const state of [FULL_STATE, BARE_STATE]) {
      const database = await openEmpty();
      await addState(database, state);
      const next = { ...state, version: state.version + 1n };
      expect(await write(database, nextVersion())).toEqual([next]);
      expect(await model(database, (client) => client.revocationState.findMany())).toEqual([next]);
    }
  },

  async readLog() {
    for (const state of [FULL_STATE, BARE_STATE]) {
      const database = await openEmpty();
      const rows = [1n, 2n, 3n, BIG].map((version) => ({ ...blacklisted(`${ODD_TEXT} ${version}`, version), revokedUntil: LATEST }));
      await addState(database, state);
      expect(await ask(database, readLog(0, database.dialect))).toEqual([{ ...state, rows: onPostgresql ? null : '[]' }]);
      await database.transaction((client) => client.blacklistedToken.createMany({ data: rows }));
      for (const since of [0, 2, Number(BIG) - 2]) {
        const [{ rows: text, ...stored } = { rows: null }] = await ask(database, readLog(since, database.dialect));
        expect(stored).toEqual(state);
        const pairs = (JSON.parse(text ?? '[]') as [string, string][]).map(([id, until]) => ({
          id,
          revokedUntil: until.slice(0, 23).replace('T', ' '),
        }));
        const later = await model(database, (client) =>
          client.blacklistedToken.findMany({ where: { version: { gt: since } }, select: { id: true, revokedUntil: true } }),
        );
        const expected = later.map(({ id, revokedUntil }) => ({
          id,
          revokedUntil: revokedUntil.toISOString().slice(0, 23).replace('T', ' '),
        }));
        expect(pairs).toEqual(expect.arrayContaining(expected));
        expect(pairs).toHaveLength(later.length);
      }
    }
  },

  async readCounts() {
    const database = await openEmpty();
    const rows = [
      { key: ODD_TEXT, points: 2_147_483_647, expire: LATEST },
      { key: 'open', points: 0, expire: LATER },
      { key: 'passed', points: 3, expire: NOON },
      { key: 'never', points: 3, expire: null },
    ];
    await database.transaction((client) => client.attemptCount.createMany({ data: rows }));
    const read = async (keys: string[]) => (await ask(database, readCounts(keys, NOON))).sort((a, b) => (a.key < b.key ? -1 : 1));
    const open = (keys: string[]) =>
      model(database, (client) => client.attemptCount.findMany({ where: { key: { in: keys }, expire: { gt: NOON } } }));
    for (const keys of [['open'], ['passed'], ['never'], [...HUNDRED, ...rows.map(({ key }) => key)]]) {
      expect(await read(keys)).toEqual((await open(keys)).sort((a, b) => (a.key < b.key ? -1 : 1)));
    }
    expect(await read([...HUNDRED, ODD_TEXT, 'open'])).toHaveLength(2);
  },

  async spendOne() {
    const database = await openEmpty();
    const spend = (end: Date, now: Date) => write(database, spendOne({ key: ODD_TEXT, end, most: 2 }, now));
    const stored = () => model(database, (client) => client.attemptCount.findMany());
    const count = (points: number, expire: Date) => [{ key: ODD_TEXT, points, expire }];
    for (const points of [1, 2]) {
      expect(await spend(points === 1 ? LATER : LATEST, NOON)).toEqual(count(points, LATER));
      expect(await stored()).toEqual(count(points, LATER));
    }
    expect(await spend(LATEST, NOON)).toEqual([]);
    expect(await stored()).toEqual(count(2, LATER));
    // The window ends at the instant itself.
    expect(await spend(LATEST, LATER)).toEqual(count(1, LATEST));
    expect(await stored()).toEqual(count(1, LATEST));
  },

  async spendAll() {
    const database = await openEmpty();
    const spend = async (keys: readonly string[], most = 2, now = NOON, end = LATER) => {
      const wanted = spendAll(
        keys.map((key) => ({ key, end, most: key === 'narrow' ? 1 : most })),
        now,
        database.dialect,
      );
      const rows = await database.writeLazily(wanted).catch((error: unknown) => {
        expect(databaseCodeOf(error)).toBe(SPENT);
        return [];
      });
      return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
    };
    const stored = () => model(database, (client) => client.attemptCount.findMany({ orderBy: { key: 'asc' } }));
    const all = ['wide', ODD_TEXT];
    expect((await spend(all)).map(({ key, points, expire }) => [key, points, expire])).toEqual(
      [ODD_TEXT, 'wide'].map((key) => [key, 1, LATER]),
    );
    expect(await spend(['narrow'])).toEqual([{ key: 'narrow', points: 1, expire: LATER }]);
    const before = await stored();
    // The last of the keys, in the order of their rows or not, is used up: none of the others is counted.
    for (const keys of [
      ['wide', 'narrow'],
      ['narrow', 'wide'],
      ['new', 'narrow', ODD_TEXT],
    ])
      expect(await spend(keys)).toEqual([]);
    expect(await stored()).toEqual(before);
    expect(await spend([...all, 'narrow'], 2, LATER, LATEST)).toEqual(before.map((row) => ({ ...row, points: 1, expire: LATEST })));
    expect(await spend(HUNDRED)).toHaveLength(100);
    expect((await spend(HUNDRED)).map(({ points }) => points)).toEqual(Array(100).fill(2));
    expect(await spend(HUNDRED)).toEqual([]);
  },

  async giveBack() {
    const database = await openEmpty();
    const rows = [
      { key: 'begun', points: 1, expire: LATEST },
      { key: 'counted', points: 3, expire: LATEST },
      { key: 'passed', points: 3, expire: NOON },
      { key: 'untouched', points: 2, expire: LATEST },
    ];
    await database.transaction((client) => client.attemptCount.createMany({ data: rows }));
    const spent = ['begun', 'counted', 'passed', 'gone'].map((key) => ({ key }));
    const expected = [
      { key: 'begun', points: 0, expire: NOON },
      { key: 'counted', points: 2, expire: LATEST },
      { key: 'gone', points: 0, expire: NOON },
      { key: 'passed', points: 0, expire: NOON },
      { key: ODD_TEXT, points: 0, expire: LATER },
      { key: 'untouched', points: 2, expire: LATEST },
    ];
    await database.hotTransaction((transaction) => transaction.insertTogether([giveBack(spent, { key: ODD_TEXT, end: LATER }, NOON)]));
    const stored = async () => new Map((await model(database, (client) => client.attemptCount.findMany())).map((row) => [row.key, row]));
    expect(await stored()).toEqual(new Map(expected.map((row) => [row.key, row])));
    await database.writeLazily(giveBack([], { key: ODD_TEXT, end: LATEST }, NOON));
    expect((await stored()).get(ODD_TEXT)?.expire).toEqual(LATEST);
    expect(
      await database.writeLazily(
        giveBack(
          HUNDRED.map((key) => ({ key })),
          null,
          BEFORE_NOON,
        ),
      ),
    ).toHaveLength(100);
  },

  async endSessions() {
    const database = await openEmpty();
    const { named, ended, stored } = await addNamed(database);
    const rows = await write(database, endSessions(named));
    expect(rows.sort(byId)).toEqual(ended);
    expect(await stored()).toEqual(ended.map(() => ({ endedAt: LATER, endedReason: 'LOGOUT' })));
    expect(await write(database, endSessions(named))).toEqual([]);
    expect(await model(database, ({ session }) => session.findUnique({ where: { id: 'other' } }))).toEqual(bareSession('other', 'bare'));
  },

  async endSessionsAtOnce() {
    const database = await openEmpty();
    if (!onPostgresql) return;
    const { named, ended, stored } = await addNamed(database);
    const rows = await database.write(endSessionsAtOnce(named));
    const state = { ...FULL_STATE, version: BIG + 1n };
    const { id: _, ...columnsOfState } = state;
    const until = (row: { accessTokensExpireAt: Date }) => new Date(row.accessTokensExpireAt.getTime() + KEEP_AFTER_EXPIRY_MS);
    const expected = ended.map((row) => ({ ...row, ...columnsOfState, kept: 1 }));
    expect(rows.sort(byId)).toEqual(expected);
    expect(await stored()).toEqual(ended.map(() => ({ endedAt: LATER, endedReason: 'LOGOUT' })));
    expect(await model(database, (client) => client.revocationState.findMany())).toEqual([state]);
    const listed = await model(database, (client) => client.blacklistedToken.findMany({ orderBy: { id: 'asc' } }));
    expect(listed.sort(byId)).toEqual(
      ended.map((row) => ({
        id: row.id,
        kind: 'sid',
        userId: row.userId,
        reason: 'LOGOUT',
        revokedAt: LATER,
        revokedUntil: until(row),
        version: BIG + 1n,
      })),
    );
    const told = await model(database, (client) => client.auditEvent.findMany());
    const events = named.events.filter(({ sessionId }) => ended.some(({ id }) => id === sessionId));
    expect(told.sort(byId)).toEqual(events.map((event) => ({ ...event, userId: 'bare', at: LATER, reason: 'LOGOUT' })).sort(byId));
    expect(await database.write(endSessionsAtOnce(named))).toEqual([]);
    expect(await model(database, (client) => client.revocationState.findMany())).toEqual([state]);
  },

  async findEndedBy() {
    const database = await openEmpty();
    const { named, ended } = await addNamed(database);
    const events = named.events.map((event) => ({ ...event, userId: 'bare' }));
    const find = async (ids: string[]) => (await ask(database, findEndedBy(ids))).sort(byId);
    expect(await find(events.map(({ id }) => id))).toEqual([]);
    await database.hotTransaction((transaction) => transaction.insertTogether([insertAuditEvents(events.slice(0, 2))]));
    const [first, second] = named.events;
    const expected = await model(database, ({ session }) =>
      session.findMany({
        where: { id: { in: [first?.sessionId ?? '', second?.sessionId ?? ''] } },
        select: { id: true, userId: true, accessTokensExpireAt: true, idleExpiresAt: true },
      }),
    );
    expect(await find(events.map(({ id }) => id))).toEqual(expected.sort(byId));
    expect(await find([first?.id ?? ''])).toEqual(expected.filter(({ id }) => id === first?.sessionId));
    expect(ended.length).toBeGreaterThan(100);
  },

  async readIssuance() {
    const database = await openEmpty();
    const clock = frozenClock();
    const world = testWorld({ clock });
    const keys = new SigningKeys(world, { database } as unknown as ConstructorParameters<typeof SigningKeys>[1]);
    const at = (seconds: number) => new Date(clock.now() + seconds * 1000);
    const makeKey = async (alg: 'ES256' | 'RS256', activeAt: Date, retiredAt: Date | null) => ({
      ...(await makeKeyRow({ ...world.config, signingAlgorithm: alg }, activeAt, at(0), world.randomness)),
      retiredAt,
    });
    const made = [
      await makeKey('ES256', at(-100), null),
      await makeKey('ES256', at(-50), at(-1)),
      await makeKey('RS256', at(-20), null),
      await makeKey('ES256', at(-60.001), null),
      await makeKey('ES256', at(60), null),
      await makeKey('ES256', at(60), null),
      await makeKey('ES256', at(120), at(0)),
    ];
    await addState(database);
    expect(await ask(database, readIssuance('ES256'))).toEqual([{ signers: null, generation: 8, sessionsSince: 7 }]);
    await database.transaction((client) => client.signingKey.createMany({ data: made }));
    const signers = readSigners((await ask(database, readIssuance('ES256')))[0]?.signers ?? null);
    const stored = await model(database, ({ signingKey }) =>
      signingKey.findMany({ where: { alg: 'ES256', retiredAt: null }, select: { kid: true, activeAt: true } }),
    );
    const byKid = (a: { kid: string }, b: { kid: string }) => (a.kid < b.kid ? -1 : 1);
    expect(signers.sort(byKid)).toEqual(stored.sort(byKid));
    for (const seconds of [0, 59.999, 0.001, 60, -1_000]) {
      clock.advance(seconds);
      await keys.load();
      expect(made.map(({ kid }) => keys.signs(kid, signers))).toEqual(made.map(({ kid }) => kid === keys.current.kid));
    }
    expect(readSigners(null)).toEqual([]);
    expect(await ask(database, readIssuance('RS256'))).toMatchObject([{ signers: expect.stringContaining(made[2]?.kid ?? '') }]);
  },
};

const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);

/** A hundred and one live sessions and some that can't be ended, all of them named, and one that is not. */
async function addNamed(database: Database) {
  await addUsers(database);
  await addState(database);
  const live = [...HUNDRED, ODD_TEXT].map((id, index) => ({
    ...bareSession(id, 'bare'),
    accessTokensExpireAt: [NOON, LATER, LATEST, LONG_AGO][index % 4] ?? NOON,
    idleExpiresAt: LATEST,
  }));
  const others = [fullSession('ended', 'full'), { ...bareSession('old', 'full'), generation: 6 }];
  await addSessions(database, ...live, ...others, bareSession('other', 'bare'));
  const events = [...live, ...others].map(({ id }, index) => ({
    ...(index % 2 === 0 ? fullEvent(`event ${id}`) : bareEvent(`event ${id}`)),
    kind: 'session.ended' as const,
    sessionId: id,
  }));
  const named: NamedSessions = { events, endedAt: LATER, reason: 'LOGOUT' };
  const ended = live.map(({ id, userId, accessTokensExpireAt, idleExpiresAt }) => ({ id, userId, accessTokensExpireAt, idleExpiresAt }));
  const stored = () =>
    model(database, ({ session }) =>
      session.findMany({ where: { id: { in: live.map(({ id }) => id) } }, select: { endedAt: true, endedReason: true } }),
    );
  return { named, ended: ended.sort(byId), stored };
}

/** Parts of the statements above: columns, pieces of SQL, and readers of what they return. */
const PARTS = ['AUDIT_EVENT', 'ISSUANCE', 'STATE', 'SPENT', 'issuance', 'readSigners', 'rolesOf', 'splitRoles'];

test.each(Object.keys(CASES))('%s agrees with the model of its tables', (name) => CASES[name]?.());

test('every statement is held against the model', async () => {
  // The statements of the lease have connections of their own.
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /^(?!.*lease).*-statements\.ts$/.test(file));
  const exported = await Promise.all(files.map(async (file) => Object.keys(await import(/* @vite-ignore */ `../../src/${file}`))));
  expect(exported.flat().sort()).toEqual([...Object.keys(CASES), ...PARTS].sort());
});
