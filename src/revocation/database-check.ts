/** REVOCATION_CHECK=database: each check asks the blacklist table and the state of the log; concurrent checks share a statement. */

import type { Database } from '../database/database.js';
import { coalesced } from '../lib/coalesced.js';
import { within } from '../lib/deadline.js';
import { LatchkeyError } from '../lib/errors.js';
import { type Finding, findWithState } from './blacklist.js';
import { type RevocableToken, type RevocationCheck, type RevocationVerdict, type Standing, verdictOn } from './revocation-check.js';
import type { Revocations } from './revocations.js';

/** Databases limit the number of values in a statement. */
const QUESTIONS_PER_STATEMENT = 1_000;

/** As long as a check waits for a lease. A logout goes on without its answer, and has to be answered in time itself. */
const CHECK_WITHIN_MS = 1_000;

interface Question {
  readonly token: RevocableToken;
  standing: Standing | null;
}

export class DatabaseCheck implements RevocationCheck {
  #waiting: Question[] = [];
  /** Begins after the call, and answers all questions that wait by then. */
  readonly #answerAll: () => Promise<void>;

  constructor(
    private readonly revocations: Revocations,
    private readonly database: Database,
  ) {
    this.#answerAll = coalesced(() => this.#answerNow(), 0);
  }

  /** Never answers from this process's memory: another node may have ended the generation, or pruned rows. */
  async ask(token: RevocableToken): Promise<RevocationVerdict> {
    const question: Question = { token, standing: null };
    this.#waiting.push(question);
    await this.#inTime(this.#answerAll);
    if (question.standing === null) throw new Error('a question was left without an answer');
    return verdictOn(token, question.standing);
  }

  /** Limits the statement too: the next one begins only when this one has ended. */
  #inTime<Answer>(answer: () => Promise<Answer>): Promise<Answer> {
    if (!this.database.isShared) return answer();
    return within(CHECK_WITHIN_MS, () => LatchkeyError.unavailable(new Error('the check took too long')), answer);
  }

  async #answerNow(): Promise<void> {
    const questions = this.#waiting;
    this.#waiting = [];
    if (!this.revocations.replica.isKnown) await this.revocations.recover();
    for (let begin = 0; begin < questions.length; begin += QUESTIONS_PER_STATEMENT) {
      await this.#answer(questions.slice(begin, begin + QUESTIONS_PER_STATEMENT));
    }
  }

  /** A log that is behind this process's memory has lost commits; this process writes them back first (R25). */
  async #find(ids: readonly string[]): Promise<Finding> {
    const find = () => this.#inTime(() => this.database.read((client) => findWithState(client, ids)));
    const known = this.revocations.replica.version;
    const finding = await find();
    if (finding.version >= known) return finding;
    await this.revocations.catchUp();
    return find();
  }

  async #answer(questions: readonly Question[]): Promise<void> {
    const ids = questions.flatMap(({ token }) => [token.sid, token.jti, token.kid]);
    const { listed, ...state } = await this.#find(ids);
    for (const question of questions) {
      const { sid, jti, kid } = question.token;
      const isTokenListed = listed.has(jti) || listed.has(kid);
      question.standing = { ...state, isSessionListed: listed.has(sid), isTokenListed };
    }
  }
}
