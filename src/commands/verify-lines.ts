import { formatSize } from '../model/size.js';
import type { Verdict } from './verify-one.js';

/** A damaged archive of a large table can have thousands of wrong files; scripts get them all. */
const MOST_SHOWN = 20;

/** The documented mark, which backup, and what is wrong with it or could not be checked. */
export function verdictLines(verdict: Verdict): readonly string[] {
  const { table, label, state, problems, unproven, unchecked } = verdict;
  const which = `${table} ${label ?? '(documented script)'}`;
  switch (state) {
    case 'gone':
      return [`- Gone: ${which}: it was removed while it was looked at, since newer backups came`];
    case 'invalid':
      return [
        `✗ Invalid: ${which}`,
        ...problems.slice(0, MOST_SHOWN).map((problem) => `    ${problem}`),
        ...(problems.length > MOST_SHOWN ? [`    and ${problems.length - MOST_SHOWN} more`] : []),
      ];
    case 'valid':
    case 'unproven':
      return [
        `✓ Valid: ${which}${held(verdict)}${state === 'unproven' ? ', unproven' : ''}`,
        ...unproven.map((sstable) => `    unproven: SSTable ${sstable} has no digest`),
        ...unchecked.map((what) => `    not checked: ${what}`),
      ];
  }
}

function held({ files, sstables, bytes }: Verdict): string {
  if (files === 0) return '';
  return `, ${files} files, ${sstables} SSTable${sstables === 1 ? '' : 's'}, ${formatSize(bytes)}`;
}

/** One line where more than one backup was looked at. */
export function verifySummaryLines(verdicts: readonly Verdict[], failures: number): readonly string[] {
  if (verdicts.length + failures < 2) return [];
  const invalid = verdicts.filter(({ state }) => state === 'invalid').length;
  const gone = verdicts.filter(({ state }) => state === 'gone').length;
  const parts = [
    `${verdicts.length - invalid - gone} valid`,
    `${invalid} invalid`,
    ...(gone > 0 ? [`${gone} gone`] : []),
    ...(failures > 0 ? [`${failures} that could not be looked at`] : []),
  ];
  return ['', `${verdicts.length + failures} backups: ${parts.join(', ')}`];
}
