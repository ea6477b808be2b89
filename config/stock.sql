-- One stock for all order services. Apply it after schema.sql. You can apply this file
-- again; that changes nothing.
--
--   INSERT INTO stock (product_id, initial) VALUES ('CATALOG-001', 10);
--
-- `remaining` is `initial` minus the quantities of the accepted orders, and is never below
-- zero. The triggers subtract the quantity of an order in the statement that stores the
-- order, so MariaDB commits both or neither. They apply the difference between the old
-- row and the new row, so an order that is delivered again subtracts nothing.
--
-- To add goods, increase both numbers:
--
--   UPDATE stock SET initial = initial + 5, remaining = remaining + 5 WHERE product_id = 'CATALOG-001';
CREATE TABLE IF NOT EXISTS stock (
  product_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  initial    BIGINT NOT NULL,
  remaining  BIGINT NOT NULL DEFAULT (initial),
  -- What happens to an order for more than the remaining quantity. 'rejected': it becomes
  -- a row with the status 'rejected' and subtracts nothing. 'refused': it becomes a dead
  -- letter and no row (a refused change leaves the stored order unchanged).
  when_short ENUM('rejected', 'refused') NOT NULL DEFAULT 'rejected',
  PRIMARY KEY (product_id),
  CONSTRAINT not_enough_in_stock CHECK (remaining >= 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4;

-- NULL: the product has no stock, or had none when the order was stored. Such an order
-- subtracts nothing. An order is checked when it arrives, and when its product or quantity
-- changes. More goods alone do not accept a rejected order.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS status ENUM('accepted', 'rejected') NULL AFTER kafka_timestamp_ms;

-- Sets the status of a new order. FOR UPDATE locks the row of the stock until the commit,
-- so that no other transaction changes it in between. (Without FOR UPDATE, two
-- transactions read the row under a shared lock, and end in a deadlock when both change
-- it.) This trigger runs for every order that arrives, also when the row already exists,
-- so it subtracts nothing. With 'refused', an order for too much passes as accepted here,
-- and the CHECK above then refuses it.
CREATE OR REPLACE TRIGGER stock_judges_new BEFORE INSERT ON orders FOR EACH ROW
  SET NEW.status = (
    SELECT IF(remaining >= NEW.qty OR when_short = 'refused', 'accepted', 'rejected')
    FROM stock WHERE product_id = NEW.product_id COLLATE utf8mb4_nopad_bin FOR UPDATE);

CREATE OR REPLACE TRIGGER stock_takes_new AFTER INSERT ON orders FOR EACH ROW
  UPDATE stock SET remaining = remaining - NEW.qty
  WHERE NEW.status = 'accepted' AND product_id = NEW.product_id COLLATE utf8mb4_nopad_bin;

-- The quantity of the old row counts as available. An order whose product and quantity do
-- not change keeps its status, or gets the status that somebody sets by hand.
CREATE OR REPLACE TRIGGER stock_judges_change BEFORE UPDATE ON orders FOR EACH ROW
  SET NEW.status = IF(
    NEW.qty = OLD.qty AND NEW.product_id COLLATE utf8mb4_nopad_bin = OLD.product_id, NEW.status, (
    SELECT IF(
      remaining + IF(OLD.status = 'accepted' AND product_id = OLD.product_id COLLATE utf8mb4_nopad_bin, OLD.qty, 0) >= NEW.qty
        OR when_short = 'refused', 'accepted', 'rejected')
    FROM stock WHERE product_id = NEW.product_id COLLATE utf8mb4_nopad_bin FOR UPDATE));

CREATE OR REPLACE TRIGGER stock_takes_change AFTER UPDATE ON orders FOR EACH ROW
  UPDATE stock SET remaining = remaining
    + IF(OLD.status = 'accepted' AND product_id = OLD.product_id COLLATE utf8mb4_nopad_bin, OLD.qty, 0)
    - IF(NEW.status = 'accepted' AND product_id = NEW.product_id COLLATE utf8mb4_nopad_bin, NEW.qty, 0)
  WHERE NOT (NEW.qty = OLD.qty AND NEW.product_id COLLATE utf8mb4_nopad_bin = OLD.product_id AND NEW.status <=> OLD.status)
    AND product_id IN (OLD.product_id COLLATE utf8mb4_nopad_bin, NEW.product_id COLLATE utf8mb4_nopad_bin);

CREATE OR REPLACE TRIGGER stock_takes_back AFTER DELETE ON orders FOR EACH ROW
  UPDATE stock SET remaining = remaining + OLD.qty
  WHERE OLD.status = 'accepted' AND product_id = OLD.product_id COLLATE utf8mb4_nopad_bin;
