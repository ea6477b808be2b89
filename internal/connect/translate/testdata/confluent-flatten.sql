CREATE TABLE orders (order_id VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY, to_city VARCHAR(20), topic VARCHAR(20), source VARCHAR(20));
