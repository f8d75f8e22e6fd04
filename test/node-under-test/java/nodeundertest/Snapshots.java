package nodeundertest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.cassandra.cql3.SchemaElement;
import org.apache.cassandra.db.ColumnFamilyStore;
import org.apache.cassandra.db.lifecycle.SSTableSet;
import org.apache.cassandra.db.lifecycle.View;
import org.apache.cassandra.io.sstable.format.SSTableFormat.Components;
import org.apache.cassandra.io.sstable.format.SSTableReader;
import org.apache.cassandra.schema.TableMetadata;

/**
 * Snapshots as Scylla makes them: hard links, a `manifest.json` that names the Data.db files, and one CREATE statement.
 * Cassandra's own snapshot code is not used, because it refuses tags and writes manifests that Scylla does not.
 */
final class Snapshots {
    private Snapshots() {}

    static Object flush(String keyspace, String table) {
        Tables.live(keyspace, table).forceBlockingFlush(ColumnFamilyStore.FlushReason.USER_FORCED);
        return true;
    }

    /** Links what is on disk at this moment; the caller flushes before and has made sure that the directory is new. */
    static Object take(String keyspace, String table, String directory) throws IOException {
        ColumnFamilyStore store = Tables.live(keyspace, table);
        link(store, Path.of(directory));
        return true;
    }

    static void link(ColumnFamilyStore store, Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        Files.createDirectories(directory);
        try (ColumnFamilyStore.RefViewFragment live = store.selectAndReference(View.selectFunction(SSTableSet.CANONICAL))) {
            for (SSTableReader sstable : live.sstables) {
                sstable.createLinks(directory.toString());
                names.add(sstable.descriptor.fileFor(Components.DATA).name());
            }
        }
        String files = names.stream().map(name -> '"' + name + '"').collect(Collectors.joining(","));
        Files.writeString(directory.resolve("manifest.json"), "{\"files\":[" + files + "]}\n");
        Files.writeString(directory.resolve("schema.cql"), schema(store.metadata()));
    }

    /** The statement alone: no id, no `IF NOT EXISTS`, no views. Its text is Cassandra's. */
    private static String schema(TableMetadata metadata) {
        return metadata.toCqlString(false, false) + "\n";
    }
}
