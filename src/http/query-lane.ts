/**
 * The short way of a query that has come before: the same door, the same guards, the same answer, byte for byte, without the pipeline of
 * Apollo Server. Whatever is new, wrong or no query goes through the pipeline, and with a plugin that follows requests everything does.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../caller/caller.js';
import type { ExecutePrepared, FieldError, QueryResult, Variables } from '../caller/prepared-query.js';
import type { ReportFailures } from './failure-log.js';
import type { ContextOf } from './incoming-request.js';

/** What the GraphQL side has to offer for it. */
export interface LaneParts {
  /** @returns null if the pipeline must answer */
  find(query: string, operationName: string | null | undefined): ExecutePrepared | null;
  /** An error as a client gets to see it. */
  format(error: FieldError): object;
  readonly contextOf: ContextOf;
  readonly report: ReportFailures;
}

export interface PipelineAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly text: string;
}

export interface QueryLane {
  /** @returns whether it has answered; if it has not, nothing has happened, and the pipeline must */
  take(request: FastifyRequest, reply: FastifyReply): boolean | Promise<boolean>;
  /** What the pipeline has answered: how it speaks to a client that accepts such a thing is learnt from it. */
  learn(request: FastifyRequest, answer: PipelineAnswer): void;
}

/** Clients have few ways to say what they accept. */
const MOST_LEARNT = 100;
const LONGEST_LEARNT = 200;

interface Body {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

export function createQueryLane(parts: LaneParts): QueryLane {
  const contentTypes = new Map<string, string>();

  const send = (reply: FastifyReply, { data, errors }: QueryResult, contentType: string, requestId: string): void => {
    reply.header('content-type', contentType);
    // Answers carry tokens: no cache may keep one, whatever an error or a hook of an application says.
    if (errors === undefined) {
      reply.header('cache-control', 'no-store').send(`{"data":${JSON.stringify(data)}}\n`);
      return;
    }
    parts.report(errors, requestId);
    for (const { extensions } of errors) applyHead(reply, extensions?.http);
    reply.header('cache-control', 'no-store').send(`${JSON.stringify({ errors: errors.map(parts.format), data })}\n`);
  };

  return {
    take(request, reply) {
      const contentType = request.method === 'POST' ? contentTypes.get(request.headers.accept ?? '') : undefined;
      const asked = contentType === undefined ? null : askedIn(request.body);
      const run = asked && parts.find(asked.query, asked.operationName);
      if (contentType === undefined || asked === null || run === null) return false;
      const finish = (result: QueryResult | null, { requestId }: RequestContext) => {
        if (result !== null) send(reply, result, contentType, requestId);
        return result !== null;
      };
      const context = parts.contextOf(request, reply);
      if (context instanceof Promise) return context.then(async (built) => finish(await run(built, asked.variables), built));
      const outcome = run(context, asked.variables);
      return outcome instanceof Promise ? outcome.then((result) => finish(result, context)) : finish(outcome, context);
    },
    learn({ method, headers: { accept = '' } }, { status, contentType, text }) {
      // An error may have chosen a type of its own.
      const isPlain = method === 'POST' && status === 200 && text.startsWith('{"data":');
      if (!isPlain || contentType === undefined || accept.length > LONGEST_LEARNT || contentTypes.has(accept)) return;
      // Who makes up a hundred ways does not keep the others on the long way for ever.
      const [oldest] = contentTypes.keys();
      if (oldest !== undefined && contentTypes.size >= MOST_LEARNT) contentTypes.delete(oldest);
      contentTypes.set(accept, contentType);
    },
  };
}

/** GraphQL over HTTP, section 5.3; null for everything that the pipeline has to look at. */
function askedIn(body: unknown): { query: string; operationName: string | null | undefined; variables: Variables } | null {
  const { query, operationName, variables, extensions } = (body ?? {}) as Body;
  if (typeof query !== 'string' || query === '') return null;
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return null;
  if (variables !== undefined && (typeof variables !== 'object' || Array.isArray(variables))) return null;
  if (extensions !== undefined && extensions !== null) return null;
  return { query, operationName, variables: variables as Variables };
}

/** A resolver of an application may set status and headers by its error, as Apollo Server lets it: all that it says, or nothing if some of it is no head. */
function applyHead(reply: FastifyReply, head: unknown): void {
  if (typeof head !== 'object' || head === null) return;
  const { status, headers = new Map() } = head as { status?: unknown; headers?: unknown };
  if (!(headers instanceof Map) || ('status' in head && typeof status !== 'number')) return;
  if (status) reply.code(status as number);
  for (const [name, value] of headers) reply.header(name, value);
}
