package registry

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/order-sink/order-sink/plugins/connectavro/wire"
)

// errTooMany means that a schema needs too many others.
var errTooMany = errors.New("the schema references more than " + strconv.Itoa(maxReferences) + " schemas")

// isUnknown reports whether an error is the answer that the registry does not have a
// schema: the record that names it is refused. Any other error can pass: the registry or
// the network is down, a proxy answers in its place, the password has expired, or the
// URL is wrong. The record then waits (Invariant 3).
//
// A 404 alone is not the answer: a proxy or a wrong path says it, too. A registry adds a
// code of its own. A GUID is an exception: many registries have no path for GUIDs. Bytes
// that only look like a GUID must not stop the sink (Invariant 6).
func isUnknown(ref wire.Ref, err error) bool {
	if errors.Is(err, errTooMany) {
		return true
	}
	answer, isAnswer := errors.AsType[*sr.ResponseError](err)
	if !isAnswer || answer.StatusCode != http.StatusNotFound {
		return false
	}
	switch answer.ErrorCode {
	default:
		return ref.IsGUID
	case sr.ErrSchemaNotFound.Code, // of the id
		sr.ErrSubjectNotFound.Code, sr.ErrVersionNotFound.Code: // of a reference
		return true
	}
}

// describe returns what failed, without the body of an answer: a proxy's page is long.
// cause is the same text for the same cause.
func describe(err error) (text, cause string) {
	answer, isAnswer := errors.AsType[*sr.ResponseError](err)
	if !isAnswer {
		if _, isLong := errors.AsType[*http.MaxBytesError](err); isLong {
			return "the registry answered with more than " + strconv.Itoa(maxAnswer) + " bytes: check the URL", "long answer"
		}
		if failed, isRequest := errors.AsType[*url.Error](err); isRequest {
			return failed.URL + ": " + failed.Err.Error(), "connection"
		}
		return err.Error(), "connection"
	}
	status := strconv.Itoa(answer.StatusCode) + " " + cmp.Or(http.StatusText(answer.StatusCode), "unknown status")
	text = answer.URL + " answered " + status
	switch answer.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		text += ": check the user, the password or the token of the registry"
	case http.StatusNotFound:
		text += " without the code of a registry: check the path of the URL"
	}
	return text, status
}
