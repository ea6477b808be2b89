package jdbc

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// options has the options of the driver by their names in lower case, in their order. The
// first one of a name counts.
type options struct {
	names   []string
	values  map[string]Option
	isMySQL bool // the options are those of Connector/J
}

func newOptions(driver []Option) *options {
	o := &options{values: map[string]Option{}}
	for _, option := range driver {
		o.set(option)
	}
	return o
}

func (o *options) set(option Option) {
	name := strings.ToLower(option.Name)
	if _, found := o.values[name]; !found {
		o.names = append(o.names, name)
	}
	o.values[name] = option
}

func (o *options) read(query string) (problem string) {
	for pair := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		name, value, _ := strings.Cut(pair, "=")
		name, value = strings.TrimSpace(name), strings.ReplaceAll(value, "+", "%2B")
		plain, err := url.QueryUnescape(value)
		if err != nil {
			return "an option of the URL is not valid: write a percent sign as %25"
		}
		if name != "" {
			o.set(Option{name, plain})
		}
	}
	return ""
}

// take returns the value of an option.
func (o *options) take(name string) (value string, found bool) {
	option, found := o.values[strings.ToLower(name)]
	return strings.TrimSpace(option.Value), found
}

// is reports whether an option has one of the values.
func (o *options) is(name string, values ...string) bool {
	value, found := o.take(name)
	return found && slices.ContainsFunc(values, func(v string) bool { return strings.EqualFold(v, value) })
}

// refused are the options that cannot be honoured, whatever their value is.
var refused = map[string]string{
	"socketfactory":                   "is not supported: order-sink opens its connections itself",
	"localsocket":                     "is not supported: write HOST:PORT",
	"pipe":                            "is not supported: write HOST:PORT",
	"trustcertificatekeystoreurl":     "is not supported: order-sink reads PEM files. Write the certificates of the authority into a PEM file and name it in serverSslCert",
	"truststore":                      "is not supported: order-sink reads PEM files. Write the certificates of the authority into a PEM file and name it in serverSslCert",
	"javax.net.ssl.truststore":        "is not supported: order-sink reads PEM files. Write the certificates of the authority into a PEM file and name it in serverSslCert",
	"clientcertificatekeystoreurl":    "is not supported: order-sink has no client certificate for a connector. Give the account a password",
	"keystore":                        "is not supported: order-sink has no client certificate for a connector. Give the account a password",
	"javax.net.ssl.keystore":          "is not supported: order-sink has no client certificate for a connector. Give the account a password",
	"credentialtype":                  "is not supported: give the account a password",
	"authenticationplugins":           "is not supported: Go's driver chooses the plugin that the server names",
	"defaultauthenticationplugin":     "is not supported: Go's driver chooses the plugin that the server names",
	"disabledauthenticationplugins":   "is not supported: Go's driver chooses the plugin that the server names",
	"queryinterceptors":               "is not supported: it is a Java class",
	"connectionlifecycleinterceptors": "is not supported: it is a Java class",
	"exceptioninterceptors":           "is not supported: it is a Java class",
}

// refusedIfTrue are the options that let the server read files of the client.
var refusedIfTrue = []string{"allowLoadLocalInfile", "allowUrlInLocalInfile", "autoDeserialize"}

// apply sets what the options say, and returns the problems.
func (o *options) apply(s *Server) (problems []string) {
	if user, found := o.take("user"); found {
		s.User = user
	}
	if option, found := o.values["password"]; found {
		s.Password = option.Value
	}
	for _, name := range o.names {
		if reason, found := refused[name]; found {
			problems = append(problems, "the option "+o.values[name].Name+" "+reason)
		}
	}
	for _, name := range refusedIfTrue {
		if o.is(name, "true", "1", "yes") {
			problems = append(problems, "the option "+name+"=true is not supported: the server could then read files of the worker. Remove the option")
		}
	}
	problems = append(problems, o.applyTLS(s)...)
	for _, timeout := range []struct{ option, parameter string }{{"connectTimeout", "timeout"}, {"socketTimeout", "readTimeout"}} {
		value, found := o.take(timeout.option)
		if !found || value == "" || value == "0" {
			continue
		}
		if _, err := strconv.ParseUint(value, 10, 31); err != nil {
			problems = append(problems, "the option "+timeout.option+" is not a number of milliseconds")
			continue
		}
		s.Parameters = append(s.Parameters, timeout.parameter+"="+value+"ms")
	}
	if value, found := o.take("sessionVariables"); found {
		problems = append(problems, s.setVariables(value)...)
	}
	o.note(s)
	return problems
}

// variable is a system variable with a plain value.
var variable = regexp.MustCompile(`^(?i:@@?(?:session\.)?|session\s+)?([A-Za-z_][A-Za-z_0-9]*)\s*=\s*('[^']*'|"[^"]*"|[-A-Za-z_0-9.]+)$`)

// setVariables makes the session variables parameters of the DSN. The output sets a few
// variables itself, and its values win.
func (s *Server) setVariables(text string) (problems []string) {
	for _, item := range splitOutsideQuotes(text) {
		if item == "" {
			continue
		}
		parts := variable.FindStringSubmatch(item)
		if parts == nil {
			problems = append(problems, "the option sessionVariables has a value that is no NAME=NUMBER and no NAME='TEXT': set the variable for the account, or write it so")
			continue
		}
		value := parts[2]
		if strings.HasPrefix(value, `"`) {
			value = "'" + strings.ReplaceAll(strings.Trim(value, `"`), "'", "''") + "'"
		}
		if slices.Contains(reserved, strings.ToLower(parts[1])) {
			s.Notes = append(s.Notes, Note{"sessionVariables", item, "no effect: order-sink sets " + parts[1] + " itself, so that rows are stored exactly"})
			continue
		}
		s.Parameters = append(s.Parameters, parts[1]+"="+url.QueryEscape(value))
	}
	return problems
}

// reserved are the variables that the output sets, and the names that are parameters of the
// DSN and no variables.
var reserved = []string{
	"sql_mode", "time_zone", "autocommit", "names", "lc_messages", "foreign_key_checks", "unique_checks", "check_constraint_checks",
	"innodb_lock_wait_timeout", "lock_wait_timeout", "idle_transaction_timeout", "max_statement_time", "tx_isolation", "transaction_isolation",
	"timeout", "charset", "collation", "loc", "tls", "compress", "strict", "user", "password",
	"character_set_client", "character_set_connection", "character_set_results", "collation_connection",
}

func splitOutsideQuotes(text string) (items []string) {
	var quote rune
	start := 0
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case r == ',' || r == ';':
			items, start = append(items, strings.TrimSpace(text[start:i])), i+1
		}
	}
	return append(items, strings.TrimSpace(text[start:]))
}
