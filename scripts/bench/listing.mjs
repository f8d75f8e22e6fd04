import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { contest } from './measure.mjs';

const TABLES = 1000;
const FILES = 50;

/** Milliseconds that `list` of 1,000 tables takes, each with a manifest of 50 files. */
export async function listing(store, program) {
  const { renderManifest } = await import('../../dist/model/manifest.js');
  for (let number = 0; number < TABLES; number += 1) {
    const table = `table-${number}`;
    const folder = join(store, table);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${table}_backup.tar.gz`), '');
    writeFileSync(join(folder, 'manifest.json'), renderManifest(manifestOf(table)));
  }
  const list = () => execFileSync(process.execPath, [program, 'list', '--backup-dir', store]);
  return contest({ list }, 5).list;
}

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

function manifestOf(table) {
  const time = '2026-11-21T10:00:00.000Z';
  const entries = Array.from({ length: FILES }, (_, number) => ({
    name: `me-${number}-big-Data.db`,
    size: 1,
    sha256: sha256(`${number}`),
    mtimeMs: 0,
    digest: 'ok',
    segment: { offset: number, length: 1, sha256: sha256(`segment ${number}`) },
  }));
  return {
    format: 1,
    tool: { name: 'alternator-backup', version: '0.0.0' },
    label: 'all_20261121_full',
    type: 'full',
    baseline: null,
    run: '20261121T100000-abcdef',
    startedAt: time,
    finishedAt: time,
    attempt: 1,
    node: {
      engine: 'Scylla',
      version: '2025.1.0',
      hostId: '6ab85f27-30ed-4f61-a85b-44b91938dcae',
      address: '127.0.0.1',
      datacenter: 'datacenter1',
      rack: 'rack1',
      nodeCount: 1,
    },
    table: {
      name: table,
      keyspace: `alternator_${table}`,
      id: '3c81fb00-e5c7-11f1-aab3-5f7f350319c0',
      replication: { class: 'NetworkTopologyStrategy', datacenter1: '1' },
      tablets: false,
      columns: [{ name: 'pk', type: 'text', kind: 'partition_key', position: 0 }],
      whole: true,
    },
    schemaVersion: { before: 'a', after: 'a' },
    sample: null,
    archive: { name: `${table}_backup.tar.gz`, size: 0, sha256: sha256(''), entries },
    files: [],
    totals: { sstables: FILES, files: FILES, bytes: FILES },
  };
}
