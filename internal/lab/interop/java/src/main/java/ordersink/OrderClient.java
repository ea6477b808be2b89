package ordersink;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends the orders of its standard input, one JSON payload a line, without a key, and ends once
 * Kafka has acknowledged all of them: OrderClient BROKERS TOPIC.
 */
public final class OrderClient {
  private static final Schema SCHEMA =
      new Schema(
          "struct",
          List.of(
              new Field("string", true, "order_id"),
              new Field("string", true, "user_id"),
              new Field("string", true, "product_id"),
              new Field("int32", true, "qty"),
              new Field("int32", true, "unit_price"),
              new Field("int32", true, "total_price")),
          false,
          "orders");

  public static void main(String[] args) throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    Map<String, Object> config =
        Map.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0],
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
    try (KafkaProducer<String, String> producer = new KafkaProducer<>(config);
        MappingIterator<Payload> orders = mapper.readerFor(Payload.class).readValues(System.in)) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      while (orders.hasNext()) {
        OrderKafkaDto order = new OrderKafkaDto(SCHEMA, orders.next());
        sent.add(producer.send(new ProducerRecord<>(args[1], mapper.writeValueAsString(order))));
      }
      for (Future<RecordMetadata> record : sent) {
        record.get();
      }
    }
  }

  private OrderClient() {}
}
