-- One stock for all order services, beside the tables of schema.sql. Applying it
-- again changes nothing.
--
--   INSERT INTO stock (product_id, initial) VALUES ('CATALOG-001', 10);
--
-- `remaining` is `initial` less what the accepted orders take, and never below
-- zero. The triggers take an order's quantity in the statement that stores the
-- order, so both are committed or neither is, and they add the difference of the
-- old row and the new one: an order that comes again takes nothing again.
--
-- To put goods on the shelf, raise both numbers:
--
--   UPDATE stock SET initial = initial + 5, remaining = remaining + 5 WHERE product_id = 'CATALOG-001';
CREATE TABLE IF NOT EXISTS stock (
  product_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
  initial    BIGINT NOT NULL,
  remaining  BIGINT NOT NULL DEFAULT (initial),
  -- What becomes of an order for more than there is. 'rejected': it is a row with
  -- status 'rejected' that takes nothing. 'refused': it is no row but a dead letter
  -- (a change of a stored order leaves that one as it was).
  when_short ENUM('rejected', 'refused') NOT NULL DEFAULT 'rejected',
  PRIMARY KEY (product_id),
  CONSTRAINT not_enough_in_stock CHECK (remaining >= 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET = utf8mb4;

-- NULL: a product without a stock, or an order from before there was one. It takes
-- nothing. An order is judged when it comes and when its product or quantity
-- changes; more goods alone do not accept what was rejected.
ALTER TABLE orders ADD COLUMN IF NOT EXISTS status ENUM('accepted', 'rejected') NULL AFTER kafka_timestamp_ms;

-- The verdict, under the lock of the stock's row, which lasts until the commit:
-- nobody takes in between. (Two that read it under a shared lock, as they would
-- without FOR UPDATE, end in a deadlock when both take.) This runs for every order
-- that comes, also for one that is a row already, so nothing is taken here. A short
-- order of a product that refuses passes as accepted, and then meets the CHECK above.
CREATE OR REPLACE TRIGGER stock_judges_new BEFORE INSERT ON orders FOR EACH ROW
  SET NEW.status = (
    SELECT IF(remaining >= NEW.qty OR when_short = 'refused', 'accepted', 'rejected')
    FROM stock WHERE product_id = NEW.product_id COLLATE utf8mb4_nopad_bin FOR UPDATE);

CREATE OR REPLACE TRIGGER stock_takes_new AFTER INSERT ON orders FOR EACH ROW
  UPDATE stock SET remaining = remaining - NEW.qty
  WHERE NEW.status = 'accepted' AND product_id = NEW.product_id COLLATE utf8mb4_nopad_bin;

-- What the row holds already counts as free. An order whose product and quantity
-- stay keeps its status, or gets the one that somebody sets by hand.
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
