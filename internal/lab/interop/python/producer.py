"""Sends records with Confluent's Python client and its AvroSerializer.

    producer.py BROKERS REGISTRY TOPIC SCENARIO

A scenario is a list of records. The test that calls it knows the rows that they make.
"""
import sys
from datetime import date, datetime, timezone
from decimal import Decimal

from confluent_kafka import Producer
from confluent_kafka.schema_registry import (
    Schema, SchemaReference, SchemaRegistryClient, header_schema_id_serializer)
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, StringSerializer

STATUS = '{"type":"enum","name":"Status","namespace":"shop","symbols":["NEW","PAID","SENT"]}'

KEY = '{"type":"record","name":"OrderKey","namespace":"shop","fields":[{"name":"order_id","type":"string"}]}'


def order_schema(more=''):
    return '''{"type":"record","name":"Order","namespace":"shop","fields":[
      {"name":"order_id","type":"string"},
      {"name":"customer","type":["null","string"],"default":null},
      {"name":"status","type":"shop.Status","default":"NEW"},
      {"name":"qty","type":"int"},
      {"name":"small","type":{"type":"int","connect.type":"int16"}},
      {"name":"weight","type":"float"},
      {"name":"ratio","type":"double"},
      {"name":"gift","type":"boolean"},
      {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":12,"scale":2}},
      {"name":"discount","type":["null",{"type":"bytes","logicalType":"decimal","precision":30,"scale":10}],"default":null},
      {"name":"ordered","type":{"type":"int","logicalType":"date"}},
      {"name":"clock","type":{"type":"int","logicalType":"time-millis"}},
      {"name":"at","type":{"type":"long","logicalType":"timestamp-millis"}},
      {"name":"micros","type":{"type":"long","logicalType":"timestamp-micros"}},
      {"name":"raw","type":"bytes"},
      {"name":"hash","type":{"type":"fixed","name":"Hash","size":4}},
      {"name":"tags","type":{"type":"array","items":"string"}}%s]}''' % more


def order(order_id, **changes):
    values = {
        'order_id': order_id, 'customer': 'Ana', 'status': 'PAID', 'qty': 3, 'small': -7, 'weight': 1.1,
        'ratio': 0.1, 'gift': True, 'price': Decimal('12.50'), 'discount': Decimal('-0.0000000001'),
        'ordered': date(2024, 2, 29), 'clock': datetime(2024, 1, 1, 23, 59, 59, 999000).time(),
        'at': datetime(2024, 2, 29, 12, 34, 56, 789000, tzinfo=timezone.utc),
        'micros': datetime(2024, 2, 29, 12, 34, 56, 789012, tzinfo=timezone.utc),
        'raw': b'\x00\xff', 'hash': b'\x01\x02\x03\x04', 'tags': ['a', 'b'],
    }
    values.update(changes)
    return values


EXTREMES = {
    'customer': None, 'status': 'NEW', 'qty': -2**31, 'small': 32767, 'weight': 3.4028234663852886e38,
    'ratio': 5e-324, 'gift': False, 'price': Decimal('-9999999999.99'), 'discount': None,
    'ordered': date(1, 1, 1), 'clock': datetime(2024, 1, 1).time(),
    'at': datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=timezone.utc),
    'micros': datetime(1970, 1, 1, tzinfo=timezone.utc), 'raw': b'', 'hash': b'\x00' * 4, 'tags': [],
}

# The key and the value of each record. The value None is a tombstone.
SCENARIOS = {
    'avro-keys': [
        ({'order_id': 'a-1'}, order('a-1')),
        ({'order_id': 'a-2'}, order('a-2', **EXTREMES)),
        ({'order_id': '주문 🛒'}, order('주문 🛒', customer='한국어 😀')),
        ({'order_id': 'gone'}, order('gone')),
        ({'order_id': 'gone'}, None),
    ],
    'text-keys': [
        ('t-1', order('t-1')), ('주문 🛒', order('주문 🛒', customer='한국어 😀')), ('gone', order('gone')), ('gone', None),
    ],
    'header-ids': [({'order_id': 'h-1'}, order('h-1')), ({'order_id': 'gone'}, order('gone')), ({'order_id': 'gone'}, None)],
    'later': [({'order_id': 'k-1'}, order('k-1'))],
    'new-field': [({'order_id': 'n-1'}, order('n-1', note='new'))],
}


def main(brokers, registry, topic, scenario):
    client = SchemaRegistryClient({'url': registry})
    client.register_schema('shop.Status', Schema(STATUS, 'AVRO'))
    more = ',{"name":"note","type":"string","default":"none"}' if scenario == 'new-field' else ''
    schema = Schema(order_schema(more), 'AVRO', [SchemaReference('shop.Status', 'shop.Status', 1)])
    conf = {'schema.id.serializer': header_schema_id_serializer} if scenario == 'header-ids' else {}
    of_key = StringSerializer() if scenario == 'text-keys' else AvroSerializer(client, KEY, conf=conf)
    of_value = AvroSerializer(client, schema, conf=conf)
    failed = []
    producer = Producer({'bootstrap.servers': brokers, 'acks': 'all'})
    for key, value in SCENARIOS[scenario]:
        headers = []
        key = of_key(key, SerializationContext(topic, MessageField.KEY, headers))
        value = of_value(value, SerializationContext(topic, MessageField.VALUE, headers))
        producer.produce(topic, value, key, headers=headers, on_delivery=lambda err, _: err and failed.append(err))
    if producer.flush(60) > 0 or failed:
        sys.exit('records were not sent: %s' % failed)


if __name__ == '__main__':
    main(*sys.argv[1:])
