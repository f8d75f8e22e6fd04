import { setTimeout as sleep } from 'node:timers/promises';
import type { Difference } from '../compare.js';
import { differences } from '../compare.js';
import type { Recording } from './recordings.js';
import type { Session } from './session.js';
import { BUILT_ITEMS } from './recorded-tables.js';

/** Recordings of several requests at once: each is played by a function of its own, which gives the differences. */
export type Special = (recording: Recording, session: Session) => Promise<readonly Difference[]>;

type Json = Record<string, unknown>;

const wrong = (field: string, recorded: unknown, answered: unknown): Difference => ({
  field,
  recorded: JSON.stringify(recorded),
  answered: JSON.stringify(answered),
});

const unless = (right: boolean, difference: Difference): readonly Difference[] => (right ? [] : [difference]);

/** Where a page ends depends on the engine; that it holds about 1 MB or more, that pages follow on, and the total do not. */
const scanPages: Special = async (recording, { sender }) => {
  const { pages } = recording as unknown as { readonly pages: readonly { readonly Count: number }[] };
  const total = pages.reduce((sum, { Count }) => sum + Count, 0);
  const seen = new Set<string>();
  const found: Difference[] = [];
  let key: unknown;
  do {
    const page = await sender.call('Scan', {
      TableName: 'pages',
      ...(key === undefined ? {} : { ExclusiveStartKey: key }),
    });
    const items = page['Items'] as readonly { readonly pk: { readonly S: string } }[];
    key = page['LastEvaluatedKey'];
    for (const { pk } of items) seen.add(pk.S);
    found.push(
      ...unless(
        page['Count'] === items.length && page['ScannedCount'] === items.length,
        wrong('Count', items.length, page['Count']),
      ),
      ...unless(key === undefined || items.length >= 10, wrong('pages', '1 MB or more', items.length)),
      ...unless(
        key === undefined || JSON.stringify(key) === JSON.stringify({ pk: items.at(-1)?.pk }),
        wrong('LastEvaluatedKey', items.at(-1), key),
      ),
    );
  } while (key !== undefined);
  return [...found, ...unless(seen.size === total, wrong('items', total, seen.size))];
};

const tablePages: Special = async (recording, { sender, tables }) => {
  const recorded = recording as unknown as { readonly pages: number; readonly names: readonly string[] };
  const names: string[] = [];
  let pages = 0;
  let start: unknown;
  do {
    const page = await sender.call('ListTables', {
      Limit: 35,
      ...(start === undefined ? {} : { ExclusiveStartTableName: start }),
    });
    names.push(...(page['TableNames'] as readonly string[]));
    start = page['LastEvaluatedTableName'];
    pages += 1;
  } while (start !== undefined);
  return [
    ...unless(pages === recorded.pages, wrong('pages', recorded.pages, pages)),
    ...unless(names.length === recorded.names.length, wrong('names', recorded.names.length, names.length)),
    ...unless(
      new Set(names).size === tables.size && names.every((name) => tables.has(name)),
      wrong('distinct', [...tables], names),
    ),
  ];
};

interface Look {
  readonly at: number;
  readonly description: Json;
  readonly scanned: unknown;
}

const FIRST_SEEN = new WeakMap<Session, Look>();

/** Right after UpdateTable: what `buildSequence` compares with the first entry of the recorded sequence. */
export async function lookAtBuild(session: Session): Promise<void> {
  const at = Date.now();
  const description = await session.sender.call('DescribeTable', { TableName: 'built' });
  FIRST_SEEN.set(session, { at, description, scanned: await countOf(session) });
}

const countOf = async ({ sender }: Session): Promise<unknown> =>
  (await sender.call('Scan', { TableName: 'built', IndexName: 'by-g', Select: 'COUNT' }))['Count'];

const buildSequence: Special = async (recording, session) => {
  const { answers } = recording as unknown as { readonly answers: Readonly<Record<'1' | '2', Json>> };
  const first = FIRST_SEEN.get(session);
  session.generated.calls(first?.at);
  const built = await whenActive(session, 'built', ['by-g', 'by-h']);
  const scanned = await countOf(session);
  const rules = session.generated.rulesFor({
    ...recording,
    request: { target: 'DescribeTable', body: { TableName: 'built' } },
  });
  return [
    ...differences(answers['1'], first?.description, rules, ['answers', 1]),
    ...differences(answers['2'], built, rules, ['answers', 2]),
    ...unless(first?.scanned === 0, wrong('sequence.0.scan_of_index_saw', 0, first?.scanned)),
    ...unless(scanned === BUILT_ITEMS, wrong('sequence.1.scan_of_index_saw', BUILT_ITEMS, scanned)),
  ];
};

const ACTIVE_WITHIN_MS = 30_000;
const POLL_MS = 25;

/** DescribeTable's answer once these indexes are ACTIVE: what took the real server time takes this one another time. */
export async function whenActive(
  { sender }: Session,
  table: string,
  indexes: readonly string[],
): Promise<Json> {
  const deadline = Date.now() + ACTIVE_WITHIN_MS;
  for (;;) {
    const description = await sender.call('DescribeTable', { TableName: table });
    const { GlobalSecondaryIndexes: found = [] } = description['Table'] as {
      readonly GlobalSecondaryIndexes?: readonly {
        readonly IndexName: string;
        readonly IndexStatus: string;
      }[];
    };
    const isActive = (name: string): boolean =>
      found.some(({ IndexName, IndexStatus }) => IndexName === name && IndexStatus === 'ACTIVE');
    if (indexes.every(isActive)) return description;
    await sleep(POLL_MS);
    if (Date.now() > deadline)
      throw new Error(`indexes of ${table} are not ACTIVE after ${ACTIVE_WITHIN_MS} ms`);
  }
}

/** The port is closed: no answer at all. */
const noAnswer: Special = async (_recording, { sender }) => {
  const answer = await fetch(sender.endpoint).then(
    ({ status }) => `an answer with status ${status}`,
    () => undefined,
  );
  return unless(answer === undefined, wrong('response.error', 'Connection refused', answer));
};

export const SPECIAL: ReadonlyMap<number, Special> = new Map([
  [587, scanPages],
  [655, buildSequence],
  [829, tablePages],
  [961, noAnswer],
]);
