-- The privileges that the sink and a reader need, and no others. They are roles, so that
-- this file contains no password. You can apply it again; that changes nothing.
--
--   mariadb orders < config/schema.sql
--   mariadb orders < config/grants.sql          -- again after config/stock.sql
--
-- An administrator gives an account its role:
--
--   CREATE USER sink IDENTIFIED BY '…' REQUIRE SSL;
--   GRANT order_sink TO sink;
--   SET DEFAULT ROLE order_sink FOR sink;
CREATE ROLE IF NOT EXISTS order_sink;
CREATE ROLE IF NOT EXISTS order_reader;

-- The sink. It checks the table and compares versions, so it needs SELECT. It never
-- creates or changes a table.
GRANT SELECT, INSERT, UPDATE ON orders TO order_sink;

-- The user service reads orders, and the stock if there is one. The triggers of the
-- stock run as the account that created them.
GRANT SELECT ON orders TO order_reader;
SET @of_stock = IF(
  (SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'stock') > 0,
  'GRANT SELECT ON stock TO order_reader', 'DO 0');
EXECUTE IMMEDIATE @of_stock;

-- With `tombstone: delete` in mariadb_upsert:
-- GRANT DELETE ON orders TO order_sink;

-- With pipelines/messages.yaml:
-- GRANT SELECT, INSERT, UPDATE ON order_messages TO order_sink;
