/** Keeps the documents that were parsed and validated, bounded by their real size. The short way and open connections read them from here. */
import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import { LRUCache } from 'lru-cache';

type Store = NonNullable<ApolloServerOptions<BaseContext>['documentStore']>;
type Document = NonNullable<Awaited<ReturnType<Store['get']>>>;

export interface DocumentStore extends Store {
  /** The document of a text that was found valid. */
  find(text: string): Document | undefined;
  /** Keeps a document that was found valid by the same rules outside of the pipeline. */
  keep(text: string, document: Document): void;
}

/**
 * The limit for the text of all kept operations together, in characters: about 20 MB once they are parsed. Apollo's own limit counts
 * 30 MB of JSON. That is some hundred MB of objects if clients write tokens into the text instead of variables.
 */
const KEPT_CHARACTERS = 200_000;

export function createDocumentStore(): DocumentStore {
  /** The text by Apollo Server's key, which is a digest of the text. */
  const texts = new Map<string, string>();
  const documents = new LRUCache<string, { readonly key: string | null; readonly document: Document }>({
    maxSize: KEPT_CHARACTERS,
    sizeCalculation: (_, text) => text.length || KEPT_CHARACTERS,
    dispose: ({ key }) => key !== null && texts.delete(key),
  });
  const find = (text: string) => documents.get(text)?.document;
  return {
    find,
    keep: (text, document) => void documents.set(text, { key: null, document }),
    get: async (key) => find(texts.get(key) ?? ''),
    set: async (key, document) => {
      const text = document.loc?.source.body ?? '';
      documents.set(text, { key, document });
      texts.set(key, text);
    },
    delete: async (key) => documents.delete(texts.get(key) ?? ''),
  };
}
