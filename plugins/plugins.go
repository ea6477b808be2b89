// Package plugins registers the plugins that order-sink adds to Redpanda Connect. To add
// them to your own build, import the package for its side effect:
//
//	import _ "github.com/order-sink/order-sink/plugins"
//
// The plugins never import one another. A pipeline combines them in YAML; README.md
// describes the messages between them.
package plugins

import (
	_ "github.com/order-sink/order-sink/plugins/connectavro"      // connect_avro_decode, connect_avro_status
	_ "github.com/order-sink/order-sink/plugins/connectjson"      // connect_json_decode
	_ "github.com/order-sink/order-sink/plugins/connecttransform" // connect_transform
	_ "github.com/order-sink/order-sink/plugins/deadletter"       // dead_letter_send
	_ "github.com/order-sink/order-sink/plugins/kafka"            // kafka_read
	_ "github.com/order-sink/order-sink/plugins/mariadb"          // mariadb_upsert
	_ "github.com/order-sink/order-sink/plugins/order"            // order_price
)
