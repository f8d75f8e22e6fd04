package nodeundertest;

import java.nio.file.Path;
import org.apache.cassandra.db.ColumnFamilyStore;

/** Finding tables by name, and their directories. */
final class Tables {
    static final String UPLOAD = "upload";
    static final String STAGING = "staging";

    private Tables() {}

    static ColumnFamilyStore live(String keyspace, String table) {
        ColumnFamilyStore store = ColumnFamilyStore.getIfExists(keyspace, table);
        if (store == null) throw new Refusal("no_such_table", keyspace + "." + table);
        return store;
    }

    /** The node has one data directory, so a table has one directory. */
    static Path directory(ColumnFamilyStore store) {
        return store.getDirectories().getCFDirectories().get(0).toPath();
    }

    static Path staging(ColumnFamilyStore store) {
        return directory(store).resolve(STAGING);
    }

    static boolean hasViews(ColumnFamilyStore store) {
        return store.keyspace.viewManager.forTable(store.metadata.id).hasViews();
    }

    static boolean isDropped(ColumnFamilyStore store) {
        return ColumnFamilyStore.getIfExists(store.metadata.id) != store;
    }
}
