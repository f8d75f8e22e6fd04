import { chown, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Installation } from '../cassandra/installation.js';
import { firstExecutable } from '../cassandra/executable.js';
import type { Behaviour } from '../types.js';
import { cassandraConfiguration, RACK_PROPERTIES, type NodePlace, type RingPorts } from './configuration.js';
import { Jvm } from './jvm.js';
import { jvmFlags } from './jvm-flags.js';

export interface LaunchOptions {
  readonly installation: Installation;
  readonly hosts: readonly string[];
  readonly ports: RingPorts;
  readonly behaviour: Behaviour;
  readonly authorization: boolean;
  /** User id of the database process; only root can choose one. */
  readonly user?: number;
}

/** Writes the configuration of a node and starts its process. */
export async function launch(place: NodePlace, options: LaunchOptions): Promise<Jvm> {
  const { folder } = place;
  const { hosts, ports, authorization, user, installation, behaviour } = options;
  await makeFolders(place, user);
  const configuration = join(folder, 'cassandra.yaml');
  await writeFile(configuration, cassandraConfiguration({ place, hosts, ports, authorization }));
  const rack = join(folder, 'cassandra-rackdc.properties');
  await writeFile(rack, RACK_PROPERTIES);
  const settings = {
    'cassandra-rackdc.properties': `file://${rack}`,
    'java.io.tmpdir': join(folder, 'tmp'),
    'jna.tmpdir': join(folder, 'tmp'),
    'user.home': folder,
    'cassandra.config': `file://${configuration}`,
    'cassandra.storagedir': folder,
    'cassandra.logdir': join(folder, 'log'),
    'logback.configurationFile': 'logback.xml',
    'nodeundertest.index_fill_ms': String(behaviour.indexFillMs ?? 300),
    'nodeundertest.auto_snapshot': String(behaviour.autoSnapshot ?? true),
  };
  return new Jvm({
    before: await withoutLockedMemory(),
    argv: [
      installation.java,
      ...jvmFlags(),
      ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
      '-cp',
      installation.classPath.join(':'),
      'nodeundertest.Main',
    ],
    // Fewer arenas: glibc would otherwise keep some 100 MB per node.
    environment: { ...process.env, MALLOC_ARENA_MAX: '2' },
    log: join(folder, 'log', 'stderr.log'),
    ...(user === undefined ? {} : { user }),
  });
}

async function makeFolders({ folder, dataDirectory }: NodePlace, user: number | undefined): Promise<void> {
  for (const path of [folder, dataDirectory, join(folder, 'log'), join(folder, 'tmp')]) {
    await mkdir(path, { recursive: true });
    if (user !== undefined) await chown(path, user, user);
  }
}

/** As root, Cassandra locks its whole heap and the JDK image into memory: 710 MB instead of 255 MB. */
async function withoutLockedMemory(): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const prlimit = await firstExecutable(folders.map((folder) => join(folder, 'prlimit')));
  const setpriv = await firstExecutable(folders.map((folder) => join(folder, 'setpriv')));
  return [
    ...(prlimit === undefined ? [] : [prlimit, '--memlock=65536:65536']),
    ...(setpriv === undefined ? [] : [setpriv, '--inh-caps=-ipc_lock', '--bounding-set=-ipc_lock']),
  ];
}
