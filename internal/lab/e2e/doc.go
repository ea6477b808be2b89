// Package e2e runs the binary with the shipped pipelines against real servers. Its files
// are named after the promises of the README:
//
//	nothing_lost          a kill or a stop loses nothing (invariants 1 and 3)
//	refused, refused_lone a row that MariaDB never takes goes to the dead letters alone (2, 6)
//	retrying              the sink retries while a server is away, and reports it (3)
//	stored_once           the same log again leaves the same rows (4)
//	newest_wins           an older message never overwrites a newer one (4)
//	exact_values          numbers, money and text arrive exactly (5)
//	log                   the log has no row values and no passwords (7)
//	dead_letter_headers   a dead letter is the producer's record with the reason
//	dead_letter_delivery  dead letters wait for their topic
//	deletes               tombstones delete rows
//	replay, replay_through dead letters are sent again
//	security, security_grants, surface
//	metrics, metrics_queries, trace, connections
//	shop, shop_hangs, shop_order_service, stock
package e2e
