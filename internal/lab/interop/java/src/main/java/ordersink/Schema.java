package ordersink;

import java.util.List;

/** The shape of the payload, as Kafka Connect's JsonConverter reads it. */
public record Schema(String type, List<Field> fields, boolean optional, String name) {}
