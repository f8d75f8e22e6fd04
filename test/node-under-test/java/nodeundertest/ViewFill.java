package nodeundertest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.cassandra.db.ColumnFamilyStore;
import org.apache.cassandra.db.Keyspace;
import org.apache.cassandra.io.sstable.Component;
import org.apache.cassandra.io.sstable.Descriptor;
import org.apache.cassandra.io.sstable.format.SSTableReader;
import org.apache.cassandra.schema.SchemaConstants;
import org.apache.cassandra.schema.TableId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the views of a table from SSTables that were loaded into it, after the load has returned, as Scylla does: what is
 * still to be done lies in `staging/` as hard links, a failure is tried again each second for ever, and a restart goes on.
 */
final class ViewFill {
    private static final Logger LOG = LoggerFactory.getLogger(ViewFill.class);
    private static volatile long fillMs = Long.getLong("nodeundertest.index_fill_ms", 300);
    private static final long RETRY_MS = 1000;
    private static final ExecutorService QUEUE = Executors.newCachedThreadPool(work -> Control.daemon(work, "view-fill"));

    private static final Map<TableId, ViewFill> BY_TABLE = new ConcurrentHashMap<>();

    private final ColumnFamilyStore store;
    /** Links by generation, oldest load first. Guarded by this. */
    private final Map<String, Staged> staged = new LinkedHashMap<>();
    private boolean isRunning;

    private record Staged(Descriptor link, long since) {}

    private ViewFill(ColumnFamilyStore store) {
        this.store = store;
    }

    /** One for each table: what is staged by several loads must be known together. */
    static ViewFill of(ColumnFamilyStore store) {
        return BY_TABLE.compute(store.metadata.id, (id, known) -> known == null || known.store != store ? new ViewFill(store) : known);
    }

    /** What begins to be filled from now on takes so long. */
    static Object within(long ms) {
        fillMs = ms;
        return true;
    }

    /** To be called before the SSTables are shown: a crash in between must not lose the work. */
    synchronized void stage(Collection<Descriptor> sstables) throws IOException {
        if (!Tables.hasViews(store)) return;
        // A staged SSTable must stay apart until its rows are in the views (see ViewUpdates), from the moment that it is shown.
        store.disableAutoCompaction();
        Path staging = Files.createDirectories(Tables.staging(store));
        for (Descriptor sstable : sstables) {
            for (Component component : sstable.discoverComponents()) {
                Path file = sstable.fileFor(component).toPath();
                Files.createLink(staging.resolve(file.getFileName()), file);
            }
            Descriptor link = SSTableFile.descriptor(
                    store.metadata(), staging, sstable.version.toString(), sstable.id.toString());
            staged.put(sstable.id.toString(), new Staged(link, System.currentTimeMillis()));
        }
    }

    synchronized void start() {
        if (staged.isEmpty() || isRunning) return;
        isRunning = true;
        // Here too, for those of before a restart.
        store.disableAutoCompaction();
        QUEUE.execute(this::run);
    }

    private void run() {
        while (!isOver()) {
            boolean failed = false;
            for (Staged next : all()) failed |= !fill(next);
            if (failed) sleep(RETRY_MS);
        }
    }

    /** A damaged SSTable must not keep the others waiting. */
    private boolean fill(Staged next) {
        try {
            new ViewUpdates(store, generations()).pushAll(next.link, new Pace(next.since, fillMs));
            removeLinks(next.link);
            done(next.link);
            return true;
        } catch (Throwable problem) {
            LOG.error("The views of {} are not filled yet, next try in {} ms", store.name, RETRY_MS, problem);
            return false;
        }
    }

    private synchronized boolean isOver() {
        if (!staged.isEmpty() && !Tables.isDropped(store)) return false;
        isRunning = false;
        if (!Tables.isDropped(store)) store.enableAutoCompaction();
        return true;
    }

    private synchronized List<Staged> all() {
        return List.copyOf(staged.values());
    }

    private synchronized Set<String> generations() {
        return Set.copyOf(staged.keySet());
    }

    private synchronized void done(Descriptor link) {
        staged.remove(link.id.toString());
    }

    private static void removeLinks(Descriptor link) throws IOException {
        for (Component component : link.discoverComponents()) {
            Files.deleteIfExists(link.fileFor(component).toPath());
        }
    }

    /** Goes on with what a stop or a crash interrupted; compaction starts here, when nothing staged can be lost by it. */
    static void resumeAfterBoot() {
        for (Keyspace keyspace : Keyspace.all()) {
            for (ColumnFamilyStore store : keyspace.getColumnFamilyStores()) {
                if (SchemaConstants.isSystemKeyspace(keyspace.getName()) || !resume(store)) store.enableAutoCompaction();
            }
        }
    }

    private static boolean resume(ColumnFamilyStore store) {
        ViewFill fill = of(store);
        Set<String> live = new HashSet<>();
        for (SSTableReader sstable : store.getLiveSSTables()) live.add(sstable.descriptor.id.toString());
        try {
            for (Descriptor link : stagedBefore(store)) {
                // Staged but not in the table: the load was not committed.
                if (live.contains(link.id.toString())) fill.staged.put(link.id.toString(), new Staged(link, System.currentTimeMillis()));
                else removeLinks(link);
            }
        } catch (IOException problem) {
            throw new IllegalStateException("cannot read staging/ of " + store.name, problem);
        }
        fill.start();
        return !fill.staged.isEmpty();
    }

    private static List<Descriptor> stagedBefore(ColumnFamilyStore store) throws IOException {
        Path staging = Tables.staging(store);
        if (!Files.isDirectory(staging)) return List.of();
        Map<String, Descriptor> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(staging)) {
            for (Path file : files.toList()) {
                String[] parts = file.getFileName().toString().split("-", 4);
                if (parts.length != 4) continue;
                found.put(parts[1], SSTableFile.descriptor(store.metadata(), staging, parts[0], parts[1]));
            }
        }
        return new ArrayList<>(found.values());
    }

    private static void sleep(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
