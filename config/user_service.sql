-- The index of pipelines/shop/user_service.yaml. Apply it after schema.sql and stock.sql.
-- It sorts a user's orders by age, so that MariaDB reads one page of orders and not the
-- whole table. You can apply this file again; that changes nothing.
CREATE INDEX IF NOT EXISTS orders_of_user ON orders (user_id, created_at, order_id);
