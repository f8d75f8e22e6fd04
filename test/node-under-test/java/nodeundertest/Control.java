package nodeundertest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One JSON object per line: `{"id":1,"call":"flush","keyspace":…}` in, `{"id":1,"answer":…}` or
 * `{"id":1,"error":{"kind":…,"message":…}}` out. Calls run side by side; answers come in the order in which they are ready.
 */
final class Control {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final InputStream calls;
    private final PrintStream answers;
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();
    private final ExecutorService workers = Executors.newCachedThreadPool(work -> daemon(work, "control-call"));

    interface Handler {
        Object answer(Call call) throws Exception;
    }

    Control(InputStream calls, PrintStream answers) {
        this.calls = calls;
        this.answers = answers;
    }

    void on(String name, Handler handler) {
        handlers.put(name, handler);
    }

    void start() {
        daemon(this::readCalls, "control").start();
    }

    private void readCalls() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(calls, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode call = JSON.readTree(line);
                workers.execute(() -> answer(call));
            }
        } catch (Throwable problem) {
            problem.printStackTrace();
        } finally {
            // Also after a broken line: a supervisor that cannot be understood is as good as gone.
            Runtime.getRuntime().halt(0);
        }
    }

    private void answer(JsonNode call) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("id", call.get("id"));
        try {
            Handler handler = handlers.get(call.get("call").asText());
            if (handler == null) throw new IllegalArgumentException("unknown call " + call.get("call"));
            reply.put("answer", handler.answer(new Call(call)));
        } catch (Refusal refusal) {
            reply.put("error", Map.of("kind", refusal.kind, "message", String.valueOf(refusal.getMessage())));
        } catch (Throwable problem) {
            problem.printStackTrace();
            reply.put("error", Map.of("kind", "internal", "message", String.valueOf(problem)));
        }
        tell(reply);
    }

    void tell(Object message) {
        try {
            String line = JSON.writeValueAsString(message);
            synchronized (answers) {
                answers.println(line);
            }
        } catch (Exception problem) {
            throw new IllegalStateException("an answer cannot be written as JSON", problem);
        }
    }

    static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }
}
