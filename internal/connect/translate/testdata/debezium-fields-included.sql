CREATE TABLE orders (order_id VARCHAR(64) COLLATE utf8mb4_bin PRIMARY KEY, qty INT, unit_price INT);
