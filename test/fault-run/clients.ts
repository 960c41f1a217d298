/** Clients of several nodes: each operation goes to one node, and into the history with whatever answer it gets. */
import { type GraphqlAnswer, PASSWORD } from '../support/app/requests.js';
import type { Covered, Operation, Outcome } from './history.js';
import type { FaultNode } from './nodes.js';
import type { FaultService } from './services.js';

export interface ClientSession {
  readonly sid: string;
  readonly user: string;
  readonly accessTokens: string[];
  refreshToken: string;
  /** False after a refresh whose answer was lost: using the token again would look like theft. */
  isRefreshable: boolean;
}

type Question = Pick<Operation, 'kind' | 'user' | 'sid' | 'accepts' | 'covered'>;

const TOKENS = 'accessToken refreshToken session { id } userErrors { code }';
const LOGIN = `mutation($email: String!, $password: String!) { login(input: { email: $email, password: $password }) { ${TOKENS} } }`;
const REGISTER = LOGIN.replace('login', 'register');
const REFRESH = `mutation($token: String) { refreshToken(input: { refreshToken: $token }) { ${TOKENS} } }`;
const LOGOUT = 'mutation($scope: LogoutScope!) { logout(input: { scope: $scope }) { loggedOutAt userErrors { code } } }';
const REVOKE = 'mutation($sid: ID!) { revokeSession(input: { sessionId: $sid }) { session { id } userErrors { code } } }';

/** FORBIDDEN shows that the node accepted the token of a user who is no administrator. A refused token gets UNAUTHENTICATED. */
const FOR_ADMINISTRATORS = '{ users(first: 1) { nodes { id } } }';

/** What a service answers with each status. */
const SERVICE_OUTCOMES: Readonly<Record<string, Outcome>> = { '200': 'done', '401 TOKEN_REVOKED': 'revoked', '503 unknown': 'unavailable' };

/** Codes that a client must be prepared for. */
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  '': 'done',
  FORBIDDEN: 'done',
  'UNAUTHENTICATED TOKEN_REVOKED': 'revoked',
  INVALID_REFRESH_TOKEN: 'revoked',
  AUTH_UNAVAILABLE: 'unavailable',
  RATE_LIMITED: 'rate-limited',
  LOGOUT_UNCONFIRMED: 'unconfirmed',
};

export class FaultClients {
  readonly history: Operation[] = [];
  /** From then on every operation counts as asked after the last restart. */
  isFinal = false;

  /** @param services take checks alone; their numbers follow those of the nodes */
  constructor(
    private readonly nodes: readonly FaultNode[],
    private readonly services: readonly FaultService[] = [],
  ) {}

  /** How many nodes and services can be asked about a token. */
  get checkers(): number {
    return this.nodes.length + this.services.length;
  }

  /** Opens another session of a user, or the first one. */
  async logIn(node: number, user: string, isNew: boolean): Promise<ClientSession | null> {
    const question: Question = { kind: 'login', user, sid: '', accepts: false, covered: null };
    const { operation, answer } = await this.#ask(node, question, isNew ? REGISTER : LOGIN, { email: user, password: PASSWORD });
    const payload = answer?.data?.[isNew ? 'register' : 'login'];
    if (operation.outcome !== 'done') return null;
    return { sid: operation.sid, user, accessTokens: [payload.accessToken], refreshToken: payload.refreshToken, isRefreshable: true };
  }

  /** Runs only the check: the answer needs no database, so it comes even while the database is away. */
  check(node: number, session: ClientSession, token = session.accessTokens.at(-1)): Promise<Outcome> {
    return this.#check(node, session, FOR_ADMINISTRATORS, token);
  }

  /** Runs the check and then reads the user from the database. */
  read(node: number, session: ClientSession): Promise<Outcome> {
    return this.#check(node, session, '{ me { id } }', session.accessTokens.at(-1));
  }

