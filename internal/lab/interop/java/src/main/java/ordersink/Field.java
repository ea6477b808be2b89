package ordersink;

/** One column of the schema. */
public record Field(String type, boolean optional, String field) {}
