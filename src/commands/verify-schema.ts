import { splitStatements } from '../cql/splitter.js';
import { KnownError } from '../errors.js';
import { readSavedSchema } from '../restore/saved-schema.js';
import {
  ALTERNATOR_SCHEMA_FILE,
  KEYSPACE_FILE,
  LEGACY_SCHEMA_FILE,
  TABLE_SCHEMA_FILE,
} from '../store/layout.js';
import type { Store, StoredBackup } from '../store/store.js';

/**
 * What is wrong with the schema files of a backup, as a restore would read them: each is there, each can be split into
 * statements, and they make this table. Names the file.
 */
export async function schemaProblems(backup: StoredBackup, store: Store): Promise<readonly string[]> {
  try {
    const unsplit: string[] = [];
    for (const name of [
      TABLE_SCHEMA_FILE,
      LEGACY_SCHEMA_FILE,
      KEYSPACE_FILE,
      ...(await store.viewFiles(backup)),
    ]) {
      const text = await store.readFile(backup, name);
      const problem = text === undefined ? undefined : whyNotSplit(text);
      if (problem !== undefined) unsplit.push(`${name} cannot be split into statements: ${problem}`);
    }
    if (unsplit.length > 0) return unsplit;
    const { alternator, cql } = await readSavedSchema(backup, store);
    const views = 'problem' in cql ? [] : cql.views;
    return [
      ...(alternator === undefined && backup.kind === 'manifest'
        ? [`${ALTERNATOR_SCHEMA_FILE} is missing`]
        : []),
      ...('problem' in cql ? [cql.problem] : []),
      ...views.flatMap((view) => ('problem' in view ? [`${view.from}: ${view.problem}`] : [])),
    ].map((problem) => problem.replaceAll(`${backup.folder}/`, ''));
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    return [error.message.replaceAll(`${backup.folder}/`, '')];
  }
}

function whyNotSplit(text: string): string | undefined {
  try {
    splitStatements(text);
    return undefined;
  } catch (error) {
    if (error instanceof KnownError) return error.message;
    throw error;
  }
}
