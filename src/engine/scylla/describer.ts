import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CannotSplit } from '../../cql/cannot-split.js';
import { quoteName, unquoteName } from '../../cql/quoting.js';
import { qualifiedName } from '../../cql/qualified-name.js';
import { splitStatements } from '../../cql/splitter.js';
import type { Statement } from '../../cql/statement.js';
import type { DescribedStatement } from '../../model/table-record.js';
import { PRIVATE_FILE, removeTree } from '../../system/files.js';
import { ProgramFailed } from '../../system/run.js';
import type { Cql } from './cql.js';
import { isUnknownToGrammar } from './cql-error.js';
import type { ScyllaOptions } from './options.js';

/** What DESC shows, a statement at a time. */
export interface Describer {
  keyspace(keyspace: string): Promise<readonly DescribedStatement[]>;
  /** The table; its indexes and views as far as the server counts them to it. */
  table(keyspace: string, table: string): Promise<readonly DescribedStatement[]>;
  view(keyspace: string, view: string): Promise<readonly DescribedStatement[]>;
}

type CqlshOptions = Pick<ScyllaOptions, 'cqlsh' | 'cqlHost' | 'cqlPort' | 'credentials' | 'run' | 'signal'>;

const CQLSH_MS = 60_000;

/**
 * By the server's own rows, one for each statement. Scylla up to 5.1 knows no DESC (SCYLLA.md 2.1): there it is cqlsh that
 * makes the text, and our splitter that cuts it.
 */
export function describer(cql: Cql, options: CqlshOptions): Describer {
  let byCqlsh = false;
  const describe = async (statement: string, table?: string) => {
    if (!byCqlsh) {
      try {
        return await byRows(cql, statement);
      } catch (error) {
        if (!isUnknownToGrammar(error)) throw error;
        byCqlsh = true;
      }
    }
    return statementsOfText(await askCqlsh(statement, options), table);
  };
  return {
    keyspace: (keyspace) => describe(`DESC KEYSPACE ${quoteName(keyspace)}`),
    table: (keyspace, table) => describe(`DESC TABLE ${quoteName(keyspace)}.${quoteName(table)}`, table),
    view: (keyspace, view) => describe(`DESC MATERIALIZED VIEW ${quoteName(keyspace)}.${quoteName(view)}`),
  };
}

/** `name` comes quoted where CQL needs it (cql3/description.cc). */
async function byRows(cql: Cql, statement: string): Promise<readonly DescribedStatement[]> {
  const rows = await cql.rows(statement);
  return rows.map((row) => ({
    type: String(row['type']),
    name: unquoteName(String(row['name'])),
    statement: String(row['create_statement']),
  }));
}

const TYPES: Partial<Record<Statement['kind'], string>> = {
  keyspace: 'keyspace',
  table: 'table',
  index: 'index',
  'materialized view': 'view',
};

/**
 * Lines that are no CQL are left out: tags and stream are the API's to tell. Of a `table` the text is kept in one piece where it
 * cannot be cut (cqlsh prints some values unescaped, SCYLLA.md 2.3): the API makes the table again.
 */
export function statementsOfText(text: string, table?: string): readonly DescribedStatement[] {
  try {
    return splitStatements(text).flatMap(({ kind, name, text: statement }) => {
      const type = TYPES[kind];
      return type === undefined ? [] : [{ type, name: qualifiedName(name).name, statement }];
    });
  } catch (error) {
    const isTable = table !== undefined && /CREATE TABLE/i.test(text);
    if (!(error instanceof CannotSplit) || !isTable) throw error;
    return [{ type: 'table', name: table, statement: text }];
  }
}

/** The password goes by a file that only we can read: arguments are seen by everybody (`ps`). */
async function askCqlsh(
  statement: string,
  { cqlsh, cqlHost, cqlPort, credentials, run, signal }: CqlshOptions,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'alternator-backup-'));
  try {
    const settings = join(folder, 'cqlshrc');
    const { username, password } = credentials;
    // cqlsh reads the password raw, and the name with configparser, to which `%` begins a reference.
    const plain = (value: string) => value.replaceAll('%', '%%');
    await writeFile(settings, `[authentication]\nusername = ${plain(username)}\npassword = ${password}\n`, {
      mode: PRIVATE_FILE,
    });
    const argv = [...cqlsh, '--cqlshrc', settings, '-e', statement, cqlHost, String(cqlPort)] as const;
    return await run({ argv, timeoutMs: CQLSH_MS }, signal).catch((error: unknown) => {
      throw withoutDesc(error);
    });
  } finally {
    await removeTree(folder);
  }
}

/** Nobody who has a newer server expects cqlsh to be asked. */
function withoutDesc(error: unknown): unknown {
  if (!(error instanceof ProgramFailed)) return error;
  const { argv, programExitCode, said, message } = error;
  return new ProgramFailed(argv, programExitCode, said, message, {
    hint: 'This server knows no DESC (Scylla before 5.2), so that cqlsh has to describe its tables: --cqlsh says where one is.',
    cause: error,
  });
}
