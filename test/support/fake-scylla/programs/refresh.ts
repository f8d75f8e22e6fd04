import { existsSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newSSTableId, parseComponent } from '../sstable-sets.js';
import { noteWritten, sha256Of, type State } from '../state.js';
import type { FakeTable, Holding } from '../table.js';
import type { ProgramAnswer } from './behaviour.js';
import { restError, type Arguments } from './nodetool-arguments.js';

/** Files that the server leaves alone in `upload/` (recorded nodetool 355). */
const NOTES = new Set(['manifest.json', 'schema.cql']);
/** Without these an SSTable is refused; Summary and Digest are not missed (recorded nodetool 371 to 390). */
const NEEDED = ['Data.db', 'Index.db', 'Statistics.db', 'Scylla.db', 'CompressionInfo.db', 'Filter.db'];

export interface RefreshOptions {
  readonly state: State;
  readonly indexMs: number;
  /** Does nothing and says that all is well. */
  readonly pretend: boolean;
}

/**
 * `refresh`: takes what lies in `upload/` under new ids into the table, by way of `staging/` where the table has indexes.
 * Items come back only from SSTables that this server wrote for a table of that name, byte for byte; it is as silent about
 * losses as the real one (behaviour.md: TOC.txt missing, N377; rows that do not fit, E013).
 */
export function refresh({ operands }: Arguments, { state, indexMs, pretend }: RefreshOptions): ProgramAnswer {
  const [keyspace = '', name] = operands;
  if (name === undefined)
    return { exit: 1, stderr: 'error processing arguments: required parameter is missing: table\n' };
  const fail = (status: number, text: string) =>
    restError({ verb: 'POST', path: `sstables/${keyspace}`, parameters: { cf: name } }, status, text);
  const notLoaded = (text: string) => fail(500, `Failed to load new sstables: ${text}`);

  const table = state.tables.get(keyspace);
  if (!table) return fail(400, `Can't find a keyspace ${keyspace}`);
  if (table.name !== name)
    return notLoaded(
      `data_dictionary::no_such_column_family (Can't find a column family ${name} in keyspace ${keyspace})`,
    );
  if (pretend) return { exit: 0 };

  const upload = join(state.disk.of(table), 'upload');
  const problem = problemIn(upload, state);
  if (problem !== undefined) return notLoaded(problem);
  const holdings = new Map<string, Holding>();
  for (const id of sstablesIn(upload)) {
    const taken = takeIn(id, upload, table, state);
    if (taken) holdings.set(taken.id, taken.holding);
  }
  table.loaded = new Map([...table.loaded, ...holdings]);
  fillIndexes(table, [...holdings.keys()], state, indexMs);
  return { exit: 0 };
}

/** Whoever is loading for another table keeps everybody else out (recorded nodetool 484). */
export const alreadyLoading = ({ operands }: Arguments): ProgramAnswer =>
  restError(
    { verb: 'POST', path: `sstables/${operands[0] ?? ''}`, parameters: { cf: operands[1] ?? '' } },
    500,
    'Failed to load new sstables: std::runtime_error (Already loading SSTables. Try again later)',
  );

const sstablesIn = (upload: string): readonly string[] => [
  ...new Set(readdirSync(upload).flatMap((file) => parseComponent(file)?.sstable ?? [])),
];

/** The first reason to refuse it all; nothing is moved then. */
function problemIn(upload: string, { disk, written }: State): string | undefined {
  for (const file of readdirSync(upload)) {
    const path = join(upload, file);
    const { uid } = lstatSync(path);
    if (disk.uid !== 0 && uid !== disk.uid)
      return `std::runtime_error (File not owned by current euid: ${disk.uid}. Owner is: ${uid})`;
    if (!parseComponent(file) && !NOTES.has(file))
      return `sstables::malformed_sstable_exception (invalid version for file ${file}. Name doesn't match any known version.)`;
  }
  for (const id of sstablesIn(upload)) {
    const path = (component: string) => join(upload, `${id}-${component}`);
    if (!existsSync(path('TOC.txt'))) continue;
    const missing = NEEDED.find((component) => !existsSync(path(component)));
    if (missing !== undefined)
      return `std::filesystem::__cxx11::filesystem_error (error system:2, filesystem error: open failed: No such file or directory [${path(missing)}])`;
    const known = written.get(id);
    if (known && sha256Of(path('Data.db')) !== known.dataSha256)
      return `sstables::malformed_sstable_exception (Failed to read partition from SSTable ${path('Data.db')} due to compressed chunk of size 629 at file offset 3685 failed checksum, expected=1960521244, actual=2879835858)`;
  }
  return undefined;
}

/** Moves one SSTable in; undefined when it holds nothing that this table can take. */
function takeIn(
  id: string,
  upload: string,
  table: FakeTable,
  state: State,
): { readonly id: string; readonly holding: Holding } | undefined {
  const known = state.written.get(id);
  const toc = join(upload, `${id}-TOC.txt`);
  const components = readdirSync(upload).filter((file) => parseComponent(file)?.sstable === id);
  if (!existsSync(toc) || known?.table !== table.name) {
    if (existsSync(toc)) state.corruptRows += known?.holding.items ?? 1;
    for (const file of components) rmSync(join(upload, file));
    return undefined;
  }
  const directory = state.disk.of(table);
  const staging = hasViews(table) ? join(directory, 'staging') : directory;
  const newId = newSSTableId();
  const listed = new Set(readFileSync(toc, 'utf8').trim().split('\n'));
  for (const file of components) {
    const component = parseComponent(file)?.component ?? '';
    // What TOC.txt does not list stays behind (recorded nodetool 417).
    if (listed.has(component)) renameSync(join(upload, file), join(staging, `${newId}-${component}`));
  }
  noteWritten(state, { id: newId, table: table.name, holding: known.holding }, staging);
  return { id: newId, holding: known.holding };
}

const hasViews = ({ indexes, cqlViews }: FakeTable): boolean => indexes.length + cqlViews.length > 0;

/** After a while, as on a real server: until then `staging/` is not empty, whatever IndexStatus says (behaviour.md E022). */
function fillIndexes(table: FakeTable, ids: readonly string[], { disk }: State, indexMs: number): void {
  const directory = disk.of(table);
  const fill = () => {
    table.indexed = new Set([...table.indexed, ...ids]);
    const staging = join(directory, 'staging');
    for (const file of existsSync(staging) ? disk.components(staging) : [])
      renameSync(join(staging, file), join(directory, file));
  };
  if (hasViews(table)) setTimeout(fill, indexMs).unref();
  else fill();
}
