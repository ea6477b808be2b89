-- The table of orders. You can apply this file again; that changes nothing.
--
-- Two ids that differ in case, in an accent or in a trailing space are different orders.
-- So the key compares bytes: it has a NOPAD binary collation. The default collations
-- treat 'A1' and 'a1' as the same order, and one would silently overwrite the other.
CREATE TABLE IF NOT EXISTS orders (
  order_id    VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  user_id     VARCHAR(255) NOT NULL,
  product_id  VARCHAR(255) NOT NULL,
  qty         BIGINT       NOT NULL,
  unit_price  BIGINT       NOT NULL,
  total_price BIGINT       NOT NULL,
  -- The Kafka timestamp of the message that the row comes from, in milliseconds since
  -- 1970. An older message does not overwrite the row. NULL is older than any timestamp.
  kafka_timestamp_ms BIGINT NULL,
  -- The times of the row, not of the order. updated_at changes only when a value of the
  -- order changes. An order that is delivered again does not change it.
  created_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  PRIMARY KEY (order_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4;

-- For a table that was created before it had a version.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS kafka_timestamp_ms BIGINT NULL AFTER total_price;
