package nodeundertest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.apache.cassandra.db.ColumnFamilyStore;
import org.apache.cassandra.db.SerializationHeader;
import org.apache.cassandra.db.compaction.OperationType;
import org.apache.cassandra.db.lifecycle.LifecycleTransaction;
import org.apache.cassandra.db.partitions.PartitionUpdate;
import org.apache.cassandra.db.filter.ColumnFilter;
import org.apache.cassandra.db.rows.UnfilteredRowIterator;
import org.apache.cassandra.dht.Token;
import org.apache.cassandra.io.sstable.Descriptor;
import org.apache.cassandra.io.sstable.SSTableMultiWriter;
import org.apache.cassandra.io.sstable.format.SSTableReader;
import org.apache.cassandra.schema.TableMetadata;
import org.apache.cassandra.service.ActiveRepairService;
import org.apache.cassandra.utils.Throwables;

/** SSTables that become part of a table together or not at all. Timestamps, TTLs and tombstones are copied as they are. */
final class NewSSTables {
    private final ColumnFamilyStore store;
    private final LifecycleTransaction transaction = LifecycleTransaction.offline(OperationType.WRITE);
    private final List<SSTableMultiWriter> writers = new ArrayList<>();
    private final List<Descriptor> descriptors = new ArrayList<>();

    NewSSTables(ColumnFamilyStore store) {
        this.store = store;
    }

    void copy(SSTableFile source, Predicate<Token> wanted) throws IOException {
        // A writer without a partition cannot be finished, so it is made for the first one.
        SSTableMultiWriter[] writer = new SSTableMultiWriter[1];
        boolean inOrder = source.hasClusteringTypesOfTable();
        source.forEachPartition(partition -> {
            if (!wanted.test(partition.partitionKey().getToken())) return;
            if (partition.isEmpty()) return;
            if (writer[0] == null) writer[0] = writer(source);
            try (UnfilteredRowIterator rows = inOrder ? partition : sorted(partition)) {
                writer[0].append(rows);
            }
        });
    }

    /** Keys of another type come in the order of that type. */
    private UnfilteredRowIterator sorted(UnfilteredRowIterator partition) {
        return PartitionUpdate.fromIterator(partition, ColumnFilter.all(store.metadata())).unfilteredIterator();
    }

    private SSTableMultiWriter writer(SSTableFile source) throws IOException {
        TableMetadata metadata = store.metadata();
        Descriptor descriptor = store.newSSTableDescriptor(store.getDirectories().getDirectoryForNewSSTables());
        SerializationHeader header =
                new SerializationHeader(true, metadata, metadata.regularAndStaticColumns(), source.stats());
        SSTableMultiWriter writer = store.createSSTableMultiWriter(
                descriptor,
                source.estimatedKeys(),
                ActiveRepairService.UNREPAIRED_SSTABLE,
                ActiveRepairService.NO_PENDING_REPAIR,
                false,
                header,
                transaction);
        writers.add(writer);
        descriptors.add(descriptor);
        return writer;
    }

    List<Descriptor> descriptors() {
        return List.copyOf(descriptors);
    }

    void finishWriting() {
        writers.forEach(writer -> writer.setOpenResult(true));
        writers.forEach(SSTableMultiWriter::prepareToCommit);
        transaction.prepareToCommit();
    }

    Collection<SSTableReader> commit() {
        Throwable problem = transaction.commit(null);
        List<SSTableReader> readers = new ArrayList<>();
        for (SSTableMultiWriter writer : writers) {
            problem = writer.commit(problem);
            readers.addAll(writer.finished());
        }
        close();
        Throwables.maybeFail(problem);
        return readers;
    }

    void abort() {
        Throwable problem = null;
        for (SSTableMultiWriter writer : writers) problem = writer.abort(problem);
        problem = transaction.abort(problem);
        close();
        Throwables.maybeFail(problem);
    }

    private void close() {
        transaction.close();
        writers.forEach(SSTableMultiWriter::close);
    }
}
