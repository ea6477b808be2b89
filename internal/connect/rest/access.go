package rest

import (
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/connect/properties"
)

// accounts has the password of each user. Nil: everybody may ask.
type accounts map[string]string

func readAccounts(auth *properties.BasicAuth) (accounts, error) {
	if auth == nil {
		return nil, nil
	}
	return auth.Accounts()
}

// authenticate asks for an account, as Kafka's BasicAuthSecurityRestExtension does. The
// extension exempts the requests between workers, which this worker does not have.
func authenticate(accounts accounts, next http.Handler) http.Handler {
	if accounts == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !accounts.match(r.Header.Get("Authorization")) {
			w.Header().Set("Content-Type", "text/plain")
			w.Header().Set("WWW-Authenticate", `Basic realm="Kafka Connect"`)
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte("User cannot access the resource."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// match takes equally long for each wrong password of a user.
func (a accounts) match(header string) bool {
	method, encoded, _ := strings.Cut(header, " ")
	if !strings.EqualFold(method, "Basic") {
		return false
	}
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return false
	}
	user, password, found := strings.Cut(string(text), ":")
	expected, exists := a[user]
	return subtle.ConstantTimeCompare([]byte(password), []byte(expected)) == 1 && exists && found
}

// preflightAge is how long a browser may remember the answer to a preflight request.
const preflightAge = time.Minute

// allowOrigins lets pages of other origins ask. The properties have patterns of origins, or
// "*", and methods, with commas between them.
func allowOrigins(origins, methods string, next http.Handler) http.Handler {
	patterns := list(origins)
	if len(patterns) == 0 {
		return next
	}
	allowed := list(methods)
	if len(allowed) == 0 {
		allowed = []string{http.MethodGet, http.MethodPost, http.MethodHead}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origin == "" || !matches(patterns, origin) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", origin)
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		// A preflight request never has an account, so a worker of Kafka Connect with accounts
		// refuses it, and no page can ask.
		w.Header().Set("Access-Control-Allow-Methods", strings.Join(allowed, ","))
		w.Header().Set("Access-Control-Allow-Headers", "Accept,Authorization,Content-Type,X-Requested-With")
		w.Header().Set("Access-Control-Max-Age", strconv.Itoa(int(preflightAge.Seconds())))
		w.WriteHeader(http.StatusOK)
	})
}

func matches(patterns []string, origin string) bool {
	for _, pattern := range patterns {
		if pattern == "*" || pattern == origin {
			return true
		}
		if expression, err := regexp.Compile("^(?:" + pattern + ")$"); err == nil && expression.MatchString(origin) {
			return true
		}
	}
	return false
}

func list(text string) (items []string) {
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// addHeaders adds the headers of response.http.headers.config to each answer.
func addHeaders(rules []properties.HeaderRule, next http.Handler) http.Handler {
	if len(rules) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, rule := range rules {
			value := rule.Value
			if milliseconds, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64); rule.Date && err == nil {
				value = time.Now().Add(time.Duration(milliseconds) * time.Millisecond).UTC().Format(http.TimeFormat)
			}
			name := textproto.CanonicalMIMEHeaderKey(rule.Name)
			if rule.Add {
				w.Header().Add(name, value)
			} else {
				w.Header().Set(name, value)
			}
		}
		next.ServeHTTP(w, r)
	})
}
