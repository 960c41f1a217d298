/** The rules of the house as functions: each takes parsed files and returns one line per fault. */
import type { Import, SourceFile } from './sources.js';

/** A place is a file, or a folder whose name ends with `/`. */
export interface Floor {
  readonly place: string;
  readonly level: number;
  /** Places that it may import beside its own folder and the floors below. */
  readonly also?: readonly string[];
  /** Places that it may not import although they are below. */
  readonly not?: readonly string[];
}

const isIn = (path: string, place: string) => (place.endsWith('/') ? path.startsWith(place) : path === place);

/** An import may only point to a lower floor or to a neighbour in the same folder. */
export function checkFloors(files: readonly SourceFile[], floors: readonly Floor[]): string[] {
  const floorOf = (path: string) => floors.find(({ place }) => isIn(path, place));
  return files.flatMap((file) => {
    const from = floorOf(file.path);
    if (!from) return [`${file.path} has no floor`];
    return file.imports
      .filter(({ isOurs, to }) => isOurs && !mayImport(from, to, floorOf(to)))
      .map(({ to }) => `${file.path} may not import ${to}`);
  });
}

function mayImport(from: Floor, path: string, to: Floor | undefined): boolean {
  if (!to || from.not?.some((place) => isIn(path, place))) return false;
  return to.place === from.place || to.level < from.level || (from.also?.some((place) => isIn(path, place)) ?? false);
}

/** Floors below `level` may import only types from `place`. */
export function checkTypesOnly(files: readonly SourceFile[], place: string, from: readonly string[]): string[] {
  return files
    .filter(({ path }) => from.some((folder) => isIn(path, folder)))
    .flatMap(({ path, imports }) =>
      imports.filter(({ to, isType }) => isIn(to, place) && !isType).map(({ to }) => `${path} may import only types of ${to}`),
    );
}

/** Only `users` may import from `place`. */
export function checkOnlyFrom(files: readonly SourceFile[], place: string, users: readonly string[]): string[] {
  return files
    .filter(({ path }) => !users.some((user) => isIn(path, user)))
    .flatMap(({ path, imports }) => imports.filter(({ to }) => isIn(to, place)).map(({ to }) => `${path} may not import ${to}`));
}

export interface Home {
  readonly home: string;
  /** Files that may name its types, or that must load it first. The table gives the reason for each. */
  readonly guests?: readonly string[];
}

/** Every outside package is a dependency, appears in the table, is used, and is used only at home. */
export function checkHomes(files: readonly SourceFile[], homes: Readonly<Record<string, Home>>, dependencies: readonly string[]): string[] {
  const used = new Set<string>();
  const strays = files.flatMap(({ path, imports }) =>
    imports.filter(isOutside).flatMap(({ to }) => {
      const known = homes[to];
      if (!known) return [`${path} imports ${to}, which has no home`];
      used.add(to);
      return [known.home, ...(known.guests ?? [])].some((place) => isIn(path, place)) ? [] : [`${path} imports ${to} away from its home`];
    }),
  );
  const names = Object.keys(homes);
  return [
    ...strays,
    ...dependencies.filter((name) => !names.includes(name)).map((name) => `${name} is a dependency without a home`),
    ...names.filter((name) => !dependencies.includes(name)).map((name) => `${name} has a home and is no dependency`),
    ...names.filter((name) => !used.has(name)).map((name) => `${name} is used nowhere`),
  ];
}

const isOutside = ({ to, isOurs }: Import) => !isOurs && !to.startsWith('node:');

/** No file imports itself in a circle; imports of types count. Each circle is reported once. */
export function checkCycles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const rings: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) rings.push([...way.slice(start), path].join(' -> '));
    if (start >= 0 || finished.has(path)) return;
    for (const { to, isOurs } of byPath.get(path)?.imports ?? []) if (isOurs) walk(to, [...way, path]);
    finished.add(path);
  };
  for (const { path } of files) walk(path, []);
  return rings;
}

/**
 * A service is a class that receives its dependencies and has no outside base class (an error, an adapter). Only the composition root, and
 * a factory in the class's own file, may call `new` on it.
 */
export function checkNew(files: readonly SourceFile[], roots: readonly string[]): string[] {
  const ours = classesWithoutForeignBase(files);
  const services = new Map<string, string>();
  for (const { path, classes } of files) {
    for (const { name, base, parameters } of classes) if (parameters > 0 && (base === null || ours.has(base))) services.set(name, path);
  }
  return files
    .filter(({ path }) => !roots.includes(path))
    .flatMap(({ path, made }) =>
      made.filter((name) => services.has(name) && services.get(name) !== path).map((name) => `${path} says new ${name}`),
    );
}

/** No constructor takes more than `most` positional arguments: the dependencies of a class must be named. */
export function checkConstructors(files: readonly SourceFile[], most: number): string[] {
  return files.flatMap(({ path, classes }) =>
    classes.filter(({ parameters }) => parameters > most).map(({ name, parameters }) => `${path}: ${name} takes ${parameters} arguments`),
  );
}

/** Among these files, only those whose name has one of these endings may import the package. */
export function checkImporters(files: readonly SourceFile[], name: string, endings: readonly string[]): string[] {
  return files
    .filter(({ path, imports }) => imports.some(({ to }) => to === name) && !endings.some((ending) => path.endsWith(ending)))
    .map(({ path }) => `${path} may not import ${name}`);
}

/** Follows base classes to the top: our own errors extend a class of ours, which extends `Error`. */
function classesWithoutForeignBase(files: readonly SourceFile[]): ReadonlySet<string> {
  const bases = new Map(files.flatMap(({ classes }) => classes.map(({ name, base }) => [name, base] as const)));
  const isOurs = (name: string): boolean => {
    const base = bases.get(name);
    return base === null || (base !== undefined && isOurs(base));
  };
  return new Set([...bases.keys()].filter(isOurs));
}

/** Only these files may use the clock, randomness and the environment. */
export function checkAmbient(files: readonly SourceFile[], sources: Readonly<Record<string, readonly string[]>>): string[] {
  return files.flatMap(({ path, ambient }) =>
    [...new Set(ambient)].filter((what) => !sources[what]?.includes(path)).map((what) => `${path} reads ${what}`),
  );
}

/** A file opens with one short comment that says what it is for. */
export function checkOpening(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ text }) => {
      const opening = /^(?:#!.*\n)?\/\*\*\s*([\s\S]*?)\s*\*\/\n/.exec(text)?.[1];
      return opening === undefined || opening.length < 10 || opening.split('\n').length > 4;
    })
    .map(({ path }) => `${path} does not open with one sentence of comment`);
}

/** @param known longer files, each with the length that it may not exceed */
export function checkLength(files: readonly SourceFile[], most: number, known: Readonly<Record<string, number>> = {}): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n').length;
    if (lines > (known[path] ?? most)) return [`${path} has ${lines} lines`];
    return path in known && lines <= most ? [`${path} has become short: take it off the list`] : [];
  });
}
