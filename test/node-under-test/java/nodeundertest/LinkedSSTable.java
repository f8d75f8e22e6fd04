package nodeundertest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.cassandra.db.ColumnFamilyStore;
import org.apache.cassandra.io.sstable.Component;
import org.apache.cassandra.io.sstable.Descriptor;
import org.apache.cassandra.io.sstable.format.SSTableFormat.Components;
import org.apache.cassandra.io.sstable.format.SSTableReader;

/** An SSTable taken into a table directory file by file, unread: what Scylla does with one that lies in one token range. */
final class LinkedSSTable {
    private final Descriptor descriptor;
    private final List<Path> links;
    private final SSTableReader reader;

    private LinkedSSTable(Descriptor descriptor, List<Path> links, SSTableReader reader) {
        this.descriptor = descriptor;
        this.links = links;
        this.reader = reader;
    }

    static LinkedSSTable into(ColumnFamilyStore store, JsonNode where) throws IOException {
        Path directory = Path.of(where.get("directory").asText());
        String version = where.get("version").asText();
        Descriptor source = SSTableFile.descriptor(store.metadata(), directory, version, where.get("id").asText());
        Descriptor target = store.newSSTableDescriptor(store.getDirectories().getDirectoryForNewSSTables(), source.version);

        // Data.db comes last: without it a set that a crash left half linked is not an SSTable at the next boot.
        List<Component> components = new ArrayList<>(source.discoverComponents());
        components.sort((a, b) -> Boolean.compare(a.equals(Components.DATA), b.equals(Components.DATA)));
        List<Path> links = new ArrayList<>();
        try {
            for (Component component : components) {
                Path link = target.fileFor(component).toPath();
                Files.createLink(link, source.fileFor(component).toPath());
                links.add(link);
            }
            Set<Component> found = new HashSet<>(components);
            return new LinkedSSTable(target, links, SSTableReader.open(store, target, found, store.metadata, false, false));
        } catch (Throwable problem) {
            removeLinks(links);
            throw problem;
        }
    }

    Descriptor descriptor() {
        return descriptor;
    }

    SSTableReader release() {
        return reader;
    }

    void remove() {
        reader.selfRef().release();
        removeLinks(links);
    }

    private static void removeLinks(List<Path> links) {
        for (Path link : links) {
            try {
                Files.deleteIfExists(link);
            } catch (IOException problem) {
                throw new IllegalStateException("cannot take back " + link, problem);
            }
        }
    }
}
