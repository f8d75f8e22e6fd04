import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeBench } from './with-node.js';

type Verb = 'start' | 'stop';

/**
 * What the command does, in the words of a shell; `"$@"` is the real one, `$PPID` the tool. Default: the real one. It is told
 * the first time only: from then on it does what it should.
 */
export type Script = Readonly<Partial<Record<Verb, string>>>;

export interface ScriptedService {
  /** For the tool. */
  readonly env: Readonly<Record<string, string>>;
  /** The verbs but `status`, in the order in which they were asked for. */
  readonly calls: () => readonly string[];
}

/** The node's service, each call of it written down, with commands that do something else. */
export function scriptedService({ tool, node }: NodeBench, script: Script = {}): ScriptedService {
  const [program, log] = [join(tool.cwd, 'scripted-service'), join(tool.cwd, 'service-calls')];
  rmSync(log, { force: true });
  const { service } = node.addresses;
  const text = [
    '#!/bin/sh',
    'verb=$1; shift',
    `asked=$(grep -c "^$verb$" '${log}' 2>/dev/null)`,
    `echo "$verb" >> '${log}'`,
    'case "$verb.${asked:-0}" in',
    ...(['start', 'stop'] as const).map((verb) => `${verb}.0) ${script[verb] ?? '"$@"'} ;;`),
    '*) "$@" ;;',
    'esac',
    '',
  ].join('\n');
  writeFileSync(program, text, { mode: 0o755 });
  const commands = {
    start: [program, 'start', ...service.start],
    stop: [program, 'stop', ...service.stop],
    status: service.status,
  };
  return {
    env: { ALTERNATOR_BACKUP_SERVICE: `command:${JSON.stringify(commands)}` },
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []),
  };
}

/** The exit status of the real command. */
export function runService({ node }: NodeBench, verb: 'start' | 'stop' | 'status'): number | null {
  const [program = '', ...args] = node.addresses.service[verb];
  return spawnSync(program, args, { timeout: 60_000 }).status;
}
