/** What the adapters ask of an answer: whether the server has refused the token, and whether it is safe to ask again. */

/** As much of a GraphQL error as there is of it in every library. */
interface ErrorLike {
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

interface SelectionLike {
  readonly kind: string;
  readonly name?: { readonly value: string };
  readonly alias?: { readonly value: string } | undefined;
}

interface DocumentLike {
  readonly definitions: readonly {
    readonly kind: string;
    readonly operation?: string;
    readonly selectionSet?: { readonly selections: readonly SelectionLike[] };
  }[];
}

export function isRefused(errors: readonly ErrorLike[] | undefined): boolean {
  return errors?.some(isRefusal) ?? false;
}

/**
 * A query may be asked again. A mutation only if nothing of it has happened: a refusal stands for each of its fields. Of a field that has
 * no error, whether it is null or swallowed by a null above it, nobody knows.
 */
export function mayRepeat(document: DocumentLike, errors: readonly ErrorLike[] = []): boolean {
  const operation = document.definitions.find(({ kind }) => kind === 'OperationDefinition');
  if (operation?.operation !== 'mutation') return true;
  const refused = errors.filter((error) => isRefusal(error) && error.path?.length === 1).map(({ path }) => path?.[0]);
  return operation.selectionSet?.selections.every(({ alias, name }) => refused.includes((alias ?? name)?.value)) ?? false;
}

function isRefusal({ extensions }: ErrorLike): boolean {
  return extensions?.code === 'UNAUTHENTICATED';
}
