import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { forgeBackup } from '../../node/harness/forged-backup.js';
import { flipByte } from './damage.js';
import type { Stage, ToolOptions } from './stage.js';

const NOBODY = 65_534;

/** Something that must keep a restore of `users` from beginning. */
export interface Defect {
  readonly defect: string;
  readonly plant: (stage: Stage) => unknown;
  /** Takes away what the clean-up of a test could not. */
  readonly heal?: (stage: Stage) => void;
  readonly args?: readonly string[];
  readonly options?: ToolOptions;
  /** Which check refuses, and the cure. */
  readonly says: readonly RegExp[];
  readonly root?: true;
  readonly serverUid?: number;
}

const UNTOUCHED = /State: The table was not touched\./;
const SUDO = /Next: A restore needs root rights: sudo/;
const TAKE_AWAY = /Next: .*take them away; then restore again/;

/** So that somebody else can run the tool and the programs of the fake here. */
function forNobody({ cwd, fake }: Stage): void {
  execFileSync('chown', ['-R', `${NOBODY}`, cwd, join(fake.programs, '..', 'written')]);
}

/** Made before its time, so that a test can do with it what it likes. */
function workDirectory({ fake }: Stage): string {
  const beside = join(fake.dataDirectory, '..');
  const path = join(beside, 'alternator-backup');
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}

const folder = ({ backups }: Stage) => join(backups, 'users');
const archive = (stage: Stage) => join(folder(stage), 'users_backup.tar.gz');
const directory = ({ fake }: Stage) => fake.table('users')?.directory ?? '';
const inUpload = (stage: Stage, name: string) => {
  writeFileSync(join(directory(stage), 'upload', name), 'somebody else put it here');
};
const gossipStopped = ({ fake }: Stage) => {
  fake.when('nodetool', ([verb]) => verb === 'statusgossip', { kind: 'say', stdout: 'not running\n' });
};
const denied = ({ fake }: Stage) => {
  fake.when('service', ([verb]) => verb === 'status', {
    kind: 'fail',
    exit: 4,
    stderr: 'Failed to connect to bus: Permission denied',
  });
};

