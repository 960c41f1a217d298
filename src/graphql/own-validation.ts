/** Refuses inputs of an application that would not be validated, although their class-validator decorators say that they are. */
import { createRequire } from 'node:module';
import { type BuildSchemaOptions, getMetadataStorage } from 'type-graphql';
import { OperatorFault } from '../lib/operator-fault.js';
import { chainOf, type ResolverClass } from './own-resolvers.js';

type Settings = Pick<BuildSchemaOptions, 'validate' | 'validateFn'>;

/** class-validator keeps one storage for all its copies here. The server has no copy of its own, since only applications need it. */
interface WithValidator {
  readonly classValidatorMetadataStorage?: {
    getTargetValidationMetadatas(target: ResolverClass, schema: string, always: boolean, strict: boolean): readonly unknown[];
  };
}

/** @throws OperatorFault if inputs have decorators and no setting says what is to become of them, or if class-validator is missing */
export function refuseUnvalidated({ validate, validateFn }: Settings, own: readonly ResolverClass[]): void {
  if (validateFn !== undefined || validate === false) return;
  if (validate !== undefined) {
    assertInstalled();
    return;
  }
  const storage = (globalThis as WithValidator).classValidatorMetadataStorage;
  const decorated = inputsOf(own).find((input) => (storage?.getTargetValidationMetadatas(input, '', true, false) ?? []).length > 0);
  if (decorated === undefined) return;
  throw new OperatorFault(`The input ${decorated.name} has decorators of class-validator, and nothing says whether they count.`, {
    advice: 'Write createApp({ validate: true }) to have inputs validated, or validate: false if something else validates them.',
  });
}

/** The classes of all arguments of these resolvers, and of the inputs inside them. */
function inputsOf(own: readonly ResolverClass[]): ResolverClass[] {
  const { params, fields } = getMetadataStorage();
  const resolvers = own.flatMap(chainOf);
  const found = new Set<ResolverClass>();
  const add = (input: unknown): void => {
    if (typeof input !== 'function' || found.has(input)) return;
    found.add(input);
    const chain = chainOf(input);
    for (const { getType } of fields.filter(({ target }) => chain.includes(target))) add(getType());
  };
  for (const param of params.filter(({ target }) => resolvers.includes(target))) {
    if (param.kind === 'arg' || param.kind === 'args') add(param.getType());
    if (param.kind === 'custom') add(param.options.arg?.getType());
  }
  return [...found];
}

/** type-graphql loads class-validator only when the first input comes, and every request with an input would then fail. */
function assertInstalled(): void {
  try {
    createRequire(createRequire(import.meta.url).resolve('type-graphql')).resolve('class-validator');
  } catch (cause) {
    throw new OperatorFault('createApp({ validate }) needs the package class-validator, and type-graphql does not find it.', {
      advice: 'Install it: npm install class-validator',
      cause,
    });
  }
}
