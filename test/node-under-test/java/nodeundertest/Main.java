package nodeundertest;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.apache.cassandra.config.DatabaseDescriptor;
import org.apache.cassandra.schema.Schema;
import org.apache.cassandra.service.CassandraDaemon;

/**
 * Runs Cassandra in this JVM and answers the supervisor on stdin and stdout, so that no call needs JMX or a second JVM.
 * The JVM halts when its stdin ends: it cannot outlive its parent, however the parent died.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        // Cassandra and its libraries print to stdout now and then; the supervisor reads nothing there but answers.
        System.setOut(System.err);

        Control control = new Control(System.in, answers);
        control.on("node", call -> NodeFacts.node());
        control.on("ring", call -> NodeFacts.ring());
        control.on("ownership", call -> NodeFacts.ownership(call.optionalText("keyspace")));
        control.on("tables", call -> NodeFacts.tables());
        control.on("viewStatus", call -> NodeFacts.viewStatus(call.text("keyspace"), call.text("view")));
        control.on("flush", call -> Snapshots.flush(call.text("keyspace"), call.text("table")));
        control.on("snapshot", call -> Snapshots.take(call.text("keyspace"), call.text("table"), call.text("directory")));
        control.on("load.prepare", Loading::prepare);
        control.on("load.commit", call -> Loading.commit(call.text("ticket")));
        control.on("load.abort", call -> Loading.abort(call.text("ticket")));
        control.on("saltedHash", call -> NodeFacts.saltedHash(call.text("role")));
        control.on("convict", call -> NodeFacts.convict(call.text("address")));
        control.on("fillIndexesWithin", call -> ViewFill.within(Long.parseLong(call.text("ms"))));
        control.on("isolate", call -> NodeFacts.isolate());
        control.start();

        DatabaseDescriptor.daemonInitialization();
        TableDirectories directories = new TableDirectories();
        Schema.instance.registerListener(directories);
        CassandraDaemon.main(arguments);
        directories.completeAfterBoot();
        ViewFill.resumeAfterBoot();
        control.tell(Map.of("event", "serving"));
    }
}
