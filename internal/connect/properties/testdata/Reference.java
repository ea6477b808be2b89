import com.fasterxml.jackson.databind.*;
import com.fasterxml.jackson.databind.node.*;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.*;
import org.apache.kafka.common.config.ConfigTransformer;
import org.apache.kafka.common.config.provider.*;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.*;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/** Answers the cases of standard input with Java's Properties and with Kafka's classes. */
public class Reference {
    public static void main(String[] args) throws Exception {
        ObjectMapper json = new ObjectMapper();
        ArrayNode answers = json.createArrayNode();
        for (JsonNode c : json.readTree(System.in)) {
            ObjectNode answer = answers.addObject();
            answer.set("kind", c.get("kind"));
            answer.set("text", c.get("text"));
            String text = c.get("text").asText();
            try {
                switch (c.get("kind").asText()) {
                    case "properties": answer.set("answer", json.valueToTree(properties(text))); break;
                    case "placeholder": answer.put("answer", placeholder(text)); break;
                    case "jaas": answer.set("answer", json.valueToTree(jaas(text))); break;
                }
            } catch (Exception e) {
                answer.put("error", e.getMessage());
            }
        }
        json.writerWithDefaultPrettyPrinter().writeValue(System.out, answers);
    }

    static Map<String, String> properties(String text) throws Exception {
        Properties p = new Properties();
        p.load(new StringReader(text));
        Map<String, String> map = new TreeMap<>();
        for (String name : p.stringPropertyNames()) map.put(name, p.getProperty(name));
        return map;
    }

    /** The provider env has the variables A, EMPTY and B, whose value is a placeholder. */
    static String placeholder(String text) {
        Map<String, String> variables = Map.of("A", "value of A", "EMPTY", "", "B", "${env:A}");
        EnvVarConfigProvider env = new EnvVarConfigProvider(variables);
        env.configure(Map.of());
        return new ConfigTransformer(Map.of("env", env)).transform(Map.of("k", text)).data().get("k");
    }

    static List<Object> jaas(String text) {
        JaasContext context = JaasContext.loadClientContext(Map.of("sasl.jaas.config", new Password(text)));
        List<Object> all = new ArrayList<>();
        context.configurationEntries().forEach(e -> all.add(List.of(e.getLoginModuleName(), new TreeMap<>(e.getOptions()))));
        return all;
    }
}
