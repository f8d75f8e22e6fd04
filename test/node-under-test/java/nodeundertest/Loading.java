package nodeundertest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.apache.cassandra.db.ColumnFamilyStore;
import org.apache.cassandra.dht.Token;
import org.apache.cassandra.service.StorageService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes SSTables of any directory into a table in two steps, so that several nodes can all load or all leave it:
 * prepare writes, commit shows. A crash before commit leaves nothing; Cassandra's transaction log sees to that at boot.
 */
final class Loading {
    private static final Logger LOG = LoggerFactory.getLogger(Loading.class);
    private static final Map<String, Loading> PREPARED = new ConcurrentHashMap<>();

    private final ColumnFamilyStore store;
    private final NewSSTables written;
    private final List<LinkedSSTable> linked = new ArrayList<>();
    private boolean lacksColumns;

    private Loading(ColumnFamilyStore store) {
        this.store = store;
        this.written = new NewSSTables(store);
    }

    /**
     * Arguments: keyspace, table, `ownedOnly` (load and stream: each replica takes the rows of its own ranges), and
     * `sstables`, a list of {directory, version, id, asIs}. `asIs` links the files unread, damage included.
     */
    static Object prepare(Call call) throws IOException {
        ColumnFamilyStore store = Tables.live(call.text("keyspace"), call.text("table"));
        Predicate<Token> wanted = call.flag("ownedOnly") ? ownedBy(store) : token -> true;
        Loading loading = new Loading(store);
        try {
            for (JsonNode sstable : call.list("sstables")) loading.add(sstable, wanted);
            loading.written.finishWriting();
        } catch (Throwable problem) {
            loading.abort();
            throw problem;
        }
        String ticket = UUID.randomUUID().toString();
        PREPARED.put(ticket, loading);
        return Map.of("ticket", ticket, "lacksColumns", loading.lacksColumns);
    }

    private void add(JsonNode where, Predicate<Token> wanted) throws IOException {
        if (where.get("asIs").asBoolean()) {
            linked.add(LinkedSSTable.into(store, where));
            return;
        }
        try (SSTableFile file = SSTableFile.open(store.metadata(), where)) {
            if (!file.hasShapeOfTable()) return;
            lacksColumns |= file.lacksColumns();
            written.copy(file, wanted);
        } catch (Refusal refusal) {
            throw refusal;
        } catch (IOException | RuntimeException | AssertionError problem) {
            // Damaged bytes can look like anything; the trace is in the log.
            LOG.warn("Cannot read {}", where, problem);
            throw new Refusal("unreadable", String.valueOf(problem.getMessage()), problem);
        }
    }

    private static Predicate<Token> ownedBy(ColumnFamilyStore store) {
        var ranges = StorageService.instance.getLocalReplicas(store.getKeyspaceName()).ranges();
        return token -> ranges.stream().anyMatch(range -> range.contains(token));
    }

    /** The rows are visible when this returns; views are filled afterwards. */
    static Object commit(String ticket) throws IOException {
        Loading loading = taken(ticket);
        ViewFill fill = ViewFill.of(loading.store);
        fill.stage(loading.written.descriptors());
        for (LinkedSSTable sstable : loading.linked) fill.stage(List.of(sstable.descriptor()));
        loading.store.addSSTables(loading.written.commit());
        for (LinkedSSTable sstable : loading.linked) loading.store.addSSTable(sstable.release());
        fill.start();
        return true;
    }

    static Object abort(String ticket) {
        taken(ticket).abort();
        return true;
    }

    private static Loading taken(String ticket) {
        Loading loading = PREPARED.remove(ticket);
        if (loading == null) throw new IllegalArgumentException("no load is prepared under " + ticket);
        return loading;
    }

    private void abort() {
        written.abort();
        linked.forEach(LinkedSSTable::remove);
    }
}
