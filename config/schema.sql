-- The one copy of the tables. Applying it again changes nothing.
--
-- An id that differs in case, accent or a trailing space is a different order,
-- so the key compares by bytes: a NOPAD binary collation. The default
-- collations would call 'A1' and 'a1' one order, and overwrite it silently.
CREATE TABLE IF NOT EXISTS orders (
  order_id    VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  user_id     VARCHAR(255) NOT NULL,
  product_id  VARCHAR(255) NOT NULL,
  qty         BIGINT       NOT NULL,
  unit_price  BIGINT       NOT NULL,
  total_price BIGINT       NOT NULL,
  -- The Kafka timestamp of the message that the row is from, in milliseconds since
  -- 1970: an older message does not overwrite it. NULL is older than any.
  kafka_timestamp_ms BIGINT NULL,
  -- Of the row, not of the order. updated_at moves only when a column really
  -- changes: an order that is delivered again leaves it alone.
  created_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  updated_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  PRIMARY KEY (order_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4;

-- For a table that was made before it had a version.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS kafka_timestamp_ms BIGINT NULL AFTER total_price;
