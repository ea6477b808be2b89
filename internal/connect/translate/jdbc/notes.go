package jdbc

import (
	"slices"
	"strings"
)

// applied are the options that have their effect.
var applied = []string{
	"user", "password", "usessl", "requiressl", "sslmode", "verifyservercertificate", "trustservercertificate", "serversslcert",
	"connecttimeout", "sockettimeout", "sessionvariables",
}

const (
	notNeeded = "no effect: order-sink writes rows with prepared statements of many rows"
	exactText = "no effect: order-sink always writes Unicode (utf8mb4)"
)

// without says why an option has no effect.
var without = map[string]string{
	"rewritebatchedstatements":         notNeeded,
	"usebulkstmts":                     notNeeded,
	"usebulkstmtsforinserts":           notNeeded,
	"useserverprepstmts":               notNeeded,
	"cacheprepstmts":                   notNeeded,
	"prepstmtcachesize":                notNeeded,
	"prepstmtcachesqllimit":            notNeeded,
	"usebatchmultisend":                notNeeded,
	"usecursorfetch":                   notNeeded,
	"allowmultiqueries":                notNeeded,
	"useunicode":                       exactText,
	"characterencoding":                exactText,
	"charactersetresults":              exactText,
	"connectioncollation":              exactText,
	"nullcatalogmeanscurrent":          "no effect: order-sink looks only at the named database, or else at the database of the URL",
	"nulldatabasemeanscurrent":         "no effect: order-sink looks only at the named database, or else at the database of the URL",
	"zerodatetimebehavior":             "no effect: it concerns reading",
	"servertimezone":                   "no effect: order-sink sets the time zone of its sessions to UTC. The connector's own time zone decides which local time it writes",
	"connectiontimezone":               "no effect: order-sink sets the time zone of its sessions to UTC. The connector's own time zone decides which local time it writes",
	"timezone":                         "no effect: order-sink sets the time zone of its sessions to UTC. The connector's own time zone decides which local time it writes",
	"forceconnectiontimezonetosession": "no effect: order-sink sets the time zone of its sessions to UTC",
	"uselegacydatetimecode":            "no effect: order-sink sets the time zone of its sessions to UTC",
	"autoreconnect":                    "no effect: order-sink always connects again",
	"failoverreadonly":                 "no effect: order-sink always connects again",
	"maxreconnects":                    "no effect: order-sink tries until the server answers",
	"initialtimeout":                   "no effect: order-sink chooses the time between two tries itself",
	"tcpkeepalive":                     "no effect: Go's driver always sends keep-alive packets",
	"tcpnodelay":                       "no effect: Go's driver always sends at once",
	"allowpublickeyretrieval":          "no effect: Go's driver asks for the key if it needs it",
	"enabledtlsprotocols":              "no effect: Go's driver uses TLS 1.2 or 1.3",
	"tlsversions":                      "no effect: Go's driver uses TLS 1.2 or 1.3",
	"enabledsslprotocolsuites":         "no effect: Go's driver uses TLS 1.2 or 1.3",
	"enabledsslciphersuites":           "no effect: Go's driver chooses the cipher",
	"useaffectedrows":                  "no effect: order-sink counts the changed rows",
	"usecompression":                   "no effect: order-sink does not compress the connection",
	"tinyint1isbit":                    "no effect: it concerns reading",
	"yearisdatetype":                   "no effect: it concerns reading",
	"allowloadlocalinfile":             "no effect: order-sink never lets the server read files",
	"allowlocalinfile":                 "no effect: order-sink never lets the server read files",
	"allowurlinlocalinfile":            "no effect: order-sink never lets the server read files",
	"autodeserialize":                  "no effect: order-sink reads no Java objects",
}

// note lists the options that have no effect.
func (o *options) note(s *Server) {
	for _, name := range o.names {
		option := o.values[name]
		if _, isRefused := refused[name]; isRefused || slices.Contains(applied, name) {
			continue
		}
		text := without[name]
		if text == "" {
			text = "no effect: order-sink does not know this option of the Java driver"
		}
		value := option.Value
		if strings.Contains(name, "password") || strings.Contains(name, "secret") {
			value = "[hidden]"
		}
		s.Notes = append(s.Notes, Note{option.Name, value, text})
	}
}
