-- The table of pipelines/messages.yaml: every message of the topic of orders, with its
-- position in the topic as the key. You can apply this file again; that changes nothing.
CREATE TABLE IF NOT EXISTS order_messages (
  -- The names of topics are ASCII, and upper and lower case differ.
  kafka_topic        VARCHAR(249) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kafka_partition    INT          NOT NULL,
  kafka_offset       BIGINT       NOT NULL,
  kafka_timestamp_ms BIGINT       NOT NULL,
  -- The values that the producer sent; each can be null.
  order_id    VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NULL,
  user_id     VARCHAR(255) NULL,
  product_id  VARCHAR(255) NULL,
  qty         BIGINT       NULL,
  unit_price  BIGINT       NULL,
  total_price BIGINT       NULL,
  stored_at   TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (kafka_topic, kafka_partition, kafka_offset),
  KEY (order_id, kafka_timestamp_ms)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4;
