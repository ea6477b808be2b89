package jackson

import (
	"bytes"
	"encoding/base64"
)

// decodeBase64 reads text as Jackson's MIME-NO-LINEFEEDS variant does: groups of four
// characters, padding required, white space and control characters between groups but not
// inside one, and text may go on after a padded group. encoding/base64 alone is stricter
// about the last and laxer about line feeds.
func decodeBase64(text []byte) ([]byte, bool) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(out, text)
	if err == nil && !bytes.ContainsAny(text, "\r\n") {
		return out[:n], true
	}
	for n = 0; ; text = text[4:] {
		for len(text) > 0 && text[0] <= ' ' {
			text = text[1:]
		}
		if len(text) < 4 {
			return out[:n], len(text) == 0
		}
		group, err := base64.StdEncoding.Decode(out[n:], text[:4])
		if err != nil {
			return nil, false
		}
		n += group
	}
}
