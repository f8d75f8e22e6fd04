import { createHash } from 'node:crypto';
import { z } from 'zod';
import { sortedJson } from './sorted-json.js';

/**
 * `manifest.json`, written last: a backup exists when its manifest does. Format 1 is published as
 * docs/manifest-v1.schema.json; every format that was ever written stays readable, a newer one is refused.
 */
export const MANIFEST_FORMAT = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.number().int().nonnegative();
const time = z.iso.datetime();

const storedFile = z.strictObject({ name: z.string().min(1), size, sha256 });

const archiveEntry = storedFile.extend({
  /** Milliseconds since 1970, as the archive's header has it in seconds; below zero for a clock that was wrong. */
  mtimeMs: z.number(),
  /**
   * What the CRC-32 of a `Data.db` said: equal to the digest file beside it, or there is none. Null for other files.
   */
  digest: z.enum(['ok', 'absent']).nullable(),
  /** The entry's own bytes within the archive; null while the archive is one single stream. */
  segment: z
    .strictObject({
      offset: size,
      length: size,
      sha256,
      /** They were decompressed once and gave the file back; since then they were only copied. */
      opened: z.literal(true).optional(),
    })
    .nullable(),
});

const column = z.strictObject({
  name: z.string(),
  type: z.string(),
  kind: z.string(),
  position: z.number().int(),
});

const grant = z.strictObject({
  role: z.string(),
  on: z.union([
    z.strictObject({ kind: z.literal('keyspace') }),
    z.strictObject({ kind: z.literal('table'), name: z.string() }),
  ]),
  permissions: z.array(z.string().regex(/^[A-Z_]+$/)).readonly(),
});

const itemTotals = z.strictObject({
  count: size,
  /** The sum of the SHA-256 of each item's canonical text, modulo 2^256: whatever order they are read in. */
  sha256,
});

export const manifestSchema = z.strictObject({
  format: z.literal(MANIFEST_FORMAT),
  tool: z.strictObject({ name: z.literal('alternator-backup'), version: z.string() }),
  label: z.string().min(1),
  type: z.enum(['full', 'incremental']),
  baseline: z.string().nullable(),
  run: z.string(),
  startedAt: time,
  finishedAt: time,
  /** How often the snapshot was taken until no schema changed meanwhile. */
  attempt: z.number().int().positive(),
  node: z.strictObject({
    engine: z.string(),
    version: z.string(),
    hostId: z.string(),
    address: z.string(),
    datacenter: z.string(),
    rack: z.string(),
    nodeCount: z.number().int().positive(),
  }),
  table: z.strictObject({
    name: z.string(),
    keyspace: z.string(),
    id: z.uuid(),
    replication: z.record(z.string(), z.string()),
    tablets: z.boolean().nullable(),
    columns: z.array(column).readonly(),
    /** What roles were allowed; null where that could not be read, absent in manifests of version 0.1.0. */
    grants: z.array(grant).readonly().nullable().optional(),
    /** Whether the node's files hold the whole table; false only with `--node-local-only`. */
    whole: z.boolean(),
  }),
  schemaVersion: z.strictObject({ before: z.string(), after: z.string() }),
  /**
   * How many items could be read through the API while backing up (about a thousand are counted), and whether that was all.
   * Null where they could not be read. A restore that brings back none of them did not work.
   */
  sample: z.strictObject({ items: size, complete: z.boolean() }).nullable(),
  /**
   * Every item, as the API gave them before and after the snapshot; indexes as they gave their entries. Null where the two
   * readings differ or could not be made, absent without `--checksum` and in manifests of version 0.1.0.
   */
  items: itemTotals
    .extend({ indexes: z.array(itemTotals.extend({ name: z.string().min(1) })).readonly() })
    .nullable()
    .optional(),
  archive: storedFile.extend({ entries: z.array(archiveEntry).readonly() }),
  files: z.array(storedFile).readonly(),
  totals: z.strictObject({ sstables: size, files: size, bytes: size }),
  /** SHA-256 of this manifest without this member, as `checksumOf` counts it. */
  checksum: sha256,
});

export type Manifest = z.infer<typeof manifestSchema>;
export type StoredFile = z.infer<typeof storedFile>;
export type ArchiveEntry = z.infer<typeof archiveEntry>;
export type Segment = NonNullable<ArchiveEntry['segment']>;

/** Throws an Error whose message says what is wrong with the text: not JSON, a newer format, a field, or its checksum. */
export function parseManifest(text: string): Manifest {
  const value: unknown = JSON.parse(text);
  const format = z.looseObject({ format: z.number() }).safeParse(value);
  if (!format.success) throw new Error('it has no format number');
  if (format.data.format > MANIFEST_FORMAT) {
    throw new Error(
      `it has format ${format.data.format}; this version of the tool reads up to ${MANIFEST_FORMAT}`,
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error).replaceAll('\n', ' '));
  const { checksum, ...rest } = parsed.data;
  if (checksumOf(rest) !== checksum) throw new Error('its checksum does not fit its content');
  return parsed.data;
}

/** The manifest as text, its checksum added. */
export function renderManifest(manifest: Omit<Manifest, 'checksum'>): string {
  return `${JSON.stringify({ ...manifest, checksum: checksumOf(manifest) }, null, 2)}\n`;
}

/** SHA-256 over the members as JSON with sorted keys and no blanks, so that neither order nor layout matters. */
export const checksumOf = (manifest: Omit<Manifest, 'checksum'>): string =>
  createHash('sha256').update(sortedJson(manifest)).digest('hex');
