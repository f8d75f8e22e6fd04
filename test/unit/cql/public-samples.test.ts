import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { CannotSplit } from '../../../src/cql/cannot-split.js';
import { descParts } from '../../../src/cql/desc-parts.js';
import { splitStatements } from '../../../src/cql/splitter.js';
import { fileTextOf, joinStatements } from '../../../src/cql/statement-text.js';
import { seen } from './seen.js';

/*
 * DESC texts of many versions, collected from public sources, and answers recorded from ScyllaDB 2025.1. They are no part
 * of this repository.
 */
const SHARED = process.env['ALTERNATOR_BACKUP_SHARED'] ?? resolve(import.meta.dirname, '../../../../shared');
const DESC = join(SHARED, 'desc');
const RECORDED = join(SHARED, 'recorded/scylla-2025.1/cql');

interface Row {
  readonly type: string;
  readonly name: string;
  readonly create_statement: string;
}
interface Expected {
  readonly kind: string;
  readonly name: string;
  readonly no_semicolon?: boolean;
}

/** INDEX.md is the judge of these; its column "Split" in the words of `seen`. */
const BY_INDEX: Readonly<Record<string, readonly string[]>> = {
  '02': [
    'table "alternator_scylla-dongle-heartbeat-tbl-local"."scylla-dongle-heartbeat-tbl-local"',
    'materialized view "alternator_scylla-dongle-heartbeat-tbl-local"."scylla-dongle-heartbeat-tbl-local:idx_dongleheartbeat_ttl" …',
    'extension line scylla_tags',
    'extension line scylla_tags …',
  ],
  '09': [
    'table mykeyspace.buildings',
    'index buildings_by_city',
    'materialized view mykeyspace.buildings_by_city_index …',
  ],
  '14': ['role andrew', 'role jane', 'grant', 'grant'],
  '22': ['table [...]'],
  '23': ['unknown …'],
  '48': ['type test.name_type …', 'type test.address_type …'],
};

const files = existsSync(DESC) ? readdirSync(DESC).filter((name) => /^\d/.test(name)) : [];

describe('the public DESC samples', () => {
  it('are there, all 56', (ctx) => {
    skipWithout(DESC, ctx);
    expect(files).toHaveLength(56);
  });

  it.each(files.filter((file) => !file.startsWith('26')))('splits %s as it should be', (file) => {
    const text = sample(file);
    expect(seen(text)).toEqual(BY_INDEX[file.slice(0, 2)] ?? expectedOf(file));
    expect(seen(text.replaceAll('\n', '\r\n'))).toEqual(seen(text));

    const statements = splitStatements(text);
    const again = splitStatements(joinStatements(statements));
    expect(again.map(fileTextOf)).toEqual(statements.map(fileTextOf));
  });

  it('refuses the view that sample 26 cuts off, and hands over what is whole', (ctx) => {
    skipWithout(DESC, ctx);
    expect.assertions(2);
    try {
      splitStatements(sample(files.find((file) => file.startsWith('26')) ?? ''));
    } catch (error) {
      if (!(error instanceof CannotSplit)) throw error;
      expect(error.message).toBe(
        'The text of the materialized view test.test_by_b_view at line 24, column 1 is cut off: it has no PRIMARY KEY.',
      );
      expect(error.before.map(({ name }) => name)).toEqual(['test', 'test.test']);
    }
  });

  it('leaves the views behind indexes and the stream log out of the parts', (ctx) => {
    skipWithout(DESC, ctx);
    const leftOut = (number: string) =>
      descParts(splitStatements(sample(files.find((file) => file.startsWith(number)) ?? '')))
        .leftOut.filter(({ why }) => why.startsWith('the server makes it'))
        .map(({ statement }) => statement.name);
    expect(leftOut('09')).toEqual(['mykeyspace.buildings_by_city_index']);
    expect(leftOut('27')).toEqual(['pulsar_test_keyspace.pulsar_test_table_col_idx_index']);
    expect(leftOut('05')).toEqual(['alternator_sophena-main-prod.sophena-main-prod_scylla_cdc_log']);
  });
});

describe('the answers of ScyllaDB 2025.1 to DESC', () => {
  it('are of one statement per row, of the kind and name that the row says', (ctx) => {
    skipWithout(RECORDED, ctx);
    const rows = descRows();
    expect(rows.length).toBeGreaterThan(100);
    for (const row of rows) {
      const { type, name, create_statement: text } = row;
      const found = splitStatements(text);
      if (text.startsWith('/*')) {
        expect(found, text).toEqual([]);
        continue;
      }
      expect(found, text).toHaveLength(1);
      expect(found[0]).toMatchObject({ kind: kindOf(row), terminated: true, text: text.trimEnd() });
      const isQualified = type === 'table' || type === 'view';
      expect(found[0]?.name.endsWith(isQualified ? `.${name}` : name), text).toBe(true);
    }
  });
});

function skipWithout(folder: string, ctx: TestContext): void {
  if (!existsSync(folder)) {
    ctx.skip(
      `NOT RUN: ${folder} is not there. Set ALTERNATOR_BACKUP_SHARED to the folder of the shared samples.`,
    );
  }
}

/** Sample 21 holds rows as a driver gives them. */
function sample(file: string): string {
  const text = readFileSync(join(DESC, file), 'utf8');
  if (!file.endsWith('.json')) return text;
  return (JSON.parse(text) as readonly Row[]).map((row) => row.create_statement).join('\n');
}

function expectedOf(file: string): readonly string[] {
  const all = JSON.parse(readFileSync(join(DESC, 'expected.json'), 'utf8')) as Readonly<
    Record<string, readonly Expected[]>
  >;
  return all[file]!.map(
    ({ kind, name, no_semicolon: open }) =>
      `${kind.replace('ext-line', 'extension line')} ${name}${open === true ? ' …' : ''}`,
  );
}

function descRows(): readonly Row[] {
  return readdirSync(RECORDED)
    .map(
      (file) => JSON.parse(readFileSync(join(RECORDED, file), 'utf8')) as { rows?: readonly Partial<Row>[] },
    )
    .flatMap(({ rows = [] }) => rows)
    .filter((row): row is Row => typeof row.create_statement === 'string');
}

function kindOf({ type, create_statement: text }: Row): string {
  if (type === 'view') return 'materialized view';
  return text.startsWith('ALTER') ? 'alter table' : type;
}
