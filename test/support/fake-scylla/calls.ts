import { existsSync, readFileSync } from 'node:fs';
import type { ApiCall } from './api/server.js';
import type { CqlCall } from './cql/server.js';

/** One start of `nodetool` or `service`, as the program itself wrote it down. */
export interface ProgramCall {
  readonly program: string;
  readonly args: readonly string[];
  readonly at: number;
  readonly pid: number;
  /** Its own and its parent's command line, as `/proc` shows them to everybody. */
  readonly commandLines: readonly string[];
}

export interface Calls {
  readonly api: readonly ApiCall[];
  readonly cql: readonly CqlCall[];
  programs(): readonly ProgramCall[];
  /** The argument lists of nodetool, each joined by blanks. */
  nodetool(): readonly string[];
  /** The verbs that the service was told. */
  service(): readonly string[];
  /** Everything that could change something: `api DeleteTable users`, `cql DROP KEYSPACE …`, `nodetool snapshot …`. */
  changes(): readonly string[];
}

const CHANGING = new Set(['CreateTable', 'DeleteTable', 'UpdateTable', 'UpdateTimeToLive', 'TagResource']);

export function callsIn(file: string, api: readonly ApiCall[], cql: readonly CqlCall[]): Calls {
  const programs = (): readonly ProgramCall[] => {
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as ProgramCall);
  };
  const of = (program: string) =>
    programs().flatMap((call) => (call.program === program ? [call.args.join(' ')] : []));

  return {
    api,
    cql,
    programs,
    nodetool: () => of('nodetool'),
    service: () => of('service'),
    changes: () => [
      ...api
        .filter(({ operation }) => CHANGING.has(operation))
        .map(({ operation, body }) => `api ${operation} ${body.TableName ?? ''}`),
      ...cql
        .filter(({ statement }) => !/^(SELECT|DESC)\b/i.test(statement))
        .map(({ statement }) => `cql ${statement.split('\n')[0] ?? ''}`),
      ...of('nodetool')
        .filter((args) => !args.startsWith('status'))
        .map((args) => `nodetool ${args}`),
      ...of('service')
        .filter((verb) => verb !== 'status')
        .map((verb) => `service ${verb}`),
    ],
  };
}
