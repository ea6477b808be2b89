CREATE TABLE orders (order_id VARCHAR(64) COLLATE utf8mb4_bin PRIMARY KEY, user_id VARCHAR(64), qty INT, unit_price INT, total_price INT);
