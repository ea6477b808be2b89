package def

import (
	"fmt"
	"slices"
	"strings"
)

// AtLeast refuses smaller numbers.
func AtLeast(least int64) Check {
	return func(key string, value any) string {
		switch n, isNumber := value.(int64); {
		case !isNumber:
			return Invalid(key, value, "Value must be non-null")
		case n < least:
			return Invalid(key, value, fmt.Sprintf("Value must be at least %d", least))
		}
		return ""
	}
}

// OneOf refuses other texts than these.
func OneOf(words ...string) Check {
	return func(key string, value any) string {
		if text, isText := value.(string); isText && slices.Contains(words, text) {
			return ""
		}
		return Invalid(key, value, "String must be one of: "+strings.Join(words, ", "))
	}
}

// OneOfAnyCase refuses other texts than these, in small and capital letters.
func OneOfAnyCase(words ...string) Check {
	return func(key string, value any) string {
		text, isText := value.(string)
		if isText && slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, text) }) {
			return ""
		}
		return Invalid(key, value, "String must be one of (case insensitive): "+strings.Join(words, ", "))
	}
}

// Enumerator refuses other words than these. A word has only small or only capital letters.
func Enumerator(words ...string) Check {
	return func(key string, value any) string {
		if text, isText := value.(string); isText {
			for _, word := range words {
				if text == word || text == strings.ToUpper(word) {
					return ""
				}
			}
		}
		return Invalid(key, value, "Invalid enumerator")
	}
}

// NotEmpty refuses empty text.
func NotEmpty(key string, value any) string {
	if value == "" {
		return Invalid(key, value, "String must be non-empty")
	}
	return ""
}

// NotNull refuses a value that cannot be read.
func NotNull(key string, value any) string {
	if value == nil {
		return Invalid(key, value, "entry must be non null")
	}
	return ""
}

// Aliases refuses a list with the same alias twice.
func Aliases(key string, value any) string {
	list, isList := value.([]string)
	switch {
	case !isList:
		return NotNull(key, value)
	case twice(list):
		return Invalid(key, value, "Duplicate alias provided.")
	}
	return ""
}

// Distinct refuses a list with an empty entry or with the same entry twice.
func Distinct(key string, value any) string {
	list, isList := value.([]string)
	switch {
	case !isList:
		return fmt.Sprintf("Configuration '%s' values must not be null.", key)
	case twice(list):
		return fmt.Sprintf("Configuration '%s' values must not be duplicated.", key)
	case slices.Contains(list, ""):
		return fmt.Sprintf("Configuration '%s' values must not be empty.", key)
	}
	return ""
}

// SomeDistinct refuses the lists that Distinct refuses, and a list of nothing.
func SomeDistinct(key string, value any) string {
	if list, isList := value.([]string); isList && len(list) == 0 {
		return fmt.Sprintf("Configuration '%s' must not be empty. Valid values include: any non-empty value", key)
	}
	return Distinct(key, value)
}

// Some refuses a list of nothing.
func Some(key string, value any) string {
	if list, _ := value.([]string); len(list) == 0 {
		return Invalid(key, value, "Empty list")
	}
	return ""
}

func twice(list []string) bool {
	sorted := slices.Sorted(slices.Values(list))
	return len(slices.Compact(sorted)) < len(list)
}

// Pairs refuses a list with an entry that is not two names with a colon between them.
func Pairs(key string, value any) string {
	list, _ := value.([]string)
	for _, pair := range list {
		if strings.Count(pair, ":") != 1 || strings.HasPrefix(pair, ":") || strings.HasSuffix(pair, ":") {
			return Invalid(key, value, "Invalid rename mapping: "+pair)
		}
	}
	return ""
}

// Name refuses a connector's name that is empty or has a control character.
func Name(key string, value any) string {
	name, isText := value.(string)
	if !isText {
		return ""
	}
	if name == "" {
		return Invalid(key, value, "String may not be empty")
	}
	var control []string
	for _, r := range name {
		if r < ' ' || r >= 0x7f && r <= 0x9f {
			control = append(control, fmt.Sprint(int(r)))
		}
	}
	if len(control) > 0 {
		return Invalid(key, value, "String may not contain control sequences but had the following ASCII chars: "+strings.Join(control, ", "))
	}
	return ""
}
