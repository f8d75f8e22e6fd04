import { describe, expect, it } from 'vitest';
import { EXIT_CODES, KnownError } from '../../src/errors.js';
import { parseSettings, secretsOf, type RawSettings } from '../../src/settings.js';

const raw: RawSettings = {
  backupDir: './backups',
  logDir: '.',
  endpoint: 'http://localhost:8000',
  region: 'us-east-1',
  cqlPort: '9042',
  nodetool: 'nodetool',
  cqlsh: 'cqlsh',
  service: 'systemd:scylla-server',
  startTimeout: '600',
  answerTimeout: '10',
  keepVersions: '7',
};

describe('Settings', () => {
  it('have the documented defaults (B-13 … B-18)', () => {
    expect(parseSettings(raw, {})).toMatchObject({
      shownBackupDirectory: './backups',
      endpoint: 'http://localhost:8000',
      cqlHost: 'localhost',
      cqlPort: 9042,
      nodetool: ['nodetool'],
      service: { kind: 'systemd', unit: 'scylla-server' },
      credentials: {
        accessKeyId: 'cassandra',
        secretAccessKey: 'cassandra',
        username: 'cassandra',
        password: 'cassandra',
      },
    });
  });

  it('take credentials from the environment, both documented pairs (X-8, T-30)', () => {
    const environment = {
      AWS_ACCESS_KEY_ID: 'role',
      AWS_SECRET_ACCESS_KEY: '$6$salted',
      SCYLLA_USER: 'me',
      SCYLLA_PASSWORD: 'secret word',
    };
    const { credentials } = parseSettings(raw, environment);
    expect(credentials).toEqual({
      accessKeyId: 'role',
      secretAccessKey: '$6$salted',
      username: 'me',
      password: 'secret word',
    });
    expect(secretsOf(credentials)).toEqual(['$6$salted', 'secret word']);
  });

  it('do not take the default password for a secret: it is part of many a path', () => {
    expect(secretsOf(parseSettings(raw, {}).credentials)).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ['nodetool', ['nodetool']],
    ['docker exec scylla nodetool', ['docker', 'exec', 'scylla', 'nodetool']],
    ['["/opt/my tools/nodetool", "-h", "127.0.0.1"]', ['/opt/my tools/nodetool', '-h', '127.0.0.1']],
  ])('read --nodetool %s', (text, argv) => {
    expect(parseSettings({ ...raw, nodetool: text }, {}).nodetool).toEqual(argv);
  });

  it.each([
    ['none', { kind: 'none' }],
    ['docker:scylla', { kind: 'docker', container: 'scylla' }],
    [
      'command:{"start":["a"],"stop":["b","c d"],"status":["e"]}',
      { kind: 'command', start: ['a'], stop: ['b', 'c d'], status: ['e'] },
    ],
  ])('read --service %s', (text, service) => {
    expect(parseSettings({ ...raw, service: text }, {}).service).toEqual(service);
  });

  it('find nodetool and the service in the container of --docker, unless they are given', () => {
    const bare = Object.fromEntries(
      Object.entries(raw).filter(([name]) => name !== 'nodetool' && name !== 'service'),
    ) as unknown as RawSettings;
    expect(parseSettings({ ...bare, docker: 'scylla-1' }, {})).toMatchObject({
      nodetool: ['docker', 'exec', 'scylla-1', 'nodetool'],
      service: { kind: 'docker', container: 'scylla-1' },
    });
    const given = { ...bare, docker: 'scylla-1', nodetool: '/opt/nodetool', service: 'none' };
    expect(parseSettings(given, {})).toMatchObject({
      nodetool: ['/opt/nodetool'],
      service: { kind: 'none' },
    });
    expect(parseSettings(bare, {})).toMatchObject({
      nodetool: ['nodetool'],
      service: { kind: 'systemd', unit: 'scylla-server' },
    });
  });

  it.each([{ docker: '--privileged' }, { docker: 'a b' }, { service: 'docker:--privileged' }])(
    'do not take %j for the name of a container',
    (wrong) => {
      expect(() => parseSettings({ ...raw, ...wrong }, {})).toThrow(KnownError);
    },
  );

  it('report all problems together', () => {
    const wrong = {
      ...raw,
      endpoint: 'localhost:8000x/',
      cqlPort: '0',
      nodetool: '[1]',
      service: 'upstart:scylla',
      startTimeout: '-1',
      keepVersions: 'many',
    };
    const error = (() => {
      try {
        return parseSettings(wrong, {});
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(KnownError);
    expect((error as KnownError).exitCode).toBe(EXIT_CODES.usage);
    const lines = (error as KnownError).message.split('\n');
    for (const flag of [
      '--endpoint',
      '--cql-port',
      '--nodetool',
      '--service',
      '--start-timeout',
      '--keep-versions',
    ]) {
      expect(lines.filter((line) => line.startsWith(flag))).toHaveLength(1);
    }
  });

  it('that are empty are named once each, and none is taken for a default or for the working directory', () => {
    const empty = { ...raw, backupDir: '', logDir: ' ', dataDir: '', region: '', cqlHost: '', cqlPort: '' };
    const flags = ['--backup-dir', '--data-dir', '--log-dir', '--region', '--cql-host', '--cql-port'];
    expect(() => parseSettings(empty, {})).toThrow(
      flags.map((flag) => `${flag} must not be empty`).join('\n'),
    );
  });

  it.each([
    ['1', true],
    ['true', true],
    ['0', false],
    ['no', false],
  ])('take ALTERNATOR_BACKUP_JSON=%s for %s, and a flag for yes whatever it says', (value, json) => {
    const environment = { ALTERNATOR_BACKUP_JSON: value, ALTERNATOR_BACKUP_QUIET: value };
    expect(parseSettings(raw, environment)).toMatchObject({ json, quiet: json });
    expect(parseSettings({ ...raw, json: true }, environment).json).toBe(true);
    expect(() => parseSettings(raw, { ALTERNATOR_BACKUP_JSON: '' })).toThrow(
      'ALTERNATOR_BACKUP_JSON must be',
    );
  });

  it('refuse credentials in the endpoint: it is shown everywhere', () => {
    expect(() => parseSettings({ ...raw, endpoint: 'http://me:secret@localhost:8000' }, {})).toThrow(
      '--endpoint must not hold credentials',
    );
  });

  it('take an IPv6 host for CQL without its brackets', () => {
    expect(parseSettings({ ...raw, endpoint: 'http://[::1]:8000' }, {}).cqlHost).toBe('::1');
  });

  it('say how hard and how fast to work, and refuse what makes no sense', () => {
    const of = (more: object) => parseSettings({ ...raw, ...more }, {});
    expect(of({ jobs: '3', level: '9', limitRate: '0.5' })).toMatchObject({
      jobs: 3,
      level: 9,
      bytesPerSecond: 500_000,
      givesWay: true,
    });
    expect(of({})).toMatchObject({ level: 6, bytesPerSecond: null });
    expect(of({}).jobs).toBeGreaterThanOrEqual(1);
    expect(of({ nice: false }).givesWay).toBe(false);
    expect(parseSettings(raw, { ALTERNATOR_BACKUP_NO_NICE: '1' }).givesWay).toBe(false);
    for (const wrong of [
      { jobs: '0' },
      { level: '10' },
      { limitRate: '0' },
      { limitRate: '-1' },
      { limitRate: '' },
    ])
      expect(() => of(wrong)).toThrow(/^--(jobs|level|limit-rate) must/);
  });
});
