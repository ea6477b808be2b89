CREATE TABLE events (tenant VARCHAR(10) COLLATE utf8mb4_bin, event VARCHAR(10) COLLATE utf8mb4_bin, n INT, PRIMARY KEY (tenant, event));
