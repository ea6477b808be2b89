package column

import (
	"regexp"
	"strings"
)

// MayMerge says whether the column may take different texts as equal: its collation ignores
// case, accents, or spaces at the end.
func (c *Column) MayMerge() bool {
	return c.Family == Texts && (c.padSpace || !c.Identifies())
}

// foldsASCII has the collations that take two different texts of printable ASCII as equal only
// if they differ in case, or in spaces at the end. Other collations may have contractions, such
// as "ccs", which Hungarian takes for "cscs".
var foldsASCII = regexp.MustCompile(`^(utf8(mb[34])?_(general|unicode|unicode_520|uca1400)(_nopad)?(_a[is])?|latin1_swedish(_nopad)?)_c[is]$`)

// FoldsASCII says whether [Column.Fold] knows a collation.
func FoldsASCII(collation string) bool { return foldsASCII.MatchString(collation) }

// Fold returns a text that v has in common with all values that the column takes for v. known
// is false if the column may take values with other texts for v.
func (c *Column) Fold(v string) (folded string, known bool) {
	switch {
	case strings.HasSuffix(v, " "):
		return "", false
	case c.Identifies():
		return v, true
	case !FoldsASCII(c.Collation):
		return "", false
	}
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' {
			return "", false
		}
	}
	return strings.ToLower(v), true
}
