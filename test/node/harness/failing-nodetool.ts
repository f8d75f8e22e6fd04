import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeBench } from './with-node.js';

/** What the first `refresh` that nodetool is asked for does instead of its work. */
export type FirstRefresh = 'exits 1' | 'hangs' | 'exits 1 after the load';

const DEEDS: Readonly<Record<FirstRefresh, string>> = {
  'exits 1': 'echo "nodetool: a wrapper says no" >&2; exit 1',
  hangs: 'exec sleep 600',
  'exits 1 after the load': '"$@" || exit $?; echo "nodetool: a wrapper says no" >&2; exit 1',
};

/** The node's nodetool in a wrapper that fails once; to be passed as environment of the tool. */
export function nodetoolThat(
  { tool, node }: NodeBench,
  first: FirstRefresh,
): { readonly env: Readonly<Record<string, string>>; readonly wasAsked: () => boolean } {
  const [script, done] = [join(tool.cwd, 'failing-nodetool'), join(tool.cwd, 'has-failed')];
  rmSync(done, { force: true });
  const text = [
    '#!/bin/sh',
    `done='${done}'`,
    'for word in "$@"; do',
    '  if [ "$word" = refresh ] && [ ! -e "$done" ]; then',
    `    : > "$done"`,
    `    ${DEEDS[first]}`,
    '  fi',
    'done',
    'exec "$@"',
    '',
  ].join('\n');
  writeFileSync(script, text, { mode: 0o755 });
  const argv = [script, ...node.addresses.nodetool];
  return {
    env: { ALTERNATOR_BACKUP_NODETOOL: JSON.stringify(argv) },
    wasAsked: () => existsSync(done),
  };
}
