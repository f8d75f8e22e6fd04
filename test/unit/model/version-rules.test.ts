import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseServerVersion } from '../../../src/model/server-version.js';
import { rule, VERSION_RULES, type RuleId, type VersionRule } from '../../../src/model/version-rules.js';

/** Every release line, in order. */
const RELEASES = [
  ...['4.6', '5.0', '5.1', '5.2', '5.4', '6.0', '6.1', '6.2'],
  ...['2025.1', '2025.2', '2025.3', '2025.4', '2026.1', '2026.2', '2026.3', '2026.4'],
];

/** First and last release on which a rule is so, written down a second time: a number changed by mistake is found here. */
const SO: Record<RuleId, readonly [first: string, last: string]> = {
  'gsi-keys-are-columns': ['4.6', '6.2'],
  'lsi-keys-are-columns': ['4.6', '2025.3'],
  'lsi-only-at-creation': ['4.6', '2026.4'],
  'gsi-by-update-table': ['2025.1', '2026.4'],
  'one-gsi-per-update-table': ['2025.1', '2026.4'],
  'composite-gsi-keys': ['2026.4', '2026.4'],
  'hash-only-gsi-shown-with-range': ['4.6', '2025.4'],
  'projection-always-all': ['4.6', '2026.4'],
  'description-is-no-request': ['4.6', '2026.4'],
  'throughput-only-when-provisioned': ['4.6', '2026.4'],
  'no-spurious-definitions': ['4.6', '2026.4'],
  'creation-date-is-not-kept': ['4.6', '2026.4'],
  'system-tags-are-reserved': ['4.6', '2026.4'],
  'tags-at-most-50': ['4.6', '2026.4'],
  'tablets-exist': ['6.0', '2026.4'],
  'vnodes-unless-tagged': ['4.6', '2025.3'],
  'tablets-tag-is-system': ['2025.4', '2026.4'],
  'streams-refused-on-tablets': ['6.0', '2026.1'],
  'ttl-refused-on-tablets': ['6.0', '2025.2'],
  'lwt-fails-on-tablets': ['6.0', '2025.3'],
  'indexes-on-tablets-need-racks': ['2025.4', '2026.4'],
  'incremental-compaction-by-default': ['2025.1', '2026.4'],
  'dictionary-compression-by-default': ['2025.4', '2026.4'],
  'names-up-to-222': ['4.6', '2025.3'],
  'cql-names-up-to-48': ['4.6', '2025.1'],
  'stream-needs-a-short-name': ['4.6', '2026.4'],
};

const RULES: readonly VersionRule[] = VERSION_RULES;

/** The tests of what the rules are for; each names its rules in its title, in brackets. */
const BEHAVIOUR = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.test.ts') && name !== 'version-rules.test.ts')
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .join('\n');

describe('The table of version rules', () => {
  it('names each rule once', () => {
    expect(RULES.map(({ id }) => id)).toEqual([...new Set(RULES.map(({ id }) => id))]);
  });

  it.each(RULES.map((each) => [each.id, each] as const))(
    'says of %s what it is, why it matters and where it was read',
    (_, { what, why, source }) => {
      for (const text of [what, why]) expect(text).toMatch(/^[A-Z0-9].{20,}\.$/s);
      expect(source).toMatch(/#\d+|\b(api|cql) \d+|behaviour\.md|SCYLLA\.md|\.cc\b|unproven/);
    },
  );

  it.each(RULES.map(({ id }) => [id]))('has a test of what %s is for, which names it', (id) => {
    expect(BEHAVIOUR).toContain(`[${id}]`);
  });

  it('has an expectation for each rule, and no other', () => {
    expect(Object.keys(SO).sort()).toEqual(RULES.map(({ id }) => id).sort());
  });

  it.each(RULES.map(({ id }) => [id]))(
    '%s is so from its first release to its last, and on no other',
    (id) => {
      const [first, last] = SO[id as RuleId];
      const held = RELEASES.filter((each) => rule(parseServerVersion('Scylla', `${each}.3`), id as RuleId));
      expect(held).toEqual(RELEASES.slice(RELEASES.indexOf(first), RELEASES.indexOf(last) + 1));
    },
  );

  it('takes a server of unknown version for the newest', () => {
    const server = parseServerVersion('Scylla', 'no version');
    const held = RULES.filter(({ id }) => rule(server, id as RuleId)).map(({ id }) => id);
    expect(held).toEqual(RULES.filter(({ until }) => until === undefined).map(({ id }) => id));
  });

  it('refuses to judge by a rule that is not in it', () => {
    expect(() => rule(parseServerVersion('Scylla', '6.2.0'), 'no-such-rule' as RuleId)).toThrow(
      'no version rule is called no-such-rule',
    );
  });
});
