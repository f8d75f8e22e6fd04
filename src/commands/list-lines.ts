import { formatAge } from '../model/age.js';
import { formatSize } from '../model/size.js';
import { textTable } from '../model/text-table.js';
import type { Verified } from '../model/verification.js';
import { generationLabel } from '../store/generation-label.js';
import type { Generation } from '../store/store.js';

/** One generation of one table, as it is listed. */
export interface Listed {
  readonly table: string;
  readonly generation: Generation;
  /** 1 for the newest. */
  readonly number: number;
  readonly versions: number;
  /** It stands among the others of its table, not for all of them. */
  readonly asOneOf: boolean;
}

const HEADINGS = ['TABLE', 'LABEL', 'AGE', 'SIZE', 'VERSIONS', 'VERIFIED', 'NODE'] as const;

/** What people see: one line for each, and under them why a folder cannot be used. */
export function listLines(listed: readonly Listed[], now: Date): readonly string[] {
  if (listed.length === 0) return ['No backups found.'];
  const unusable = listed.flatMap(({ generation: { found } }) =>
    'problem' in found ? [`✗ ${found.folder}: ${found.problem}`] : [],
  );
  return [
    ...textTable([HEADINGS, ...listed.map((each) => cells(each, now))]),
    ...(unusable.length > 0 ? ['', ...unusable] : []),
  ];
}

function cells({ table, generation, number, versions, asOneOf }: Listed, now: Date): readonly string[] {
  const { found, madeAt, size, verified } = generation;
  const isUnusable = 'problem' in found;
  const manifest = !isUnusable && found.kind === 'manifest' ? found.manifest : undefined;
  // By this --from finds it.
  const olderLabel = number === 1 ? [] : [generationLabel(found) ?? ''];
  return [
    table,
    manifest?.label ?? [...olderLabel, isUnusable ? '(unusable)' : '(documented script)'].join(' '),
    madeAt === undefined ? '-' : formatAge(madeAt, now),
    size === undefined ? '-' : formatSize(size),
    asOneOf ? `${number} of ${versions}` : String(versions),
    isUnusable ? '-' : verifiedCell(verified, now),
    manifest?.node.address ?? '-',
  ];
}

/** `✓ full, 3 hours ago`. */
export function verifiedCell(verified: Verified | undefined, now: Date): string {
  if (verified === undefined) return 'never';
  const { at, depth, state } = verified;
  const marks = { valid: `✓ ${depth}`, unproven: `✓ ${depth}, unproven`, invalid: '✗ invalid' } as const;
  const age = formatAge(new Date(at), now);
  return `${marks[state]}, ${age}${age.startsWith('in ') ? '' : ' ago'}`;
}

/** What scripts get of each: names and units that stay. */
export function listedJson({ table, generation, number, versions }: Listed): object {
  const { found, madeAt, size, verified } = generation;
  const manifest = 'problem' in found || found.kind !== 'manifest' ? undefined : found.manifest;
  const { address, hostId, datacenter, rack } = manifest?.node ?? {};
  return {
    table,
    label: manifest?.label ?? (number === 1 ? null : (generationLabel(found) ?? null)),
    kind: 'problem' in found ? 'unusable' : found.kind,
    folder: found.folder,
    newest: number === 1,
    versions,
    finishedAt: madeAt?.toISOString() ?? null,
    type: manifest?.type ?? null,
    archiveBytes: size ?? null,
    unpackedBytes: manifest?.totals.bytes ?? null,
    node: manifest ? { address, hostId, datacenter, rack } : null,
    whole: manifest?.table.whole ?? null,
    verified: verified ?? null,
    problem: 'problem' in found ? found.problem : null,
  };
}
