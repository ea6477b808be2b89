package jackson

// base64Values gives the six bits of each character, -1 for a byte that has none.
var base64Values = func() (t [256]int8) {
	for i := range t {
		t[i] = -1
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = int8(i)
	}
	return t
}()

// decodeBase64 reads text as Jackson's MIME-NO-LINEFEEDS variant does: groups of four
// characters, padding required, white space and control characters between groups but not
// inside one, and text may go on after a padded group. encoding/base64 is stricter about
// the last and laxer about line feeds.
func decodeBase64(text []byte) ([]byte, bool) {
	for len(text) > 0 && text[len(text)-1] <= ' ' { // Java's trim
		text = text[:len(text)-1]
	}
	out := make([]byte, 0, len(text)/4*3)
	for {
		for len(text) > 0 && text[0] <= ' ' {
			text = text[1:]
		}
		if len(text) == 0 {
			return out, true
		}
		if len(text) < 4 {
			return nil, false
		}
		a, b, c, d := base64Values[text[0]], base64Values[text[1]], base64Values[text[2]], base64Values[text[3]]
		if a < 0 || b < 0 {
			return nil, false
		}
		out = append(out, byte(a)<<2|byte(b)>>4)
		switch {
		case c >= 0 && d >= 0:
			out = append(out, byte(b)<<4|byte(c)>>2, byte(c)<<6|byte(d))
		case c >= 0 && text[3] == '=':
			out = append(out, byte(b)<<4|byte(c)>>2)
		case text[2] != '=' || text[3] != '=':
			return nil, false
		}
		text = text[4:]
	}
}
