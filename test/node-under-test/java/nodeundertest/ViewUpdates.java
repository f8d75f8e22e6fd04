package nodeundertest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.cassandra.db.ColumnFamilyStore;
import org.apache.cassandra.db.DecoratedKey;
import org.apache.cassandra.db.DeletionTime;
import org.apache.cassandra.db.Mutation;
import org.apache.cassandra.db.Slices;
import org.apache.cassandra.db.filter.ColumnFilter;
import org.apache.cassandra.db.lifecycle.SSTableSet;
import org.apache.cassandra.db.lifecycle.View;
import org.apache.cassandra.db.memtable.Memtable;
import org.apache.cassandra.db.rows.Rows;
import org.apache.cassandra.db.rows.UnfilteredRowIterator;
import org.apache.cassandra.db.rows.UnfilteredRowIterators;
import org.apache.cassandra.db.view.TableViews;
import org.apache.cassandra.io.sstable.Descriptor;
import org.apache.cassandra.io.sstable.SSTableReadsListener;
import org.apache.cassandra.io.sstable.format.SSTableReader;
import org.apache.cassandra.service.StorageProxy;
import org.apache.cassandra.transport.Dispatcher;
import org.apache.cassandra.utils.FBUtilities;
import org.apache.cassandra.utils.concurrent.OpOrder;

/**
 * Sends the rows of a loaded SSTable to the views as if they were being written now. What was in the table without them
 * decides which old view rows must go, so the staged SSTables are left out when the existing rows are read.
 */
final class ViewUpdates {
    private final ColumnFamilyStore store;
    private final Set<String> staged;

    ViewUpdates(ColumnFamilyStore store, Set<String> staged) {
        this.store = store;
        this.staged = Set.copyOf(staged);
    }

    /** What is not in the table any more, because of TRUNCATE or DROP, is not looked at: it may be damaged besides. */
    void pushAll(Descriptor sstable, Pace pace) throws IOException {
        if (isGone(sstable)) return;
        long partitions = count(sstable);
        long[] done = new long[1];
        try (SSTableFile file = SSTableFile.open(store.metadata(), sstable)) {
            file.forEachPartition(partition -> {
                // Truncated or dropped meanwhile: what is not in the table any more must not enter its views.
                if (isGone(sstable)) return;
                push(partition);
                pace.waitUntil((double) ++done[0] / (partitions + 1));
            });
        }
        pace.waitUntilOver();
    }

    private long count(Descriptor sstable) throws IOException {
        long[] partitions = new long[1];
        try (SSTableFile file = SSTableFile.open(store.metadata(), sstable)) {
            file.forEachPartition(partition -> partitions[0]++);
        }
        return partitions[0];
    }

    private boolean isGone(Descriptor sstable) {
        return Tables.isDropped(store)
                || store.getLiveSSTables().stream().noneMatch(live -> live.descriptor.id.equals(sstable.id));
    }

    private void push(UnfilteredRowIterator partition) {
        TableViews tableViews = store.keyspace.viewManager.forTable(store.metadata.id);
        List<org.apache.cassandra.db.view.View> views = new ArrayList<>();
        tableViews.forEach(views::add);
        if (views.isEmpty()) return;

        try (OpOrder.Group reading = store.readOrdering.start();
                ColumnFamilyStore.RefViewFragment source = store.selectAndReference(View.selectFunction(SSTableSet.CANONICAL));
                UnfilteredRowIterator existing = existing(partition.partitionKey(), source)) {
            long now = FBUtilities.nowInSeconds();
            Iterator<Collection<Mutation>> updates =
                    tableViews.generateViewUpdates(views, partition, existing, now, true);
            while (updates.hasNext()) write(partition.partitionKey(), updates.next());
        }
    }

    private UnfilteredRowIterator existing(DecoratedKey key, ColumnFamilyStore.RefViewFragment source) {
        ColumnFilter all = ColumnFilter.all(store.metadata());
        SSTableReadsListener nobody = SSTableReadsListener.NOOP_LISTENER;
        List<UnfilteredRowIterator> parts = new ArrayList<>();
        for (Memtable memtable : source.memtables) {
            UnfilteredRowIterator rows = memtable.rowIterator(key, Slices.ALL, all, false, nobody);
            if (rows != null) parts.add(rows);
        }
        for (SSTableReader sstable : source.sstables) {
            if (staged.contains(sstable.descriptor.id.toString())) continue;
            parts.add(sstable.rowIterator(key, Slices.ALL, all, false, nobody));
        }
        if (parts.isEmpty()) {
            return UnfilteredRowIterators.noRowsIterator(
                    store.metadata(), key, Rows.EMPTY_STATIC_ROW, DeletionTime.LIVE, false);
        }
        return UnfilteredRowIterators.merge(parts);
    }

    private void write(DecoratedKey key, Collection<Mutation> mutations) {
        AtomicLong noBaseWrite = new AtomicLong(Long.MAX_VALUE);
        StorageProxy.mutateMV(key.getKey(), mutations, true, noBaseWrite, Dispatcher.RequestTime.forImmediateExecution());
    }
}
