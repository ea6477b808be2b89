package connect

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAValidationIsAnError(t *testing.T) {
	assert.NoError(t, Validation{Configs: []KeyResult{{Value: KeyValue{Name: "a"}}}}.Err())
	v := Validation{ErrorCount: 2, Configs: []KeyResult{{Value: KeyValue{Errors: []string{"one"}}}, {}, {Value: KeyValue{Errors: []string{"two"}}}}}
	assert.Equal(t, &Error{http.StatusBadRequest, "Connector configuration is invalid and contains the following 2 error(s):\none\ntwo\n" +
		"You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`"}, v.Err())
}