  async #check(node: number, { sid, user }: ClientSession, query: string, token?: string): Promise<Outcome> {
    const question: Question = { kind: 'check', user, sid, accepts: true, covered: null };
    const service = this.services[node - this.nodes.length];
    if (service !== undefined) return (await this.#askService(node, service, question, token)).outcome;
    return (await this.#ask(node, question, query, {}, token)).operation.outcome;
  }

  async #askService(node: number, service: FaultService, question: Question, token?: string): Promise<Operation> {
    const sentAt = performance.now();
    let outcome: Outcome;
    let told = '';
    try {
      const answer = await service.ask(token);
      told = `${answer.status} ${answer.told}`.trim();
      outcome = SERVICE_OUTCOMES[told] ?? (answer.status === 401 ? 'unauthenticated' : 'strange');
    } catch (error) {
      told = failureOf(error);
      outcome = told === 'ECONNREFUSED' ? 'not-sent' : 'no-answer';
    }
    const operation: Operation = { ...question, node, sentAt, answeredAt: performance.now(), outcome, told, isFinal: this.isFinal };
    this.history.push(operation);
    return operation;
  }

  async refresh(node: number, session: ClientSession): Promise<Outcome> {
    const { sid, user, refreshToken } = session;
    const question: Question = { kind: 'refresh', user, sid, accepts: true, covered: null };
    session.isRefreshable = false;
    const { operation, answer } = await this.#ask(node, question, REFRESH, { token: refreshToken });
    if (operation.outcome !== 'done') return operation.outcome;
    const payload = answer?.data?.refreshToken;
    session.accessTokens.push(payload.accessToken);
    session.refreshToken = payload.refreshToken;
    session.isRefreshable = true;
    return 'done';
  }

  async logOut(node: number, session: ClientSession, scope: 'CURRENT' | 'OTHERS' | 'ALL'): Promise<Outcome> {
    const { sid, user } = session;
    const covered: Covered = scope === 'CURRENT' ? { kind: 'session', sid } : { kind: 'user', user, but: scope === 'OTHERS' ? sid : null };
    const question: Question = { kind: 'logout', user, sid, accepts: scope !== 'CURRENT', covered };
    return (await this.#ask(node, question, LOGOUT, { scope }, session.accessTokens.at(-1))).operation.outcome;
  }

  async revoke(node: number, session: ClientSession, other: ClientSession): Promise<Outcome> {
    const { sid, user } = session;
    const question: Question = { kind: 'logout', user, sid, accepts: true, covered: { kind: 'session', sid: other.sid } };
    return (await this.#ask(node, question, REVOKE, { sid: other.sid }, session.accessTokens.at(-1))).operation.outcome;
  }

  async #ask(node: number, question: Question, query: string, variables: object, token?: string) {
    const sentAt = performance.now();
    let answer: GraphqlAnswer | null = null;
    let outcome: Outcome;
    let told = '';
    try {
      answer = await (this.nodes[node] as FaultNode).send(query, { variables, token });
      told = toldBy(answer);
      outcome = OUTCOMES[told] ?? (told.startsWith('UNAUTHENTICATED') ? 'unauthenticated' : 'strange');
    } catch (error) {
      told = failureOf(error);
      outcome = told === 'ECONNREFUSED' ? 'not-sent' : error instanceof SyntaxError ? 'strange' : 'no-answer';
    }
    const sid = question.kind === 'login' && outcome === 'done' ? openedBy(answer) : question.sid;
    const operation: Operation = { ...question, sid, node, sentAt, answeredAt: performance.now(), outcome, told, isFinal: this.isFinal };
    this.history.push(operation);
    return { operation, answer };
  }
}

function openedBy(answer: GraphqlAnswer | null): string {
  const [payload] = Object.values((answer?.data ?? {}) as Record<string, { session: { id: string } }>);
  return payload?.session.id ?? '';
}

/** The error in the answer; empty on success. */
function toldBy({ data, errors, text }: GraphqlAnswer): string {
  const { code, reason } = errors?.[0]?.extensions ?? {};
  if (code !== undefined) return [code, reason].filter(Boolean).join(' ');
  const [payload] = Object.values((data ?? {}) as Record<string, { userErrors?: { code: string }[] } | null>);
  if (!payload) return text;
  return (payload.userErrors ?? []).map((error) => error.code).join(' ');
}

function failureOf(error: unknown): string {
  const { code, cause, message } = error as { code?: string; cause?: { code?: string }; message?: string };
  return code ?? cause?.code ?? message ?? 'failed';
}
