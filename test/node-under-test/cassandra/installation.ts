import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory, madeOnce, removeOld } from './cache.js';
import { findTools, type Tools } from './java.js';
import { NAME_EDITS, patchNames } from './name-patch.js';
import { runProgram } from './run-program.js';

export const CASSANDRA_VERSION = '5.0.9';
const DOWNLOAD_DEADLINE_MS = 15 * 60_000;
const OLD_CLASSES_MS = 7 * 24 * 3600 * 1000;
const COMPILE_DEADLINE_MS = 120_000;

export interface Installation {
  readonly java: string;
  /** In the order in which Java is to look: changed classes, our own, then the jars. */
  readonly classPath: readonly string[];
}

export interface InstallationOptions {
  /** Folder of our own Java sources. */
  readonly javaSources: string;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Cassandra with the name patch and our own classes, from the cache or made now. */
export async function installed(options: InstallationOptions): Promise<Installation> {
  const tools = await findTools();
  const cassandra = await cassandraJars(tools, options);
  const patch = await patchedClasses(tools, cassandra);
  const own = await ownClasses(tools, cassandra, options);
  const jars = (await readdir(cassandra)).filter((name) => name.endsWith('.jar')).sort();
  return {
    java: join(tools.javaHome, 'bin', 'java'),
    classPath: [patch, own, ...jars.map((jar) => join(cassandra, jar))],
  };
}

async function cassandraJars(tools: Tools, options: InstallationOptions): Promise<string> {
  const name = `cassandra-${CASSANDRA_VERSION}-jars-${digest([POM])}`;
  return madeOnce(join(cacheDirectory(), name), async (folder) => {
    const begin = Date.now();
    options.progress(`downloading Cassandra ${CASSANDRA_VERSION} with Maven (about 70 MB, once)`);
    await download(tools, folder, options.signal);
    const size = await bytesIn(folder);
    options.progress(
      `downloaded ${(size / 1e6).toFixed(1)} MB in ${((Date.now() - begin) / 1000).toFixed(1)} s`,
    );
  });
}

async function patchedClasses(tools: Tools, jars: string): Promise<string> {
  const name = `cassandra-${CASSANDRA_VERSION}-patch-${digest([JSON.stringify(NAME_EDITS)])}`;
  const jar = join(jars, `cassandra-all-${CASSANDRA_VERSION}.jar`);
  return madeOnce(join(cacheDirectory(), name), (folder) => patchNames(jar, tools.javaHome, folder));
}

/** A local repository of its own: nobody's ~/.m2 is changed, and nothing but the jars is kept. */
async function download(tools: Tools, folder: string, signal: AbortSignal): Promise<void> {
  const repository = join(folder, 'repository');
  await writeFile(join(folder, 'pom.xml'), POM);
  await runProgram({
    argv: [
      tools.maven,
      '--batch-mode',
      '--quiet',
      `-Dmaven.repo.local=${repository}`,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${folder}`,
    ],
    doing: `Downloading Cassandra ${CASSANDRA_VERSION}`,
    timeoutMs: DOWNLOAD_DEADLINE_MS,
    cwd: folder,
    signal,
  });
  await rm(repository, { recursive: true });
}

const POM = `<?xml version="1.0" encoding="UTF-8"?>
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>alternator-backup</groupId>
  <artifactId>node-under-test</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.cassandra</groupId>
      <artifactId>cassandra-all</artifactId>
      <version>${CASSANDRA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

async function ownClasses(tools: Tools, cassandra: string, options: InstallationOptions): Promise<string> {
  const folder = join(options.javaSources, 'nodeundertest');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.java')).sort();
  const sources = names.map((name) => join(folder, name));
  const resources = join(options.javaSources, 'logback.xml');
  const texts = await Promise.all([...sources, resources].map((file) => readFile(file, 'utf8')));
  const key = digest([CASSANDRA_VERSION, ...names, ...texts]);
  return madeOnce(join(cacheDirectory(), `node-under-test-classes-${key}`), async (classes) => {
    options.progress('compiling the Java part of the node under test');
    await removeOld(cacheDirectory(), /^node-under-test-classes-/, OLD_CLASSES_MS);
    await runProgram({
      argv: [
        join(tools.javaHome, 'bin', 'javac'),
        '-nowarn',
        '-proc:none',
        '-d',
        classes,
        '-cp',
        join(cassandra, '*'),
        ...sources,
      ],
      doing: 'Compiling the Java part of the node under test',
      timeoutMs: COMPILE_DEADLINE_MS,
      signal: options.signal,
    });
    await cp(resources, join(classes, 'logback.xml'));
  });
}

const digest = (texts: readonly string[]) =>
  createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);

async function bytesIn(folder: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
