-- Who may do what, and nothing else: roles, so that no password stands here.
-- Applying it again changes nothing.
--
--   mariadb orders < config/schema.sql
--   mariadb orders < config/grants.sql          -- and again after config/stock.sql
--
-- An account gets its role like this, as an administrator:
--
--   CREATE USER sink IDENTIFIED BY '…' REQUIRE SSL;
--   GRANT order_sink TO sink;
--   SET DEFAULT ROLE order_sink FOR sink;
CREATE ROLE IF NOT EXISTS order_sink;
CREATE ROLE IF NOT EXISTS order_reader;

-- The sink. It looks at the table and compares versions, so it reads; it makes
-- and changes no table.
GRANT SELECT, INSERT, UPDATE ON orders TO order_sink;

-- The user service reads, the stock too where there is one. What the triggers of
-- the stock do, they do as the account that made them.
GRANT SELECT ON orders TO order_reader;
SET @of_stock = IF(
  (SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'stock') > 0,
  'GRANT SELECT ON stock TO order_reader', 'DO 0');
EXECUTE IMMEDIATE @of_stock;

-- With `tombstone: delete` in mariadb_upsert:
-- GRANT DELETE ON orders TO order_sink;

-- With pipelines/messages.yaml:
-- GRANT SELECT, INSERT, UPDATE ON order_messages TO order_sink;
