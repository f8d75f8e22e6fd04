package nodeundertest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.cassandra.db.ColumnFamilyStore;
import org.apache.cassandra.db.Directories;
import org.apache.cassandra.db.Keyspace;
import org.apache.cassandra.io.util.File;
import org.apache.cassandra.notifications.TruncationNotification;
import org.apache.cassandra.schema.SchemaChangeListener;
import org.apache.cassandra.schema.SchemaConstants;
import org.apache.cassandra.schema.TableMetadata;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table directories as Scylla keeps them: `upload/` and `staging/` from the first moment, a snapshot `<ms>-<table>`
 * before a TRUNCATE, and no directory left of a dropped table unless it holds snapshots.
 */
final class TableDirectories implements SchemaChangeListener {
    private static final Logger LOG = LoggerFactory.getLogger(TableDirectories.class);
    private static final boolean AUTO_SNAPSHOT = Boolean.getBoolean("nodeundertest.auto_snapshot");
    private static final long DELETION_DEADLINE_MS = 10_000;
    private static final Set<ColumnFamilyStore> SUBSCRIBED = ConcurrentHashMap.newKeySet();

    @Override
    public void onCreateTable(TableMetadata table) {
        if (SchemaConstants.isSystemKeyspace(table.keyspace)) return;
        makeSubdirectories(table);
        ColumnFamilyStore store = ColumnFamilyStore.getIfExists(table.id);
        if (store != null) snapshotBeforeTruncate(store);
    }

    @Override
    public void onDropTable(TableMetadata table, boolean dropData) {
        if (SchemaConstants.isSystemKeyspace(table.keyspace)) return;
        for (File directory : new Directories(table).getCFDirectories()) {
            Control.daemon(() -> removeDropped(directory.toPath()), "remove-dropped").start();
        }
    }

    /** Tables that were there before this start, also those whose subdirectories a kill -9 prevented. */
    void completeAfterBoot() {
        for (Keyspace keyspace : Keyspace.all()) {
            if (SchemaConstants.isSystemKeyspace(keyspace.getName())) continue;
            for (ColumnFamilyStore store : keyspace.getColumnFamilyStores()) {
                makeSubdirectories(store.metadata());
                snapshotBeforeTruncate(store);
            }
        }
    }

    private static void makeSubdirectories(TableMetadata table) {
        for (File directory : new Directories(table).getCFDirectories()) {
            for (String name : List.of(Tables.UPLOAD, Tables.STAGING)) {
                try {
                    Files.createDirectories(directory.toPath().resolve(name));
                } catch (IOException problem) {
                    throw new IllegalStateException("cannot make " + name + " of " + table, problem);
                }
            }
        }
    }

    private static void snapshotBeforeTruncate(ColumnFamilyStore store) {
        // TRUNCATE of a base table empties its views without a notification of their own: only the base is kept.
        if (!AUTO_SNAPSHOT || store.metadata().isView()) return;
        // A booting server tells the listener of its tables, too: a second snapshot of the same name would fail the TRUNCATE.
        if (!SUBSCRIBED.add(store)) return;
        store.getTracker().subscribe((notification, sender) -> {
            if (!(notification instanceof TruncationNotification truncation)) return;
            Path snapshots = Tables.directory(store).resolve(Directories.SNAPSHOT_SUBDIR);
            try {
                Snapshots.link(store, snapshots.resolve(truncation.truncatedAt + "-" + store.name));
            } catch (IOException problem) {
                throw new IllegalStateException("no snapshot before TRUNCATE of " + store.name, problem);
            }
        });
    }

    private static void removeDropped(Path directory) {
        try {
            awaitDeletionOfSSTables(directory);
            removeTree(directory.resolve(Tables.UPLOAD));
            removeTree(directory.resolve(Tables.STAGING));
            if (!holdsSnapshots(directory)) removeTree(directory);
        } catch (IOException | InterruptedException problem) {
            LOG.error("The directory of a dropped table stays: {}", directory, problem);
        }
    }

    /** Cassandra deletes the files of a dropped table in the background, once nobody reads them any more. */
    private static void awaitDeletionOfSSTables(Path directory) throws IOException, InterruptedException {
        long deadline = System.currentTimeMillis() + DELETION_DEADLINE_MS;
        while (System.currentTimeMillis() < deadline) {
            try (Stream<Path> entries = Files.list(directory)) {
                if (entries.noneMatch(Files::isRegularFile)) return;
            }
            Thread.sleep(20);
        }
    }

    private static boolean holdsSnapshots(Path directory) throws IOException {
        Path snapshots = directory.resolve(Directories.SNAPSHOT_SUBDIR);
        if (!Files.isDirectory(snapshots)) return false;
        try (Stream<Path> tags = Files.list(snapshots)) {
            return tags.findAny().isPresent();
        }
    }

    private static void removeTree(Path root) throws IOException {
        if (!Files.exists(root)) return;
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(root)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) Files.deleteIfExists(path);
    }
}
