import { availableParallelism } from 'node:os';
import { KnownError } from './errors.js';
import { CONTAINER_NAME, parseServiceSetting, type ServiceSetting } from './service/service-setting.js';
import {
  parseEndpoint,
  parseNumber,
  parsePlace,
  parseRate,
  parseProgram,
  parseSwitch,
  parseWord,
  Problem,
  type Environment,
} from './setting-values.js';

/** Settings as they come from flags and environment: text, and nobody has looked at it. */
export interface RawSettings {
  readonly backupDir: string;
  readonly dataDir?: string;
  readonly logDir: string;
  readonly endpoint: string;
  readonly region: string;
  readonly cqlHost?: string;
  readonly cqlPort: string;
  readonly docker?: string;
  readonly nodetool?: string;
  readonly cqlsh: string;
  readonly nodetoolTimeout?: string;
  readonly service?: string;
  readonly startTimeout: string;
  readonly answerTimeout: string;
  readonly keepVersions: string;
  readonly jobs?: string;
  readonly level?: string;
  readonly limitRate?: string;
  /** False with `--no-nice`. */
  readonly nice?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Settings that make sense. */
export interface Settings {
  readonly backupDirectory: string;
  /** The same as the operator wrote it, for log lines. */
  readonly shownBackupDirectory: string;
  readonly dataDirectory: string | undefined;
  readonly logDirectory: string;
  readonly endpoint: string;
  readonly region: string;
  readonly cqlHost: string;
  readonly cqlPort: number;
  readonly nodetool: readonly [string, ...string[]];
  readonly cqlsh: readonly [string, ...string[]];
  /** For a snapshot; a load may take longer where nobody set a limit. */
  readonly nodetoolTimeoutMs: number;
  readonly loadTimeoutMs: number;
  readonly service: ServiceSetting;
  readonly startTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly keepVersions: number;
  /** How many blocks are compressed or decompressed side by side. */
  readonly jobs: number;
  /** 1 to 9. */
  readonly level: number;
  /** How fast a snapshot is read at most; null for as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** Whether the database and others come first. */
  readonly givesWay: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly credentials: Credentials;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly username: string;
  readonly password: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/** Rejects with kind `usage`, all problems at once. Credentials come from the environment only. */
export function parseSettings(raw: RawSettings, environment: Environment): Settings {
  const problems: string[] = [];
  const check = <T>(value: T | Problem, otherwise: T): T => {
    if (!(value instanceof Problem)) return value;
    problems.push(value.text);
    return otherwise;
  };

  problems.push(...emptyOnes(raw));
  const place = (flag: string, text: string) => check(parsePlace(flag, text), text);
  const endpoint = check(parseEndpoint(raw.endpoint), new URL('http://localhost'));
  const docker =
    raw.docker === undefined
      ? undefined
      : check(parseWord('--docker', raw.docker, CONTAINER_NAME), raw.docker);
  const service = parseServiceSetting(
    raw.service ?? (docker === undefined ? 'systemd:scylla-server' : `docker:${docker}`),
  );
  if (typeof service === 'string') problems.push(service);
  const timeout = (flag: string, text: string | undefined, otherwise: number) =>
    1000 * check(parseNumber(flag, text ?? String(otherwise), 1, 7 * 24 * HOUR), otherwise);

  const settings: Settings = {
    backupDirectory: place('--backup-dir', raw.backupDir),
    shownBackupDirectory: raw.backupDir.replace(/(?<=.)\/+$/, ''),
    dataDirectory: raw.dataDir === undefined ? undefined : place('--data-dir', raw.dataDir),
    logDirectory: place('--log-dir', raw.logDir),
    endpoint: endpoint.href.replace(/\/$/, ''),
    region: check(parseWord('--region', raw.region, /^[A-Za-z0-9-]+$/), 'us-east-1'),
    cqlHost: check(
      parseWord('--cql-host', raw.cqlHost ?? endpoint.hostname.replace(/^\[|\]$/g, ''), /^[^\s/]+$/),
      'localhost',
    ),
    cqlPort: check(parseNumber('--cql-port', raw.cqlPort, 1, 65_535), 9042),
    nodetool:
      raw.nodetool === undefined && docker !== undefined
        ? ['docker', 'exec', docker, 'nodetool']
        : check(parseProgram('--nodetool', raw.nodetool ?? 'nodetool'), ['nodetool']),
    cqlsh: check(parseProgram('--cqlsh', raw.cqlsh), ['cqlsh']),
    nodetoolTimeoutMs: timeout('--nodetool-timeout', raw.nodetoolTimeout, 10 * MINUTE),
    loadTimeoutMs: timeout('--nodetool-timeout', raw.nodetoolTimeout, 6 * HOUR),
    service: typeof service === 'string' ? { kind: 'none' } : service,
    startTimeoutMs: timeout('--start-timeout', raw.startTimeout, 600),
    answerTimeoutMs: timeout('--answer-timeout', raw.answerTimeout, 10),
    keepVersions: check(parseNumber('--keep-versions', raw.keepVersions, 1, 100_000), 7),
    // One core is left to the database.
    jobs: check(
      parseNumber('--jobs', raw.jobs ?? String(Math.max(1, availableParallelism() - 1)), 1, 999),
      1,
    ),
    level: check(parseNumber('--level', raw.level ?? '6', 1, 9), 6),
    bytesPerSecond: check(
      raw.limitRate === undefined ? null : parseRate('--limit-rate', raw.limitRate),
      null,
    ),
    givesWay: raw.nice !== false && !check(parseSwitch('ALTERNATOR_BACKUP_NO_NICE', environment), false),
    quiet: raw.quiet ?? check(parseSwitch('ALTERNATOR_BACKUP_QUIET', environment), false),
    json: raw.json ?? check(parseSwitch('ALTERNATOR_BACKUP_JSON', environment), false),
    credentials: readCredentials(environment),
  };
  if (problems.length > 0) {
    throw new KnownError('usage', oneOfEach(problems).join('\n'), { changed: 'Nothing was done.' });
  }
  return settings;
}

/** The documented defaults; both documented pairs of names are known. */
function readCredentials(environment: Environment): Credentials {
  return {
    accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? DEFAULT_ROLE,
    secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? DEFAULT_ROLE,
    username: environment['SCYLLA_USER'] ?? DEFAULT_ROLE,
    password: environment['SCYLLA_PASSWORD'] ?? DEFAULT_ROLE,
  };
}

const DEFAULT_ROLE = 'cassandra';

/** What must not be seen in any output. The default is a word that everybody knows, and part of many a path. */
export const secretsOf = ({ secretAccessKey, password }: Credentials): readonly string[] =>
  [secretAccessKey, password].filter((secret) => secret !== '' && secret !== DEFAULT_ROLE);

/** A variable that is there but empty (`BACKUP_DIR=` in a file for systemd) is a slip, not a wish for the default. */
const emptyOnes = (raw: RawSettings): readonly string[] =>
  Object.entries(FLAG_OF).flatMap(([name, flag]) =>
    raw[name as keyof typeof FLAG_OF]?.trim() === '' ? [`${flag} must not be empty`] : [],
  );

const FLAG_OF = {
  backupDir: '--backup-dir',
  dataDir: '--data-dir',
  logDir: '--log-dir',
  endpoint: '--endpoint',
  region: '--region',
  cqlHost: '--cql-host',
  cqlPort: '--cql-port',
  docker: '--docker',
  nodetool: '--nodetool',
  cqlsh: '--cqlsh',
  nodetoolTimeout: '--nodetool-timeout',
  service: '--service',
  startTimeout: '--start-timeout',
  answerTimeout: '--answer-timeout',
  keepVersions: '--keep-versions',
  jobs: '--jobs',
  level: '--level',
  limitRate: '--limit-rate',
} as const satisfies Partial<Record<keyof RawSettings, string>>;

/** The first that is wrong with each setting: an empty one is no number either, which nobody needs to be told. */
function oneOfEach(problems: readonly string[]): readonly string[] {
  const first = new Map<string, string>();
  for (const problem of problems) {
    const [subject = ''] = problem.split(' ');
    if (!first.has(subject)) first.set(subject, problem);
  }
  return [...first.values()];
}
