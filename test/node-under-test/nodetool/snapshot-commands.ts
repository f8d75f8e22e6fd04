import type { Command } from './command.js';
import { plain } from './command.js';
import { badArguments } from './outcome.js';
import type { Parameters } from './rest-client.js';
import { shownBinarySize, shownSize } from './sizes.js';
import { textTable } from './text-table.js';
import { expectKeyspaces } from './keyspaces.js';

const ANY_NUMBER = Number.POSITIVE_INFINITY;
const TAG = { name: 'tag', short: 't', takesValue: true } as const;

const snapshot: Command = {
  name: 'snapshot',
  grammar: {
    options: [
      TAG,
      { name: 'table', takesValue: true },
      { name: 'keyspace-table-list', takesValue: true },
      { name: 'skip-flush', takesValue: false },
    ],
    mostPositionals: ANY_NUMBER,
  },
  async run({ positionals, values, flags }, rest) {
    const list = values.get('keyspace-table-list');
    if (list !== undefined && positionals.length > 0) {
      throw badArguments(
        'when specifying the keyspace-table list for a snapshot, you should not specify keyspace(s)',
      );
    }
    const named = list === undefined ? positionals : list.split(',');
    const table = values.get('table');
    if (table !== undefined && named.length > 1) {
      throw badArguments(
        'when specifying the table for the snapshot, you must specify one and only one keyspace',
      );
    }
    const tag = values.get('tag') ?? String(Date.now());
    const skipFlush = flags.has('skip-flush');
    const parameters: Parameters = [
      ...(named.length === 0 ? [] : [['kn', keyspaceOf(named)] as const]),
      ['tag', tag],
      ...tableParameter(named, table),
      ['sf', String(skipFlush)],
    ];
    await rest.post('/storage_service/snapshots', parameters);
    const what = named.length === 0 ? 'all keyspaces' : named.join(',');
    return `Requested creating snapshot(s) for [${what}] with snapshot name [${tag}] and options {skipFlush=${String(skipFlush)}}\nSnapshot directory: ${tag}\n`;
  },
};

/** A single argument of two parts is keyspace and table, also when the dot belongs to a name. */
function twoParts(named: readonly string[]): readonly [string, string] | undefined {
  const [only = ''] = named;
  if (named.length !== 1) return undefined;
  for (const separator of ['/', '.']) {
    const [keyspace, table, ...more] = only.split(separator);
    if (keyspace !== undefined && table !== undefined && more.length === 0) return [keyspace, table];
  }
  return undefined;
}

const keyspaceOf = (named: readonly string[]) => twoParts(named)?.[0] ?? named.join(',');

function tableParameter(named: readonly string[], option: string | undefined): Parameters {
  // Without a keyspace a table is ignored, and everything is taken (nodetool/178).
  const table = twoParts(named)?.[1] ?? (named.length === 0 ? undefined : option);
  return table === undefined ? [] : [['cf', table]];
}

interface SnapshotEntry {
  readonly key: string;
  readonly value: readonly {
    readonly ks: string;
    readonly cf: string;
    readonly total: number;
    readonly live: number;
  }[];
}

const listSnapshots = plain('listsnapshots', async (_args, rest) => {
  const entries = (await rest.get('/storage_service/snapshots')) as readonly SnapshotEntry[];
  if (entries.length === 0) return 'There are no snapshots\n';
  const rows = entries.flatMap(({ key, value }) =>
    value.map(({ ks, cf, live, total }) => [key, ks, cf, shownSize(live), shownSize(total)]),
  );
  const head = ['Snapshot name', 'Keyspace name', 'Column family name', 'True size', 'Size on disk'];
  const used = (await rest.get('/storage_service/snapshots/size/true')) as number;
  return `Snapshot Details: \n${textTable([head, ...rows])}\nTotal TrueDiskSpaceUsed: ${shownBinarySize(used)}\n\n`;
});

const clearSnapshot: Command = {
  name: 'clearsnapshot',
  grammar: { options: [TAG], mostPositionals: ANY_NUMBER },
  async run({ positionals, values }, rest) {
    await expectKeyspaces(rest, positionals);
    const tag = values.get('tag');
    await rest.delete('/storage_service/snapshots', [
      ...(tag === undefined ? [] : [['tag', tag] as const]),
      ...(positionals.length === 0 ? [] : [['kn', positionals.join(',')] as const]),
    ]);
    return '';
  },
};

export const snapshotCommands: readonly Command[] = [snapshot, listSnapshots, clearSnapshot];
