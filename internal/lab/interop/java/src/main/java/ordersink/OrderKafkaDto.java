package ordersink;

/** The envelope that goes on the topic. */
public record OrderKafkaDto(Schema schema, Payload payload) {}
