package connect

import (
	"fmt"
	"net/http"
	"strings"
)

// Err returns the 400 with which a worker refuses to store an invalid configuration, or nil
// for a valid one.
func (v Validation) Err() error {
	if v.ErrorCount == 0 {
		return nil
	}
	var text strings.Builder
	fmt.Fprintf(&text, "Connector configuration is invalid and contains the following %d error(s):", v.ErrorCount)
	for _, config := range v.Configs {
		for _, problem := range config.Value.Errors {
			text.WriteString("\n" + problem)
		}
	}
	text.WriteString("\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`")
	return &Error{Status: http.StatusBadRequest, Message: text.String()}
}
