import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.data.Time;
import org.apache.kafka.connect.json.JsonConverter;

/**
 * Answers as org.apache.kafka.connect.json.JsonConverter does. Each line of the standard input is a setting, a tab, and the
 * message in base64; the setting is "enable", "disable" (schemas.enable) or "content:" and the base64 of schema.content.
 * The output has a line for each: "refused", or "ok", a space and the value in the form that reference_test.go writes too.
 * Its last line is the SHA-256 of the input, by which the test knows that these are the answers to its questions.
 */
public final class Reference {
    private static final Map<String, JsonConverter> CONVERTERS = new HashMap<>();

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintWriter out = new PrintWriter(new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8)));
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            digest.update((line + "\n").getBytes(StandardCharsets.UTF_8));
            int tab = line.indexOf('\t');
            out.println(answer(line.substring(0, tab), Base64.getDecoder().decode(line.substring(tab + 1))));
        }
        out.println(HexFormat.of().formatHex(digest.digest()));
        out.flush();
    }

    private static String answer(String setting, byte[] message) {
        SchemaAndValue result;
        try {
            if (CONVERTERS.size() > 200) {
                CONVERTERS.clear();
            }
            result = CONVERTERS.computeIfAbsent(setting, Reference::converter).toConnectData("topic", message);
        } catch (Exception | StackOverflowError e) {
            return "refused";
        }
        StringBuilder text = new StringBuilder("ok ");
        write(text, result.schema(), result.value());
        return text.toString();
    }

    // The cache of schemas compares decimals by value, so that its answer depends on earlier messages: it is turned off.
    private static JsonConverter converter(String setting) {
        Map<String, Object> config = new HashMap<>();
        config.put("schemas.cache.size", 0);
        config.put("schemas.enable", !setting.equals("disable"));
        if (setting.startsWith("content:")) {
            byte[] content = Base64.getDecoder().decode(setting.substring("content:".length()));
            config.put("schema.content", new String(content, StandardCharsets.UTF_8));
        }
        JsonConverter converter = new JsonConverter();
        converter.configure(config, false);
        return converter;
    }

    private static void write(StringBuilder out, Schema schema, Object value) {
        if (value == null) {
            out.append("null");
        } else if (value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof Byte || value instanceof Short || value instanceof Integer || value instanceof Long) {
            out.append('i').append(((Number) value).longValue());
        } else if (value instanceof Float || value instanceof Double) {
            out.append('f').append(String.format("%016x", Double.doubleToLongBits(((Number) value).doubleValue())));
        } else if (value instanceof String text) {
            out.append(quote(text));
        } else if (value instanceof byte[] bytes) {
            out.append('x').append(HexFormat.of().formatHex(bytes));
        } else if (value instanceof BigDecimal decimal) {
            if (decimal.signum() == 0 && decimal.scale() <= 0) {
                out.append("d0");
            } else if (Math.abs((long) decimal.scale()) + decimal.precision() > 1900) {
                out.append("huge"); // the decoder has a bound there
            } else {
                out.append('d').append(decimal.toPlainString());
            }
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
            for (Object element : list) {
                write(out, schema == null ? null : schema.valueSchema(), element);
                out.append(',');
            }
            out.append(']');
        } else if (value instanceof Map<?, ?> map) {
            List<String> entries = new ArrayList<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                StringBuilder text = new StringBuilder();
                if (entry.getKey() instanceof String key) {
                    text.append(quote(key));
                } else {
                    write(text, schema.keySchema(), entry.getKey());
                }
                text.append(':');
                write(text, schema == null ? null : schema.valueSchema(), entry.getValue());
                entries.add(text.toString());
            }
            entries.sort(null);
            out.append('<');
            for (String entry : entries) {
                out.append(entry).append(',');
            }
            out.append('>');
        } else {
            throw new IllegalStateException(value.getClass().getName());
        }
    }

    /** Text in quotes: printable ASCII as it is, every other byte of its UTF-8 as %XX, so that all sorts agree. */
    private static String quote(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > ' ' && b < 127 && b != '"' && b != '%') {
                out.append((char) b);
            } else {
                out.append(String.format("%%%02X", b & 0xFF));
            }
        }
        return out.append('"').toString();
    }
}
