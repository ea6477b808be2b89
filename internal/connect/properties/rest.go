package properties

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

// The properties of the REST API.
const (
	keyListeners          = "listeners"
	keyAdminListeners     = "admin.listeners"
	keyHost               = "rest.host.name" // Kafka removed it and rest.port in 3.0
	keyPort               = "rest.port"
	keyAdvertisedHost     = "rest.advertised.host.name"
	keyAdvertisedPort     = "rest.advertised.port"
	keyAdvertisedListener = "rest.advertised.listener"
	keyClientAuth         = "ssl.client.auth"
	keyHeaders            = "response.http.headers.config"
	keyExtensions         = "rest.extension.classes"
)

// defaultHost keeps the REST API from the network unless the worker's file names an address:
// the API shows and changes passwords, and has no accounts by default.
const (
	defaultHost = "127.0.0.1"
	defaultPort = "8083"
)

// Listener is an address of the REST API.
type Listener struct {
	Address string      // HOST:PORT for net.Listen; an empty host means all addresses
	TLS     *tls.Config // nil for HTTP
}

// Loopback reports whether only programs of this machine reach the listener.
func (l Listener) Loopback() bool {
	host, _, _ := net.SplitHostPort(l.Address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// HeaderRule adds or sets a header of each answer. With Date, Value is a number of
// milliseconds, and the header has the date so much later than now.
type HeaderRule struct {
	Name, Value string
	Add         bool // keep the values that the header has
	Date        bool
}

// rest reads the properties of the REST API.
func (r *reader) rest(w *Worker, environ []string) {
	if value, ok := r.raw(keyListeners); ok {
		w.Listeners = r.listeners(keyListeners, value)
		r.ignore(keyHost, "listeners has the addresses")
		r.ignore(keyPort, "listeners has the addresses")
	} else {
		host, port := cmp.Or(r.text(keyHost), defaultHost), cmp.Or(r.text(keyPort), defaultPort)
		if _, err := kafkaconf.ParseNumber(keyPort, port, kafkaconf.TypeInt, 0); err != nil {
			r.fail(err)
		}
		w.Listeners = []Listener{{Address: net.JoinHostPort(host, port)}}
	}
	if value, ok := r.raw(keyAdminListeners); ok {
		if w.AdminListeners = []Listener{}; kafkaconf.Trim(value) != "" {
			w.AdminListeners = r.listeners(keyAdminListeners, value)
		}
	}
	if value, ok := r.values[keyClientAuth]; ok && !slices.Contains([]string{"required", "requested", "none"}, kafkaconf.Trim(value)) {
		r.fail(kafkaconf.Invalid(keyClientAuth, value, "String must be one of: required, requested, none"))
	}
	r.advertise(w)
	for _, rule := range splitRules(r.text(keyHeaders)) {
		header, err := parseRule(rule)
		r.fail(err)
		w.ResponseHeaders = append(w.ResponseHeaders, header)
	}
	for _, class := range kafkaconf.ParseList(r.text(keyExtensions)) {
		if class != basicAuthClass {
			r.fail(kafkaconf.Invalid(keyExtensions, class, "order-sink runs no Java classes: it only has "+basicAuthClass))
			continue
		}
		auth, err := readBasicAuth(environ)
		r.fail(err)
		w.BasicAuth = auth
	}
}

var listenerPattern = regexp.MustCompile(`^(.*)://\[?([0-9a-zA-Z\-%._:]*)\]?:([0-9]+)/?$`)

// listeners reads a list of addresses such as http://localhost:8083.
func (r *reader) listeners(key, value string) (all []Listener) {
	list := kafkaconf.ParseList(value)
	if list == nil {
		r.fail(&kafkaconf.Error{Key: key, Text: "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443."})
	}
	for _, item := range list {
		if item == "" {
			r.fail(&kafkaconf.Error{Key: key, Text: "Empty URL found when parsing listeners list."})
			continue
		}
		parts := listenerPattern.FindStringSubmatch(item)
		if parts == nil {
			r.fail(kafkaconf.Invalid(key, item, "Listener doesn't have the right format or protocol: write http://HOST:PORT"))
			continue
		}
		l := Listener{Address: net.JoinHostPort(parts[2], parts[3])}
		switch strings.ToLower(parts[1]) {
		case "http":
		case "https":
			l.TLS = r.serverTLS(key)
		default:
			r.fail(kafkaconf.Invalid(key, item, `Listener protocol must be either "http" or "https".`))
		}
		all = append(all, l)
	}
	return all
}

// serverTLS reads the properties KEY.https.ssl.*, or, if there is none, ssl.*.
func (r *reader) serverTLS(key string) *tls.Config {
	prefix := key + ".https."
	if len(r.withPrefix(prefix)) == 0 {
		prefix = ""
	}
	values := map[string]string{}
	for _, full := range r.withPrefix(prefix + "ssl.") {
		name := strings.TrimPrefix(full, prefix)
		values[name] = r.values[full]
		if reason, ok := kafkaconf.IgnoredReason(name); ok && name != keyClientAuth {
			r.ignore(full, reason)
		} else {
			r.note([]kafkaconf.Note{{Key: full, Verdict: kafkaconf.Honoured}})
		}
	}
	settings, err := kafkaconf.ParseTLS(values)
	if err == nil {
		var config *tls.Config
		if config, err = settings.Server(values[keyClientAuth]); err == nil {
			return config
		}
	}
	var e *kafkaconf.Error
	if !errors.As(err, &e) {
		e = &kafkaconf.Error{Key: key, Text: err.Error()}
	} else {
		e = &kafkaconf.Error{Key: prefix + e.Key, Text: e.Text}
	}
	r.fail(e)
	return nil
}

// advertise finds the worker's ID.
func (r *reader) advertise(w *Worker) {
	protocol := strings.ToLower(r.text(keyAdvertisedListener))
	if !slices.Contains([]string{"", "http", "https"}, protocol) {
		r.fail(kafkaconf.Invalid(keyAdvertisedListener, protocol, "String must be one of: http, https"))
	}
	var host, port string
	for _, l := range w.Listeners {
		has := "http"
		if l.TLS != nil {
			has = "https"
		}
		if host+port == "" || protocol == has {
			host, port, _ = net.SplitHostPort(l.Address)
		}
		if protocol == has || protocol == "" && has == "http" {
			break
		}
	}
	_, named := r.values[keyListeners]
	_, hosted := r.values[keyHost]
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() || !named && !hosted {
		host, _ = os.Hostname() // workers on several machines need distinct IDs
		host = cmp.Or(host, "localhost")
	}
	w.AdvertisedHost = cmp.Or(r.text(keyAdvertisedHost), host)
	key, value := keyAdvertisedPort, r.text(keyAdvertisedPort)
	if value == "" {
		key, value = keyPort, cmp.Or(port, "0")
	}
	n, err := kafkaconf.ParseNumber(key, value, kafkaconf.TypeInt, 0)
	w.AdvertisedPort = int(n)
	r.fail(err)
}

// splitRules splits a list at the commas that are not inside quotes, and removes the quotes.
func splitRules(value string) (rules []string) {
	for _, part := range rulePattern.FindAllString(value, -1) {
		if part = strings.ReplaceAll(part, `"`, ""); kafkaconf.Trim(part) != "" {
			rules = append(rules, kafkaconf.Trim(part))
		}
	}
	return rules
}

var (
	rulePattern   = regexp.MustCompile(`("[^"]*"|[^",])+`)
	headerPattern = regexp.MustCompile(`^(\S+)\s+([^:]+):(.*)$`)
)

// parseRule reads a rule such as "set X-Frame-Options: DENY".
func parseRule(rule string) (HeaderRule, error) {
	parts := headerPattern.FindStringSubmatch(rule)
	if parts == nil {
		return HeaderRule{}, &kafkaconf.Error{Key: keyHeaders, Text: fmt.Sprintf("Invalid format of header config '%s'. Expected: '[action] [header name]:[header value]'", rule)}
	}
	h := HeaderRule{Name: kafkaconf.Trim(parts[2]), Value: kafkaconf.Trim(parts[3])}
	if strings.ContainsAny(h.Name, " \t") {
		return h, &kafkaconf.Error{Key: keyHeaders, Text: fmt.Sprintf("Invalid header name '%s'. The '[header name]' cannot contain whitespace", h.Name)}
	}
	switch strings.ToLower(parts[1]) {
	case "set":
	case "add":
		h.Add = true
	case "setdate":
		h.Date = true
	case "adddate":
		h.Add, h.Date = true, true
	default:
		return h, &kafkaconf.Error{Key: keyHeaders, Text: fmt.Sprintf("Invalid header config action: '%s'. Expected one of [set, add, setDate, addDate]", parts[1])}
	}
	if h.Date {
		if _, err := kafkaconf.ParseNumber(keyHeaders, h.Value, kafkaconf.TypeLong, -1<<62); err != nil {
			return h, kafkaconf.Invalid(keyHeaders, rule, "a date needs a number of milliseconds")
		}
	}
	return h, nil
}
