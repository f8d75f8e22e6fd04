package nodeundertest;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.cassandra.io.compress.CompressionMetadata;
import org.apache.cassandra.io.util.File;

/**
 * Reads the CompressionInfo.db of any server. Scylla keeps `crc_check_chance` among the options of the compressor, where
 * Cassandra 5.0 does not know it and refuses; it only says how often checksums are looked at.
 */
final class ForeignCompression {
    private static final String UNKNOWN_OPTION = "crc_check_chance";

    private ForeignCompression() {}

    static CompressionMetadata open(File info, long dataLength, boolean hasGreatestLength) throws IOException {
        Path file = info.toPath();
        Path readable = Files.createTempFile("compression-info-", ".db");
        try {
            return CompressionMetadata.open(new File(rewritten(file, readable)), dataLength, hasGreatestLength);
        } finally {
            Files.delete(readable);
        }
    }

    /** The name of the compressor, the number of options, their names and values, and then what is copied as it is. */
    private static Path rewritten(Path from, Path to) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(from));
                DataOutputStream out = new DataOutputStream(Files.newOutputStream(to))) {
            out.writeUTF(in.readUTF());
            Map<String, String> options = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) options.put(in.readUTF(), in.readUTF());
            options.remove(UNKNOWN_OPTION);
            out.writeInt(options.size());
            for (Map.Entry<String, String> option : options.entrySet()) {
                out.writeUTF(option.getKey());
                out.writeUTF(option.getValue());
            }
            in.transferTo(out);
        }
        return to;
    }
}
