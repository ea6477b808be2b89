// Package setting reads the settings of a plugin.
package setting

// Read returns a setting, with the method of the configuration that reads its type. err
// keeps the first error of several settings: after it, Read reads nothing more.
func Read[T any](err *error, field func(path ...string) (T, error), name string) (value T) {
	if *err == nil {
		value, *err = field(name)
	}
	return value
}
