// Package plugins registers everything that order-sink adds to Redpanda
// Connect. Import it for its side effect to have the plugins in a build of
// your own:
//
//	import _ "github.com/order-sink/order-sink/plugins"
//
// The rooms never import one another: they meet in YAML and in the shape
// of a message, which README.md beside this file describes.
package plugins

import (
	_ "github.com/order-sink/order-sink/plugins/connectjson" // connect_json_decode
	_ "github.com/order-sink/order-sink/plugins/deadletter"  // dead_letter_send
	_ "github.com/order-sink/order-sink/plugins/kafka"       // kafka_read
	_ "github.com/order-sink/order-sink/plugins/mariadb"     // mariadb_upsert
	_ "github.com/order-sink/order-sink/plugins/order"       // order_price
)
