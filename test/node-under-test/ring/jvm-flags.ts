/** Doors of the JDK's modules that Cassandra 5.0 needs open on Java 17. */
const EXPORTS = [
  'java.base/jdk.internal.misc',
  'java.base/jdk.internal.ref',
  'java.base/java.lang.ref',
  'java.base/sun.nio.ch',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.sql/java.sql',
  'jdk.unsupported/sun.misc',
  'jdk.attach/sun.tools.attach',
];
const OPENS = [
  'java.base/java.io',
  'java.base/java.lang',
  'java.base/java.lang.module',
  'java.base/java.lang.reflect',
  'java.base/java.math',
  'java.base/java.net',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/jdk.internal.loader',
  'java.base/jdk.internal.math',
  'java.base/jdk.internal.module',
  'java.base/jdk.internal.ref',
  'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.util.jar',
  'java.base/sun.nio.ch',
  'jdk.management/com.sun.management.internal',
];

/** Small and quick to start, measured in shared/RIG.md: 4 to 5 s, 250 to 330 MB of memory. */
const SIZE = [
  '-Xms48M',
  '-Xmx384M',
  '-Xss512k',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
];

const CASSANDRA: Readonly<Record<string, string>> = {
  'cassandra-foreground': 'yes',
  // Waits that only matter on a network.
  'cassandra.skip_wait_for_gossip_to_settle': '0',
  'cassandra.ring_delay_ms': '100',
  'cassandra.superuser_setup_delay_ms': '0',
  'cassandra.shutdown_announce_in_ms': '0',
  'cassandra.test.messagingService.nonGracefulShutdown': 'true',
  'cassandra.size_recorder_interval': '0',
  'cassandra.load_ring_state': 'false',
  'cassandra.consistent.rangemovement': 'false',
  'cassandra.reset_bootstrap_progress': 'false',
  // A measurement of one to two seconds, replaced by its usual result.
  'cassandra.memtable.row_overhead_size': '181',
  // No fsync: a killed process loses nothing by that, only a crashed machine could.
  'cassandra.skip_sync': 'true',
  // ViewFill turns compaction on once it knows what is staged.
  'cassandra.autocompaction_on_startup_enabled': 'false',
  'io.netty.tryReflectionSetAccessible': 'true',
  'jdk.attach.allowAttachSelf': 'true',
};

/** Everything between `java` and the class name, except what differs between nodes. */
export function jvmFlags(): string[] {
  return [
    ...SIZE,
    '-XX:+ExitOnOutOfMemoryError',
    ...EXPORTS.map((door) => `--add-exports=${door}=ALL-UNNAMED`),
    ...OPENS.map((door) => `--add-opens=${door}=ALL-UNNAMED`),
    ...Object.entries(CASSANDRA).map(([name, value]) => `-D${name}=${value}`),
  ];
}
