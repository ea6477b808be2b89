// Package docs tests the documents of the repository.
package docs
