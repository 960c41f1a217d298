/** Processes that share a blacklist, each of the built library. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { BlacklistOptions, BlacklistStatus, Confirmation, TokenIds } from '../../../src/blacklist/open.js';
import { REPOSITORY } from '../process/built-server.js';

const PROGRAM = join(REPOSITORY, 'test/support/blacklist/member.js');

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
  readonly message?: string;
}

/** What the process has thrown. */
export class MemberFailure extends Error {
  constructor(
    readonly failure: string,
    message: string,
  ) {
    super(message);
  }
}

export class Member {
  #last = 0;
  readonly #waiting = new Map<number, (answer: Answer) => void>();

  private constructor(readonly child: ChildProcess) {
    if (child.stdout === null) throw new Error('a member has a standard output');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    child.stdin?.on('error', () => undefined);
    child.once('exit', () => {
      for (const [id, answer] of this.#waiting) answer({ id, error: 'Killed', message: 'the process has ended' });
    });
  }

  /** Resolves when the process has opened the blacklist. */
  static async start(options: BlacklistOptions): Promise<Member> {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const member = new Member(child);
    onTestFinished(() => member.kill());
    await member.#answer(0);
    return member;
  }

  /** On a busy machine a check may find no lease in time; then it is asked again. */
  isRevoked(token: TokenIds): Promise<boolean> {
    return untilAnswered(() => this.ask('isRevoked', token));
  }

  isSynchronous(token: TokenIds): Promise<boolean> {
    return this.ask('isSynchronous', token);
  }

  /** Safe to send again, as the library says. */
  revoke(ids: TokenIds): Promise<Confirmation> {
    return untilAnswered(() => this.ask('revoke', ids));
  }

  status(): Promise<BlacklistStatus> {
    return this.ask('status');
  }

  /** @throws MemberFailure */
  async ask<Result>(method: string, argument?: unknown): Promise<Result> {
    this.#last += 1;
    const id = this.#last;
    const json = argument === undefined ? '' : JSON.stringify(argument);
    const answered = this.#answer(id);
    this.child.stdin?.write(`${id} ${method} ${json}\n`);
    return (await answered) as Result;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    if (!this.isAlive) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  #answer(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.isAlive) return reject(new MemberFailure('Killed', 'the process has ended'));
      this.#waiting.set(id, ({ result, error, message = '' }) =>
        error === undefined ? resolve(result) : reject(new MemberFailure(error, message)),
      );
    });
  }
}

async function untilAnswered<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const { failure } = error as MemberFailure;
      if (failure !== 'BlacklistUnavailable' && failure !== 'RevocationUnconfirmed') throw error;
    }
  }
}

export function startMembers(databaseUrl: string, count = 3, options: Partial<BlacklistOptions> = {}): Promise<Member[]> {
  return Promise.all(Array.from({ length: count }, () => Member.start({ databaseUrl, ...options })));
}
