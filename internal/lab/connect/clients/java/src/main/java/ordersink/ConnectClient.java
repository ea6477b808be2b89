package ordersink;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.sourcelab.kafka.connect.apiclient.Configuration;
import org.sourcelab.kafka.connect.apiclient.KafkaConnectClient;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPluginConfigDefinition;
import org.sourcelab.kafka.connect.apiclient.request.dto.NewConnectorDefinition;

/**
 * Calls the client for a test. Each line of the input is a JSON list: the name of a call and its
 * arguments. Each line of the output has the result, or the text of the error.
 */
public final class ConnectClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] args) throws Exception {
        KafkaConnectClient client = new KafkaConnectClient(new Configuration(args[0]));
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            Map<String, Object> answer = new HashMap<>();
            try {
                answer.put("result", call(client, JSON.readTree(line)));
            } catch (RuntimeException e) {
                answer.put("error", e.toString());
            }
            System.out.println(JSON.writeValueAsString(answer));
        }
    }

    private static Object call(KafkaConnectClient client, JsonNode call) {
        String name = call.path(1).asText();
        switch (call.get(0).asText()) {
            case "version":
                return client.getConnectServerVersion();
            case "plugins":
                return client.getConnectorPlugins();
            case "validate":
                return client.validateConnectorPluginConfig(new ConnectorPluginConfigDefinition(name, config(call)));
            case "expanded":
                var all = client.getConnectorsWithAllExpandedMetadata();
                return Map.of("definitions", all.getMappedDefinitions(), "statuses", all.getMappedStatuses());
            case "get":
                return client.getConnector(name);
            case "status":
                return client.getConnectorStatus(name);
            case "config":
                return client.getConnectorConfig(name);
            case "topics":
                return client.getConnectorTopics(name);
            case "tasks":
                return client.getConnectorTasks(name);
            case "create":
                return client.addConnector(new NewConnectorDefinition(name, config(call)));
            case "update":
                return client.updateConnectorConfig(name, config(call));
            case "pause":
                return client.pauseConnector(name);
            case "resume":
                return client.resumeConnector(name);
            case "stop":
                return client.stopConnector(name);
            case "restart":
                return client.restartConnector(name);
            case "restartTask":
                return client.restartConnectorTask(name, call.get(2).asInt());
            case "delete":
                return client.deleteConnector(name);
            default:
                throw new IllegalArgumentException("unknown call " + call.get(0));
        }
    }

    private static Map<String, String> config(JsonNode call) {
        Map<String, String> config = new HashMap<>();
        call.get(2).fields().forEachRemaining(e -> config.put(e.getKey(), e.getValue().asText()));
        return config;
    }
}
