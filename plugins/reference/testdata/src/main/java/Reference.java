import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.header.ConnectHeaders;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/**
 * Answers as a Kafka Connect sink task does: the converters, then a chain of transforms. Each line of the standard input is a case
 * in JSON, as corpus_test.go writes it. The output has a line for each: "invalid" for a chain that cannot be configured, "dropped",
 * "refused", or the parts of the resulting record, separated by tabs. The last line is the SHA-256 of the input, by which the test
 * knows that these are the answers to its cases.
 */
public final class Reference {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SimpleHeaderConverter HEADERS = new SimpleHeaderConverter();
    private static ClassLoader debezium;
    private static ClassLoader debeziumOld;

    private record Stage(Transformation<SinkRecord> transform, Predicate<SinkRecord> predicate, boolean negate) { }

    public static void main(String[] args) throws Exception {
        HEADERS.configure(Map.of());
        debezium = loader(new File("target/debezium"));
        debeziumOld = loader(new File("target/debezium-old"));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintWriter out = new PrintWriter(new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8)));
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.println(answer(JSON.readTree(line)));
        }
        out.println(HexFormat.of().formatHex(digest.digest()));
        out.flush();
    }

    private static ClassLoader loader(File folder) throws Exception {
        List<URL> jars = new ArrayList<>();
        for (File jar : folder.listFiles()) {
            jars.add(jar.toURI().toURL());
        }
        return new URLClassLoader(jars.toArray(new URL[0]), Reference.class.getClassLoader());
    }

    private static String answer(JsonNode test) {
        List<Stage> chain;
        try {
            chain = chain(test.get("chain"));
        } catch (InvocationTargetException | RuntimeException e) {
            return "invalid";
        } catch (Exception e) {
            throw new IllegalStateException(test.toString(), e);
        }
        SinkRecord record = record(test);
        Map<Header, String> received = new IdentityHashMap<>();
        int at = 0;
        for (Header header : record.headers()) {
            received.put(header, test.get("headers").get(at++).get(1).textValue());
        }
        for (Stage stage : chain) {
            try {
                if (stage.predicate == null || stage.negate != stage.predicate.test(record)) {
                    record = stage.transform.apply(record);
                }
            } catch (RuntimeException e) {
                return "refused";
            }
            if (record == null) {
                return "dropped";
            }
        }
        return describe(record, received);
    }

    private static List<Stage> chain(JsonNode config) throws Exception {
        Map<String, Predicate<SinkRecord>> predicates = new HashMap<>();
        for (JsonNode node : config.path("predicates")) {
            Map<String, String> options = options(node);
            @SuppressWarnings("unchecked")
            Predicate<SinkRecord> predicate = (Predicate<SinkRecord>) instance(options.get("type"), debezium);
            String alias = options.remove("name");
            if (options.containsKey("header")) {
                options.put("name", options.remove("header")); // in a list of predicates, name is the alias
            }
            predicate.configure(options);
            predicates.put(alias, predicate);
        }
        List<Stage> chain = new ArrayList<>();
        for (JsonNode node : config.path("transforms")) {
            Map<String, String> options = options(node);
            boolean oldName = options.get("type").equals("io.debezium.transforms.UnwrapFromEnvelope");
            boolean old = oldName || options.containsKey("drop.tombstones") || options.containsKey("delete.handling.mode");
            String type = oldName ? "io.debezium.transforms.ExtractNewRecordState" : options.get("type");
            @SuppressWarnings("unchecked")
            Transformation<SinkRecord> transform = (Transformation<SinkRecord>) instance(type, old ? debeziumOld : debezium);
            transform.configure(options);
            chain.add(new Stage(transform, predicates.get(options.get("predicate")), "true".equals(options.get("negate"))));
        }
        return chain;
    }

    private static Map<String, String> options(JsonNode node) {
        Map<String, String> options = new LinkedHashMap<>();
        node.properties().forEach(option -> options.put(option.getKey(), option.getValue().asText()));
        return options;
    }

    private static Object instance(String type, ClassLoader from) throws Exception {
        return Class.forName(type, true, from).getDeclaredConstructor().newInstance();
    }

    private static SinkRecord record(JsonNode test) {
        String topic = test.get("topic").asText();
        ConnectHeaders headers = new ConnectHeaders();
        for (JsonNode header : test.get("headers")) {
            String name = header.get(0).asText();
            String text = header.get(1).textValue();
            SchemaAndValue parsed = HEADERS.toConnectHeader(topic, name, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
            headers.add(name, parsed);
        }
        SchemaAndValue key = decode(topic, test.get("key"), true);
        SchemaAndValue value = decode(topic, test.get("value"), false);
        Long timestamp = test.get("timestamp").isNull() ? null : test.get("timestamp").asLong();
        return new SinkRecord(topic, test.get("partition").asInt(), key.schema(), key.value(), value.schema(), value.value(),
            test.get("offset").asLong(), timestamp, TimestampType.CREATE_TIME, headers);
    }

    // A document is text: an envelope of exactly schema and payload, or plain JSON.
    private static SchemaAndValue decode(String topic, JsonNode document, boolean isKey) {
        JsonConverter converter = new JsonConverter();
        if (document.isNull()) {
            return SchemaAndValue.NULL;
        }
        JsonNode tree;
        try {
            tree = JSON.readTree(document.asText());
        } catch (Exception e) {
            throw new IllegalStateException(document.asText(), e);
        }
        boolean envelope = tree.isObject() && tree.size() == 2 && tree.has("schema") && tree.has("payload");
        converter.configure(Map.of("schemas.enable", envelope, "schemas.cache.size", 0, "replace.null.with.default", false), isKey);
        return converter.toConnectData(topic, document.asText().getBytes(StandardCharsets.UTF_8));
    }

    private static String describe(SinkRecord record, Map<Header, String> received) {
        StringBuilder headers = new StringBuilder();
        for (Header header : record.headers()) {
            // The bytes that a worker would send. A header that no transform made stays as it was received.
            String text = received.get(header);
            if (!received.containsKey(header)) {
                byte[] bytes = HEADERS.fromConnectHeader(record.topic(), header.key(), header.schema(), header.value());
                text = bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
            }
            headers.append(quote(header.key())).append('=').append(text == null ? "null" : quote(text)).append(',');
        }
        return String.join("\t", "topic=" + quote(record.topic()), "partition=" + record.kafkaPartition(), "offset=" + record.kafkaOffset(),
            "timestamp=" + record.timestamp(), "headers=" + headers,
            "keySchema=" + describe(record.keySchema()), "key=" + describe(record.keySchema(), record.key()),
            "valueSchema=" + describe(record.valueSchema()), "value=" + describe(record.valueSchema(), record.value()));
    }

    private static String describe(Schema schema) {
        if (schema == null) {
            return "none";
        }
        StringBuilder out = new StringBuilder(schema.type().getName());
        switch (schema.type()) {
            case ARRAY -> out.append('[').append(describe(schema.valueSchema())).append(']');
            case MAP -> out.append('<').append(describe(schema.keySchema())).append(',').append(describe(schema.valueSchema())).append('>');
            case STRUCT -> {
                out.append('{');
                for (Field field : schema.fields()) {
                    out.append(quote(field.name())).append('=').append(describe(field.schema())).append(',');
                }
                out.append('}');
            }
            default -> { }
        }
        if (schema.isOptional()) {
            out.append('?');
        }
        if (schema.name() != null) {
            out.append(" name=").append(quote(schema.name()));
        }
        if (schema.version() != null) {
            out.append(" version=").append(schema.version());
        }
        if (schema.parameters() != null) {
            new TreeMap<>(schema.parameters()).forEach((name, value) -> out.append(' ').append(quote(name)).append('=').append(quote(value)));
        }
        if (schema.doc() != null) {
            out.append(" doc=").append(quote(schema.doc()));
        }
        if (schema.defaultValue() != null) {
            out.append(" default=").append(describe(schema, schema.defaultValue()));
        }
        return out.toString();
    }

    private static String describe(Schema schema, Object value) {
        StringBuilder out = new StringBuilder();
        write(out, schema, value);
        return out.toString();
    }

    private static void write(StringBuilder out, Schema schema, Object value) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Byte || value instanceof Short || value instanceof Integer || value instanceof Long) {
            out.append('i').append(((Number) value).longValue());
        } else if (value instanceof Float number && schema == null) {
            write(out, null, shortest(number)); // without a schema, nothing says that it was a float
        } else if (value instanceof Float number) {
            out.append('f').append(String.format("%08x", Float.floatToIntBits(number)));
        } else if (value instanceof Double number) {
            out.append('g').append(String.format("%016x", Double.doubleToLongBits(number)));
        } else if (value instanceof String text) {
            out.append(quote(text));
        } else if (value instanceof byte[] bytes) {
            out.append('x').append(HexFormat.of().formatHex(bytes));
        } else if (value instanceof java.nio.ByteBuffer buffer) {
            out.append('x').append(HexFormat.of().formatHex(buffer.array()));
        } else if (value instanceof BigDecimal decimal) {
            out.append('d').append(decimal.toPlainString());
        } else if (value instanceof java.util.Date date) {
            out.append(schema != null && Time.LOGICAL_NAME.equals(schema.name()) ? 'c' : 't').append(date.getTime());
        } else if (value instanceof Struct struct) {
            out.append('{');
            for (Field field : struct.schema().fields()) {
                out.append(quote(field.name())).append('=');
                write(out, field.schema(), struct.getWithoutDefault(field.name()));
                out.append(',');
            }
            out.append('}');
        } else if (value instanceof List<?> list) {
            out.append('[');
            list.forEach(element -> out.append(describe(schema == null ? null : schema.valueSchema(), element)).append(','));
            out.append(']');
        } else if (value instanceof Map<?, ?> map) {
            List<String> entries = new ArrayList<>();
            map.forEach((key, entry) -> entries.add(describe(schema == null ? null : schema.keySchema(), key) + ':'
                + describe(schema == null ? null : schema.valueSchema(), entry)));
            entries.sort(null);
            out.append('<');
            entries.forEach(entry -> out.append(entry).append(','));
            out.append('>');
        } else {
            throw new IllegalStateException(value.getClass().getName());
        }
    }

    /** The double of the fewest digits that is the float: Float.toString has more before Java 19. */
    private static double shortest(float number) {
        for (int digits = 0; digits < 9; digits++) {
            String text = String.format(java.util.Locale.ROOT, "%." + digits + "e", number);
            if (Float.isFinite(number) && Float.parseFloat(text) == number) {
                return Double.parseDouble(text);
            }
        }
        return number;
    }

    /** Text in quotes: most of printable ASCII as it is, every other byte of its UTF-8 as %XX, so that the parts can be told apart. */
    private static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 127 && "\"%,=".indexOf(b) < 0) {
                out.append((char) b);
            } else {
                out.append(String.format("%%%02X", b & 0xFF));
            }
        }
        return out.append('"').toString();
    }
}
