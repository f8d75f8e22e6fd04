import { existsSync, linkSync, readdirSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableText } from '../cql/describe.js';
import type { State } from '../state.js';
import type { FakeTable } from '../table.js';
import type { ProgramAnswer } from './behaviour.js';
import { restError, type Arguments } from './nodetool-arguments.js';

/**
 * `snapshot`: hard links of the base table's SSTables, `manifest.json` and `schema.cql`. A name of two parts joined by `/`, or
 * else by one `.`, is taken for keyspace and table, and `-cf` is then ignored (recorded nodetool 123, 142, 145, 161 to 165).
 */
export function snapshot({ options, operands }: Arguments, state: State, pretend: boolean): ProgramAnswer {
  const tag = options.get('tag') ?? String(Date.now());
  const [operand = ''] = operands;
  const { keyspace, name } = splitOperand(operand, options.get('table'));
  const where = { sf: 'false', ...(name === undefined ? {} : { cf: name }), tag, kn: keyspace };
  const fail = (status: number, text: string) =>
    restError({ verb: 'POST', path: 'snapshots', parameters: where }, status, text);

  const table = state.tables.get(keyspace);
  if (!table) return fail(400, `Can't find a keyspace ${keyspace}`);
  if (name !== undefined && name !== table.name) {
    return fail(
      500,
      `data_dictionary::no_such_column_family (Can't find a column family ${name} in keyspace ${keyspace})`,
    );
  }
  const directory = join(state.disk.of(table), 'snapshots', tag);
  if (existsSync(directory))
    return fail(500, `std::runtime_error (Keyspace ${keyspace}: snapshot ${tag} already exists.)`);
  if (!pretend) link(state, table, tag);
  return {
    exit: 0,
    stdout:
      `Requested creating snapshot(s) for [${operand}] with snapshot name [${tag}] and options {skipFlush=false}\n` +
      `Snapshot directory: ${tag}\n`,
  };
}

function splitOperand(
  operand: string,
  table: string | undefined,
): { readonly keyspace: string; readonly name: string | undefined } {
  for (const separator of ['/', '.']) {
    const [keyspace = '', name, ...more] = operand.split(separator);
    if (name !== undefined && more.length === 0) return { keyspace, name };
  }
  return { keyspace: operand, name: table };
}

function link({ disk }: State, table: FakeTable, tag: string): void {
  const directory = disk.of(table);
  const target = join(directory, 'snapshots', tag);
  disk.makeDirectory(join(directory, 'snapshots'));
  disk.makeDirectory(target);
  const files = disk.components(directory);
  for (const file of files) linkSync(join(directory, file), join(target, file));
  const data = files.filter((file) => file.endsWith('-Data.db')).map((file) => `"${file}"`);
  const notes = {
    'manifest.json': `{\n\t"files" : [ ${data.join(', ')} ]\n}\n`,
    'schema.cql': tableText(table),
  };
  for (const [name, text] of Object.entries(notes)) {
    writeFileSync(join(target, name), text, { mode: 0o644 });
    disk.own(join(target, name));
  }
}

/**
 * `clearsnapshot`: the tag goes from every directory of the keyspace, those of dropped tables too; an unknown tag is fine, an
 * unknown keyspace is not (recorded nodetool 192 to 199; behaviour.md E002).
 */
export function clearSnapshot({ options, operands }: Arguments, state: State): ProgramAnswer {
  const tag = options.get('tag') ?? '';
  const unknown = operands.find((keyspace) => !state.keyspaces.has(keyspace));
  if (unknown !== undefined)
    return { exit: 1, stderr: `error processing arguments: keyspace ${unknown} does not exist\n` };
  for (const keyspace of operands) {
    const root = join(state.disk.root, keyspace);
    for (const name of existsSync(root) ? readdirSync(root) : []) {
      const snapshots = join(root, name, 'snapshots');
      rmSync(join(snapshots, tag), { recursive: true, force: true });
      if (existsSync(snapshots) && readdirSync(snapshots).length === 0) rmdirSync(snapshots);
    }
  }
  return { exit: 0 };
}
