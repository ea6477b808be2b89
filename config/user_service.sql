-- Beside schema.sql and stock.sql, for pipelines/shop/user_service.yaml: a user's
-- orders by their age, so that a page of them is read and not the whole table.
-- Applying it again changes nothing.
CREATE INDEX IF NOT EXISTS orders_of_user ON orders (user_id, created_at, order_id);
