/**
 * The short way (a “lane” in the code) answers a repeated query or mutation without Apollo Server's pipeline: same door, same guards, same
 * bytes. A request that is new or invalid takes the pipeline. With a plugin that follows requests, every request does (decision 0012).
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestContext } from '../caller/caller.js';
import type { ExecutePrepared, FieldError, OperationResult, Variables } from '../caller/prepared-operation.js';
import type { ReportFailures } from './failure-log.js';
import type { ContextOf } from './incoming-request.js';

/** What the short way needs from the GraphQL side. */
export interface LaneParts {
  /** @returns null if the pipeline must answer */
  find(query: string, operationName: string | null | undefined): ExecutePrepared | null;
  /** Formats an error as the client may see it. */
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
  /** @returns whether it has answered; if not, it has executed nothing, and the pipeline must answer */
  take(request: FastifyRequest, reply: FastifyReply): boolean | Promise<boolean>;
  /** Learns from an answer of the pipeline which content type belongs to an Accept header. */
  learn(request: FastifyRequest, answer: PipelineAnswer): void;
}

/** Limits for learnt Accept headers: real clients send few, and without limits a client could fill the memory with invented ones. */
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

  const send = (reply: FastifyReply, { data, errors }: OperationResult, contentType: string, requestId: string): void => {
    reply.header('content-type', contentType);
    // No cache may keep an answer, since answers carry tokens. This overrides what an error or a hook of an application has set.
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
      const contentType = isJson(request) ? contentTypes.get(request.headers.accept ?? '') : undefined;
      const asked = contentType === undefined ? null : askedIn(request.body);
      const run = asked && parts.find(asked.query, asked.operationName);
      if (contentType === undefined || asked === null || run === null) return false;
      const finish = (result: OperationResult | null, { requestId }: RequestContext) => {
        if (result !== null) send(reply, result, contentType, requestId);
        return result !== null;
      };
      const context = parts.contextOf(request, reply);
      if (context instanceof Promise) return context.then(async (built) => finish(await run(built, asked.variables), built));
      const outcome = run(context, asked.variables);
      return outcome instanceof Promise ? outcome.then((result) => finish(result, context)) : finish(outcome, context);
    },
    learn({ method, headers: { accept = '' } }, { status, contentType, text }) {
      // Learns only from answers without errors: the error of a resolver may set a content type of its own.
      const isPlain = method === 'POST' && status === 200 && text.startsWith('{"data":');
      if (!isPlain || contentType === undefined || accept.length > LONGEST_LEARNT || contentTypes.has(accept)) return;
      // Drops the oldest entry when full. Otherwise a client that invents 100 Accept headers would keep new ones off the short way for ever.
      const [oldest] = contentTypes.keys();
      if (oldest !== undefined && contentTypes.size >= MOST_LEARNT) contentTypes.delete(oldest);
      contentTypes.set(accept, contentType);
    },
  };
}

/** An application may teach the server to read other bodies. Any page can send some of those, and the pipeline refuses them (CSRF). */
function isJson({ method, headers }: FastifyRequest): boolean {
  return method === 'POST' && headers['content-type']?.startsWith('application/json') === true;
}

/** Reads the parameters (GraphQL over HTTP, section 5.3). @returns null if the pipeline must check the request */
function askedIn(body: unknown): { query: string; operationName: string | null | undefined; variables: Variables } | null {
  const { query, operationName, variables, extensions } = (body ?? {}) as Body;
  if (typeof query !== 'string' || query === '') return null;
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return null;
  if (variables !== undefined && (typeof variables !== 'object' || Array.isArray(variables))) return null;
  if (extensions !== undefined && extensions !== null) return null;
  return { query, operationName, variables: variables as Variables };
}

/** Applies the status and headers that a resolver's error may set, as Apollo Server does. If one has the wrong type, none is applied. */
function applyHead(reply: FastifyReply, head: unknown): void {
  if (typeof head !== 'object' || head === null) return;
  const { status, headers = new Map() } = head as { status?: unknown; headers?: unknown };
  if (!(headers instanceof Map) || ('status' in head && typeof status !== 'number')) return;
  if (status) reply.code(status as number);
  for (const [name, value] of headers) reply.header(name, value);
}
