import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, type Stage } from './harness/stage.js';

/** What was handed to a program in the PATH, call by call. */
type Calls = () => readonly (readonly string[])[];

/**
 * A program in the PATH that writes down its arguments and does what the fake node's own programs do: `nodetool …` inside a
 * container, or start, stop and status by the words that its real one would be asked with.
 */
function placeProgram({ fake, cwd }: Stage, name: string): { readonly path: string; readonly calls: Calls } {
  const folder = join(cwd, 'bin');
  const file = join(cwd, `${name}.calls`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, '');
  const service = JSON.parse(fake.service.replace(/^command:/, '')) as Record<string, readonly string[]>;
  const script = `#!${process.execPath}
const { appendFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(file)}, JSON.stringify(args) + '\\n');
const service = ${JSON.stringify(service)};
const verbs = { start: 'start', stop: 'stop', status: 'status', 'is-active': 'status' };
const at = args.indexOf('nodetool');
const verb = verbs[args.find((word) => word in verbs)];
const argv = at >= 0 ? [...${JSON.stringify(fake.nodetool)}, ...args.slice(at + 1)] : service[verb];
const { status } = spawnSync(argv[0], argv.slice(1), { stdio: 'inherit' });
process.exit(status ?? 70);
`;
  writeFileSync(join(folder, name), script);
  chmodSync(join(folder, name), 0o755);
  return {
    path: `${folder}:${process.env['PATH'] ?? ''}`,
    calls: () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as string[]),
  };
}

/** The node's programs are found by --docker or by the defaults, not by the environment of the stage. */
const withoutPrograms = (path: string) => ({
  PATH: path,
  ALTERNATOR_BACKUP_NODETOOL: undefined as unknown as string,
  ALTERNATOR_BACKUP_SERVICE: undefined as unknown as string,
});

const options = { tables: [{ name: 'users' }] };

describe.concurrent('A node in a container', () => {
  it('is backed up and restored by --docker alone: nodetool and supervisorctl inside of it', async ({
    setUp,
  }) => {
    const stage = await setUp(options);
    const { path, calls } = placeProgram(stage, 'docker');
    const env = withoutPrograms(path);
    const backup = await stage.tool(['backup', 'users', '--docker', 'scylla-1'], { env });
    expect(backup.code, backup.stderr).toBe(0);
    const restore = await stage.tool(['restore', 'users', '--yes', '--offline', '--docker', 'scylla-1'], {
      env,
    });
    expect(restore.code, restore.stderr).toBe(0);

    const made = calls();
    expect(made.every(([verb, container]) => verb === 'exec' && container === 'scylla-1')).toBe(true);
    const supervised = made.filter((call) => call[2] === 'supervisorctl').map((call) => call.slice(3));
    expect(supervised).toContainEqual(['stop', 'scylla']);
    expect(supervised).toContainEqual(['start', 'scylla']);
    expect(made.some((call) => call[2] === 'nodetool' && call[3] === 'snapshot')).toBe(true);
    expect(made.some((call) => call[2] === 'nodetool' && call[3] === 'refresh')).toBe(true);
  });

  it('keeps a nodetool that is given', async ({ setUp }) => {
    const stage = await setUp(options);
    const { path, calls } = placeProgram(stage, 'docker');
    const env = { ...withoutPrograms(path), ALTERNATOR_BACKUP_NODETOOL: stage.fake.nodetool.join(' ') };
    expect((await stage.tool(['backup', 'users', '--docker', 'scylla-1'], { env })).code).toBe(0);
    expect(calls()).toEqual([]);
  });

  it('does not take an option for its name', async ({ setUp }) => {
    const stage = await setUp(options);
    const { path, calls } = placeProgram(stage, 'docker');
    const result = await stage.tool(['backup', 'users', '--docker=--privileged'], {
      env: withoutPrograms(path),
    });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("--docker cannot be '--privileged'");
    expect(calls()).toEqual([]);
  });
});

describe.concurrent('A node under systemd', () => {
  it('is stopped and started by systemctl, as scylla-server when nobody says otherwise', async ({
    setUp,
  }) => {
    const stage = await setUp(options);
    const { path, calls } = placeProgram(stage, 'systemctl');
    const env = { ...withoutPrograms(path), ALTERNATOR_BACKUP_NODETOOL: stage.fake.nodetool.join(' ') };
    expect((await stage.tool(['backup', 'users'], { env })).code).toBe(0);
    const restore = await stage.tool(['restore', 'users', '--yes', '--offline'], { env });
    expect(restore.code, restore.stderr).toBe(0);
    expect(calls()).toContainEqual(['stop', '--', 'scylla-server']);
    expect(calls()).toContainEqual(['start', '--', 'scylla-server']);
    expect(calls()).toContainEqual(['is-active', '--quiet', '--', 'scylla-server']);
  });
});
