// Package quickstart tests `make run` and `make demo`: what a person reads, which
// servers they use and what they leave behind, and the page of the shop in Chromium.
package quickstart
