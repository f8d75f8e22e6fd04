package nodeundertest;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.cassandra.config.DatabaseDescriptor;
import org.apache.cassandra.cql3.QueryProcessor;
import org.apache.cassandra.cql3.UntypedResultSet;
import org.apache.cassandra.db.ColumnFamilyStore;
import org.apache.cassandra.db.Keyspace;
import org.apache.cassandra.gms.FailureDetector;
import org.apache.cassandra.gms.Gossiper;
import org.apache.cassandra.locator.IEndpointSnitch;
import org.apache.cassandra.locator.InetAddressAndPort;
import org.apache.cassandra.metrics.StorageMetrics;
import org.apache.cassandra.schema.Schema;
import org.apache.cassandra.schema.SchemaConstants;
import org.apache.cassandra.schema.SystemDistributedKeyspace;
import org.apache.cassandra.service.LoadBroadcaster;
import org.apache.cassandra.service.StorageService;
import org.apache.cassandra.utils.FBUtilities;

/** What nodetool and REST ask of a running node, as plain maps and lists. */
final class NodeFacts {
    private NodeFacts() {}

    static Object node() {
        StorageService service = StorageService.instance;
        IEndpointSnitch snitch = DatabaseDescriptor.getEndpointSnitch();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("hostId", service.getLocalHostId());
        facts.put("operationMode", service.getOperationMode());
        facts.put("schemaVersion", service.getSchemaVersion());
        facts.put("releaseVersion", FBUtilities.getReleaseVersionString());
        facts.put("initialized", service.isInitialized());
        facts.put("gossip", service.isGossipRunning());
        facts.put("nativeTransport", service.isNativeTransportRunning());
        facts.put("load", StorageMetrics.load.getCount());
        facts.put("exceptions", StorageMetrics.uncaughtExceptions.getCount());
        facts.put("generation", service.getCurrentGenerationNumber());
        facts.put("datacenter", snitch.getLocalDatacenter());
        facts.put("rack", snitch.getLocalRack());
        facts.put("clusterName", DatabaseDescriptor.getClusterName());
        facts.put("partitioner", DatabaseDescriptor.getPartitionerName());
        facts.put("keyspaces", new ArrayList<>(Schema.instance.getKeyspaces()));
        facts.put("localKeyspaces", new ArrayList<>(SchemaConstants.LOCAL_SYSTEM_KEYSPACE_NAMES));
        return facts;
    }

    /** Every node of the ring as this node sees it. */
    static Object ring() {
        StorageService service = StorageService.instance;
        IEndpointSnitch snitch = DatabaseDescriptor.getEndpointSnitch();
        Set<InetAddressAndPort> live = Gossiper.instance.getLiveMembers();
        Map<InetAddressAndPort, Double> loads = LoadBroadcaster.instance.getLoadInfo();
        List<Object> nodes = new ArrayList<>();
        service.getTokenMetadata().getEndpointToHostIdMapForReading().forEach((endpoint, hostId) -> {
            boolean self = endpoint.equals(FBUtilities.getBroadcastAddressAndPort());
            Double load = self ? Double.valueOf(StorageMetrics.load.getCount()) : loads.get(endpoint);
            Map<String, Object> node = new LinkedHashMap<>();
            node.put("address", endpoint.getAddress().getHostAddress());
            node.put("hostId", hostId.toString());
            node.put("live", live.contains(endpoint));
            node.put("load", load);
            node.put("schemaVersion", schemaVersion(endpoint));
            node.put("tokens", service.getTokensFor(endpoint).stream().map(String::valueOf).toList());
            node.put("datacenter", snitch.getDatacenter(endpoint));
            node.put("rack", snitch.getRack(endpoint));
            nodes.add(node);
        });
        return nodes;
    }

    /** As gossip has it; asking the node itself would wait for one that has died and is not yet seen as down. */
    private static String schemaVersion(InetAddressAndPort endpoint) {
        UUID version = Gossiper.instance.getSchemaVersion(endpoint);
        return version == null ? null : version.toString();
    }

    /** Share of the ring per address, 0 to 1; with a keyspace, replicas counted. */
    static Object ownership(String keyspace) {
        Map<InetAddress, Float> shares = keyspace == null
                ? StorageService.instance.getOwnership()
                : StorageService.instance.effectiveOwnership(keyspace);
        Map<String, Object> facts = new TreeMap<>();
        shares.forEach((address, share) -> facts.put(address.getHostAddress(), share));
        return facts;
    }

    static Object tables() {
        List<Object> facts = new ArrayList<>();
        for (Keyspace keyspace : Keyspace.all()) {
            for (ColumnFamilyStore table : keyspace.getColumnFamilyStores()) {
                Map<String, Object> fact = new LinkedHashMap<>();
                fact.put("keyspace", keyspace.getName());
                fact.put("table", table.name);
                fact.put("id", table.metadata.id.asUUID().toString());
                fact.put("directory", table.getDirectories().getCFDirectories().get(0).absolutePath());
                fact.put("view", table.metadata().isView());
                facts.add(fact);
            }
        }
        return facts;
    }

    /** The state of a view's first build on each host that has begun it: STARTED or SUCCESS by host id. */
    static Object viewStatus(String keyspace, String view) {
        Map<String, String> facts = new TreeMap<>();
        SystemDistributedKeyspace.viewStatus(keyspace, view).forEach((host, state) -> facts.put(host.toString(), state));
        return facts;
    }

    /** Null until the role exists: Cassandra makes its superuser a moment after it serves. */
    static Object saltedHash(String role) {
        UntypedResultSet rows = QueryProcessor.executeInternal(
                "SELECT salted_hash FROM system_auth.roles WHERE role = ?", role);
        return rows.isEmpty() || !rows.one().has("salted_hash") ? null : rows.one().getString("salted_hash");
    }

    /** Takes a node for down at once; gossip alone needs 13 to 30 seconds to be sure of it. */
    static Object convict(String address) throws UnknownHostException {
        FailureDetector.instance.forceConviction(InetAddressAndPort.getByName(address));
        return true;
    }

    /** What a real node does after an I/O error: the process stays, and nobody else can talk to it any more. */
    static Object isolate() {
        StorageService.instance.stopGossiping();
        StorageService.instance.stopNativeTransport(true);
        return true;
    }
}
