import type { RestContext } from './context.js';

export interface RestRequest {
  readonly context: RestContext;
  /** What stands for `*` in the pattern, decoded, in order. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** `/storage_service/ownership/*`; `*` is one part of the path. */
  readonly pattern: string;
  /** The answer becomes the body, as JSON. */
  readonly answer: (request: RestRequest) => Promise<unknown>;
}

/** The parts that stand for `*`, or undefined when the path does not fit. */
export function matchPath(pattern: string, path: string): readonly string[] | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const found: string[] = [];
  for (const [index, part] of wanted.entries()) {
    const actual = given[index] ?? '';
    if (part === '*') found.push(decodeURIComponent(actual));
    else if (part !== actual) return undefined;
  }
  return found;
}

/** Lists are comma separated, also when encoded. An absent parameter is an empty list. */
export const listOf = (query: URLSearchParams, name: string): string[] =>
  (query.get(name) ?? '').split(',').filter((item) => item !== '');

/** Anything that is not one of these words counts as false (rest/015, rest/190). */
export const flagOf = (query: URLSearchParams, name: string): boolean =>
  ['true', 'yes', '1'].includes((query.get(name) ?? '').toLowerCase());

/** The answer of calls that only do something. */
export const NOTHING = '';
