import { plain, type Command } from './command.js';
import { expectKeyspaces } from './keyspaces.js';
import { badArguments, Outcome } from './outcome.js';
import type { Parameters } from './rest-client.js';
import { textTable } from './text-table.js';

const refresh: Command = {
  name: 'refresh',
  grammar: {
    options: [
      { name: 'load-and-stream', takesValue: false },
      { name: 'primary-replica-only', takesValue: false },
    ],
    mostPositionals: 2,
  },
  async run({ positionals: [keyspace, table], flags }, rest) {
    if (keyspace === undefined) throw badArguments('required parameters are missing: keyspace and table');
    if (table === undefined) throw badArguments('required parameter is missing: table');
    const loadAndStream = flags.has('load-and-stream');
    const primaryOnly = flags.has('primary-replica-only');
    if (primaryOnly && !loadAndStream) {
      throw badArguments('--primary-replica-only|-pro takes no effect without --load-and-stream|-las');
    }
    const parameters: Parameters = [
      ['cf', table],
      ...(loadAndStream ? [['load_and_stream', 'true'] as const] : []),
      ...(primaryOnly ? [['primary_replica_only', 'true'] as const] : []),
    ];
    await rest.post(`/storage_service/sstables/${keyspace}`, parameters);
    return '';
  },
};

const flush = plain(
  'flush',
  async ({ positionals: [keyspace, ...tables] }, rest) => {
    if (keyspace === undefined) {
      await rest.post('/storage_service/flush');
      return '';
    }
    await expectKeyspaces(rest, [keyspace]);
    const parameters: Parameters = tables.length === 0 ? [] : [['cf', tables.join(',')]];
    await rest.post(`/storage_service/keyspace_flush/${keyspace}`, parameters);
    return '';
  },
  Number.POSITIVE_INFINITY,
);

const viewBuildStatus = plain(
  'viewbuildstatus',
  async ({ positionals }, rest) => {
    const [keyspace, view] = namesOf(positionals);
    const states = (await rest.get(`/storage_service/view_build_statuses/${keyspace}/${view}`)) as readonly {
      readonly key: string;
      readonly value: string;
    }[];
    if (states.every(({ value }) => value === 'SUCCESS'))
      return `${keyspace}.${view} has finished building\n`;
    const table = textTable([['Host', 'Info'], ...states.map(({ key, value }) => [key, value])]);
    const text = `${keyspace}.${view} has not finished building; node status is below.\n\n${table}`;
    throw new Outcome(1, text, '');
  },
  2,
);

function namesOf(positionals: readonly string[]): readonly [string, string] {
  const [first = '', second] = positionals;
  if (second !== undefined) return [first, second];
  for (const separator of ['/', '.']) {
    const position = first.indexOf(separator);
    if (position >= 0) return [first.slice(0, position), first.slice(position + 1)];
  }
  throw badArguments('viewbuildstatus requires keyspace and view name arguments');
}

export const tableCommands: readonly Command[] = [refresh, flush, viewBuildStatus];
