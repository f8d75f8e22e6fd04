import { readFile, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { entriesOf } from '../system-errors.js';
import { firstExecutable, isExecutable } from './executable.js';

const INSTALL = 'On Debian: apt-get install openjdk-17-jdk-headless maven';
/** Cassandra 5.0 supports 11 and 17; our own classes need 17. Java 25 was tried: Cassandra does not start with it. */
const JAVA_VERSION = 17;

export interface Tools {
  /** Folder of a JDK 17: `bin/java`, `bin/javac` and `bin/jar` are there. */
  readonly javaHome: string;
  readonly maven: string;
}

/** Finds a JDK 17 (JAVA_HOME, PATH, the folder of installed ones) and Maven. Rejects with a sentence that says what to install. */
export async function findTools(
  environment: NodeJS.ProcessEnv = process.env,
  installed = '/usr/lib/jvm',
): Promise<Tools> {
  const path = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const homes = await javaHomes(environment['JAVA_HOME'], path, installed);
  const javaHome = homes.find((home) => home.version === JAVA_VERSION && home.missing.length === 0);
  if (javaHome === undefined) throw new Error(noJava(homes));
  const maven = await firstExecutable(path.map((folder) => join(folder, 'mvn')));
  if (maven === undefined)
    throw new Error(`The node under test needs Maven (mvn), which is not in the PATH. ${INSTALL}`);
  return { javaHome: javaHome.folder, maven };
}

interface JavaHome {
  readonly folder: string;
  readonly version: number | undefined;
  readonly missing: readonly string[];
}

async function javaHomes(
  fromEnvironment: string | undefined,
  path: readonly string[],
  installed: string,
): Promise<JavaHome[]> {
  const folders = fromEnvironment === undefined || fromEnvironment === '' ? [] : [fromEnvironment];
  const java = await firstExecutable(path.map((folder) => join(folder, 'java')));
  if (java !== undefined) folders.push(dirname(dirname(await realpath(java))));
  folders.push(...(await entriesOf(installed)).map((name) => join(installed, name)));
  return Promise.all(folders.map(describe));
}

async function describe(folder: string): Promise<JavaHome> {
  const release = await readFile(join(folder, 'release'), 'utf8').catch(() => '');
  const version = /^JAVA_VERSION="(\d+)/m.exec(release)?.[1];
  const missing: string[] = [];
  for (const program of ['java', 'javac', 'jar']) {
    if (!(await isExecutable(join(folder, 'bin', program)))) missing.push(program);
  }
  return { folder, version: version === undefined ? undefined : Number(version), missing };
}

function noJava(homes: readonly JavaHome[]): string {
  const found = homes
    .filter((home) => home.version !== undefined)
    .map(({ folder, version, missing }) => {
      const without = missing.length === 0 ? '' : `, without ${missing.join(' and ')}`;
      return `${folder} (Java ${version ?? '?'}${without})`;
    });
  const known = found.length === 0 ? 'none was found' : `found: ${[...new Set(found)].join(', ')}`;
  return `The node under test needs a JDK ${JAVA_VERSION} (java, javac and jar; newer ones do not run Cassandra 5.0); ${known}. ${INSTALL}`;
}
