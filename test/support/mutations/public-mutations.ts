/** The mutations listed in schema.graphql, with an example of each. */
import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLInputField, getNamedType, isInputObjectType } from 'graphql';
import { ADMINISTRATION_MUTATIONS } from './administration-mutations.js';
import { MAIL_MUTATIONS } from './mail-mutations.js';
import type { MutationExamples } from './mutation-example.js';
import { USER_MUTATIONS } from './user-mutations.js';

export const EXAMPLES: MutationExamples = { ...USER_MUTATIONS, ...MAIL_MUTATIONS, ...ADMINISTRATION_MUTATIONS };

/** Every mutation, with the fields of its input. */
export const PUBLIC_MUTATIONS: readonly (readonly [name: string, fields: readonly GraphQLInputField[]])[] = Object.values(
  buildSchema(readFileSync('schema.graphql', 'utf8')).getMutationType()?.getFields() ?? {},
).map(({ name, args }) => {
  const [input] = args.map(({ type }) => getNamedType(type));
  return [name, isInputObjectType(input) ? Object.values(input.getFields()) : []] as const;
});
