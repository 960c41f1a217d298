/** Ways to break the protocol in a real server: each changes lines of the build, and names the scenario that must expose it. */
import { fileURLToPath } from 'node:url';
import type { ViolationKind } from './history-checker.js';
import type { ScenarioName } from './scenarios.js';

export interface BrokenServer {
  readonly scenario: ScenarioName;
  /** What is broken: the nodes, or the service that verifies tokens. */
  readonly of?: 'service';
  readonly found: ViolationKind;
  /** Each text occurs exactly once in the built file. */
  readonly changes: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

export const BROKEN_SERVERS = {
  'a logout that does not wait for a silent node': {
    scenario: 'a node that is cut off',
    found: 'stale accept',
    changes: [
      {
        file: 'revocation/lease/logout-wait.js',
        from: "const isOver = wait.kind === 'waited' && now.monotonic - each.since >= wait.waitMs;",
        to: "const isOver = wait.kind === 'waited';",
      },
    ],
  },
  'a lease that does not run out': {
    scenario: 'a node that is stopped',
    found: 'stale accept',
    changes: [
      {
        file: 'revocation/lease/lease-state.js',
        from: 'return age >= 0 && age < termMs && wallAge >= 0 && wallAge < termMs;',
        to: 'return true;',
      },
    ],
  },
  'lease counted from receipt': {
    scenario: 'a database that is slow to answer',
    found: 'stale accept',
    changes: [{ file: 'revocation/lease/lease-refresh.js', from: 'lease: { from: sent.sentAt,', to: 'lease: { from: now,' }],
  },
  'refresh not conditional on membership': {
    scenario: 'a node that was given up and comes back',
    found: 'stale accept',
    changes: [{ file: 'revocation/lease/lease-statements.js', from: 'isMember: row.isMember === true,', to: 'isMember: true,' }],
  },
  'a repeated logout that answers at once': {
    scenario: 'a node that is cut off',
    found: 'stale accept',
    changes: [
      {
        file: 'revocation/revocations.js',
        from: 'const { result, delta } = await this.#inTime(() => this.#writeShort(revocation));',
        to: 'const { result, delta } = await this.#inTime(() => this.#writeShort(revocation)); if (delta.rows.length === 0) return { result, confirmation: ALONE };',
      },
    ],
  },
  'a member that is removed when it is first seen': {
    scenario: 'a node that is cut off',
    found: 'stale accept',
    changes: [{ file: 'revocation/lease/membership.js', from: 'if (isSilent && sentAt - before.since > longestWait)', to: 'if (true)' }],
  },
  'a reload that overwrites the set': {
    scenario: 'a node that is cut off',
    found: 'stale accept',
    changes: [
      {
        file: 'revocation/memory/replica.js',
        from: 'this.add(rows);\n        this.#version',
        to: 'if (rows.length > 0) this.#set = new RevocationSet();\n        this.add(rows);\n        this.#version',
      },
    ],
  },
  'the unknown told as revoked': {
    scenario: 'a node that is cut off',
    found: 'false revocation',
    changes: [
      {
        file: 'caller/token-of.js',
        from: 'throw LatchkeyError.unavailable(caller.failure);',
        to: "throw LatchkeyError.unauthenticated('TOKEN_REVOKED');",
      },
    ],
  },
  'a verifier whose lease does not run out': {
    scenario: 'a service that is stopped',
    of: 'service',
    found: 'stale accept',
    changes: [
      {
        file: 'revocation/lease/lease-state.js',
        from: 'return age >= 0 && age < termMs && wallAge >= 0 && wallAge < termMs;',
        to: 'return true;',
      },
    ],
  },
  'a verifier that does not check the nonce': {
    scenario: 'a feed whose answers are replayed',
    of: 'service',
    found: 'stale accept',
    changes: [{ file: 'verifier/feed-client.js', from: 'if (answer.nonce !== nonce)', to: 'if (false)' }],
  },
  'a verifier whose lease counts from receipt': {
    scenario: 'a feed that is slow to answer',
    of: 'service',
    found: 'stale accept',
    changes: [{ file: 'revocation/lease/lease-refresh.js', from: 'lease: { from: sent.sentAt,', to: 'lease: { from: now,' }],
  },
} satisfies Record<string, BrokenServer>;

export type BrokenServerName = keyof typeof BROKEN_SERVERS;

/** The commands that start the broken processes; all others are as they should be. */
export function commandsOf(name: BrokenServerName): { readonly node?: readonly string[]; readonly service?: readonly string[] } {
  const { of: kind, changes }: BrokenServer = BROKEN_SERVERS[name];
  const program = kind === 'service' ? './verifying-service.js' : '../../dist/main.js';
  const command = [process.execPath, fileURLToPath(new URL('broken-node.js', import.meta.url)), program, JSON.stringify(changes)];
  return kind === 'service' ? { service: command } : { node: command };
}
