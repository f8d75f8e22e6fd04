import type { NodeIdentity } from '../engine/engine.js';
import { withoutOption } from '../cql/edit-options.js';
import { qualifiedName } from '../cql/qualified-name.js';
import { quoteName } from '../cql/quoting.js';
import { splitStatements } from '../cql/splitter.js';
import { KnownError, messageOf } from '../errors.js';
import type { Grant } from '../model/grant.js';
import { schemaOfTable } from '../model/schema-record.js';
import { parseServerVersion } from '../model/server-version.js';
import { planCreation } from '../model/table-creation.js';
import type { TableName } from '../model/table-name.js';
import type { DescribedStatement, TableRecord } from '../model/table-record.js';
import { addMissingIndexes } from './add-indexes.js';
import { giveGrantsBack } from './grants.js';
import { setLateSettings } from './late-settings.js';
import { JournalTrouble, type TableJournal } from './journal.js';
import { waitForViews } from './load.js';
import type { SafetyCopy } from './safety-copy.js';
import { putOptionsBack, putStreamOptionsBack } from './table-options.js';
import type { RestoreTools } from './tools.js';

export interface MadeAgain {
  readonly record: TableRecord;
  readonly node: NodeIdentity;
  /** Grants that the server gave to the role that made it. */
  readonly ofTheMaker: readonly Grant[];
}

/**
 * Makes a table like the one that was removed, under a new id, with everything that was on it; `load` brings its data in. What
 * cannot be had any more is a warning: the data is what counts.
 */
export async function makeAgain(
  name: TableName,
  safety: SafetyCopy,
  book: TableJournal,
  tools: RestoreTools,
  load: (table: TableRecord, safety: SafetyCopy, node: NodeIdentity, tools: RestoreTools) => Promise<void>,
): Promise<MadeAgain> {
  const { record, way } = safety;
  const { engine, report } = tools;
  const node = await engine.identify();
  const target = { server: parseServerVersion(node.engine, node.version), tablets: record.tablets };
  if (way === 'cql') await createByCql(record, tools);
  else await noteMade((await engine.createTable(planCreation(record.schema, name, target))).id, book, tools);
  // Indexes complete themselves, and may take as long as a node is away.
  const again = await engine.untilReady(name, 'later');
  await noteMade(again.id, book, tools);
  await putOptionsBack(schemaOfTable(record), again, tools);
  await load(again, safety, node, tools);
  await createViews(record, again, tools);
  if (way === 'cql') {
    await addMissingIndexes(name, target, record.schema.describe, tools).catch((error: unknown) => {
      report.warn(`The indexes of ${name} may not be as before: ${messageOf(error)}`);
    });
  }
  await setLateSettings(name, record.schema, { target, way }, tools);
  await putStreamOptionsBack(schemaOfTable(record), name, tools);
  const grants = { grants: record.grants, newKeyspace: way === 'cql' };
  return { record: again, node, ofTheMaker: await giveGrantsBack(name, grants, tools) };
}

/** So that whoever goes on after a cut knows it for the job's own. */
async function noteMade(madeId: string, book: TableJournal, { report }: RestoreTools): Promise<void> {
  await book.note({ madeId }).catch((error: unknown) => {
    if (!(error instanceof JournalTrouble)) throw error;
    report.warn(error.message);
  });
}

/** As its own description says. The keyspace may be left of what failed; nothing is in it, for the table is gone. */
async function createByCql(record: TableRecord, { engine }: RestoreTools): Promise<void> {
  const others = await engine.neighbours(record.name);
  if (others.length > 0) throw new KnownError('database', `the keyspace holds ${others.join(', ')}, too`);
  await engine.execute(`DROP KEYSPACE IF EXISTS ${quoteName(record.keyspace)}`);
  await engine.execute(record.keyspaceStatement);
  // The row of a stream log is of type table, too; the server makes the log with its table.
  for (const { type, name, statement } of record.statements)
    if (type === 'table' && name === record.name) await engine.execute(withoutOption(statement, 'id'));
}

/** Indexes and views of CQL's own, which CreateTable makes neither. One that cannot be made is a warning: the data is there. */
async function createViews(record: TableRecord, again: TableRecord, tools: RestoreTools): Promise<void> {
  const { engine, report } = tools;
  const wanted = viewsOfCql(record.statements);
  for (const { name, statement } of wanted) {
    await engine.execute(statement).catch((error: unknown) => {
      report.warn(`${name} could not be made again: ${messageOf(error)}`);
    });
  }
  if (wanted.length > 0) await waitForViews(again, tools);
}

/**
 * Neither Alternator's index views (their names have a colon), nor the views behind CQL's indexes: those are shown as a comment, or
 * by older cqlsh as if they were views. A text that cannot be read is sent as it is: the server will say what it thinks of it.
 */
function viewsOfCql(statements: readonly DescribedStatement[]): readonly DescribedStatement[] {
  const behindIndexes = new Set(
    statements.flatMap(({ type, name }) => (type === 'index' ? [`${plainName(name)}_index`] : [])),
  );
  return statements.flatMap((each) => {
    const { type, name, statement } = each;
    const isWanted = type !== 'table' && !name.includes(':') && !behindIndexes.has(plainName(name));
    return isWanted && holdsStatement(statement)
      ? [{ ...each, statement: withoutOption(statement, 'id') }]
      : [];
  });
}

const plainName = (name: string): string => qualifiedName(name).name;

function holdsStatement(text: string): boolean {
  try {
    return splitStatements(text).length > 0;
  } catch (error) {
    if (error instanceof KnownError) return false;
    throw error;
  }
}
