/** Asks each subgraph for its SDL and composes the supergraph. A real deployment does this once, before it deploys. */
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';

export interface Subgraph {
  readonly name: string;
  readonly url: string;
}

export async function composeSupergraph(subgraphs: readonly Subgraph[], headers: Record<string, string>): Promise<string> {
  const services = await Promise.all(subgraphs.map(async ({ name, url }) => ({ name, url, typeDefs: parse(await readSdl(url, headers)) })));
  const { supergraphSdl, errors } = composeServices(services);
  if (supergraphSdl === undefined) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

async function readSdl(url: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data, errors } = (await response.json()) as { data?: { _service: { sdl: string } }; errors?: { message: string }[] };
  if (!data) throw new Error(`${url} does not tell its SDL: ${errors?.[0]?.message}`);
  return data._service.sdl;
}
