/** Tells the adapters whether the server has refused the token, and whether it is safe to send the operation again. */

/** The part of a GraphQL error that all libraries share. */
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
 * A query may be sent again. A mutation may be sent again only if each of its top-level fields was refused. A field without an error of
 * its own may have been executed, even if it is null in the answer.
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
