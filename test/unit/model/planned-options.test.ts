import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withOptions } from '../../../src/cql/with-options.js';
import { plannedOptions } from '../../../src/model/planned-options.js';
import { optionsOf, type SchemaRecord } from '../../../src/model/schema-record.js';
import { parseServerVersion } from '../../../src/model/server-version.js';

const RECORDED = join(import.meta.dirname, '../../fixtures/scylla-2025.1/cql');

/** What a real server told of a table with indexes, or with a stream. */
function recorded(name: string): SchemaRecord {
  const { rows } = JSON.parse(readFileSync(join(RECORDED, `${name}.json`), 'utf8')) as {
    rows: { type: string; create_statement: string }[];
  };
  const texts = rows.map(({ create_statement: text }) => text);
  return {
    ...unknown,
    ...optionsOf(texts.filter((text) => text.startsWith('CREATE'))),
    keyspace: withOptions(texts.find((text) => text.startsWith('CREATE KEYSPACE')) ?? ''),
  };
}

const unknown: SchemaRecord = {
  alternator: undefined,
  keyspace: undefined,
  tablets: undefined,
  table: undefined,
  views: undefined,
  byCql: undefined,
  columns: undefined,
  grants: undefined,
};

const ofTable = (options: string): SchemaRecord => ({
  ...unknown,
  table: withOptions(`CREATE TABLE t (pk text PRIMARY KEY) WITH ${options};`),
});
const ofKeyspace = (replication: string): SchemaRecord => ({
  ...unknown,
  keyspace: withOptions(`CREATE KEYSPACE k WITH replication = ${replication} AND durable_writes = true;`),
});

const place = (version: string, nodes = 1) => ({
  server: parseServerVersion('Scylla', version),
  topology: { datacenter: 'dc1', nodes: { dc1: nodes } },
});
const planned = (saved: SchemaRecord, version = '2025.1.0', present?: SchemaRecord): readonly string[] =>
  plannedOptions(saved, present, place(version)).map(({ text }) => text);

describe('What a plan says of options', () => {
  it.each(['018-desc-keyspace-gsi-lsi', '022-desc-keyspace-stream-on', '024-desc-keyspace-ttl-tags'])(
    'is nothing of a table as the server made it (%s)',
    (name) => {
      const record = recorded(name);
      expect(record.table?.size).toBeGreaterThan(10);
      expect(planned({ ...record, keyspace: undefined })).toEqual([]);
    },
  );

  it('names what an older release compacted by, exactly as saved [incremental-compaction-by-default]', () => {
    const tiered = `compaction = {'class': 'SizeTieredCompactionStrategy'}`;
    const incremental = `compaction = {'class': 'IncrementalCompactionStrategy'}`;
    expect(planned(ofTable(tiered), '6.2.0')).toEqual([]);
    expect(planned(ofTable(tiered), '2025.1.0')).toEqual([tiered]);
    expect(planned(ofTable(incremental), '6.2.0')).toEqual([incremental]);
  });

  it('names what an older release compressed by [dictionary-compression-by-default]', () => {
    const older = `compression = {'sstable_compression': 'org.apache.cassandra.io.compress.LZ4Compressor'}`;
    expect(planned(ofTable(older), '2025.3.0')).toEqual([]);
    expect(planned(ofTable(older), '2025.4.0')).toEqual([older]);
  });

  it('names what a server prints only where somebody set it', () => {
    expect(planned(ofTable(`tombstone_gc = {'mode': 'repair'}`))).toEqual([
      `tombstone_gc = {'mode': 'repair'}`,
    ]);
  });

  it('leaves out what the present table shows that this server does not know', () => {
    const saved = ofTable(`comment = 'x' AND crc_check_chance = 0.5`);
    expect(planned(saved)).toEqual([`comment = 'x'`, 'crc_check_chance = 0.5']);
    expect(planned(saved, '2025.1.0', ofTable(`comment = ''`))).toEqual([`comment = 'x'`]);
  });

  it('takes the present table’s word for options whose usual value is not known here', () => {
    const saved = ofTable(`brand_new = 2`);
    expect(planned(saved)).toEqual([]);
    expect(planned(saved, '2025.1.0', ofTable(`brand_new = 1`))).toEqual(['brand_new = 2']);
    expect(planned(saved, '2025.1.0', ofTable(`brand_new = 2`))).toEqual([]);
  });

  it('says of a replication whether this ring has the nodes for it', () => {
    const three = ofKeyspace(`{'class': 'NetworkTopologyStrategy', 'dc1': '3'}`);
    const text = `keyspace replication = {'class': 'NetworkTopologyStrategy', 'dc1': '3'}`;
    expect(plannedOptions(three, undefined, place('2025.1.0', 1))).toEqual([{ text, ringHoldsIt: false }]);
    expect(plannedOptions(three, undefined, place('2025.1.0', 3))).toEqual([]);
    const one = ofKeyspace(`{'class': 'NetworkTopologyStrategy', 'dc1': '1'}`);
    expect(plannedOptions(one, undefined, place('2025.1.0', 3))).toMatchObject([{ ringHoldsIt: true }]);
  });
});
