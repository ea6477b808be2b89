package transform

import "fmt"

// maxDistance is how many letters a mistake has at most.
const maxDistance = 4

// Suggest returns `: did you mean "x"?` with the known name that is nearest to a name, or
// nothing if none is near.
func Suggest(name string, known []string) string {
	best, nearest := min(len(name)/2, maxDistance)+1, ""
	for _, k := range known {
		if d := distance(name, k); d < best {
			best, nearest = d, k
		}
	}
	if nearest == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %s?", nearest)
}

// distance is how many letters differ (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost++
			}
			corner = row[j+1]
			row[j+1] = min(cost, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}
