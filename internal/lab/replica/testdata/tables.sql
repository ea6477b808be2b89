-- Each MariaDB type, and each case that a change event treats in its own way. The rows
-- are in the snapshot.
SET NAMES utf8mb4;
SET time_zone = '+00:00', timestamp = 1577836800.123456;
CREATE TABLE numbers (
  id INT NOT NULL PRIMARY KEY,
  c_tinyint TINYINT, c_tinyint_unsigned TINYINT UNSIGNED, c_boolean BOOLEAN,
  c_smallint SMALLINT, c_smallint_unsigned SMALLINT UNSIGNED,
  c_mediumint MEDIUMINT, c_mediumint_unsigned MEDIUMINT UNSIGNED,
  c_int INT, c_int_unsigned INT UNSIGNED, c_int_zerofill INT(8) ZEROFILL,
  c_bigint BIGINT, c_bigint_unsigned BIGINT UNSIGNED,
  c_decimal DECIMAL(10,2), c_decimal_unsigned DECIMAL(10,2) UNSIGNED, c_decimal_0 DECIMAL(20,0), c_decimal_max DECIMAL(65,30),
  c_float FLOAT, c_float_53 FLOAT(30), c_float_7_3 FLOAT(7,3), c_double DOUBLE,
  c_bit_1 BIT(1), c_bit_7 BIT(7), c_bit_33 BIT(33), c_bit_64 BIT(64)
);
CREATE TABLE texts (
  id VARCHAR(40) NOT NULL PRIMARY KEY,
  c_char CHAR(10), c_varchar VARCHAR(200), c_nvarchar NVARCHAR(20),
  c_tinytext TINYTEXT, c_text TEXT, c_mediumtext MEDIUMTEXT, c_longtext LONGTEXT,
  c_latin1 VARCHAR(50) CHARACTER SET latin1, c_ucs2 VARCHAR(20) CHARACTER SET ucs2,
  c_enum ENUM('a', 'b,c', 'it''s', '한글'), c_set SET('x', 'y', 'z''q'), c_json JSON
);
CREATE TABLE binaries (
  id BINARY(16) NOT NULL PRIMARY KEY,
  c_binary BINARY(8), c_varbinary VARBINARY(200), c_tinyblob TINYBLOB, c_blob BLOB, c_mediumblob MEDIUMBLOB, c_longblob LONGBLOB
);
CREATE TABLE times (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  c_date DATE, c_time TIME, c_time_3 TIME(3), c_time_6 TIME(6),
  c_datetime DATETIME, c_datetime_1 DATETIME(1), c_datetime_3 DATETIME(3), c_datetime_4 DATETIME(4), c_datetime_6 DATETIME(6),
  c_timestamp TIMESTAMP NULL, c_timestamp_3 TIMESTAMP(3) NULL, c_timestamp_6 TIMESTAMP(6) NULL, c_year YEAR
);
CREATE TABLE uuids (id UUID NOT NULL PRIMARY KEY, c_uuid UUID);
CREATE TABLE shapes (
  id INT NOT NULL PRIMARY KEY,
  c_geometry GEOMETRY, c_point POINT, c_linestring LINESTRING, c_polygon POLYGON, c_multipoint MULTIPOINT,
  c_multilinestring MULTILINESTRING, c_multipolygon MULTIPOLYGON, c_geometrycollection GEOMETRYCOLLECTION
);
CREATE TABLE defaults (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  c_int INT DEFAULT 7, c_quote VARCHAR(10) NOT NULL DEFAULT 'x''y', c_empty VARCHAR(5) NOT NULL DEFAULT '',
  c_decimal DECIMAL(10,2) NOT NULL DEFAULT 1.50, c_date DATE DEFAULT '2020-01-02', c_time TIME NOT NULL DEFAULT '10:00:00',
  c_datetime DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  c_timestamp TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  c_enum ENUM('p', 'q') NOT NULL DEFAULT 'q', c_bit BIT(3) NOT NULL DEFAULT b'101', c_boolean BOOLEAN NOT NULL DEFAULT TRUE,
  c_virtual INT AS (c_int * 2) VIRTUAL, c_stored INT AS (c_int + 1) PERSISTENT, c_invisible INT INVISIBLE DEFAULT 3
);
CREATE TABLE keyed (a INT NOT NULL, b VARCHAR(20) NOT NULL, c_int INT, c_note VARCHAR(30), PRIMARY KEY (a, b));
CREATE TABLE keyless (a INT, b VARCHAR(20));
CREATE TABLE uniques (id INT NOT NULL, label VARCHAR(10) NOT NULL, UNIQUE KEY (label), UNIQUE KEY (id));
CREATE TABLE parents (id INT NOT NULL PRIMARY KEY, c_int INT);
CREATE TABLE children (id INT NOT NULL PRIMARY KEY, parent INT NOT NULL, FOREIGN KEY (parent) REFERENCES parents (id));
CREATE TABLE `odd.name $1` (`key` INT NOT NULL PRIMARY KEY, `a b` INT, `Ünï` INT, `select` INT);

INSERT INTO numbers (id) VALUES (0);
INSERT INTO texts (id, c_varchar, c_enum, c_json) VALUES ('스냅 😀', '텍스트', 'b,c', '{"a": 1.10,  "b":[1,2]}');
INSERT INTO binaries (id, c_binary, c_varbinary) VALUES (X'00112233445566778899AABBCCDDEE00', X'0100', X'0000');
INSERT INTO times (id, c_date, c_time_6, c_datetime, c_timestamp_6, c_year) VALUES (1, '2020-02-29', '-838:59:59.999999', '2020-02-29 01:02:03', '2020-02-29 01:02:03.123456', 2020);
INSERT INTO uuids VALUES ('123e4567-e89b-12d3-a456-426655440001', '123e4567-e89b-12d3-a456-426655440000');
INSERT INTO shapes (id, c_geometry, c_point) VALUES (1, ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('POINT(1.5 -2.5)', 4326));
INSERT INTO defaults (c_int) VALUES (NULL);
INSERT INTO keyed VALUES (1, 'snapshot', 1, 'in the snapshot');
