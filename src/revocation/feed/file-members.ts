/** The members in a database that one process owns: verifiers only, because the process itself needs no lease (decision 0033). */
import type { Database } from '../../database/database.js';
import type { MemberStatements } from '../lease/lease-requests.js';
import type { ListedNode } from '../lease/lease-statements.js';

const NEVER = 'a process that owns its database has no lease';

export class FileMembers implements MemberStatements {
  /** Without members a logout costs no statement. Until they are read once, there may be some. */
  #mayExist = true;
  #registrations = 0;

  constructor(private readonly database: Database) {}

  get mayExist(): boolean {
    return this.#mayExist;
  }

  async load(): Promise<void> {
    await this.readMembers();
  }

  /** Call it before the row of a new member is written, so that a logout that is committed later reads it. */
  expect(): void {
    this.#registrations += 1;
    this.#mayExist = true;
  }

  /** Only a read that began after the last registration, and shows no member, proves that there is none. */
  async readMembers(): Promise<ListedNode[]> {
    if (!this.#mayExist) return [];
    const before = this.#registrations;
    const rows = await this.database.read((client) => client.node.findMany({ orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] }));
    if (rows.length === 0 && before === this.#registrations) this.#mayExist = false;
    return rows.map(({ id, kind, acknowledged, renewals, leaseMs, startedAt, seenAt }) => ({
      memberId: id,
      kind: kind === 'verifier' ? 'verifier' : 'node',
      acknowledged: Number(acknowledged),
      renewals,
      leaseMs,
      startedAt,
      seenAt,
    }));
  }

  async removeMember(id: string, renewals: number): Promise<boolean> {
    return (await this.database.transaction((transaction) => transaction.node.deleteMany({ where: { id, renewals } }))).count > 0;
  }

  register(): Promise<never> {
    return Promise.reject(new Error(NEVER));
  }

  refresh(): Promise<never> {
    return Promise.reject(new Error(NEVER));
  }

  leave(): Promise<never> {
    return Promise.reject(new Error(NEVER));
  }
}
