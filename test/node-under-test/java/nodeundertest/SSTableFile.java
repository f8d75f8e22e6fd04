package nodeundertest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.apache.cassandra.config.DatabaseDescriptor;
import org.apache.cassandra.db.DecoratedKey;
import org.apache.cassandra.db.DeletionTime;
import org.apache.cassandra.db.SerializationHeader;
import org.apache.cassandra.db.marshal.AbstractType;
import org.apache.cassandra.db.rows.AbstractUnfilteredRowIterator;
import org.apache.cassandra.db.rows.DeserializationHelper;
import org.apache.cassandra.db.rows.EncodingStats;
import org.apache.cassandra.db.rows.Unfiltered;
import org.apache.cassandra.db.rows.UnfilteredRowIterator;
import org.apache.cassandra.exceptions.UnknownColumnException;
import org.apache.cassandra.io.compress.CompressionMetadata;
import org.apache.cassandra.io.sstable.Descriptor;
import org.apache.cassandra.io.sstable.SSTableIdFactory;
import org.apache.cassandra.io.sstable.SSTableSimpleIterator;
import org.apache.cassandra.io.sstable.format.SSTableFormat;
import org.apache.cassandra.io.sstable.format.SSTableFormat.Components;
import org.apache.cassandra.io.sstable.format.Version;
import org.apache.cassandra.io.sstable.metadata.MetadataComponent;
import org.apache.cassandra.io.sstable.metadata.MetadataType;
import org.apache.cassandra.io.util.File;
import org.apache.cassandra.io.util.FileHandle;
import org.apache.cassandra.io.util.RandomAccessReader;
import org.apache.cassandra.schema.TableMetadata;
import org.apache.cassandra.utils.ByteBufferUtil;

/**
 * An SSTable read from its first byte to its last, as Scylla does when it rewrites an upload: Index, Summary, Filter and
 * Digest are not looked at, so damage to them goes unseen. What is needed: Data.db, the header in Statistics.db, and
 * CompressionInfo.db when there is one.
 */
final class SSTableFile implements AutoCloseable {
    private static final String BIG = "big";

    private final TableMetadata metadata;
    private final Descriptor descriptor;
    private final SerializationHeader header;
    private final FileHandle data;

    static Descriptor descriptor(TableMetadata metadata, Path directory, String version, String id) {
        SSTableFormat<?, ?> format = DatabaseDescriptor.getSSTableFormats().get(BIG);
        Version known = format.getVersion(version);
        return new Descriptor(known, new File(directory), metadata.keyspace, metadata.name, SSTableIdFactory.instance.fromString(id));
    }

    static SSTableFile open(TableMetadata metadata, JsonNode where) throws IOException {
        Path directory = Path.of(where.get("directory").asText());
        return open(metadata, descriptor(metadata, directory, where.get("version").asText(), where.get("id").asText()));
    }

    static SSTableFile open(TableMetadata metadata, Descriptor descriptor) throws IOException {
        return new SSTableFile(metadata, descriptor);
    }

    private SSTableFile(TableMetadata metadata, Descriptor descriptor) throws IOException {
        this.metadata = metadata;
        this.descriptor = descriptor;
        this.header = header(metadata, descriptor);
        this.data = data(descriptor);
    }

    private static SerializationHeader header(TableMetadata metadata, Descriptor descriptor) throws IOException {
        MetadataComponent header = descriptor
                .getMetadataSerializer()
                .deserialize(descriptor, EnumSet.of(MetadataType.HEADER))
                .get(MetadataType.HEADER);
        try {
            return ((SerializationHeader.Component) header).toHeader(metadata);
        } catch (UnknownColumnException unknown) {
            String column = unknown.getMessage().replaceFirst("^Unknown column (.*) during deserialization$", "$1");
            throw new Refusal("malformed", "Column " + column + " missing in current schema", unknown);
        }
    }

    private static FileHandle data(Descriptor descriptor) throws IOException {
        File file = descriptor.fileFor(Components.DATA);
        File compression = descriptor.fileFor(Components.COMPRESSION_INFO);
        FileHandle.Builder builder = new FileHandle.Builder(file);
        if (!compression.exists()) return builder.complete();
        boolean hasMaxLength = descriptor.version.hasMaxCompressedLength();
        try (CompressionMetadata chunks = ForeignCompression.open(compression, file.length(), hasMaxLength)) {
            return builder.withCompressionMetadata(chunks).complete();
        }
    }

    EncodingStats stats() {
        return header.stats();
    }

    /** Rows of another shape cannot be put into the table; Scylla counts and drops them, with exit status 0. */
    boolean hasShapeOfTable() {
        return header.clusteringTypes().size() == metadata.comparator.size();
    }

    boolean lacksColumns() {
        return metadata.regularColumns().size() > header.columns().regulars.size();
    }

    /** Scylla loads keys of another type as they are; only their order must be made to fit the table. */
    boolean hasClusteringTypesOfTable() {
        List<AbstractType<?>> own = metadata.comparator.subtypes();
        for (int i = 0; i < own.size(); i++) {
            if (!own.get(i).unwrap().equals(header.clusteringTypes().get(i).unwrap())) return false;
        }
        return true;
    }

    /** An upper bound is enough: it sizes a bloom filter. An index entry has at least ten bytes. */
    long estimatedKeys() throws IOException {
        Path index = descriptor.directory.toPath().resolve(descriptor.relativeFilenameFor(Components.DATA).replace("Data.db", "Index.db"));
        return Files.exists(index) ? Math.max(128, Files.size(index) / 10) : 1024;
    }

    interface PartitionReader {
        void read(UnfilteredRowIterator partition) throws IOException;
    }

    /** Hands over every partition in the order of the file. Throws what Cassandra throws for damaged bytes. */
    void forEachPartition(PartitionReader reader) throws IOException {
        try (RandomAccessReader file = data.createReader()) {
            while (!file.isEOF()) {
                DecoratedKey key = metadata.partitioner.decorateKey(ByteBufferUtil.readWithShortLength(file));
                try (Partition partition = new Partition(file, key)) {
                    reader.read(partition);
                    while (partition.hasNext()) partition.next();
                }
            }
        } catch (IOError error) {
            if (error.getCause() instanceof IOException cause) throw cause;
            throw error;
        }
    }

    @Override
    public void close() {
        data.close();
    }

    private final class Partition extends AbstractUnfilteredRowIterator {
        private final SSTableSimpleIterator rows;

        Partition(RandomAccessReader file, DecoratedKey key) throws IOException {
            this(key, DeletionTime.getSerializer(descriptor.version).deserialize(file), file);
        }

        private Partition(DecoratedKey key, DeletionTime deletion, RandomAccessReader file) throws IOException {
            this(key, deletion, SSTableSimpleIterator.create(SSTableFile.this.metadata, file, header, helper(), deletion));
        }

        private Partition(DecoratedKey key, DeletionTime deletion, SSTableSimpleIterator rows) throws IOException {
            super(
                    SSTableFile.this.metadata,
                    key,
                    deletion,
                    SSTableFile.this.metadata.regularAndStaticColumns(),
                    rows.readStaticRow(),
                    false,
                    header.stats());
            this.rows = rows;
        }

        @Override
        protected Unfiltered computeNext() {
            return rows.hasNext() ? rows.next() : endOfData();
        }
    }

    private DeserializationHelper helper() {
        int version = descriptor.version.correspondingMessagingVersion();
        return new DeserializationHelper(metadata, version, DeserializationHelper.Flag.LOCAL);
    }
}