export const DEFECTS: readonly Defect[] = [
  {
    defect: 'the archive is missing',
    plant: (stage) => {
      rmSync(archive(stage));
    },
    says: [/ERROR - \S+: users_backup\.tar\.gz is missing$/m, UNTOUCHED],
  },
  {
    defect: 'the archive is truncated',
    plant: (stage) => {
      truncateSync(archive(stage), 3_000);
    },
    says: [/ERROR - \S+users_backup\.tar\.gz has 3000 bytes instead of \d+$/m],
  },
  {
    defect: 'a byte of the archive is wrong',
    plant: (stage) => {
      flipByte(archive(stage), 2_000);
    },
    says: [/ERROR - \S+: \S+-Data\.db: a block of it cannot be decompressed \(.*\)$/m],
  },
  {
    defect: 'alternator_schema.json is no JSON, though the manifest has its digest',
    plant: (stage) => void forgeBackup(folder(stage), 'alternator_schema.json', () => 'no JSON at all'),
    says: [/ERROR - \S+alternator_schema\.json cannot be read: .*is not valid JSON$/m, UNTOUCHED],
  },
  {
    defect: 'table_schema.cql is no CQL, though the manifest has its digest',
    plant: (stage) => void forgeBackup(folder(stage), 'table_schema.cql', () => 'CREATE TABEL users (;'),
    args: ['--schema', 'cql'],
    says: [/ERROR - The "\(" at line 1, column 20 is still open where the statement ends/, UNTOUCHED],
  },
  {
    defect: 'the file system of the data directory has no room',
    root: true,
    plant: (stage) => {
      const work = workDirectory(stage);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', work]);
    },
    heal: (stage) => {
      execFileSync('umount', ['-l', workDirectory(stage)]);
    },
    says: [
      /ERROR - No space left on device for unpacking the backup of users: \S+ has [\d.]+ KiB free, [\d.]+ KiB and a reserve of 64\.0 MiB are needed$/m,
      /Next: Free up space/,
    ],
  },
  {
    defect: 'another user, who may not write beside the data directory',
    root: true,
    options: { asUser: NOBODY },
    plant: (stage) => {
      forNobody(stage);
      chmodSync(stage.fake.dataDirectory, 0o555);
      chmodSync(join(stage.fake.dataDirectory, '..'), 0o555);
    },
    says: [
      /ERROR - 2 things stand in the way of the restore:$/m,
      /1\. The work directory \S+ cannot be made: Permission denied$/m,
      /2\. users: We may not write into \S+upload: Permission denied$/m,
      SUDO,
    ],
  },
  {
    defect: 'another user, who may not give files to the user of the server',
    root: true,
    serverUid: 65_533,
    options: { asUser: NOBODY },
    plant: (stage) => {
      forNobody(stage);
      chownSync(workDirectory(stage), NOBODY, NOBODY);
      chownSync(join(workDirectory(stage), '..'), NOBODY, NOBODY);
      chmodSync(join(directory(stage), 'upload'), 0o777);
    },
    says: [
      /ERROR - We may not give files to the server’s user 65533 in \S+: Operation not permitted$/m,
      UNTOUCHED,
      SUDO,
    ],
  },
  {
    defect: 'the service is not ours to control',
    plant: denied,
    args: ['--offline'],
    says: [/ERROR - the service is not active, or its status cannot be read$/m, /Next: .*--service/],
  },
  {
    defect: 'gossip does not run',
    plant: gossipStopped,
    says: [/ERROR - The node does not serve: gossip is not running$/m, /Next: Look at journalctl/],
  },
  {
    defect: 'nobody listens on the CQL port',
    plant: ({ fake }) => fake.closeDoor('cql'),
    says: [/ERROR - CQL at \S+ cannot be reached: connect ECONNREFUSED/, /Next: .*--cql-port/],
  },
  {
    defect: 'nobody listens on the API port',
    plant: ({ fake }) => fake.closeDoor('api'),
    says: [/ERROR - Alternator at \S+ cannot be reached: connect ECONNREFUSED/, /Next: .*--endpoint/],
  },
  {
    defect: 'the API answers 500',
    plant: ({ fake }) => {
      fake.api.answer = 500;
    },
    says: [/ERROR - List the tables: Alternator at \S+ answers with status 500$/m, /Next: /],
  },
  {
    defect: 'nodetool is not there',
    plant: () => undefined,
    args: ['--nodetool', '/no/such/nodetool'],
    says: [/ERROR - The program \/no\/such\/nodetool cannot be found$/m, /Next: .*--nodetool/],
  },
  {
    defect: 'T-60: the keyspace directory is a link',
    plant: (stage) => {
      const keyspace = join(stage.fake.dataDirectory, 'alternator_users');
      const away = join(stage.cwd, 'elsewhere');
      renameSync(keyspace, away);
      symlinkSync(away, keyspace);
    },
    says: [/ERROR - \S+alternator_users is not a directory, but a link or a file$/m],
  },
  {
    defect: 'TX-10: foreign SSTables wait in upload/',
    plant: (stage) => {
      inUpload(stage, 'me-3h5p_0000_000000000000000001-big-Data.db');
    },
    says: [/ERROR - \S+upload is not empty: me-3h5p_0{4}_0{17}1-big-Data\.db$/m, TAKE_AWAY],
  },
  {
    defect: 'TX-10: a foreign file waits in upload/',
    plant: (stage) => {
      inUpload(stage, 'README.txt');
    },
    says: [/ERROR - \S+upload is not empty: README\.txt$/m, TAKE_AWAY],
  },
  {
    defect: 'TX-10: a hidden file waits in upload/',
    plant: (stage) => {
      inUpload(stage, '.note');
    },
    says: [/ERROR - \S+upload is not empty: \.note$/m, TAKE_AWAY],
  },
  {
    defect: 'several things are wrong with the node: all are told, each with its cure',
    plant: (stage) => {
      gossipStopped(stage);
      denied(stage);
    },
    args: ['--offline'],
    says: [
      /ERROR - 2 things stand in the way of the restore:$/m,
      /1\. The node does not serve: gossip is not running \(Look at journalctl/,
      /2\. the service is not active, or its status cannot be read \(.*--service/,
    ],
  },
  {
    defect:
      'the archive is truncated, a foreign file waits in upload/, and there is no room: all three are told',
    root: true,
    plant: (stage) => {
      truncateSync(archive(stage), 3_000);
      inUpload(stage, 'README.txt');
      const work = workDirectory(stage);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', work]);
    },
    heal: (stage) => {
      execFileSync('umount', ['-l', workDirectory(stage)]);
    },
    says: [
      /ERROR - 3 things stand in the way of the restore:$/m,
      /1\. \S+upload is not empty: README\.txt \(.*take them away/,
      /2\. No space left on device for unpacking the backup of users: .*\(Free up space/,
      /3\. The backup of 'users' is damaged: .* has 3000 bytes instead of \d+.* \(Restore an older generation/,
    ],
  },
  {
    defect: 'gossip does not run and a byte of the archive is wrong: both are told',
    plant: (stage) => {
      gossipStopped(stage);
      flipByte(archive(stage), 2_000);
    },
    says: [
      /INFO - The node does not serve: gossip is not running: looking for what else stands in the way$/m,
      /1\. The node does not serve: gossip is not running \(Look at journalctl/,
      /2\. users: The backup of 'users' is damaged: .*-Data\.db/,
    ],
  },
  {
    defect: 'several things are wrong with a table: all are told, each with its cure',
    root: true,
    serverUid: 65_533,
    options: { asUser: NOBODY },
    plant: (stage) => {
      forNobody(stage);
      chownSync(workDirectory(stage), NOBODY, NOBODY);
      chownSync(join(workDirectory(stage), '..'), NOBODY, NOBODY);
      inUpload(stage, 'README.txt');
    },
    says: [
      /ERROR - 3 things stand in the way of the restore:$/m,
      /1\. \S+upload is not empty: README\.txt \(.*take them away/,
      /2\. We may not give files to the server’s user 65533 .*root rights/,
      /3\. We may not write into \S+upload: Permission denied .*root rights/,
    ],
  },
];
