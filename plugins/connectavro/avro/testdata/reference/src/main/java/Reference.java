import io.apicurio.registry.utils.converter.avro.AvroData;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;

/** Answers each line "name, tab, schema in base64, tab, value in hex" with the converter's schema and value. */
public final class Reference {
    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] question = line.split("\t", -1);
            String text = new String(Base64.getDecoder().decode(question[1]), StandardCharsets.UTF_8);
            out.println(question[0] + "\t" + answer(text, HexFormat.of().parseHex(question[2])));
        }
        out.flush();
    }

    private static String answer(String text, byte[] bytes) {
        try {
            org.apache.avro.Schema schema = new org.apache.avro.Schema.Parser().setValidateDefaults(false).parse(text);
            Object value = new GenericDatumReader<Object>(schema).read(null, DecoderFactory.get().binaryDecoder(bytes, null));
            SchemaAndValue answer = new AvroData(10).toConnectData(schema, value);
            return "ok\t" + schema(answer.schema()) + "\t" + value(answer.schema(), answer.value(), false)
                + "\t" + value(answer.schema(), answer.value(), true);
        } catch (Exception | StackOverflowError e) {
            return "error";
        }
    }

    private static String schema(Schema s) {
        StringBuilder b = new StringBuilder(s.type().getName());
        if (s.isOptional()) {
            b.append('?');
        }
        if (s.name() != null) {
            b.append(" name=").append(quoted(s.name()));
        }
        if (s.version() != null) {
            b.append(" version=").append(s.version());
        }
        if (s.doc() != null) {
            b.append(" doc=").append(quoted(s.doc()));
        }
        if (s.parameters() != null) {
            for (Map.Entry<String, String> p : new TreeMap<>(s.parameters()).entrySet()) {
                b.append(' ').append(quoted(p.getKey())).append('=').append(quoted(p.getValue()));
            }
        }
        if (s.defaultValue() != null) {
            b.append(" default=").append(value(s, s.defaultValue(), false));
        }
        if (s.type() == Schema.Type.STRUCT) {
            b.append(" {");
            for (Field f : s.fields()) {
                b.append(quoted(f.name())).append(": ").append(schema(f.schema())).append("; ");
            }
            b.append('}');
        }
        if (s.type() == Schema.Type.MAP) {
            b.append(" <").append(schema(s.keySchema())).append(">");
        }
        if (s.type() == Schema.Type.MAP || s.type() == Schema.Type.ARRAY) {
            b.append(" [").append(schema(s.valueSchema())).append("]");
        }
        return b.toString();
    }

    private static String value(Schema s, Object v, boolean defaults) {
        if (v == null) {
            return "null";
        } else if (v instanceof Struct struct) {
            StringBuilder b = new StringBuilder("{");
            for (Field f : s.fields()) {
                Object member = defaults ? struct.get(f) : struct.getWithoutDefault(f.name());
                b.append(quoted(f.name())).append('=').append(value(f.schema(), member, defaults)).append(' ');
            }
            return b.append('}').toString();
        } else if (v instanceof List<?> list) {
            StringBuilder b = new StringBuilder("[");
            for (Object element : list) {
                b.append(value(s.valueSchema(), element, defaults)).append(' ');
            }
            return b.append(']').toString();
        } else if (v instanceof Map<?, ?> map) {
            TreeSet<String> entries = new TreeSet<>();
            for (Map.Entry<?, ?> e : map.entrySet()) {
                entries.add(value(s.keySchema(), e.getKey(), defaults) + "=" + value(s.valueSchema(), e.getValue(), defaults));
            }
            return "<" + String.join(" ", entries) + ">";
        } else if (v instanceof String text) {
            return quoted(text);
        } else if (v instanceof byte[] bytes) {
            return "x" + HexFormat.of().formatHex(bytes);
        } else if (v instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return "x" + HexFormat.of().formatHex(bytes);
        } else if (v instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        } else if (v instanceof java.util.Date date) {
            return date.getTime() + "ms";
        } else if (v instanceof Float f) {
            return "f" + Integer.toHexString(Float.floatToIntBits(f));
        } else if (v instanceof Double d) {
            return "d" + Long.toHexString(Double.doubleToLongBits(d));
        }
        return v.toString();
    }

    private static String quoted(String text) {
        StringBuilder b = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                b.append(String.format("\\u%04x", (int) c));
            } else {
                b.append(c);
            }
        }
        return b.append('"').toString();
    }
}
